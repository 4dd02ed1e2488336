-- How a stored dump is divided, so that several sessions play it at once: pure.
--
-- What stands before the first large table's rows is played first, by one session; then those rows,
-- by several; then all that is left, by one again. Each is given the dump's own settings, from
-- before those rows.

local M = {}

local least_bytes <const> = 32 * 1024 * 1024

-- The tables whose rows can be told apart, in the order of the dump, and how large they are.
local function large_tables(print)
  local tables, bytes = {}, 0
  for _, each in ipairs(print.tables) do
    if each.bytes then
      tables[#tables + 1] = each
      bytes = bytes + each.bytes
    end
  end
  table.sort(tables, function(one, other) return one.offset < other.offset end)
  return tables, bytes
end

-- The session's settings from before `first`.
local function settings_before(print, first)
  local ranges = {}
  for _, range in ipairs(print.session) do
    if range.offset < first then
      ranges[#ranges + 1] = range
    end
  end
  return ranges
end

-- The largest first, each to whoever has the least.
local function shared_out(tables, jobs)
  local shares = {}
  for index = 1, math.min(jobs, #tables) do
    shares[index] = { tables = {}, bytes = 0 }
  end
  local by_size <const> = table.move(tables, 1, #tables, 1, {})
  table.sort(by_size, function(one, other)
    return one.bytes > other.bytes or one.bytes == other.bytes and one.offset < other.offset
  end)
  for _, each in ipairs(by_size) do
    local least = shares[1]
    for _, share in ipairs(shares) do
      least = share.bytes < least.bytes and share or least
    end
    least.bytes = least.bytes + each.bytes
    table.insert(least.tables, each)
  end
  return shares
end

local function range(from, to)
  return { offset = from, bytes = to - from }
end

local function share_of(settings, tables)
  table.sort(tables, function(one, other) return one.offset < other.offset end)
  local ranges, names = table.move(settings, 1, #settings, 1, {}), {}
  for index, each in ipairs(tables) do
    ranges[#ranges + 1] = range(each.offset, each.offset + each.bytes)
    names[index] = each.name
  end
  return { tables = names, ranges = ranges }
end

local function rest_of(settings, tables)
  local ranges <const> = table.move(settings, 1, #settings, 1, {})
  local from
  for _, each in ipairs(tables) do
    if from and from < each.offset then
      ranges[#ranges + 1] = range(from, each.offset)
    end
    from = each.offset + each.bytes
  end
  ranges[#ranges + 1] = range(from, math.maxinteger)
  return ranges
end

-- {first = ranges, shares = {{tables = names as SQL, ranges =}...}, rest = ranges} for so many
-- jobs, ranges being {{offset=, bytes=}...} of the dump; nil where it is not worth it, or cannot be
-- done.
function M.plan(print, jobs)
  local tables <const>, bytes <const> = large_tables(print)
  if jobs < 2 or #tables < 2 or bytes < least_bytes or #(print.session or {}) == 0 then
    return nil
  end
  local settings <const> = settings_before(print, tables[1].offset)
  local shares = {}
  for index, share in ipairs(shared_out(tables, jobs)) do
    shares[index] = share_of(settings, share.tables)
  end
  return { first = { range(0, tables[1].offset) }, shares = shares,
    rest = rest_of(settings, tables) }
end

return M
