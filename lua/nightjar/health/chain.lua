-- The chain of checks: engine, container, server. What is found of one decides whether the next is
-- done.

local connection_of = require "nightjar.health.connection"
local containers = require "nightjar.health.containers"
local engine_of = require "nightjar.health.engine"
local host = require "nightjar.host"
local places = require "nightjar.health.places"
local ready_of = require "nightjar.health.ready"
local task = require "nightjar.task"

local M = {}

-- So many targets at the same time: each keeps a connection, and many may be of one server.
local together <const> = 16

-- ---- a server ----

-- Thresholds of the derived checks that are to be done.
local function derived_settings(run)
  local wanted = {}
  for _, name in ipairs(connection_of.derived) do
    wanted[name] = run:does(name) and run:thresholds(name) or nil
  end
  return wanted
end

local function check_server(run, target, alongside)
  local found <const>, opened = connection_of.query(run, target)
  local blocked <const> = run:does "query" and found.blocks
  if opened and not found.blocks then
    for name, each in pairs(connection_of.derive(run, opened, derived_settings(run))) do
      run:add(target, name, each)
    end
  elseif blocked then
    run:skip(target, "query", table.unpack(connection_of.derived))
  end
  if opened then
    try(opened.close, opened)
  end
  alongside.query = found
  if run:does "query" then
    run:add(target, "query", found)
  end
end

-- ---- a container, and the server in it ----

local inside <const> = { "pg_isready", "query", "connections", "transactions", "wraparound",
  "replication", "disk" }

local function check_inside(run, target, inspected)
  local alongside = {}
  task.parallel {
    function()
      check_server(run, target, alongside)
    end,
    run:does "pg_isready" and function()
      alongside.ready = run:add(target, "pg_isready", containers.ready(run, target,
        connection_of.who(target)))
    end or nil,
    run:does "disk" and inspected and function()
      local found <const> = places.volume(run, target, run.engine, inspected)
      if found then
        run:add(target, "disk", found)
      end
    end or nil,
  }
  if alongside.ready then
    ready_of.compare(alongside.ready, alongside.query)
  end
end

local function report_container(run, target, found, inspected)
  if run:does "container" then
    run:add(target, "container", found)
  end
  if run:does "container" and found.blocks then
    run:skip(target, "container", table.unpack(inside))
  else
    check_inside(run, target, inspected)
  end
end

-- What the engine said of the target's container: see containers.inspect. What is found of a silent
-- one depends on the others: it is kept for later.
local function check_container(run, target, silent)
  local found <const>, inspected <const>, outcome <const> = containers.inspect(run, target)
  if outcome == "silent" and run:does "engine" then
    silent[#silent + 1] = { target = target, found = found }
  else
    report_container(run, target, found, inspected)
  end
  return outcome
end

-- ---- the engine, and what is on it ----

local function with_containers(run)
  local targets = {}
  for _, target in ipairs(run.targets) do
    targets[#targets + 1] = target.container and target or nil
  end
  return targets
end

local function add_engine(run, found)
  if run:does "engine" then
    run:add(run.engine_owner and { name = run.engine_owner } or nil, "engine", found)
  end
end

-- Those whose containers the engine does not tell of: is it the engine, or the one container?
local function settle_silent(run, silent, engine)
  for _, entry in ipairs(silent) do
    if engine.blocks then
      run:skip(entry.target, "engine", "container", table.unpack(inside))
    else
      report_container(run, entry.target, entry.found)
    end
  end
end

-- The engine, where there is a target with a container, and all that depends on it.
function M.check_engine(run)
  if not run.engine then
    return
  end
  local targets <const> = with_containers(run)
  local pinged <const> = containers.ping(run)
  if pinged.blocks and run:does "engine" then
    add_engine(run, pinged)
    for _, target in ipairs(targets) do
      run:skip(target, "engine", "container", table.unpack(inside))
    end
    return
  end
  local began <const>, outcomes, silent = host.now(), {}, {}
  local version, err
  local jobs = { limit = together + 1, function()
    version, err = containers.version(run)
  end }
  for index, target in ipairs(targets) do
    jobs[#jobs + 1] = function()
      outcomes[index] = check_container(run, target, silent)
    end
  end
  task.parallel(jobs)
  local judged <const> = engine_of.judge(run.engine.endpoint, version, err, outcomes, run.timeout)
  judged.seconds = pinged.seconds + (judged.blocks and host.now() - began or 0)
  add_engine(run, judged)
  settle_silent(run, silent, judged)
end

-- Targets without a container, and those of whose container nobody asks.
function M.check_servers(run)
  local jobs = { limit = together }
  for _, target in ipairs(run.targets) do
    if not (target.container and run.engine) then
      jobs[#jobs + 1] = function()
        check_server(run, target, {})
      end
    end
  end
  task.parallel(jobs)
end

return M
