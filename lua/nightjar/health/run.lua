-- One run of the health check: what it is to look at, what the last runs left, and what it finds.

local docker = require "nightjar.docker"
local finding = require "nightjar.health.finding"
local history = require "nightjar.history"
local host = require "nightjar.host"
local settings = require "nightjar.health.settings"
local slots = require "nightjar.health.slots"
local target_of = require "nightjar.target"
local units = require "nightjar.units"

local M = {}

local run = {}
run.__index = run

local looked_back <const>, most_samples <const> = 86400, 40
local working <const> = 8 -- targets that are looked at at the same time, but for those that wait

-- Where each check stands among those of its target.
local places = {}
for index, name in ipairs(settings.names) do
  places[name] = index
end
local after_replication <const> = places.replication + 0.5

-- Is there a check that an engine is needed for?
local function needs_engine(checks)
  for _, name in ipairs { "engine", "container", "pg_isready", "disk" } do
    if checks[name] ~= false then
      return true
    end
  end
  return false
end

-- The engine that the targets' containers are on, or nil where no target has one, or nobody asks.
local function engine_of(config, targets, timeout)
  for _, target in ipairs(needs_engine(config.policy.health.checks) and targets or {}) do
    if target.container then
      local options <const> = docker.settings(config.values)
      options.timeout, options.write = timeout, true -- exec is more than a look
      return docker.connect(options)
    end
  end
end

-- The engine is somebody's own where one target of the home has a container, else everybody's: the
-- name of that target, or nil.
function M.owner_of_engine(config)
  local owner, count = nil, 0
  for _, target in ipairs(config.targets) do
    if target.container then
      owner, count = target.name, count + 1
    end
  end
  return count == 1 and owner or nil
end

-- What the last runs kept, oldest first, and the last one's start.
local function past(config, now)
  local entries, recent = history.read(config, { task = "health-check", evenly = most_samples }), {}
  for _, entry in ipairs(entries) do
    local time <const> = units.parse_iso(entry.time)
    if time and time > now - looked_back then
      recent[#recent + 1] = { time = time, disk = entry.disk }
    end
  end
  local last <const> = entries[#entries] or {}
  return recent, { time = last.time and units.parse_iso(last.time), disk = last.disk or {},
    containers = last.containers or {} }
end

-- What limits stand for disks and backups: those of policy.health.checks over those of
-- monitoring.env.
local function limits_of(policy)
  local checks <const> = policy.health.checks
  local function over(name, fallback)
    local limits <const> = type(checks[name]) == "table" and checks[name] or {}
    return setmetatable({}, { __index = function(_, field)
      return limits[field] == nil and fallback[field] or limits[field]
    end })
  end
  return {
    disk = over("disk", { warn = policy.disk.warn, crit = policy.disk.crit, inodes = 95 }),
    backup = over("backup", { warn = policy.backup.max_age, proof = policy.backup.proof }),
    remote = over("remote", { warn = policy.remote.max_age, hold = policy.remote.hold }),
  }
end

-- Begin a run. name: the only target, or nil for all.
function M.new(context, name)
  local config <const>, now <const> = context.config, host.time()
  local policy <const> = config.policy
  local targets <const> = target_of.selected(config, name)
  local recent <const>, before <const> = past(config, now)
  return setmetatable({
    context = context, config = config, now = now, targets = targets, checks = policy.health.checks,
    timeout = policy.health.timeout, attempts = policy.health.attempts,
    limits = limits_of(policy), recent = recent, before = before, devices = {}, servers = {},
    slots = slots.new(working, policy.health.timeout),
    engine = engine_of(config, targets, policy.health.timeout),
    engine_owner = M.owner_of_engine(config),
    findings = {}, fallbacks = {}, keep = { disk = {}, containers = {} }, backups = {},
  }, run)
end

-- How full the file system of that key was, oldest first; the caller may add to it.
function run:samples(key)
  local samples = {}
  for _, entry in ipairs(self.recent) do
    local disk <const> = type(entry.disk) == "table" and entry.disk[key]
    if disk and math.type(disk.used) then
      samples[#samples + 1] = { time = entry.time, used = disk.used }
    end
  end
  return samples
end

-- Is this check done at all?
function run:does(name)
  return self.checks[name] ~= false
end

-- The thresholds of a check; the defaults where a function of the user's takes its place.
function run:thresholds(name)
  local setting <const> = self.checks[name]
  return type(setting) == "table" and setting or settings.defaults()[name]
end

-- Take in what nightjar's own check found. Where a function of the user's takes its place, it is
-- kept for the case that the function fails.
function run:add(target, check, found)
  found.target, found.check = target and target.name, found.check or check
  local list <const> = type(self.checks[check]) == "function" and self.fallbacks or self.findings
  list[#list + 1] = found
  return found
end

-- Say of checks that they were not done, and why.
function run:skip(target, blocked_by, ...)
  for _, name in ipairs { ... } do
    if self:does(name) then
      self:add(target, name, finding.skipped(target.name, name, blocked_by))
    end
  end
end

-- The check that kept others of this target from being done, or nil.
function run:obstacle(target)
  for _, list in ipairs { self.findings, self.fallbacks } do
    for _, found in ipairs(list) do
      if found.target == target.name and (found.blocked_by or found.blocks) then
        return found.blocked_by or found.check
      end
    end
  end
end

local function place_of(check)
  return places[check:match "^disk:" and "disk" or check] or after_replication
end

-- The findings in the order in which they are told: what all share first, then target by target,
-- then the home's.
function run:sorted()
  local order, arrival = {}, {}
  for index, target in ipairs(self.targets) do
    order[target.name] = index
  end
  for index, found in ipairs(self.findings) do
    arrival[found] = index
  end
  local function rank(found)
    return found.target and order[found.target] or found.check == "engine" and 0 or math.huge
  end
  table.sort(self.findings, function(one, other)
    local first <const>, second <const> = rank(one), rank(other)
    if first ~= second then
      return first < second
    end
    local before <const>, after <const> = place_of(one.check), place_of(other.check)
    return before < after or before == after and arrival[one] < arrival[other]
  end)
  return self.findings
end

return M
