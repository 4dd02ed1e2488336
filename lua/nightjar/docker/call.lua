-- One call to a Docker engine: its version is agreed upon once, and what goes wrong is told in the
-- words of who looks after the engine.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local http = require "nightjar.http"
local json = require "nightjar.json"

local M = {}

-- The versions of the Engine API that nightjar has been written for.
local oldest <const>, newest <const> = { 1, 24 }, { 1, 52 }

local function version_text(version)
  return ("%d.%d"):format(version[1], version[2])
end

local function parse_version(text)
  local major <const>, minor <const> = tostring(text):match("^(%d+)%.(%d+)$")
  return major and { math.tointeger(tonumber(major)), math.tointeger(tonumber(minor)) } or nil
end

local function is_older(one, other)
  return one[1] < other[1] or one[1] == other[1] and one[2] < other[2]
end

-- "a b" → "a%20b", fit for a part of a path or a query.
local function encode(text)
  return (tostring(text):gsub("[^%w._~-]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end
M.encode = encode

local function query_text(query)
  local names, parts = {}, {}
  for name in pairs(query or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  for index, name in ipairs(names) do
    parts[index] = name .. "=" .. encode(query[name])
  end
  return #parts > 0 and "?" .. table.concat(parts, "&") or ""
end

-- ---- when nobody answers ----

-- Where else an engine's socket often is, for a hint.
local function other_socket(environment)
  local places <const> = {
    environment.XDG_RUNTIME_DIR and environment.XDG_RUNTIME_DIR .. "/docker.sock",
    environment.HOME and environment.HOME .. "/.docker/desktop/docker.sock",
    environment.HOME and environment.HOME .. "/.docker/run/docker.sock",
  }
  for index = 1, 3 do
    if places[index] and try(fs.stat, places[index]) then
      return places[index]
    end
  end
end

local function not_found(engine)
  if not engine.at.socket then
    return "the name of the Docker engine '%s' has no address", "Check DOCKER_HOST."
  end
  local other <const> = other_socket(host.environment())
  return "there is no Docker engine at '%s'", other
    and ("There is a socket at '%s': DOCKER_HOST=unix://%s"):format(other, other)
    or "Start it (systemctl start docker), or say where it is: DOCKER_HOST."
end

local function words_for(engine, err, call)
  if err.code == "NOT_FOUND" then
    return not_found(engine)
  elseif err.code == "REFUSED" then
    return "the Docker engine at '%s' does not run: nobody listens there", engine.at.socket
      and "Start it: systemctl start docker" or "Start it, and check the port in DOCKER_HOST."
  elseif err.code == "DENIED" then
    return "this user may not use the Docker engine at '%s'",
      "Run nightjar as root, or put its user into the group docker (which is as good as root)."
  elseif err.code == "TIMEOUT" then
    return ("the Docker engine at '%%s' does not answer '%s' in time"):format(call),
      "It hangs or is overloaded: look into its log (journalctl -u docker)."
  elseif err.code == "TLS" then
    return "the Docker engine at '%s' and nightjar do not trust each other: "
      .. err.message:gsub("%%", "%%%%"),
      "DOCKER_CERT_PATH names the folder with ca.pem, cert.pem and key.pem."
  elseif err.code == "CLOSED" then
    return ("the Docker engine at '%%s' hung up on '%s'"):format(call),
      "It may have been stopped just now, or speak TLS where nightjar does not (DOCKER_TLS_VERIFY)."
  end
  return "the Docker engine at '%s': " .. err.message:gsub("%%", "%%%%"), err.hint
end

local function unreachable(engine, err, call, op)
  local words <const>, hint <const> = words_for(engine, err, call)
  fail(err.code, words:format(engine.endpoint), hint, { op = op, cause = err, errno = err.errno,
    missing = err.code == "NOT_FOUND" and "engine" or nil })
end

-- ---- when it says no ----

-- The engine's own words: {"message": "..."}, or plain text from an old one.
local function message_of(response)
  local body <const> = try(json.decode, response.body)
  local text = type(body) == "table" and type(body.message) == "string" and body.message
    or response.body
  text = text:gsub("%c+", " "):gsub("^ +", ""):gsub(" +$", "")
  return #text > 300 and text:sub(1, 300) .. "…" or text
end

local function refuse_version(engine, message, op)
  local minimum <const> = message:match("[Mm]inimum supported API version is ([%d.]*%d)")
  local what <const> = minimum and ("wants API %s or newer"):format(minimum) or "refuses the API"
  fail("VERSION", ("the Docker engine at '%s' %s, and nightjar asked in %s"):format(engine.endpoint,
    what, engine.api), minimum
    and ("Update nightjar; until then DOCKER_API_VERSION=%s may do."):format(minimum)
    or "DOCKER_API_VERSION says in which version to ask: " .. message, { op = op, status = 400 })
end

-- Raise what an answer of 300 and above means. 304 is none: it says that there was nothing to do.
local function check(engine, response, call, op)
  local status <const> = response.status
  if status < 300 or status == 304 then
    return
  end
  local message <const> = message_of(response)
  if status == 400 and message:find("client version [%d.]+ is too %a+") then
    refuse_version(engine, message, op)
  elseif status == 400 and message:find("HTTP request to an HTTPS server", 1, true) then
    fail("TLS", ("the Docker engine at '%s' wants TLS"):format(engine.endpoint),
      "Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH.", { op = op, status = status })
  elseif status == 401 or status == 403 then
    fail("DENIED", ("the Docker engine at '%s' forbids '%s': %s"):format(engine.endpoint, call,
      message), "A proxy in front of it may let only some calls through.",
      { op = op, status = status })
  end
  fail("HTTP", ("the Docker engine at '%s' answers '%s' with %d: %s"):format(engine.endpoint, call,
    status, message), nil, { op = op, status = status, engine_message = message })
end

-- ---- the call ----

-- Ask without a version in the path. options: query, body (a table), deadline (of host.now),
-- op, write.
local function ask(engine, method, path, options)
  local call <const> = method .. " " .. path:gsub("^/v[%d.]+/", "/")
  if method ~= "GET" and not engine.write then
    fail("DENIED", ("the engine was opened for reading, and '%s' would change something"):format(
      call), "docker.connect{write = true} opens it for both.", { op = options.op })
  end
  local at <const> = engine.at
  local response <const>, err = try(http.request, {
    url = at.url .. path .. query_text(options.query), method = method, check = false,
    headers = options.body and { ["Content-Type"] = "application/json" } or nil,
    body = options.body and json.encode(options.body) or nil,
    socket = at.socket, verify = at.verify, ca_file = at.ca_file, cert_file = at.cert_file,
    key_file = at.key_file, limit = engine.limit,
    timeout = math.max(options.deadline - host.now(), 0.001),
  })
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    unreachable(engine, err, call, options.op)
  end
  check(engine, response, call, options.op)
  return response, call
end

-- GET /_ping: { api_version =, os = }. What it says of the version is kept for the calls to come.
function M.ping(engine, options)
  local response <const> = ask(engine, "GET", "/_ping", options)
  local version <const> = response.headers["api-version"]
  if not parse_version(version) then
    fail("FORMAT", ("what answers at '%s' is no Docker engine"):format(engine.endpoint),
      "Check DOCKER_HOST, and the proxy in front of the engine.", { op = options.op })
  end
  engine.pong = { api_version = version, os = response.headers.ostype }
  return engine.pong
end

-- The version to ask in: that of DOCKER_API_VERSION, or the newest that both know.
local function agree(engine, options)
  if engine.api then
    return
  end
  local theirs <const> = parse_version((engine.pong or M.ping(engine, options)).api_version)
  if is_older(theirs, oldest) then
    fail("VERSION", ("the Docker engine at '%s' knows API %s, and nightjar needs %s"):format(
      engine.endpoint, version_text(theirs), version_text(oldest)), "Update the Docker engine.",
      { op = options.op })
  end
  engine.api = version_text(is_older(theirs, newest) and theirs or newest)
end

-- Ask in the version agreed upon. Gives the response, and the call as errors name it.
function M.request(engine, method, path, options)
  agree(engine, options)
  return ask(engine, method, ("/v%s%s"):format(engine.api, path), options)
end

-- The same for a call that answers with JSON: its value, of which `is_right` must hold.
function M.json(engine, method, path, options, is_right)
  local response <const>, call = M.request(engine, method, path, options)
  local value <const>, err = try(json.decode, response.body)
  if err or not is_right(value) then
    fail("FORMAT", ("the Docker engine at '%s' answers '%s' with something else than was asked "
      .. "for"):format(engine.endpoint, call), nil, { op = options.op, cause = err })
  end
  return value
end

-- A version that DOCKER_API_VERSION names, or nil for none.
function M.stated_version(text)
  if not text or text == "" then
    return nil
  elseif not parse_version(text) then
    fail("CONFIG", ("DOCKER_API_VERSION: '%s' is no version"):format(text), "It looks like 1.41.")
  end
  return text
end

return M
