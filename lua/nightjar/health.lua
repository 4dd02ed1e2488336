-- The health check: every check of every target, parents first, all targets at the same time.

local catalogue = require "nightjar.catalogue"
local chain = require "nightjar.health.chain"
local finding = require "nightjar.health.finding"
local freshness = require "nightjar.health.freshness"
local healer = require "nightjar.health.healer"
local host = require "nightjar.host"
local journal = require "nightjar.remote.journal"
local own = require "nightjar.health.own"
local places = require "nightjar.health.places"
local remote = require "nightjar.health.remote"
local remote_of = require "nightjar.remote"
local run_of = require "nightjar.health.run"
local schedule = require "nightjar.health.schedule"
local self_of = require "nightjar.health.self"
local task = require "nightjar.task"

local M = {}

local function check_disks(run)
  for _, found in ipairs(run:does "disk" and places.home(run) or {}) do
    run:add(nil, "disk", found)
  end
end

local function check_remote(run, target, sets)
  if remote_of.configured(run.config) and run:does "remote" then
    local found <const> = remote.judge(journal.read(run.config, target.name), sets,
      run.limits.remote, run.now)
    found.seconds = 0
    run:add(target, "remote", found)
  end
end

local function check_backups_of(run, target)
  local began <const> = host.now()
  local sets <const> = catalogue.recent(run.config.backup_folder, target.name, freshness.wanted)
  run.future = run.future or freshness.from_the_future(sets, run.now)
  run.backups[target.name] = freshness.newest(sets, run.now)
  if run:does "backup" then
    local found <const> = freshness.judge(sets, run.limits.backup, run.now)
    found.seconds = host.now() - began
    run:add(target, "backup", found)
  end
  check_remote(run, target, sets)
end

-- The sets are looked at in any case: mails tell of the last good one.
local function check_backups(run)
  for _, target in ipairs(run.targets) do
    if target.backup ~= false then
      check_backups_of(run, target)
    end
  end
end

local function check_schedule(run)
  local began <const> = host.now()
  local found <const> = run:does "schedule" and schedule.look(run.config, run.now)
  if found then
    found.seconds = host.now() - began
    run:add(nil, "schedule", found)
  end
end

local function check_self(run)
  if not run:does "self" then
    return
  end
  for _, found in ipairs(self_of.judge { now = run.now, future = run.future,
    last_run = run.before.time, log_problem = run.context.log.problem,
    state_problem = run.state_problem }) do
    run:add(nil, "self", found)
  end
end

-- Look at everything. options: target, the name of the only one; state_problem, why the folder for
-- state cannot be used. Returns the findings in the order in which they are told; the last good
-- backup of each target that has one, by name; and what is to be kept of this run for the next.
function M.examine(context, options)
  local run <const> = run_of.new(context, options.target)
  run.state_problem = options.state_problem
  task.parallel {
    function() check_disks(run) end,
    function() check_backups(run) end,
    function() check_schedule(run) end,
    function() chain.check_engine(run) end,
    function() chain.check_servers(run) end,
  }
  check_self(run)
  own.run(run)
  healer.run(run)
  return run:sorted(), run.backups, run.keep
end

-- A line of the log for each finding that is not ok.
function M.log(context, findings)
  local levels <const> = { warn = "warn", crit = "error", unknown = "warn", skipped = "info" }
  for _, found in ipairs(findings) do
    local level <const> = levels[found.status]
    if level then
      context.log[level](context.log, "finding", { target = found.target, check = found.check,
        class = found.class, status = found.status, message = found.message,
        blocked_by = found.blocked_by })
    end
  end
end

M.status = finding.status

return M
