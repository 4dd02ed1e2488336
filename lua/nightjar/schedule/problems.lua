-- What is wrong with a schedule: a pure decision from what should be and what is seen.

local units = require "nightjar.units"
local when_of = require "nightjar.schedule.when"

local M = {}

local drifts <const> = {
  outdated = "is installed as an older nightjar or another policy would have it",
  edited = "was changed by hand",
  foreign = "has its place taken by a file that is not nightjar's",
  other = "has its place taken by another home's",
}

-- How long after the last run the next one is overdue: a period, what the last one took twice, and
-- some patience.
local function allowed(job, seen)
  local period <const> = when_of.period(job.when)
  local patience <const> = job.when.every and math.max(period, 600) or 7200
  return period + job.jitter + math.max(patience, 2 * (seen.last_seconds or 0))
end

local function ago(seconds)
  return units.format_duration(math.max(0, math.floor(seconds))) .. " ago"
end

-- That a job should have run since, or nil. Before it was installed nothing was due.
local function late(job, seen, now)
  local last <const> = seen.last_run
  if job.when.boot then
    local boot <const> = seen.boot
    if boot and (last or 0) < boot and (seen.since or 0) < boot
      and now > boot + job.limit + 600 then
      return ("has not run since the machine started %s"):format(ago(now - boot))
    end
    return nil
  end
  local from <const> = math.max(last or 0, seen.since or 0)
  if from == 0 then
    return "has never been run by a schedule"
  elseif now - from > allowed(job, seen) then
    return ("%s, and is to run %s"):format(last and "ran last " .. ago(now - last)
      or ("has not run since it was installed %s"):format(ago(now - from)),
      when_of.describe(job.when))
  end
end

local function problem_of(job, seen, now)
  if seen.installed == false and seen.drift ~= "foreign" and seen.drift ~= "other" then
    return "missing", "is not installed"
  elseif drifts[seen.drift] and seen.installed == false then
    return "missing", drifts[seen.drift]
  elseif seen.enabled == false then
    return "disabled", "is installed, and disabled"
  elseif seen.active == false then
    return "disabled", "is installed, and its timer is stopped"
  end
  local overdue <const> = late(job, seen, now)
  if overdue then
    return "late", overdue
  elseif drifts[seen.drift] then
    return "drift", drifts[seen.drift]
  end
end

-- jobs: those that are to run. observed: by a job's name { installed, enabled, active (nil where
-- that cannot be seen), drift, last_run, last_seconds, since (when it was installed), boot (when
-- the machine started) }, times in seconds since 1970. surplus: the names of jobs that are there
-- and not to run. Returns { {job=, kind = "missing" | "disabled" | "late" | "drift", message=} … }.
function M.find(jobs, observed, now, surplus)
  local found = {}
  for _, job in ipairs(jobs) do
    local kind <const>, message <const> = problem_of(job, observed[job.name] or {}, now)
    if kind then
      found[#found + 1] = { job = job.name, kind = kind, message = message }
    end
  end
  for _, name in ipairs(surplus or {}) do
    found[#found + 1] = { job = name, kind = "drift",
      message = "is installed, and no longer wanted" }
  end
  return found
end

return M
