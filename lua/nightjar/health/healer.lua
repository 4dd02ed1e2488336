-- Restarts sick containers where the policy wants it, and tells so. What is decided is heal's; what
-- is remembered is in state/heal.json.

local connection = require "nightjar.health.connection"
local disk = require "nightjar.health.disk"
local finding = require "nightjar.health.finding"
local fs = require "nightjar.fs"
local heal = require "nightjar.health.heal"
local json = require "nightjar.json"
local places = require "nightjar.health.places"
local probe = require "nightjar.health.probe"
local task = require "nightjar.task"
local units = require "nightjar.units"

local M = {}

local grace <const> = 30 -- seconds for PostgreSQL to end by itself
local private <const> = 384 -- 0600

-- ---- memory ----

local function path_of(run)
  return run.config.state_folder .. "/heal.json"
end

local function is_memory(value)
  return type(value) == "table" and type(value.restarts) == "table"
    and math.type(value.bad) == "integer"
end

-- What is known of each target's container. A file that is there and cannot be read counts as all
-- restarts spent.
local function recall(run)
  if not fs.stat(path_of(run)) then
    return {}
  end
  local all <const>, err = probe.attempt(function()
    return json.decode(fs.read(path_of(run)))
  end)
  local known = {}
  for _, target in ipairs(run.config.targets) do
    local memory <const> = type(all) == "table" and all[target.name]
    if is_memory(memory) then
      known[target.name] = memory
    elseif memory ~= nil then
      known[target.name] = heal.lost(run.now)
    end
  end
  if type(all) ~= "table" then
    run.context.log:warn("heal.forgotten", { message = err and err.message })
  end
  return known
end

-- Returns the error when it cannot be kept.
local function keep(run, known)
  local _, err = probe.attempt(fs.write, path_of(run), json.encode(known), { mode = private })
  if err then
    run.context.log:warn("heal.not_kept", { message = err.message })
  end
  return err
end

-- ---- what is looked at before ----

-- The class, and where the server says that its data is.
local function class_of_query(run, target)
  local found <const>, opened, folder = connection.query({ attempts = 1, timeout = run.timeout },
    target)
  if opened then
    probe.attempt(opened.close, opened)
  end
  return found.status == "ok" and "ok" or found.class, folder
end

local function class_of_disk(run, target, inspected, folder)
  local space <const>, err = places.volume_space(run, target, run.engine, inspected, folder)
  if not space then
    return disk.judge_error("its disk", err).class
  end
  local found <const> = disk.judge("its disk", space, run.limits.disk)
  return found.class == "disk.warn" and "ok" or found.class or "ok"
end

local function why_not(run, target, inspected)
  local query, folder
  if inspected.State.Running then
    query, folder = class_of_query(run, target)
  end
  return heal.refusal {
    query = query, disk = class_of_disk(run, target, inspected, folder),
  }
end

-- ---- doing it ----

local function say(run, target, message, status)
  local found <const> = finding.bad("container.healed", message, { blocks = false })
  found.status = status or found.status
  run:add(target, "heal", found)
end

local function restart(run, target, inspected, memory)
  local engine <const>, name <const> = run.engine, target.container
  local count <const> = ("%d of %d within %s"):format(#memory.restarts, heal.most,
    units.format_duration(heal.within))
  run.context.log:warn("heal.restart", { target = target.name, container = name,
    restarts = #memory.restarts })
  local _, err
  if inspected.State.Running then
    _, err = probe.attempt(engine.restart, engine, name, { grace = grace })
  else
    _, err = probe.attempt(engine.start, engine, name)
  end
  if err then
    run.context.log:error("heal.failed", { target = target.name, message = err.message })
    say(run, target, ("container '%s' could not be restarted (%s): %s"):format(name, count,
      err.message), "crit")
  else
    say(run, target, ("nightjar has restarted container '%s' (%s)"):format(name, count))
  end
end

local function spent(run, target, memory)
  say(run, target, ("nightjar has restarted container '%s' %d times within %s, and does not do so "
    .. "again before %s"):format(target.container, #memory.restarts,
    units.format_duration(heal.within), units.iso(memory.restarts[1] + heal.within)), "crit")
end

-- A restart of the last hour is told of as long as it counts.
local function well(run, target, memory)
  if memory and #memory.restarts > 0 then
    run:add(target, "heal", finding.ok(("container '%s' needed no restart in this run"):format(
      target.container)))
  end
end

local function refused(run, target, found, reason)
  run.context.log:info("heal.refused", { target = target.name, reason = reason })
  found.message = ("%s; nightjar does not restart it: %s"):format(found.message, reason)
end

-- ---- a run ----

local function finding_of(run, target)
  for _, found in ipairs(run.findings) do
    if found.target == target.name and found.check == "container" then
      return found
    end
  end
end

-- Decide on one. Returns what the engine says of the container where it is to be restarted.
local function decide(run, target, known, found)
  local inspected <const> = found.class and probe.attempt(run.engine.inspect, run.engine,
    target.container)
  if not inspected then
    return nil, found.status == "ok" and well(run, target, known[target.name])
  end
  local sick <const> = heal.is_sick(found.class, inspected)
  local memory <const> = heal.remember(known[target.name], sick, inspected, run.now)
  known[target.name] = memory
  if not sick then
    return nil, well(run, target, memory)
  end
  local due <const>, why <const> = heal.is_due(memory)
  if not due then
    return nil, why == "spent" and spent(run, target, memory)
  end
  local refusal <const> = why_not(run, target, inspected)
  if refusal then
    return nil, refused(run, target, found, refusal)
  end
  return inspected
end

-- Those that are to be restarted: { target, inspected, found }.
local function choose(run, known)
  local chosen, jobs = {}, { limit = 32 }
  for _, target in ipairs(run.targets) do
    local found <const> = target.container and finding_of(run, target)
    jobs[#jobs + 1] = found and function()
      local inspected <const> = decide(run, target, known, found)
      chosen[#chosen + 1] = inspected and { target = target, inspected = inspected, found = found }
        or nil
    end or nil
  end
  task.parallel(jobs)
  return chosen
end

-- Look after the containers of the run's targets, by what the run has found of them.
function M.run(run)
  if not run.config.policy.health.heal or not run.engine then
    return
  end
  local known <const> = recall(run)
  local chosen <const>, jobs = choose(run, known), {}
  for _, entry in ipairs(chosen) do
    table.insert(known[entry.target.name].restarts, run.now)
  end
  -- Before it is done: a run that is killed over it has used it up all the same.
  local unkept <const> = keep(run, known)
  for index, entry in ipairs(chosen) do
    jobs[index] = function()
      if unkept then
        refused(run, entry.target, entry.found, "that could not be written down")
      else
        restart(run, entry.target, entry.inspected, known[entry.target.name])
      end
    end
  end
  task.parallel(jobs)
end

return M
