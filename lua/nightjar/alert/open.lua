-- What is wrong for certain, and not over: for who asks, and not for mails.

local json = require "nightjar.json"
local state_of = require "nightjar.alert.state"
local units = require "nightjar.units"

local M = {}

-- { {target, check, class, status, message, since, told}... } with json.null where a field does not
-- apply; and what waits to be delivered, or json.null.
function M.list(config)
  local state <const> = state_of.peek(config.state_folder)
  local alerts = json.array {}
  for _, entry in ipairs(state and state.entries or {}) do
    if entry.phase == "hard" then
      alerts[#alerts + 1] = { target = entry.target or json.null, check = entry.check,
        class = entry.class or json.null, status = entry.status,
        message = entry.message or json.null, since = units.iso(entry.first),
        told = entry.told ~= nil }
    end
  end
  local pending <const> = state and state.pending
  return alerts, pending and { since = units.iso(pending.since), attempts = pending.attempts,
    error = pending.error and pending.error.message or json.null } or json.null
end

-- The same for scripts: what does not apply is nil.
function M.plain(config)
  local alerts <const> = M.list(config)
  for _, alert in ipairs(alerts) do
    for _, field in ipairs { "target", "class", "message" } do
      alert[field] = alert[field] ~= json.null and alert[field] or nil
    end
  end
  return alerts
end

return M
