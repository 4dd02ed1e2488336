-- A throwaway PostgreSQL in a container of the target's own image: what would be restored into.

local digest = require "nightjar.digest"
local docker = require "nightjar.docker"
local host = require "nightjar.host"
local json = require "nightjar.json"
local postgres = require "nightjar.postgres"
local task = require "nightjar.task"

local M = {}

local start_seconds <const>, stop_seconds <const> = 180, 60
local label <const> = "nightjar.drill"

local function connect(config)
  local settings <const> = docker.settings(config.values)
  settings.write, settings.timeout = true, 30
  return docker.connect(settings)
end

-- Every container of this home's drills has it: so the next one knows what a dead one left.
local function label_of(config)
  return ("%s:%s"):format(host.hostname, digest.of("sha256", config.home):sub(1, 16))
end

-- The image: the policy's, or that of the target's container as it is now.
local function image_of(config, target, engine)
  local wanted <const> = config.policy.drill.image
  if wanted then
    return wanted, wanted
  elseif not target.container then
    fail("NOT_FOUND", "the target runs in no container (POSTGRES_CONTAINER)",
      "drill.image in policy.lua names an image to use.")
  end
  local found <const> = engine:inspect(target.container)
  return found.Image, found.Config and found.Config.Image or found.Image
end

local container = {}
container.__index = container

function container:close()
  if self.id then
    self.engine:remove(self.name)
    self.id = nil
  end
end

function container:__close()
  local _, err = try(task.shield, stop_seconds, self.close, self)
  if err then
    self.context.log:error("drill.left", { container = self.name, message = err.message })
  end
end

-- What the official image and those made of it understand: words that begin with a dash are for the
-- server.
local function description(self, image, superuser, password)
  local words = {}
  local settings <const> = { "fsync=off", "full_page_writes=off", "autovacuum=off",
    "max_wal_size=4GB", "max_locks_per_transaction=512" }
  local own <const> = self.context.config.policy.drill.settings
  table.move(own, 1, #own, #settings + 1, settings)
  for _, setting in ipairs(settings) do
    table.move({ "-c", setting }, 1, 2, #words + 1, words)
  end
  local nothing <const> = json.decode "{}"
  return {
    Image = image, Cmd = json.array(words), Labels = { [label] = label_of(self.context.config) },
    Env = json.array { "POSTGRES_USER=" .. superuser, "POSTGRES_PASSWORD=" .. password,
      "POSTGRES_DB=postgres" },
    ExposedPorts = { ["5432/tcp"] = nothing },
    HostConfig = { ShmSize = 256 << 20, PortBindings = {
      ["5432/tcp"] = json.array { { HostIp = "127.0.0.1", HostPort = "" } } } },
  }
end

local function published_port(state)
  local ports <const> = state.NetworkSettings and state.NetworkSettings.Ports
  local bound <const> = type(ports) == "table" and ports["5432/tcp"]
  return type(bound) == "table" and bound[1] and math.tointeger(tonumber(bound[1].HostPort))
end

local function last_words(self)
  local logs <const> = try(self.engine.logs, self.engine, self.name, { tail = 5 })
  local text <const> = logs and (logs.stderr .. logs.stdout):gsub("%s+$", ""):match("[^\n]*$") or ""
  return text ~= "" and ": " .. text or ""
end

-- Who answers at a published port may be the engine itself: only a connection tells.
local function wait_until_ready(self)
  local deadline <const> = host.now() + start_seconds
  while true do
    local state <const> = self.engine:inspect(self.name)
    if state.State.Status ~= "running" then
      fail("EXIT", ("the throwaway container ended with exit status %s%s"):format(
        state.State.ExitCode, last_words(self)))
    end
    local port <const> = published_port(state)
    self.server.port = port
    local connection, err
    if port then
      connection, err = try(postgres.connect, { host = self.server.host, port = port,
        user = self.server.user, password = self.server.password, dbname = self.server.dbname })
    end
    if connection then
      connection:close()
      return
    elseif err and err.code == "CANCELLED" then
      error(err, 0)
    elseif host.now() > deadline then
      fail("TIMEOUT", ("the throwaway container does not answer: %s%s"):format(
        err and err.message or "it publishes no port", last_words(self)))
    end
    task.sleep(0.25)
  end
end

-- Remove what drills of this home have left on the engine, where one answers.
function M.sweep(context)
  local engine <const> = try(connect, context.config)
  local found <const> = engine and try(engine.containers, engine,
    { filters = { label = label .. "=" .. label_of(context.config) } })
  for _, left in ipairs(found or {}) do
    if try(engine.remove, engine, left.Id) then
      context.log:info("leftover.removed", { container = left.Id:sub(1, 12) })
    end
  end
end

-- Start one, to be closed. wanted: {superuser= its name}. Fields: server (as session.at takes it),
-- text (for people).
function M.open(context, target, wanted)
  local engine <const> = connect(context.config)
  if not engine.endpoint:find("^unix:") then
    fail("CONFIG", ("the Docker engine at '%s' is not on this machine"):format(engine.endpoint))
  end
  local image <const>, shown <const> = image_of(context.config, target, engine)
  local password <const> = host.random(16)
  local self = setmetatable({
    context = context, engine = engine, name = "nightjar-drill-" .. host.random(4),
    text = ("a throwaway container of '%s'"):format(shown),
  }, container)
  local _, err = try(function()
    self.id = engine:create(self.name, description(self, image, wanted.superuser, password))
    self.server = { name = "drill", host = "127.0.0.1", user = wanted.superuser,
      password = password, dbname = "template1", container = self.name, dump = "auto" }
    engine:start(self.name)
    wait_until_ready(self)
  end)
  if err then
    self:__close()
    error(err, 0)
  end
  return self
end

return M
