-- Which Docker engine is meant, decided as the docker command decides it: an endpoint out of
-- options, environment and ~/.docker. Pure: what it reads, it reads through `files`.

local json = require "nightjar.json"
local suggest = require "nightjar.suggest"

local M = {}

local default_socket <const> = "/var/run/docker.sock"
local name_it <const> =
  "Name the engine: DOCKER_HOST=unix:///var/run/docker.sock, or tcp://HOST:PORT"

local function given(value)
  return value ~= "" and value or nil
end

-- ---- addresses ----

local function ssh_hint(rest)
  return ("Forward its socket: ssh -N -L /tmp/docker.sock:/var/run/docker.sock %s, and "
    .. "DOCKER_HOST=unix:///tmp/docker.sock"):format(rest ~= "" and rest or "HOST")
end

local function refuse(message, hint)
  fail("CONFIG", message, hint or name_it)
end

local function unix_endpoint(text, path)
  path = given(path) or default_socket
  if path:sub(1, 1) ~= "/" then
    refuse(("'%s' names no socket from the root"):format(text),
      "It has three slashes: unix:///var/run/docker.sock")
  end
  return { shown = "unix://" .. path, socket = path, url = "http://docker", verify = true }
end

-- tls: nil for none, or { verify=, ca_file=, cert_file=, key_file= }.
local function tcp_endpoint(text, rest, tls)
  local authority <const>, base <const> = rest:match("^([^/]*)(.*)$")
  local name, port = authority:match("^(%[[%x:.%%]+%]):?(%d*)$")
  if not name then
    name, port = authority:match("^([%w._%-]+):?(%d*)$")
  end
  local number <const> = port == "" and (tls and 2376 or 2375) or math.tointeger(tonumber(port))
  if not name or not number or number < 1 or number > 65535 then
    refuse(("'%s' is no address of a Docker engine"):format(text))
  end
  tls = tls or {}
  return {
    shown = ("tcp://%s:%d%s"):format(name, number, base),
    url = ("%s://%s:%d%s"):format(tls.used and "https" or "http", name, number,
      (base:gsub("/+$", ""))),
    verify = tls.verify ~= false, ca_file = tls.ca_file, cert_file = tls.cert_file,
    key_file = tls.key_file,
  }
end

-- The endpoint of a text such as DOCKER_HOST holds; tls_of() is asked where TLS could matter.
local function from_text(text, tls_of)
  local scheme, rest = text:match("^(%a[%w+.-]*)://(.*)$")
  scheme = scheme and scheme:lower()
  if scheme == "unix" then
    return unix_endpoint(text, rest)
  elseif scheme == "tcp" then
    return tcp_endpoint(text, rest, tls_of())
  elseif scheme == "ssh" then
    refuse(("'%s': nightjar does not reach a Docker engine by ssh"):format(text), ssh_hint(rest))
  elseif scheme == "npipe" then
    refuse(("'%s': named pipes are there on Windows alone"):format(text),
      "In WSL, turn on Docker Desktop's integration with it: unix:///var/run/docker.sock")
  elseif scheme then
    refuse(("'%s': an engine is named by unix:// or tcp://"):format(text))
  elseif text:sub(1, 1) == "/" then
    refuse(("'%s' is a path"):format(text), ("A socket is written: unix://%s"):format(text))
  end
  return tcp_endpoint(text, text, tls_of())
end

-- ---- ~/.docker ----

local function config_folder(environment)
  local home <const> = given(environment.HOME)
  return given(environment.DOCKER_CONFIG) or home and home .. "/.docker"
end

local function read_json(path, files)
  local text <const> = files.read(path)
  if not text then
    return nil
  end
  local value <const>, err = try(json.decode, text)
  if type(value) ~= "table" then
    fail("CONFIG", ("'%s' holds no JSON object"):format(path), name_it, { cause = err })
  end
  return value
end

