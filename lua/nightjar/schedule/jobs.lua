-- The jobs of a home: what runs, when, and how long it may take. The one description from which
-- every scheduler's files are written. Pure.
--
-- A job: { name, words, when, limit, jitter, catch_up, off } — words are the command line behind
-- `nightjar --home …`; limit and jitter are seconds; catch_up: a run that was missed while the
-- machine was off is made up for; off: the reason why it is not to run, or nil.

local schema = require "nightjar.schema"
local when_of = require "nightjar.schedule.when"

local M = {}

local shortest_limit <const> = 10 -- seconds
local sunday <const> = 7
local night <const> = { hour = 2, minute = 15 }

local defaults <const> = {
  { name = "health-check", words = { "health-check" }, when = { every = 300 }, limit = 240,
    jitter = 0, catch_up = false },
  { name = "verify-startup", words = { "verify-startup" }, when = { boot = true }, limit = 1200,
    jitter = 0, catch_up = false },
  { name = "backup", words = { "backup" }, when = { at = night }, limit = 12 * 3600, jitter = 300,
    catch_up = true },
  { name = "backup-upload", words = { "backup", "--upload" },
    when = { at = night, weekdays = { sunday } }, limit = 20 * 3600, jitter = 300,
    catch_up = true, remote = true },
  { name = "drill", words = { "drill" }, when = { at = { hour = 5, minute = 0 }, day = 1 },
    limit = 12 * 3600, jitter = 300, catch_up = true },
}

-- ---- what policy.schedule may say ----

local function limit(value)
  local seconds, problem = schema.duration(value)
  if seconds and seconds < shortest_limit then
    return nil, ("expected at least %d s, got '%s'"):format(shortest_limit, tostring(value))
  end
  return seconds and math.ceil(seconds), problem
end

local function words(value)
  local list, problem = schema.list(schema.text)(value)
  if not list or #list > 0 then
    return list, problem
  end
  return nil, "expected the words of a command line, such as { \"backup\" }, got an empty list"
end

local function default_of(name)
  for _, job in ipairs(defaults) do
    if job.name == name then
      return job
    end
  end
end

local function refuse_entry(entry, name)
  if not name:find("^%a[%w-]*$") or #name > 50 then
    return "it cannot be a job's name: letters, digits and '-', 50 at most"
  end
  local default <const> = default_of(name)
  return when_of.conflict(entry)
    or select(2, when_of.of(entry, default and default.when))
end

-- The tree of policy.schedule, for nightjar.schema.
M.tree = schema.map(schema.switch(schema.record({
  every = when_of.every, at = when_of.at, on = when_of.on, limit = limit,
  jitter = schema.duration, catch_up = schema.boolean, run = words,
}, refuse_entry)))

-- ---- the jobs ----

local function choose(stated, otherwise)
  if stated == nil then
    return otherwise
  end
  return stated
end

local function why_off(stated, default, remote)
  if stated == false then
    return "the policy has it off"
  elseif default.remote and not remote then
    return "no remote is configured (RCLONE_REMOTE)"
  end
end

local function make(name, stated, default, remote)
  local entry <const> = stated or {}
  return {
    name = name, words = entry.run or default.words or { name },
    when = when_of.of(entry, default.when) or default.when,
    limit = entry.limit or default.limit or 3600, jitter = math.ceil(entry.jitter
      or default.jitter or 0),
    catch_up = choose(entry.catch_up, choose(default.catch_up, entry.every == nil)),
    off = why_off(stated, default, remote),
  }
end

local function same_time(one, other)
  return not one.off and not other.off and one.when.at and other.when.at
    and one.when.at.hour == other.when.at.hour and one.when.at.minute == other.when.at.minute
end

local function days_without(taken)
  local rest = {}
  for number in ipairs(when_of.day_names) do
    local free = true
    for _, day in ipairs(taken) do
      free = free and day ~= number
    end
    rest[#rest + 1] = free and number or nil
  end
  return rest
end

-- One backup a night: on the days whose backup is also uploaded, at the same time, that one is it.
local function share_the_night(backup, upload)
  if same_time(backup, upload) and not backup.when.day and not backup.when.weekdays
    and upload.when.weekdays then
    local rest <const> = days_without(upload.when.weekdays)
    if #rest == 0 then
      backup.off = "backup-upload runs at its time each day"
    else
      backup.when = { at = backup.when.at, weekdays = rest }
    end
  end
end

-- The jobs of a policy: the built-in ones in their order, then the user's own by name.
function M.list(policy)
  local schedule <const>, remote <const> = policy.schedule, policy.remote.to ~= nil
  local jobs, by_name, own = {}, {}, {}
  local function add(job)
    jobs[#jobs + 1], by_name[job.name] = job, job
  end
  for _, default in ipairs(defaults) do
    add(make(default.name, schedule[default.name], default, remote))
  end
  for name in pairs(schedule) do
    own[#own + 1] = not by_name[name] and name or nil
  end
  table.sort(own)
  for _, name in ipairs(own) do
    if schedule[name] then
      add(make(name, schedule[name], {}, remote))
    end
  end
  share_the_night(by_name.backup, by_name["backup-upload"])
  local startup <const> = by_name["verify-startup"]
  if not (schedule["verify-startup"] or {}).limit then
    startup.limit = math.max(startup.limit, math.ceil(policy.startup.wait) + 600)
  end
  return jobs
end

-- Those that are to run.
function M.active(jobs)
  local active = {}
  for _, job in ipairs(jobs) do
    active[#active + 1] = not job.off and job or nil
  end
  return active
end

return M
