-- After a boot: wait for the engine, start what should run, wait until it is healthy and answers.
-- What is asked is asked again until it is well, cannot get well, or the time is over.

local connection_of = require "nightjar.health.connection"
local container_of = require "nightjar.health.container"
local docker = require "nightjar.docker"
local engine_of = require "nightjar.health.engine"
local finding = require "nightjar.health.finding"
local hook = require "nightjar.hook"
local host = require "nightjar.host"
local plan = require "nightjar.startup.plan"
local probe = require "nightjar.health.probe"
local run_of = require "nightjar.health.run"
local target_of = require "nightjar.target"
local task = require "nightjar.task"
local units = require "nightjar.units"

local M = {}

local together <const> = 32
local first_pause <const>, longest_pause <const> = 0.25, 2
local least_call <const> = 0.5 -- seconds for a look when the time is nearly over

-- What a look that was cut short may say, and a longer one might not have.
local doubtful <const> = { ["engine.timeout"] = true, ["engine.stuck"] = true,
  ["pg.no_response"] = true, ["pg.query_timeout"] = true }

local run = {}
run.__index = run

function run:left()
  return self.deadline - host.now()
end

-- Seconds for one call.
function run:call_seconds()
  return math.max(math.min(self.timeout, self:left()), least_call)
end

-- The finding of `look`, again and again until it is settled or the time is over.
function run:watch(is_settled, look)
  local pause, before = first_pause, nil
  while true do
    local short <const> = self:call_seconds() < self.timeout
    local found = look()
    if short and before and doubtful[found.class] then
      found = before
    end
    local left <const> = self:left() - least_call
    if is_settled(found) then
      return found
    elseif left <= 0 then
      -- What is still starting after all this time has not started.
      found.status = found.status == "warn" and "crit" or found.status
      return found
    end
    task.sleep(math.min(pause, left))
    pause, before = math.min(pause * 2, longest_pause), found
  end
end

