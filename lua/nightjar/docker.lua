-- Docker engines: connecting to one, and the default one's functions.

local call = require "nightjar.docker.call"
local endpoint_of = require "nightjar.docker.endpoint"
local engine_type = require "nightjar.docker.engine"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local options_of = require "nightjar.options"

local M = {}

local known <const> = { "host", "context", "tls_verify", "cert_path", "timeout", "limit", "write" }

local files <const> = {
  exists = function(path)
    return fs.stat(path) ~= nil
  end,
  read = function(path)
    return fs.stat(path) and fs.read(path) or nil
  end,
  list = function(path)
    return fs.stat(path) and fs.list(path) or {}
  end,
}

-- The options of connect that the values of monitoring.env mean.
function M.settings(values)
  local function given(key)
    return values[key] ~= "" and values[key] or nil
  end
  local named <const> = given "DOCKER_HOST"
  return { host = named, context = not named and given "DOCKER_CONTEXT" or nil,
    tls_verify = values.DOCKER_TLS_VERIFY, cert_path = given "DOCKER_CERT_PATH" }
end

-- An engine to ask; nothing is sent yet.
function M.connect(options)
  options = options_of.only(options, known)
  local environment <const> = host.environment()
  local at <const> = endpoint_of.choose(options, environment, files)
  return setmetatable({
    at = at, endpoint = at.shown, timeout = options.timeout or 5,
    limit = options.limit or 16 * 1024 * 1024, write = options.write or false,
    api = call.stated_version(environment.DOCKER_API_VERSION),
  }, engine_type)
end

-- docker.inspect(name) and the others: on the engine that the docker command would use. To call
-- one that changes something is to ask for it.
local default
for name, method in pairs(engine_type) do
  if type(method) == "function" then
    M[name] = function(...)
      default = default or M.connect { write = true }
      return method(default, ...)
    end
  end
end

return M
