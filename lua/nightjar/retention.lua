-- Which sets to keep and which to delete, and why: a pure function.

local units = require "nightjar.units"

local M = {}

-- Newest first, by what the manifest says.
local function newest_first(sets)
  local ordered = table.move(sets, 1, #sets, 1, {})
  table.sort(ordered, function(one, other)
    if (one.started or 0) ~= (other.started or 0) then
      return (one.started or 0) > (other.started or 0)
    end
    return one.id > other.id
  end)
  return ordered
end

-- What could still have been uploaded, while uploads fail: up to the age that the policy allows.
local function held(set, hold, now)
  return hold and set.good and not set.narrowed and now - set.started <= hold.seconds
    and set.started > (hold.uploaded or -math.huge)
    and ("not uploaded yet, and uploads fail since %s"):format(units.iso(hold.since))
end

-- The sets that stay whatever their age: {[set] = reason}.
local function protect(ordered, policy, now)
  local reasons, good = {}, 0
  local proven, beyond
  for _, set in ipairs(ordered) do
    if not set.started then
      reasons[set] = "its manifest cannot be read: left alone"
    elseif set.pinned then
      reasons[set] = "pinned"
    end
    if set.good and not set.narrowed then
      good = good + 1
      local reason
      if good == 1 then
        reason = "the newest complete backup"
      elseif good <= policy.keep_min then
        reason = ("one of the newest %d complete backups"):format(policy.keep_min)
      elseif set.proven and not proven then
        reason = "the newest proven backup"
      elseif not beyond and now - set.started > policy.keep then
        reason = ("the newest one older than %s"):format(units.format_duration(policy.keep))
      end
      proven = proven or set.proven
      beyond = beyond or now - set.started > policy.keep
      reasons[set] = reasons[set] or reason
    end
    if set.started and (policy.decide or now - set.started > policy.keep) then
      reasons[set] = reasons[set] or held(set, policy.hold, now) or nil
    end
  end
  return reasons
end

local function by_age(set, policy, now)
  local age <const>, keep <const> = now - set.started, units.format_duration(policy.keep)
  if age <= policy.keep then
    return true, ("younger than %s"):format(keep)
  end
  return false, ("older than %s%s"):format(keep, set.good and "" or ", and not a good backup")
end

-- sets: {id=, started= (unix time, nil if the manifest cannot be read), good=, proven=, pinned=,
-- narrowed= (of one database alone, which stands for no other)}.
-- policy: {keep= seconds, keep_min=, decide= f(set, now) -> true|false, reason; nil leaves it to
-- the age; hold= nil, or while uploads fail {since= when they began to, uploaded= when the last
-- uploaded set was begun (or nil), seconds= how old a set may get that is newer than that one}}.
-- Returns {{id=, action="keep"|"delete", reason=, set=}...}, newest first. What is good is never
-- deleted whole: without a newer good backup nothing goes.
function M.plan(sets, policy, now)
  local ordered <const> = newest_first(sets)
  local protected <const> = protect(ordered, policy, now)
  local decisions, newer_good = {}, false
  for _, set in ipairs(ordered) do
    local keep, reason = true, protected[set]
    if not reason then
      if policy.decide then
        keep, reason = policy.decide(set, now)
      end
      if keep == nil or not policy.decide then
        keep, reason = by_age(set, policy, now)
      end
      if not keep and not newer_good then
        keep, reason = true, "there is no newer good backup"
      end
    end
    decisions[#decisions + 1] = { id = set.id, action = keep and "keep" or "delete",
      reason = reason, set = set }
    newer_good = newer_good or set.good and not set.narrowed
  end
  return decisions
end

return M
