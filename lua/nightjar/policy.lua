-- policy.lua: what may stand in it, its defaults, and loading it.

local checks = require "nightjar.health.settings"
local env = require "nightjar.env"
local jobs = require "nightjar.schedule.jobs"
local message = require "nightjar.message"
local sandbox = require "nightjar.policy.sandbox"
local schema = require "nightjar.schema"

local M = {}

local duration <const>, percent <const>, text <const> = schema.duration, schema.percent, schema.text
local period <const> = schema.positive_duration
local integer <const>, list <const>, func <const> = schema.integer, schema.list, schema.func
local boolean <const>, either <const>, choice <const> = schema.boolean, schema.either, schema.choice
local record <const>, map <const> = schema.record, schema.map

-- A check of the health check: false is off, a function is the user's own, a table has thresholds.
local function check_setting(value, name)
  return checks.setting(name, value)
end

-- A setting of PostgreSQL's, as its -c takes it.
local function setting(value)
  if type(value) == "string" and value:find("^[%w_.]+=") then
    return value
  end
  return nil, "expected a setting such as shared_preload_libraries=timescaledb"
end

local function address(value)
  if message.is_address(value) then
    return value
  end
  return nil, ("expected a mail address, got '%s'"):format(tostring(value))
end

-- An option of rclone's: one word.
local function flag(value)
  if type(value) == "string" and value:find("^%-%-%w") then
    return value
  end
  return nil, "expected an option such as --bwlimit=4M"
end

local tree <const> = record {
  targets = map(record {
    host = text, port = integer(1, 65535), user = text, password = text, passfile = text,
    dbname = text, sslmode = text, container = text, databases = either(list(text), func),
    exclude = list(text),
    dump = choice("auto", "host", "container"), standby = boolean, backup = boolean,
  }),
  health = record {
    checks = map(check_setting), timeout = period, attempts = integer(1, 10), heal = boolean,
  },
  alerts = record {
    interval = duration, ladder = list(duration), bypass = integer(0, 100), strict = boolean,
    subject = func, body = func, to = either(func, list(address)), when = func,
  },
  startup = record { wait = duration, start = either(list(text), func) },
  backup = record {
    level = integer(1, 12), proof = boolean, timeout = period, stall = period,
    lock_wait = period, verify_dsn = text,
  },
  retention = record { keep = either(duration, func), keep_min = integer(1, 1000000) },
  remote = record {
    to = text, keep = either(duration, func), upload = func, hold = duration, max_age = duration,
    confirm = choice("auto", "download"), hosts = list(text), flags = list(flag),
    timeout = period, stall = period,
  },
  restore = record { keep_old = duration, jobs = integer(1, 16), accept = func },
  drill = record {
    place = choice("auto", "container", "cluster", "scratch"), folder = text, image = text,
    settings = list(setting), timeout = period,
  },
  schedule = jobs.tree,
  hooks = record { event = func },
}

-- Where monitoring.env has a value and policy.lua has none.
local from_values <const> = {
  { "ALERT_INTERVAL", "alerts", "interval", duration },
  { "BACKUP_KEEP", "retention", "keep", duration },
  { "BACKUP_KEEP_MIN", "retention", "keep_min", integer(1, 1000000) },
  { "RCLONE_REMOTE", "remote", "to", text },
  { "RCLONE_KEEP", "remote", "keep", duration },
  { "VERIFY_DSN", "backup", "verify_dsn", text },
  { "DISK_WARN", "disk", "warn", percent },
  { "DISK_CRIT", "disk", "crit", percent },
  { "BACKUP_MAX_AGE", "backup", "max_age", duration },
}

local function defaults()
  return {
    targets = {},
    health = { checks = checks.defaults(), timeout = 5, attempts = 3, heal = false },
    alerts = { interval = 900, bypass = 3, strict = false },
    startup = { wait = 300, start = {} },
    backup = { level = 1, proof = true, timeout = 21600, stall = 300, lock_wait = 30,
      max_age = 93600 },
    retention = { keep = 604800, keep_min = 3 },
    remote = {
      keep = 2419200, hold = 1209600, max_age = 691200, confirm = "auto", hosts = {}, flags = {},
      timeout = 21600, stall = 300,
    },
    restore = { keep_old = 604800, jobs = 2 },
    drill = { place = "auto", settings = {}, timeout = 21600 },
    disk = { warn = 85, crit = 95 },
    schedule = {},
    hooks = {},
  }
end

-- The line of the last part of a path in the text: the loader knows no lines of keys. Nil where it
-- cannot be told.
local function line_of(source, path)
  local position = 1
  for key in path:gmatch("[^.]+") do
    local escaped <const> = key:gsub("%p", "%%%0")
    local found <const> = source:find("%f[%w_]" .. escaped .. "%f[^%w_][^=]-=", position)
    if not found then
      return nil
    end
    position = found
  end
  return select(2, source:sub(1, position):gsub("\n", "")) + 1
end

local function refuser(source, name)
  return function(path, key, problem)
    local line <const> = line_of(source, key and path .. key or path)
    fail("CONFIG", ("%s%s: %s"):format(name, line and ":" .. line or "", problem),
      "The policy.lua that nightjar init writes shows every key.")
  end
end

local function no_modules(name)
  return nil, "config/" .. name:gsub("%.", "/") .. ".lua"
end

-- The policy as the text of the file `name` states it, checked, and nothing else. read_module: see
-- sandbox.run; without it a policy can require nothing.
function M.parse(source, name, read_module)
  local value <const> = sandbox.run(source, name, read_module or no_modules)
  if type(value) ~= "table" then
    fail("CONFIG", ("%s: it has to return a table, not a %s"):format(name, type(value)),
      "Begin it with: return {")
  end
  return schema.check(tree, value, refuser(source, name))
end

local function lay_values(policy, values, place)
  for _, entry in ipairs(from_values) do
    local key <const>, section <const>, field <const>, kind <const> = table.unpack(entry)
    if values[key] and values[key] ~= "" then
      local value, problem = kind(values[key])
      if value == nil then
        fail("CONFIG", ("%s%s: %s"):format(place(key), key, problem), env.hint(key))
      end
      policy[section][field] = value
    end
  end
end

local function lay(over, under)
  for key, value in pairs(over) do
    -- Lists and what has keys of the user's own are replaced, sections are merged.
    local below <const> = under[key]
    if type(value) == "table" and type(below) == "table" and #value == 0 and #below == 0 then
      lay(value, under[key])
    else
      under[key] = value
    end
  end
end

-- Reminders after 1, 4 and 24 hours; before them, and instead of what is sooner, at the interval.
local function default_ladder(interval)
  local ladder = { interval }
  for _, step in ipairs { 3600, 14400, 86400 } do
    ladder[#ladder + 1] = step > interval and step or nil
  end
  return ladder
end

-- The defaults, the values of monitoring.env over them, the stated policy over both.
-- place(key) says where a value comes from, for errors.
function M.merge(stated, values, place)
  local policy <const> = defaults()
  lay_values(policy, values, place)
  lay(stated, policy)
  local alerts <const> = policy.alerts
  alerts.ladder = alerts.ladder or default_ladder(alerts.interval)
  table.sort(alerts.ladder)
  return policy
end

return M
