-- The files of a set against what a remote lists: pure.

local M = {}

-- Entries of a listing by their path: {[path] = {entry...}}, since a remote may have two of a name.
local function by_path(entries)
  local found = {}
  for _, entry in ipairs(entries) do
    found[entry.Path] = found[entry.Path] or {}
    table.insert(found[entry.Path], entry)
  end
  return found
end

local function judge(file, entries, hash)
  local entry <const> = entries and entries[1]
  if not entry then
    return { state = "missing", reason = "it is not there" }
  elseif #entries > 1 then
    return { state = "duplicate", reason = ("it is there %d times"):format(#entries) }
  elseif entry.Size ~= file.bytes then
    return { state = "differs",
      reason = ("it has %d bytes there, not %d"):format(entry.Size, file.bytes) }
  end
  local value <const> = hash and entry.Hashes and entry.Hashes[hash]
  if not value or value == "" then
    return { state = "equal", by = "size" }
  elseif value:lower() ~= file[hash] then
    return { state = "differs", reason = ("its %s differs there"):format(hash) }
  end
  return { state = "equal", by = hash }
end

-- files: {{name=, bytes=, sha256=, md5=, ...}...}; entries: of remote:list; hash: the one listed.
-- Returns {[name] = {state= "equal"|"differs"|"missing"|"duplicate", by= what says so, reason=}},
-- and the paths that are none of the set's.
function M.compare(files, entries, hash)
  local there <const>, states, known = by_path(entries), {}, {}
  for _, file in ipairs(files) do
    states[file.name] = judge(file, there[file.name], hash)
    known[file.name] = true
  end
  local foreign = {}
  for path in pairs(there) do
    if not known[path] then
      foreign[#foreign + 1] = path
    end
  end
  table.sort(foreign)
  return states, foreign
end

-- The files that are in one of these states.
function M.select(files, states, ...)
  local wanted, chosen = {}, {}
  for _, state in ipairs { ... } do
    wanted[state] = true
  end
  for _, file in ipairs(files) do
    if wanted[states[file.name].state] then
      chosen[#chosen + 1] = file
    end
  end
  return chosen
end

-- How much each way of confirming says: a set is as sure as its least sure file.
local certainty <const> = { size = 1, sha1 = 3, md5 = 4, sha256 = 5, download = 6 }

local function certainty_of(by)
  return certainty[by] or 2
end

-- The weakest of what confirmed these files, or nil where one of them is not confirmed.
function M.weakest(files, states)
  local weakest
  for _, file in ipairs(files) do
    local state <const> = states[file.name]
    if state.state ~= "equal" then
      return nil
    elseif not weakest or certainty_of(state.by) < certainty_of(weakest) then
      weakest = state.by
    end
  end
  return weakest
end

return M
