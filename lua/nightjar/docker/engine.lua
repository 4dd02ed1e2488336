-- What can be asked of a Docker engine, and told to it.

local call = require "nightjar.docker.call"
local container_shape = require "nightjar.docker.container_shape"
local host = require "nightjar.host"
local json = require "nightjar.json"
local options_of = require "nightjar.options"
local stream = require "nightjar.raw.docker_stream"
local suggest = require "nightjar.suggest"
local task = require "nightjar.task"

local engine = {}
engine.__index = engine

-- How long the engine itself waits for a container to end before it kills it.
local engine_grace <const> = 10

-- Check the options, and say by when the call has to be over.
local function begin(self, op, options, known, seconds)
  known[#known + 1] = "timeout"
  local checked <const> = options_of.only(options, known, 3)
  local timeout <const> = checked.timeout or seconds or self.timeout
  if type(timeout) ~= "number" or timeout <= 0 or timeout ~= timeout then
    error("option 'timeout': a number of seconds above 0 expected", 4)
  end
  return checked, { op = "docker." .. op, deadline = host.now() + timeout }
end

local function is_table(value)
  return type(value) == "table"
end

local function container_path(name, rest)
  if type(name) ~= "string" or name == "" then
    error("the name of a container expected", 3)
  end
  return ("/containers/%s/%s"):format(call.encode(name), rest)
end

-- ---- looking ----

function engine:ping(options)
  local _, how = begin(self, "ping", options, {})
  return call.ping(self, how)
end

function engine:version(options)
  local _, how = begin(self, "version", options, {})
  return call.json(self, "GET", "/version", how, is_table)
end

-- filters as the engine takes them: {name = {"a", "b"}, status = "running"}.
local function filter_text(filters)
  local lists = {}
  for name, values in pairs(filters) do
    lists[name] = json.array(is_table(values) and values or { tostring(values) })
  end
  return json.encode(lists)
end

function engine:containers(options)
  local given <const>, how = begin(self, "containers", options, { "all", "filters" })
  how.query = { all = given.all == false and "0" or "1",
    filters = given.filters and filter_text(given.filters) }
  return call.json(self, "GET", "/containers/json", how, is_table)
end

-- Names of containers that somebody could have meant: pure. Those that hold the word come first.
local function similar(name, names)
  local holding = {}
  for _, known in ipairs(names) do
    if known:lower():find(name:lower(), 1, true) then
      holding[#holding + 1] = known
    end
  end
  holding[1] = holding[1] or suggest(name, names)
  return holding
end

local function hint_of(name, names)
  local near <const> = similar(name, names)
  if #near > 0 then
    return ("Did you mean '%s'?"):format(table.concat(near, "' or '", 1, math.min(#near, 3)))
  elseif #names == 0 then
    return "The engine has no container at all."
  end
  return "There is: " .. table.concat(names, ", ", 1, math.min(#names, 8))
    .. (#names > 8 and ", …" or "")
end

local function names_of(containers)
  local names = {}
  for _, container in ipairs(containers) do
    local name <const> = is_table(container) and is_table(container.Names) and container.Names[1]
    names[#names + 1] = type(name) == "string" and name:gsub("^/", "") or nil
  end
  table.sort(names)
  return names
end

-- There is no such container: say which ones there are.
local function missing(self, name, how)
  local containers <const>, err = try(call.json, self, "GET", "/containers/json",
    { op = how.op, deadline = how.deadline, query = { all = "1" } }, is_table)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  fail("NOT_FOUND", ("there is no container '%s'"):format(name),
    containers and hint_of(name, names_of(containers)), { op = how.op, missing = "container" })
end

local function is_missing(err)
  return err.status == 404 and err.engine_message:lower():find("no such container", 1, true)
end

-- Do what concerns a container. What cannot be a container's name is none, whatever the engine's
-- router would make of it.
local function about(self, name, how, f)
  if not name:find("^/?%w[%w_.-]*$") then
    missing(self, name, how)
  end
  local value, err = try(function()
    return (f())
  end)
  if err and is_missing(err) then
    missing(self, name, how)
  elseif err then
    error(err, 0)
  end
  return value
end

local function is_container(value)
  return container_shape(value, "") == nil
end

-- The engine also takes the beginning of an id for a name: a container called 'db' that is gone
-- must not be found in another one whose id begins with db.
local function is_meant(name, container)
  return container.Name == "/" .. name:gsub("^/", "") or container.Id == name
    or #name >= 12 and container.Id:sub(1, #name) == name
end

local function inspect(self, name, how)
  local path <const> = container_path(name, "json")
  local container <const> = about(self, name, how, function()
    return call.json(self, "GET", path, how, is_container)
  end)
  if not is_meant(name, container) then
    missing(self, name, how)
  end
  return container
end

function engine:inspect(name, options)
  local _, how = begin(self, "inspect", options, {})
  return inspect(self, name, how)
end

-- Make sure that a short name that could be the beginning of an id is none.
local function settle(self, name, how)
  container_path(name, "")
  if #name < 12 and name:find("^%x+$") then
    inspect(self, name, how)
  end
end

function engine:logs(name, options)
  local given <const>, how = begin(self, "logs", options, { "tail", "since" })
  local config <const> = inspect(self, name, how).Config
  how.query = { stdout = "1", stderr = "1", tail = tostring(given.tail or 100),
    since = given.since and ("%.9f"):format(given.since) }
  local response <const> = call.request(self, "GET", container_path(name, "logs"), how)
  if is_table(config) and config.Tty then
    return { stdout = response.body, stderr = "" }
  end
  local output <const>, diagnostics <const> = stream.split(response.body)
  return { stdout = output, stderr = diagnostics }
end

function engine:events(options)
  local given <const>, how = begin(self, "events", options, { "since", "until_", "filters" })
  how.query = { since = ("%.9f"):format(given.since or 0),
    ["until"] = ("%.9f"):format(given.until_ or host.time()),
    filters = given.filters and filter_text(given.filters) }
  local response <const> = call.request(self, "GET", "/events", how)
  local events = {}
  for line in response.body:gmatch("[^\r\n]+") do
    local event <const>, err = try(json.decode, line)
    if not is_table(event) then
      fail("FORMAT", ("the Docker engine at '%s' tells of an event that is no JSON"):format(
        self.endpoint), nil, { op = how.op, cause = err })
    end
    events[#events + 1] = event
  end
  return events
end

-- ---- running a program in a container ----

local function create_exec(self, name, argv, given, how)
  local variables
  for variable, value in pairs(given.env or {}) do
    variables = variables or json.array {}
    variables[#variables + 1] = ("%s=%s"):format(variable, value)
  end
  how.body = { AttachStdout = true, AttachStderr = true, Tty = false, Cmd = json.array(argv),
    User = given.user, Env = variables }
  local made <const> = about(self, name, how, function()
    return call.json(self, "POST", container_path(name, "exec"), how, function(value)
      return is_table(value) and type(value.Id) == "string"
    end)
  end)
  how.body = nil
  return "/exec/" .. call.encode(made.Id)
end

-- The exit code, read when the program has ended: that is told a moment after its last output.
local function wait_for_exit(self, path, how)
  local pause = 0.005
  while true do
    local state <const> = call.json(self, "GET", path .. "/json", how, is_table)
    if state.Running == false and math.type(state.ExitCode) == "integer" then
      return state.ExitCode
    end
    task.sleep(pause)
    pause = math.min(pause * 2, 0.2)
  end
end

-- A program that could not be started at all is told in its output, with exit code 126 or 127.
local function check_started(result, name, program, how)
  local reason <const> = (result.exit == 126 or result.exit == 127)
    and result.stdout:match("^OCI runtime exec failed: (.-)%s*$")
  if not reason then
    return
  end
  local code = "SYSTEM"
  if reason:find("executable file not found", 1, true) or reason:find("no such file", 1, true) then
    code = "NOT_FOUND"
  elseif reason:find("permission denied", 1, true) then
    code = "DENIED"
  end
  fail(code, ("'%s' cannot be run in container '%s': %s"):format(program, name,
    (reason:gsub("%c+", " "))), nil, { op = how.op, missing = code == "NOT_FOUND" and "program"
    or nil, exit = result.exit })
end

local function copy_words(argv)
  if not is_table(argv) or #argv == 0 then
    error("exec: the command, a list of words, expected", 3)
  end
  local words = {}
  for index, word in ipairs(argv) do
    if type(word) ~= "string" and type(word) ~= "number" then
      error(("exec: word %d is a %s"):format(index, type(word)), 3)
    end
    words[index] = tostring(word)
  end
  return words
end

function engine:exec(name, argv, options)
  local given <const>, how = begin(self, "exec", options, { "user", "env" })
  local words <const> = copy_words(argv)
  local began <const> = host.now()
  settle(self, name, how)
  local path <const> = create_exec(self, name, words, given, how)
  how.body = { Detach = false, Tty = false }
  local response <const> = call.request(self, "POST", path .. "/start", how)
  how.body = nil
  local output <const>, diagnostics <const> = stream.split(response.body)
  local result <const> = { exit = wait_for_exit(self, path, how), stdout = output,
    stderr = diagnostics }
  check_started(result, name, words[1], how)
  result.seconds = host.now() - began
  return result
end

-- ---- making and removing ----

-- Make a container as the engine's API describes one (Image, Cmd, Env, Labels, HostConfig, ...); it
-- is not started. Returns its id.
function engine:create(name, description, options)
  local _, how = begin(self, "create", options, {}, 60)
  how.query, how.body = { name = name }, description
  return call.json(self, "POST", "/containers/create", how, function(value)
    return is_table(value) and type(value.Id) == "string"
  end).Id
end

-- Remove a container, running or not, with the volumes that were made for it alone. False where
-- there is none of that name.
function engine:remove(name, options)
  local _, how = begin(self, "remove", options, {}, 60)
  how.query = { force = "1", v = "1" }
  local _, err = try(about, self, name, how, function()
    return call.request(self, "DELETE", ("/containers/%s"):format(call.encode(name)), how)
  end)
  if err and not (err.code == "NOT_FOUND" and err.missing == "container") then
    error(err, 0)
  end
  return err == nil
end

-- ---- starting and stopping ----

-- True where it changed something, false where the container was so already.
local function change(self, name, verb, how)
  settle(self, name, how)
  return about(self, name, how, function()
    return call.request(self, "POST", container_path(name, verb), how)
  end).status ~= 304
end

function engine:start(name, options)
  local _, how = begin(self, "start", options, {}, 30)
  return change(self, name, "start", how)
end

local function change_with_grace(self, name, verb, options)
  local grace <const> = type(options) == "table" and options.grace or nil
  if grace and (math.type(grace) ~= "integer" or grace < 0) then
    error("option 'grace': whole seconds from 0 expected", 3)
  end
  local _, how = begin(self, verb, options, { "grace" },
    (grace or engine_grace) + math.max(self.timeout, 10))
  how.query = grace and { t = tostring(grace) }
  return change(self, name, verb, how)
end

function engine:stop(name, options)
  return change_with_grace(self, name, "stop", options)
end

function engine:restart(name, options)
  return change_with_grace(self, name, "restart", options)
end

return engine
