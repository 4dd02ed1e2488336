-- PostgreSQL's own programs for a target: this host's, or those in the server's container.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local target_of = require "nightjar.target"

local M = {}

local programs <const> = { "pg_dump", "pg_dumpall", "psql" }
local docker_settings <const> = { "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY",
  "DOCKER_CERT_PATH" }

local handed_on <const> = {
  "PGAPPNAME", "PGOPTIONS", "PGPASSWORD", "PGUSER", "PGCONNECT_TIMEOUT", "LC_ALL",
}
local outside_only <const> = { "PGHOST", "PGPORT", "PGPASSFILE", "PGSSLMODE" }

local tools = {}
tools.__index = tools

local function parse_version(text)
  local version <const> = text:match("%(PostgreSQL%)%s+(%d[%w%.]*)") or text:match("(%d+[%d%.]*)")
  return version, version and math.tointeger(tonumber(version:match("^%d+")))
end

local function docker_environment(values)
  local environment = {}
  for _, name in ipairs(docker_settings) do
    environment[name] = values[name]
  end
  return environment
end

-- {place=, version=, major=}, or nil and why not.
local function on_host()
  for _, program in ipairs(programs) do
    if not fs.find_program(program) then
      return nil, ("there is no %s on this host's PATH"):format(program)
    end
  end
  local version, major = parse_version(process.run { "pg_dump", "--version", timeout = 10 }.stdout)
  if not major then
    return nil, "pg_dump on this host does not tell its version"
  end
  return { place = "host", version = version, major = major }
end

local function in_container(container, values)
  local version, major
  for _, program in ipairs(programs) do
    local result, err = try(process.run, { "docker", "exec", container, program, "--version",
      timeout = 30,
      env = docker_environment(values) })
    if not result then
      local detail = (err.stderr or ""):match("[^\n]+") or err.message
      return nil, ("%s does not run in container '%s': %s"):format(program, container, detail)
    end
    if program == "pg_dump" then
      version, major = parse_version(result.stdout)
    end
  end
  if not major then
    return nil, ("pg_dump in container '%s' does not tell its version"):format(container)
  end
  return { place = "container", container = container, version = version, major = major }
end

local function too_old(found, server)
  local where <const> = found.place == "host" and "on this host"
    or ("in container '%s'"):format(found.container)
  return ("pg_dump %s is version %s, and the server is %s: an older one cannot dump it"):format(
    where, found.version, server.version_text)
end

-- Which programs to use for a server: `candidates` in the order of preference, each a function that
-- gives what it found, or nil and why not.
local function first_usable(target, server, candidates)
  local reasons = {}
  for _, candidate in ipairs(candidates) do
    local found, reason = candidate()
    if found and found.major >= server.major then
      return found
    end
    reasons[#reasons + 1] = found and too_old(found, server) or reason
  end
  local hint = ("Install PostgreSQL's client programs, version %d or newer, on this host"):format(
    server.major)
  if not target.container then
    hint = hint .. ", or name the server's container (POSTGRES_CONTAINER) so that its own are used"
  end
  fail("VERSION", table.concat(reasons, "; "), hint .. ".")
end

-- The programs for a target whose server has these facts. `values` are the configuration's.
function M.choose(target, server, values)
  local host = on_host
  local container = target.container and function()
    return in_container(target.container, values)
  end
  local candidates
  if target.dump == "host" then
    candidates = { host }
  elseif target.dump == "container" then
    if not container then
      fail("CONFIG", ("target '%s' has dump = \"container\" and no container"):format(target.name),
        "Give the target's container, or dump = \"auto\".")
    end
    candidates = { container }
  else
    candidates = { host, container }
  end
  local found <const> = first_usable(target, server, candidates)
  found.target, found.docker = target, docker_environment(values)
  return setmetatable(found, tools)
end

local function connection_environment(self, options)
  local target <const> = self.target
  return {
    PGHOST = target.host, PGPORT = target.port and tostring(target.port), PGUSER = target.user,
    PGPASSWORD = target.password, PGPASSFILE = target.passfile, PGSSLMODE = target.sslmode,
    PGAPPNAME = options.application_name, PGOPTIONS = options.settings,
    PGCONNECT_TIMEOUT = "10", LC_ALL = "C",
  }
end

-- In a container the server is reached through its own socket, not through what is published
-- outside. `-e NAME` hands a variable on without its value in argv.
local function wrap_for_container(self, argv, environment)
  local wrapped = { "docker", "exec", "-i" }
  for _, name in ipairs(handed_on) do
    if environment[name] then
      wrapped[#wrapped + 1] = "-e"
      wrapped[#wrapped + 1] = name
    end
  end
  wrapped[#wrapped + 1] = self.container
  for _, name in ipairs(outside_only) do
    environment[name] = nil
  end
  for name, value in pairs(self.docker) do
    environment[name] = value
  end
  return table.move(argv, 1, #argv, #wrapped + 1, wrapped)
end

-- What process.source, process.sink and process.run take, to run a program against the target.
-- Secrets are in the environment alone. options: application_name, settings (PGOPTIONS).
function tools:command(program, arguments, options)
  local environment <const> = connection_environment(self, options)
  local argv = table.move(arguments, 1, #arguments, 2, { program })
  if self.place == "container" then
    argv = wrap_for_container(self, argv, environment)
  end
  argv.env = environment
  return argv
end

-- Free bytes where the server keeps its data, or nil where that cannot be seen.
function tools:server_space(server)
  local folder <const> = server.data_directory
  if not folder then
    return nil
  end
  if self.target.container then
    local result <const> = try(process.run, { "docker", "exec", self.target.container, "df", "-Pk",
      folder,
      timeout = 30, env = self.docker })
    local kib <const> = result and result.stdout:match("\n%S+%s+%d+%s+%d+%s+(%d+)")
    return kib and math.tointeger(kib) * 1024
  end
  if target_of.is_local(self.target) and fs.stat(folder) then
    return fs.space(folder).available
  end
end

return M
