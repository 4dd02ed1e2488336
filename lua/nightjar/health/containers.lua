-- Looks at an engine and the containers on it.

local container_of = require "nightjar.health.container"
local engine_of = require "nightjar.health.engine"
local finding = require "nightjar.health.finding"
local host = require "nightjar.host"
local probe = require "nightjar.health.probe"
local ready = require "nightjar.health.ready"
local task = require "nightjar.task"

local M = {}

-- The finding of a first call to the engine.
function M.ping(run)
  return probe.look(run.attempts, function()
    return engine_of.judge_ping(run.engine.endpoint, probe.attempt(run.engine.ping, run.engine))
  end)
end

-- The engine's version, or nil and the error.
function M.version(run)
  local version, err
  probe.look(run.attempts, function()
    version, err = probe.attempt(run.engine.version, run.engine)
    return version and finding.ok "" or engine_of.judge(run.engine.endpoint, nil, err, {},
      run.timeout)
  end)
  return version, err
end

-- How often the kernel killed a process in a container for lack of memory, since the last run.
local function killed(run, name)
  if not run.before.time then
    return 0
  end
  local events <const> = probe.attempt(run.engine.events, run.engine, { since = run.before.time,
    until_ = run.now, filters = { container = name, event = "oom" } })
  return events and #events or 0
end

-- What the engine says of a container, or the error, and how often something in it was killed.
local function ask(run, name)
  local inspected, err
  local kills <const> = task.parallel {
    function() inspected, err = probe.attempt(run.engine.inspect, run.engine, name) end,
    function() return killed(run, name) end,
  }[2]
  return inspected, err, kills
end

-- The log tells what is no problem, and explains others: a container that is another one now.
local function tell_changes(run, target, inspected, before)
  if container_of.recreated(inspected, before) then
    run.context.log:info("container.recreated", { target = target.name,
      container = target.container, was = before.id, is = inspected.Id:sub(1, 12) })
  elseif before and before.started ~= inspected.State.StartedAt then
    run.context.log:info("container.started", { target = target.name,
      container = target.container, at = inspected.State.StartedAt })
  end
end

-- The finding of a target's container; what the engine says of it, where it says anything; and
-- whether it is "silent", "refused" or "answered".
function M.inspect(run, target)
  local before <const> = run.before.containers[target.name]
  local inspected, outcome
  local found <const> = probe.look(run.attempts, function()
    local err, kills
    inspected, err, kills = ask(run, target.container)
    if not inspected then
      outcome = err.code == "TIMEOUT" and "silent" or "refused"
      return engine_of.judge_inspection(target.container, err, run.timeout)
    end
    outcome = "answered"
    return container_of.judge(target.container, inspected, before, kills, host.time())
  end)
  if inspected then
    run.keep.containers[target.name] = container_of.remember(inspected)
    tell_changes(run, target, inspected, before)
  end
  return found, inspected, outcome
end

-- The finding of pg_isready in the target's container.
function M.ready(run, target, who)
  return probe.look(run.attempts, function()
    return ready.judge(probe.attempt(run.engine.exec, run.engine, target.container,
      ready.command(who, run.timeout), { timeout = run.timeout }))
  end)
end

return M
