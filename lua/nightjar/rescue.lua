-- What can be said of a home whose configuration is wrong: enough to mail that it is.

local alert = require "nightjar.alert"
local env = require "nightjar.env"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local log_of = require "nightjar.log"
local ping = require "nightjar.ping"
local policy_of = require "nightjar.policy"

local M = {}

-- The lines of monitoring.env that can be understood, each on its own.
local function lines_of(home)
  local values = {}
  local text <const> = try(fs.read, home .. "/config/monitoring.env")
  for line in ((text or "") .. "\n"):gmatch("([^\n]*)\n") do
    for name, value in pairs(try(env.parse, line, "monitoring.env") or {}) do
      values[name] = value
    end
  end
  return values
end

-- With the environment over them, and what NAME_FILE names read.
local function values_of(home)
  local values <const> = lines_of(home)
  for name, value in pairs(host.environment()) do
    if env.keys[name] ~= nil or env.file_key(name) then
      values[name] = value
    end
  end
  local read = {}
  for name, path in pairs(values) do
    local text <const> = env.file_key(name) and try(fs.read, path, { limit = 65536 })
    read[env.file_key(name) or name] = env.file_key(name) and text and text:gsub("\r?\n$", "")
      or values[env.file_key(name) or name]
  end
  return read
end

local function secrets_of(values)
  local secrets = {}
  for name, is_secret in pairs(env.keys) do
    secrets[#secrets + 1] = is_secret and values[name] or nil
  end
  return secrets
end

-- The configuration that is left.
local function config_of(home)
  local values <const> = values_of(home)
  local function place()
    return ""
  end
  return {
    home = home, values = values, secrets = secrets_of(values), warnings = {},
    log_folder = home .. "/logs", state_folder = home .. "/state",
    policy = try(policy_of.merge, {}, { ALERT_INTERVAL = values.ALERT_INTERVAL }, place)
      or policy_of.merge({}, {}, place),
  }
end

-- Mail that a task cannot run because of `err`, a CONFIG error; nobody reads a scheduler's exit
-- status. Returns what alert.report says.
function M.tell(context, task, err)
  return alert.report(context, { task = task.name,
    -- A boot comes once: its next run may be long in coming.
    once = task.name == "verify-startup" or nil,
    findings = {
      { check = "self", class = "self.policy", status = "crit",
        message = ("%s cannot run: %s"):format(task.name, err.message), hint = err.hint },
      { check = "task:" .. task.name, status = "skipped", blocked_by = "the configuration" },
    } })
end

-- The same of a configuration that cannot be loaded. Where there is no home there is nobody to mail
-- to either.
function M.report(home, task, err)
  if not fs.stat(home .. "/config", { follow = true }) then
    return
  end
  local config <const> = config_of(home)
  local log <const> = log_of.open { folder = config.log_folder, family = task.log or task.name,
    task = task.name, secrets = config.secrets }
  log:error("failed", { code = err.code, message = err.message })
  local context <const> = { config = config, log = log }
  M.tell(context, task, err)
  if task.ping then
    ping.send(context, "fail")
  end
end

return M
