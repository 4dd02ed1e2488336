-- The schedule of a home: put in place, taken away, written elsewhere, and looked at.

local facts_of = require "nightjar.schedule.facts"
local fs = require "nightjar.fs"
local history = require "nightjar.history"
local host = require "nightjar.host"
local jobs_of = require "nightjar.schedule.jobs"
local problems_of = require "nightjar.schedule.problems"
local record_of = require "nightjar.schedule.record"
local script = require "nightjar.script"
local units = require "nightjar.units"
local when_of = require "nightjar.schedule.when"

local M = {}

M.kinds = { "systemd", "cron", "taskscheduler" }

local installers <const> = {
  systemd = "nightjar.schedule.on_systemd", cron = "nightjar.schedule.on_cron",
}
local writers <const> = {
  systemd = "nightjar.schedule.systemd", cron = "nightjar.schedule.cron",
  taskscheduler = "nightjar.schedule.taskscheduler",
}

-- What this machine schedules with.
local function detect()
  if fs.stat "/run/systemd/system" then
    return "systemd"
  elseif host.environment().WSL_DISTRO_NAME then
    return "taskscheduler"
  elseif fs.find_program "crontab" then
    return "cron"
  end
  fail("USAGE", "neither systemd runs here, nor is there a crontab",
    "Say which scheduler is meant: --for systemd, cron or taskscheduler.")
end

-- A record that cannot be read is as good as none here: what is installed is seen by its marks.
local function known_record(config)
  local record, err = try(record_of.read, config)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  return record
end

-- What is asked for, else what was installed, else what this machine has.
local function complete(config, options)
  if options.user and options.root then
    fail("USAGE", "--user and --root exclude each other", "--root is for the system's files.")
  end
  local record <const> = known_record(config)
  local kind <const> = options.kind or record and record.kind or detect()
  local same <const> = record and record.kind == kind and record or {}
  return {
    kind = kind, as = options.as or same.user, root = options.root or same.root or "",
    scope = options.user and "user" or same.scope
      or facts_of.user_id() == 0 and "system" or "user",
    force = options.force, record = same.kind and same, program = options.program,
    folder = options.folder, distro = options.distro,
  }
end

local function installer(kind)
  if kind == "taskscheduler" then
    fail("USAGE", "tasks of Windows are created in Windows",
      "nightjar schedule export --for taskscheduler --out DIR, then run install-tasks.cmd there.")
  end
  return require(installers[kind])
end

-- A job whose task there is not would fail each time.
local function demand_tasks(config, jobs)
  for _, job in ipairs(jobs) do
    if not script.find(config.home, job.words[1]) then
      fail("CONFIG", ("schedule.%s: there is no task '%s'"):format(job.name, job.words[1]),
        "run = { \"backup\" } in policy.lua says what a job runs; nightjar tasks lists the tasks.")
    end
  end
end

function M.jobs(config)
  return jobs_of.list(config.policy)
end

-- Two schedulers would run everything twice.
local function demand_no_other(config, options)
  local record <const> = known_record(config)
  if record and (record.kind ~= options.kind or record.scope ~= options.scope
    or (record.root or "") ~= options.root) then
    fail("USAGE", ("this home's schedule is installed already: %s, for the %s%s"):format(
      record.kind, record.scope, (record.root or "") ~= "" and ", below " .. record.root or ""),
      "nightjar schedule remove takes it out.")
  end
end

-- Since when each job has been there, and is due: what was missing or disabled begins anew.
local function installed_since(jobs, seen, record, now)
  local times = {}
  for _, job in ipairs(jobs) do
    local was_there <const> = seen[job.name].installed and seen[job.name].enabled
    times[job.name] = was_there and record and record.jobs[job.name] or now
  end
  return times
end

-- options: kind, user (only for this user), as, root, program, force; nil where it is not said.
-- Returns what was done: { kind=, facts=, folder=, plan=, notes= }.
function M.install(config, options)
  local jobs <const> = jobs_of.active(M.jobs(config))
  demand_tasks(config, jobs)
  options = complete(config, options)
  demand_no_other(config, options)
  local facts <const> = facts_of.gather(config, options)
  local seen <const> = installer(options.kind).observe(jobs, facts, options)
  local done <const> = installer(options.kind).install(jobs, facts, options)
  local now <const> = math.floor(host.time())
  record_of.write(config, { kind = options.kind, scope = facts.scope, root = options.root,
    user = options.as, program = facts.program, installed = now,
    jobs = installed_since(jobs, seen, options.record, now) })
  done.kind, done.facts = options.kind, facts
  return done
end

function M.remove(config, options)
  options = complete(config, options)
  local facts <const> = facts_of.gather(config, options)
  local done <const> = installer(options.kind).remove(facts, options)
  if options.record then
    record_of.remove(config)
  end
  done.kind, done.facts = options.kind, facts
  return done
end

-- {file name = bytes}, and the kind.
function M.export(config, options)
  local jobs <const> = jobs_of.active(M.jobs(config))
  demand_tasks(config, jobs)
  options = complete(config, options)
  return require(writers[options.kind]).files(jobs, facts_of.gather(config, options)), options.kind
end

-- ---- looking ----

local function boot_time()
  local text <const> = try(fs.read, "/proc/stat")
  local seconds <const> = text and text:match "\nbtime (%d+)"
  return seconds and math.tointeger(tonumber(seconds))
end

-- When a job was run last: as that job, or where it never was, its task by whoever ran it.
local function last_run(config, job)
  local entry <const> = history.last(config, "job", job.name)
    or #job.words == 1 and history.last(config, "task", job.words[1]) or nil
  return entry, entry and entry.job == job.name
end

-- Add to what the scheduler shows of a job what the history knows of it.
local function add_history(config, job, seen, now)
  local entry <const>, by_schedule <const> = last_run(config, job)
  if entry then
    seen.last_run, seen.last_result = units.parse_iso(entry.time), entry.status
    seen.last_seconds = type(entry.seconds) == "number" and entry.seconds or nil
  end
  seen.next = seen.next or (seen.enabled and when_of.next(job.when, now) or nil)
  seen.due_run = by_schedule and seen.last_run or seen.last
end

local function observe_kind(config, jobs, options)
  if not installers[options.kind] then
    return {}, {} -- what Windows has is not seen from here: the history has to tell
  end
  return installer(options.kind).observe(jobs, facts_of.gather(config, options), options)
end

-- Everything about the jobs: {kind=, jobs = {all}, seen = {name = …}, problems = {…}, files = {…}}.
function M.observe(config, options, now)
  local jobs <const>, record <const> = M.jobs(config), known_record(config)
  options = complete(config, options)
  options.program = options.program or options.record and options.record.program
  local active <const> = jobs_of.active(jobs)
  local seen <const>, files <const> = observe_kind(config, active, options)
  local boot <const> = boot_time()
  local judged = {}
  for _, job in ipairs(active) do
    local one <const> = seen[job.name] or {}
    seen[job.name] = one
    add_history(config, job, one, now)
    judged[job.name] = { installed = one.installed, enabled = one.enabled, active = one.active,
      drift = one.drift, last_run = one.due_run, last_seconds = one.last_seconds,
      since = record and record.jobs[job.name], boot = boot }
  end
  return { kind = options.kind, jobs = jobs, seen = seen, files = files,
    problems = problems_of.find(active, judged, now, files.surplus) }
end

-- Whether somebody wants a schedule here: one was installed, or the policy speaks of one.
function M.is_expected(config)
  return next(config.policy.schedule) ~= nil or fs.stat(config.state_folder .. "/schedule.json")
    ~= nil
end

return M