local function current_context(folder, files)
  local config <const> = folder and read_json(folder .. "/config.json", files)
  local name <const> = config and config.currentContext
  return type(name) == "string" and given(name) or nil
end

local function is_table(value)
  return type(value) == "table" and value or {}
end

-- The stored context of that name: { folder = its TLS files', docker = its endpoint }.
local function find_context(name, folder, files)
  local names = {}
  for _, id in ipairs(folder and files.list(folder .. "/contexts/meta") or {}) do
    local meta <const> = read_json(("%s/contexts/meta/%s/meta.json"):format(folder, id), files)
    if meta and meta.Name == name then
      return { folder = ("%s/contexts/tls/%s/docker"):format(folder, id),
        docker = is_table(is_table(meta.Endpoints).docker) }
    end
    names[#names + 1] = meta and type(meta.Name) == "string" and meta.Name or nil
  end
  local near <const> = suggest(name, names)
  refuse(("there is no docker context '%s'"):format(name),
    near and ("Did you mean '%s'?"):format(near) or "docker context ls lists those that there are.")
end

-- ---- TLS ----

-- The files of that folder that are there, and whether there are any.
local function tls_files(folder, files)
  local tls, any = {}, false
  for field, name in pairs { ca_file = "ca.pem", cert_file = "cert.pem", key_file = "key.pem" } do
    local path <const> = folder .. "/" .. name
    if files.exists(path) then
      tls[field], any = path, true
    end
  end
  return tls, any
end

-- TLS as DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH ask for it, or nil.
local function stated_tls(options, environment, files)
  local verify = options.tls_verify
  if verify == nil then
    verify = environment.DOCKER_TLS_VERIFY
  end
  verify = verify ~= false and given(verify) ~= nil
  if not verify and not (options.tls_verify == nil and given(environment.DOCKER_TLS)) then
    return nil
  end
  local folder <const> = given(options.cert_path) or given(environment.DOCKER_CERT_PATH)
    or config_folder(environment)
  local tls <const> = folder and tls_files(folder, files) or {}
  if verify and not tls.ca_file then
    refuse(("there is no ca.pem in '%s' to verify the engine by"):format(folder or "~/.docker"),
      "DOCKER_CERT_PATH names the folder with ca.pem, cert.pem and key.pem.")
  end
  tls.used, tls.verify = true, verify
  return tls
end

-- ---- the choice ----

local function from_context(name, folder, files)
  local context <const> = find_context(name, folder, files)
  local text <const> = context.docker.Host
  local endpoint <const> = type(text) == "string" and text ~= "" and from_text(text, function()
    local tls <const>, any = tls_files(context.folder, files)
    local skip <const> = context.docker.SkipTLSVerify == true
    tls.used, tls.verify = any or skip, not skip
    return tls.used and tls or nil
  end) or unix_endpoint()
  endpoint.context = name
  return endpoint
end

-- The endpoint that options and environment mean.
--   options      { host=, context=, tls_verify=, cert_path= }, each may be nil: then as environment
--   environment  the process's variables
--   files        { read(path) → text or nil, list(folder) → names, exists(path) → boolean }
-- Gives { shown=, url=, socket=, verify=, ca_file=, cert_file=, key_file=, context= }, or fails
-- CONFIG.
function M.choose(options, environment, files)
  local host, context = given(options.host), given(options.context)
  if host and context then
    refuse("a host and a context are both given, and each names an engine", "Give one of them.")
  end
  if not host and not context then
    host = given(environment.DOCKER_HOST)
  end
  local folder <const> = config_folder(environment)
  if not host then
    context = context or given(environment.DOCKER_CONTEXT) or current_context(folder, files)
  end
  if context and context ~= "default" then
    return from_context(context, folder, files)
  end
  host = host or given(environment.DOCKER_HOST)
  if not host then
    return unix_endpoint()
  end
  return from_text(host, function()
    return stated_tls(options, environment, files)
  end)
end

return M
