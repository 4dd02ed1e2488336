-- Which names are those of secrets, and which texts may hold one: pure.

local redact = require "nightjar.redact"

local M = {}

local words <const> = { "password", "passwd", "secret", "token", "passphrase", "dsn", "ping_url" }

-- Is what a key of this name holds a secret? A path to one is none.
function M.is_secret_name(key)
  if type(key) ~= "string" then
    return false
  end
  local lower <const> = key:lower()
  for _, word in ipairs(words) do
    if lower:find(word, 1, true) and not lower:find("file$") then
      return true
    end
  end
  return false
end

-- A copy of plain data in which the values of such keys are ***, and so are the secrets that are
-- given. Raises for a cycle.
function M.mask(value, secrets, depth)
  depth = depth or 0
  if type(value) == "string" then
    return redact(value, secrets)
  elseif type(value) ~= "table" then
    return value
  elseif depth > 100 then
    error "nested too deep"
  end
  local copy <const> = setmetatable({}, debug.getmetatable(value))
  for key, entry in next, value do
    local shown <const> = type(key) == "string" and redact(key, secrets) or key
    copy[shown] = M.is_secret_name(key) and type(entry) ~= "boolean" and "***"
      or M.mask(entry, secrets, depth + 1)
  end
  return copy
end

-- May this line, which somebody has typed, hold a secret? `secrets` are those that are known.
function M.may_hold_secret(line, secrets)
  local lower <const> = line:lower()
  for _, word in ipairs(words) do
    if lower:find(word, 1, true) then
      return true
    end
  end
  for _, secret in ipairs(secrets or {}) do
    if secret ~= "" and line:find(secret, 1, true) then
      return true
    end
  end
  return lower:find("://[^/%s]*:[^/%s]*@") ~= nil
end

return M
