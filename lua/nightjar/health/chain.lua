-- The chain of checks: engine, container, server. What is found of one decides whether the next
-- counts.
--
-- A server is asked while its container is looked at, not after: most are well, and the answers
-- come at the same time. Where the container turns out not to be, the question is given up.

local connection_of = require "nightjar.health.connection"
local containers = require "nightjar.health.containers"
local engine_of = require "nightjar.health.engine"
local host = require "nightjar.host"
local places = require "nightjar.health.places"
local ports = require "nightjar.docker.ports"
local ready_of = require "nightjar.health.ready"
local task = require "nightjar.task"

local M = {}

local most <const> = 60 -- targets at the same time, which is what there are threads for

local inside <const> = { "pg_isready", "query", "connections", "transactions", "wraparound",
  "replication", "disk" }

-- ---- a server ----

-- Thresholds of the derived checks that are to be done.
local function derived_settings(run)
  local wanted = {}
  for _, name in ipairs(connection_of.derived) do
    wanted[name] = run:does(name) and run:thresholds(name) or nil
  end
  return wanted
end

-- What is found of a server: { query, derived }, the latter nil where the query failed.
-- answered(folder): called when the query has ended, with where its data is, as far as it said.
local function look_at_server(run, target, answered)
  local found <const>, opened, folder = connection_of.query(run, target)
  if answered then
    answered(folder)
  end
  local derived
  if not found.blocks then
    derived = connection_of.derive(run, target, opened, derived_settings(run))
  elseif not run:does "query" then
    derived = connection_of.unseen(derived_settings(run), found)
  end
  if opened then
    try(opened.close, opened)
  end
  return { query = found, derived = derived }
end

local function report_server(run, target, server)
  if run:does "query" then
    run:add(target, "query", server.query)
  end
  for name, found in pairs(server.derived or {}) do
    run:add(target, name, found)
  end
  if not server.derived then
    run:skip(target, "query", table.unpack(connection_of.derived))
  end
end

-- Targets without a container, and those of whose container nobody asks.
function M.check_servers(run)
  local jobs = { limit = most }
  for _, target in ipairs(run.targets) do
    if not (target.container and run.engine) then
      jobs[#jobs + 1] = function()
        report_server(run, target, run.slots:run(look_at_server, run, target))
      end
    end
  end
  task.parallel(jobs)
end

-- ---- a container, and the server in it ----

local function blocks(run, seen)
  return run:does "container" and seen.container.blocks
end

-- The volume is looked at when both are known: the container, and where the server in it says that
-- its data is. Whoever comes second does it.
local function look_at_volume(run, target, seen)
  if run:does "disk" and seen.open and seen.inspected and seen.asked then
    seen.volume = places.volume(run, target, run.engine, seen.inspected, seen.folder)
  end
end

local function look_inside(run, target, seen)
  seen.open = true
  task.parallel {
    ready = run:does "pg_isready" and function()
      seen.ready = containers.ready(run, target, connection_of.who(target))
    end or nil,
    volume = function()
      look_at_volume(run, target, seen)
    end,
  }
end

-- What is found of a target: container, inspected and outcome as of containers.inspect; ready,
-- volume and server where the container does not block them.
local function look_at_target(run, target)
  local seen <const> = {}
  local _, err = try(task.parallel, {
    container = function()
      seen.container, seen.inspected, seen.outcome = containers.inspect(run, target)
      if blocks(run, seen) then
        fail("BLOCKED", "the server is not to be asked")
      end
      look_inside(run, target, seen)
    end,
    server = function()
      seen.server = look_at_server(run, target, function(folder)
        seen.folder, seen.asked = folder, true
        look_at_volume(run, target, seen)
      end)
    end,
  })
  if err and err.code ~= "BLOCKED" then
    error(err, 0)
  end
  return seen
end

-- Nobody listens where the server is asked for: perhaps its container is to be reached elsewhere.
local function explain_refusal(target, seen)
  local found <const> = seen.server.query
  if found and found.class == "pg.refused" and seen.inspected then
    local status <const>, message <const>, hint <const> = ports.judge(target, seen.inspected)
    found.hint = status == "warn" and ("%s. %s"):format(message, hint) or found.hint
  end
end

local function report_target(run, target, seen)
  if run:does "container" then
    run:add(target, "container", seen.container)
  end
  if blocks(run, seen) then
    run:skip(target, "container", table.unpack(inside))
    return
  end
  explain_refusal(target, seen)
  if seen.ready then
    ready_of.compare(run:add(target, "pg_isready", seen.ready), seen.server.query)
  end
  if seen.volume then
    run:add(target, "disk", seen.volume)
  end
  report_server(run, target, seen.server)
end

-- ---- the engine, and what is on it ----

-- Ping, and then the version: the finding of the ping, and the version or nil and the error.
local function look_at_engine(run, engine)
  engine.pinged = containers.ping(run)
  if not engine.pinged.blocks then
    engine.version, engine.err = containers.version(run)
  end
end

local function judge_engine(run, engine, outcomes)
  if engine.pinged.blocks then
    return engine.pinged
  end
  local judged <const> = engine_of.judge(run.engine.endpoint, engine.version, engine.err, outcomes,
    run.timeout)
  judged.seconds = judged.blocks and host.now() - engine.began or engine.pinged.seconds
  return judged
end

-- That an engine is down is learnt once, not from every target anew.
local function look_through_engine(run, target, engine)
  local down <const> = run:does "engine" and engine.pinged and engine.pinged.blocks
  return down and {} or look_at_target(run, target)
end

local function report_engine(run, found)
  if run:does "engine" then
    run:add(run.engine_owner and { name = run.engine_owner } or nil, "engine", found)
  end
  return run:does "engine" and found.blocks
end

-- The engine, where there is a target with a container, and all that depends on it.
function M.check_engine(run)
  if not run.engine then
    return
  end
  local engine <const>, seen, outcomes = { began = host.now() }, {}, {}
  local jobs = { limit = most + 1, function() look_at_engine(run, engine) end }
  for _, target in ipairs(run.targets) do
    jobs[#jobs + 1] = target.container and function()
      seen[target.name] = run.slots:run(look_through_engine, run, target, engine)
      outcomes[#outcomes + 1] = seen[target.name].outcome
    end or nil
  end
  task.parallel(jobs)
  local down <const> = report_engine(run, judge_engine(run, engine, outcomes))
  for _, target in ipairs(run.targets) do
    local of <const> = seen[target.name]
    if of and down and of.outcome ~= "answered" then
      run:skip(target, "engine", "container", table.unpack(inside))
    elseif of then
      report_target(run, target, of)
    end
  end
end

return M
