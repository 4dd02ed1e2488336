-- What policy.health.checks may say of each check: its kinds of values, and its defaults.

local schema = require "nightjar.schema"
local suggest = require "nightjar.suggest"

local M = {}

-- In the order in which they are shown: what comes first is looked at first.
M.names = { "engine", "container", "pg_isready", "query", "connections", "transactions",
  "wraparound", "replication", "disk", "backup", "remote", "schedule", "self" }

local duration <const>, percent <const>, size <const> = schema.duration, schema.percent, schema.size
local ages <const> = { warn = duration, crit = duration }

-- The thresholds of those that have any.
local fields <const> = {
  connections = { warn = percent, crit = percent },
  transactions = { warn = duration, crit = duration, idle_warn = duration, idle_crit = duration },
  wraparound = { warn = percent, crit = percent },
  replication = { warn = duration, crit = duration, slot_warn = size, slot_crit = size },
  disk = { warn = percent, crit = percent, inodes = percent, full_within = duration },
  backup = ages,
  remote = { warn = duration },
}

local known = {}
for _, name in ipairs(M.names) do
  known[name] = true
end

-- New each time: a policy is laid over them.
function M.defaults()
  return {
    connections = { warn = 80, crit = 95 },
    transactions = { warn = 3600, crit = 21600, idle_warn = 600, idle_crit = 3600 },
    wraparound = { warn = 50, crit = 75 },
    replication = { warn = 60, crit = 600, slot_warn = 1 << 30, slot_crit = 10 << 30 },
    disk = { inodes = 95, full_within = 43200 },
    backup = {},
    remote = {},
  }
end

local function unknown(what, name, names)
  local near <const> = suggest(name, names)
  return ("%s '%s'%s"):format(what, name, near and (" (did you mean '%s'?)"):format(near) or "")
end

local pairs_of_limits <const> = { { "warn", "crit" }, { "idle_warn", "idle_crit" },
  { "slot_warn", "slot_crit" } }

-- "'warn' (96) is above 'crit' (95)", or nothing.
local function wrong_order(name, value)
  local defaults <const> = M.defaults()[name]
  for _, pair in ipairs(pairs_of_limits) do
    local warn <const> = value[pair[1]] or defaults[pair[1]]
    local crit <const> = value[pair[2]] or defaults[pair[2]]
    if warn and crit and warn > crit then
      return ("'%s' (%s) is above '%s' (%s)"):format(pair[1], warn, pair[2], crit)
    end
  end
end

local function check_thresholds(name, value)
  local checked, names = {}, {}
  for field in pairs(fields[name] or {}) do
    names[#names + 1] = field
  end
  table.sort(names)
  if #names == 0 then
    return nil, "it has no thresholds: false switches it off, a function takes its place"
  end
  for field, given in pairs(value) do
    local kind <const> = fields[name][field]
    if not kind then
      return nil, unknown("it has no threshold", tostring(field), names)
    end
    local result, problem = kind(given)
    if result == nil then
      return nil, ("'%s': %s"):format(field, problem)
    end
    checked[field] = result
  end
  local problem <const> = wrong_order(name, checked)
  if problem then
    return nil, problem
  end
  return checked
end

-- The setting of one check: false is off, a function is the user's own, a table has thresholds.
function M.setting(name, value)
  if type(value) == "function" then
    return value
  elseif not known[name] then
    return nil, unknown("there is no check", name, M.names)
      .. "; a check of one's own is a function"
  elseif value == false then
    return value
  elseif type(value) == "table" then
    return check_thresholds(name, value)
  end
  return nil, "expected false, a table of thresholds or a function"
end

return M