-- A stage has ended, with a finding, or nil and a message where it passed on the way to the next
-- one.
function run:ended(name, item, began, found, message)
  local stage <const> = { name = name, target = item.target and item.target.name,
    container = item.name, seconds = host.now() - began, status = found and found.status or "ok",
    message = found and found.message or message }
  self.stages[#self.stages + 1] = stage
  self.context.log:info("stage.ended", { stage = name, target = stage.target,
    container = stage.container, status = stage.status, seconds = stage.seconds })
  self.tell(stage)
end

function run:skipped(item, blocked_by, ...)
  for _, name in ipairs { ... } do
    self.stages[#self.stages + 1] = { name = name, target = item.target and item.target.name,
      container = item.name, seconds = 0, status = "skipped",
      message = ("not reached, because of '%s'"):format(blocked_by) }
    self.tell(self.stages[#self.stages])
  end
end

function run:add(item, check, found)
  found.target, found.check = item.target and item.target.name, check
  -- Nobody looks at a container that is no target's before the next boot: no reminder could end.
  found.once = item.name and not item.target or nil
  self.findings[#self.findings + 1] = found
end

function run:skip_query(item, blocked_by)
  if item.target then
    self:skipped(item, blocked_by, "query")
    self.findings[#self.findings + 1] = finding.skipped(item.target.name, "query", blocked_by)
  end
end

-- ---- the engine ----

local function is_settled(found)
  return not finding.may_pass(found)
end

-- A ping says little of an engine that hangs: it must tell its version as well.
local function look_at_engine(self)
  local engine <const>, limit <const> = self.engine, self:call_seconds()
  local answer, err = probe.attempt(engine.ping, engine, { timeout = limit })
  local found <const> = engine_of.judge_ping(engine.endpoint, answer, err)
  if found.status ~= "ok" then
    return found
  end
  local version
  version, err = probe.attempt(engine.version, engine, { timeout = self:call_seconds() })
  return engine_of.judge(engine.endpoint, version, err, {}, limit)
end

local function wait_for_engine(self)
  local began <const> = host.now()
  local found <const> = self:watch(is_settled, function()
    return look_at_engine(self)
  end)
  found.seconds = host.now() - began
  local owner <const> = run_of.owner_of_engine(self.context.config)
  self:add({ target = owner and { name = owner } }, "engine", found)
  self:ended("engine", {}, began, found)
  return found.status == "ok"
end

-- ---- a container ----

-- What it said last, for the message of one that ended again.
local function last_words(self, name)
  local logs <const> = probe.attempt(self.engine.logs, self.engine, name,
    { tail = 20, timeout = self:call_seconds() })
  local last
  for line in ((logs or {}).stderr or ""):gmatch("[^\r\n]+") do
    last = line
  end
  return last and (": " .. last:sub(1, 200)) or ""
end

-- Start it. Returns nil, or the finding where the engine could not.
local function start(self, item)
  local engine <const> = self.engine
  self.context.log:info("container.start", { container = item.name })
  local _, err = probe.attempt(engine.start, engine, item.name,
    { timeout = math.max(self:left(), least_call) })
  if not err then
    item.started = true
    return nil
  end
  local failure <const> = finding.bad("container.exited",
    ("container '%s' could not be started: %s"):format(item.name,
      plan.start_failure(err.engine_message or err.message)),
    { hint = ("docker start %s says the same when it is tried by hand."):format(item.name) })
  failure.again = err.code == "HTTP" or err.code == "TIMEOUT"
  return failure
end

-- One that does not run, and is left so: why.
local function explain(self, item, inspected, found)
  if item.started then
    found.message = ("%s, after nightjar had started it%s"):format(found.message,
      last_words(self, item.name))
    return found
  end
  local reason <const>, hint <const> = plan.reason(item.name, inspected)
  found.message = reason and ("%s; %s"):format(found.message, reason) or found.message
  found.hint = hint or found.hint
  return found
end

local function look_at_container(self, item)
  local inspected, err = probe.attempt(self.engine.inspect, self.engine, item.name,
    { timeout = self:call_seconds() })
  if not inspected then
    return engine_of.judge_inspection(item.name, err, self.timeout)
  end
  local found <const> = container_of.judge(item.name, inspected, nil, 0, host.time())
  item.runs_since = item.runs_since
    or inspected.State.Running and not inspected.State.Restarting and host.now() or nil
  local action <const> = plan.action(inspected, item.named)
  if action == "start" and not item.started then
    local failure <const> = start(self, item)
    return failure or finding.bad("container.starting", ("container '%s' was started"):format(
      item.name))
  elseif found.class == "container.exited" or found.class == "container.oom" and found.blocks then
    return inspected.State.Restarting and found or explain(self, item, inspected, found)
  end
  return found
end

local function container_settled(found)
  return not (finding.may_pass(found) or found.again or found.class == "container.restarting")
end

-- What there is to say of one that runs.
local function running(item)
  return item.started and ("started, running for %s"):format(
    units.format_duration(host.now() - item.runs_since)) or "running"
end

-- Wait until it runs and is healthy. True when what is inside can be asked.
local function wait_for_container(self, item)
  local began <const> = host.now()
  local found <const> = self:watch(container_settled, function()
    return look_at_container(self, item)
  end)
  found.seconds = host.now() - began
  self:add(item, item.target and "container" or "container:" .. item.name, found)
  local health <const> = found.status == "ok" or found.class == "container.unhealthy"
    or found.class == "container.starting" and item.runs_since
  if health then
    self:ended("container", item, began, nil, item.runs_since and running(item) or "")
    self:ended("health", item, item.runs_since or began, found)
  else
    self:ended("container", item, began, found)
    self:skipped(item, "container", "health")
  end
  return not found.blocks
end

-- ---- a server ----

local function wait_for_query(self, item)
  local began <const> = host.now()
  local found <const> = self:watch(is_settled, function()
    local answer <const>, connection = connection_of.query({ attempts = 1,
      timeout = self:call_seconds() }, item.target)
    if connection then
      connection:close()
    end
    return answer
  end)
  found.seconds = host.now() - began
  self:add(item, "query", found)
  self:ended("query", item, began, found)
end

-- ---- the whole ----

local function look_after(self, item)
  if not item.name or wait_for_container(self, item) then
    if item.target then
      wait_for_query(self, item)
    end
  else
    self:skip_query(item, "container")
  end
end

local function each(self, items)
  local jobs = { limit = together }
  for index, item in ipairs(items) do
    jobs[index] = function()
      look_after(self, item)
    end
  end
  task.parallel(jobs)
end

-- The containers, when the engine is there; else they are not reached.
local function look_after_containers(self, items)
  if #items == 0 then
    return
  elseif wait_for_engine(self) then
    each(self, items)
    return
  end
  for _, item in ipairs(items) do
    self:add(item, item.target and "container" or "container:" .. item.name,
      finding.skipped(item.target and item.target.name, "container", "engine"))
    self:skipped(item, "engine", "container", "health")
    self:skip_query(item, "engine")
  end
end

local function without_container(targets)
  local items = {}
  for _, target in ipairs(targets) do
    items[#items + 1] = not target.container and { target = target } or nil
  end
  return items
end

-- The names of startup.start: of its list, or of its function, which is given the containers of the
-- targets.
local function named_by_policy(context, targets)
  local names <const> = context.config.policy.startup.start
  if type(names) ~= "function" then
    return names
  end
  local containers = {}
  for _, target in ipairs(targets) do
    containers[#containers + 1] = target.container
  end
  return hook.decide(context, { name = "startup.start", f = names, check = hook.texts }, {},
    containers)
end

-- Wait and verify. options: wait (seconds in all), target (the name of the only one), tell(stage),
-- called for each stage that has ended. Returns findings, and stages.
function M.verify(context, options)
  local config <const> = context.config
  local targets <const> = target_of.selected(config, options.target)
  local containers <const> = plan.containers(targets,
    options.target and {} or named_by_policy(context, targets))
  local settings <const> = docker.settings(config.values)
  settings.write = true
  local self <const> = setmetatable({
    context = context, timeout = config.policy.health.timeout,
    deadline = host.now() + options.wait, tell = options.tell or function() end,
    engine = #containers > 0 and docker.connect(settings) or nil, findings = {}, stages = {},
  }, run)
  task.parallel {
    function() look_after_containers(self, containers) end,
    function() each(self, without_container(targets)) end,
  }
  return self.findings, self.stages
end

return M
