-- The Docker engine and the targets' containers as doctor sees them.

local collector = require "nightjar.examination.collector"
local container_of = require "nightjar.health.container"
local docker = require "nightjar.docker"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local ports = require "nightjar.docker.ports"
local target_of = require "nightjar.target"

local M = {}

local others_may_write <const> = 2

-- Whoever can talk to an engine can become root on its machine.
local function check_access(add, engine)
  local at <const> = engine.at
  local status <const> = at.socket and fs.stat(at.socket, { follow = true })
  local in_the_clear <const> = not at.socket and at.url:match("^http://([^:/]*)")
  if status and status.mode & others_may_write ~= 0 then
    add("warn", "engine", ("every user of this machine can use '%s', and become root by it"):format(
      at.socket), ("chmod o-rw '%s'"):format(at.socket))
  elseif in_the_clear and not target_of.is_loopback(in_the_clear) then
    add("warn", "engine", ("whoever reaches %s can become root there: it asks nobody who they are")
      :format(engine.endpoint), "Let it listen with TLS (DOCKER_TLS_VERIFY), or on a socket alone.")
  end
end

local function ask(add, config)
  local engine <const> = docker.connect(docker.settings(config.values))
  local version <const> = engine:version()
  add("ok", "engine", ("Docker %s answers at %s (API %s); who may use it is as good as root")
    :format(version.Version or "?", engine.endpoint, version.ApiVersion or "?"))
  check_access(add, engine)
  return engine
end

-- The findings, and the engine where it answers.
function M.examine(config)
  local add <const>, findings <const> = collector(nil)
  local engine, err = try(ask, add, config)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    add("crit", "engine", err.message, err.hint)
  end
  return findings, engine
end

-- ---- a target's container ----

-- The findings of a target's container.
function M.container(engine, target)
  local add <const>, findings <const> = collector(target.name)
  local inspected, err = try(engine.inspect, engine, target.container)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    add("crit", "container", err.message, err.hint)
    return findings
  end
  local found <const> = container_of.judge(target.container, inspected, nil, 0, host.time())
  add(found.status, "container", found.message, found.hint)
  local status <const>, message <const>, hint <const> = ports.judge(target, inspected)
  if status then
    add(status, "port", message, hint)
  end
  return findings
end

return M
