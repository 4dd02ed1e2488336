-- Whether the newest backup of a target will do: its age, its size, its proof. Pure.

local finding = require "nightjar.health.finding"
local units = require "nightjar.units"

local M = {}

local compared <const>, future <const> = 5, 60

-- The sets that hold all databases and can be restored, newest first, without those of the future.
local function good_ones(sets, now)
  local good, newest_failure = {}, nil
  for _, set in ipairs(sets) do
    if set.good and not set.narrowed and set.started <= now + future then
      good[#good + 1] = set
    elseif not set.good and #good == 0 then
      newest_failure = newest_failure or set
    end
  end
  return good, newest_failure
end

local function median(sizes)
  table.sort(sizes)
  local middle <const> = #sizes // 2
  return #sizes % 2 == 1 and sizes[middle + 1] or (sizes[middle] + sizes[middle + 1]) / 2
end

-- The median size of those before the newest, or nil.
local function usual_size(good)
  local sizes = {}
  for index = 2, math.min(#good, compared + 1) do
    sizes[#sizes + 1] = good[index].bytes
  end
  return #sizes > 0 and median(sizes) or nil
end

-- How many sets have to be known for the judgement, beside those that count for nothing.
M.wanted = compared + 1

-- What is known of the newest good one: { id, started, bytes, proven }, or nil.
function M.newest(sets, now)
  local newest <const> = good_ones(sets, now)[1]
  return newest and { id = newest.id, started = newest.started, bytes = newest.bytes,
    proven = newest.proven }
end

-- One that says when it was made, and lies.
function M.from_the_future(sets, now)
  for _, set in ipairs(sets) do
    if set.started and set.started > now + future then
      return set
    end
  end
end

local function failed_since(failure)
  return failure and ("; the one of %s failed: %s"):format(failure.id, failure.problem
    or "no reason is known") or ""
end

-- All that is wrong with the newest, gravest first: {class, message}.
local function problems(newest, usual, age, limits, failure)
  local found = {}
  if age > limits.warn then
    found[#found + 1] = { "backup.stale", ("the newest good backup is %s old (the limit is %s)%s")
      :format(units.format_duration(math.floor(age)), units.format_duration(limits.warn),
        failed_since(failure)) }
  end
  if usual and newest.bytes * 2 < usual then
    found[#found + 1] = { "backup.small", ("the newest good backup has %s, those before it have %s")
      :format(units.format_size(newest.bytes), units.format_size(math.floor(usual))) }
  end
  if limits.proof and not newest.proven then
    found[#found + 1] = { "backup.unverified", ("the newest good backup is not proven%s"):format(
      newest.problem and ": " .. newest.problem or "") }
  end
  return found
end

-- sets: newest first. limits: warn and crit (ages; crit may be nil), proof: should it be proven?
function M.judge(sets, limits, now)
  local good <const>, failure <const> = good_ones(sets, now)
  local newest <const> = good[1]
  if not newest then
    return finding.bad("backup.missing", "there is no good backup" .. failed_since(failure),
      { blocks = false })
  end
  local age <const> = math.max(0, now - newest.started)
  local metrics <const> = { { name = "backup_age", value = math.floor(age), unit = "s",
    warn = limits.warn, crit = limits.crit },
    { name = "backup_bytes", value = newest.bytes, unit = "B" } }
  local found <const> = problems(newest, usual_size(good), age, limits, failure)
  if #found == 0 then
    return finding.ok(("the newest backup is %s old, %s%s%s"):format(
      units.format_duration(math.floor(age)), units.format_size(newest.bytes),
      newest.proven and ", proven" or "", failed_since(failure)), { metrics = metrics })
  end
  local messages = {}
  for index, problem in ipairs(found) do
    messages[index] = problem[2]
  end
  local bad <const> = finding.bad(found[1][1], table.concat(messages, "; "), { blocks = false,
    metrics = metrics })
  bad.status = limits.crit and age > limits.crit and "crit" or bad.status
  return bad
end

return M
