-- One run against one target: its lock, id, connection and programs, and no trace of it after.

local complaint = require "nightjar.complaint"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local names = require "nightjar.names"
local run_lock = require "nightjar.run_lock"
local target_of = require "nightjar.target"
local task = require "nightjar.task"
local tools = require "nightjar.tools"
local units = require "nightjar.units"

local M = {}

local session = {}
session.__index = session

-- The id of a run that starts at `time`: that second, or the next that no other run has.
local function free_id(folder, time)
  while fs.stat(folder .. "/" .. units.id(time)) do
    time = time + 1
  end
  return units.id(time)
end

-- Hold a lock of the target's. `target-…` is for what makes, proves, deletes or restores its
-- backups: one run at a time.
local function lock(config, kind, target, purpose, seconds)
  return run_lock.take(config, kind .. "-" .. target.name, purpose, seconds)
end

-- The folder of a target's sets.
function M.folder(config, target)
  return config.backup_folder .. "/" .. target.name
end

-- Take the lock alone, for what needs no server: deleting and listing. It is waited for so many
-- seconds, where they are given.
function M.lock(context, target, purpose, seconds)
  return lock(context.config, "target", target, purpose, seconds)
end

-- The lock of the target's copies at the remote, for what changes them. It is another one: an
-- upload may take hours, and keeps nobody from making the next backup.
function M.lock_remote(context, target, purpose)
  return lock(context.config, "remote", target, purpose)
end

-- The database to be connected to while no other is meant; never `avoid`, which will be renamed.
local function maintenance_database(target, avoid)
  for _, name in ipairs { target_of.maintenance_database(target), "postgres", "template1" } do
    if name ~= avoid then
      return name
    end
  end
end

-- Begin a run; to be closed: `local run <close> = session.open(context, target, "backup")`.
function M.open(context, target, purpose, avoid)
  local config <const> = context.config
  local self = setmetatable({
    context = context, config = config, policy = config.policy, log = context.log, target = target,
    folder = M.folder(config, target), maintenance = maintenance_database(target, avoid),
  }, session)
  self.held = lock(config, "target", target, purpose)
  local _, err = try(function()
    fs.mkdir(self.folder, { parents = true, mode = 448 })
    self.started = host.time()
    self.id = free_id(self.folder, self.started)
    self.application_name = ("nightjar/%s/%s"):format(self.id, host.random(3))
    self.connection = self:connect(self.maintenance)
    self.server = target_of.facts(self.connection)
    self.tools = tools.choose(target, self.server, config.values)
  end)
  if err then
    self:__close()
    error(err, 0)
  end
  return self
end

-- A run on a server that is no target, and has no lock: server is {host=, port=, user=, ...}, with
-- dump= and container= as a target has them. To be closed.
function M.at(context, server, id, application_name)
  local self = setmetatable({
    context = context, config = context.config, policy = context.config.policy,
    log = context.log, id = id, application_name = application_name,
    maintenance = target_of.maintenance_database(server), target = server,
  }, session)
  local _, err = try(function()
    self.connection = self:connect()
    self.server = target_of.facts(self.connection)
    self.tools = tools.choose(server, self.server, self.config.values)
  end)
  if err then
    self:__close()
    error(err, 0)
  end
  return self
end

-- The same run on another server, for scratch databases. To be closed.
function session:elsewhere(server)
  return M.at(self.context, setmetatable({ dump = "host" }, { __index = server }), self.id,
    self.application_name .. "/proof")
end

function session:conninfo(database)
  return names.conninfo(database or self.maintenance)
end

-- A connection of this run to one of the target's databases. It may idle as long as the run takes,
-- whatever limits the role or the database has.
function session:connect(database)
  local connection <const> = target_of.connect(self.target, {
    dbname = database or self.maintenance, application_name = self.application_name,
    options = "-c default_transaction_read_only=off",
  })
  connection:query [[
    SELECT set_config(name, '0', false) FROM pg_settings
     WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_session_timeout',
                    'idle_in_transaction_session_timeout', 'transaction_timeout')]]
  return connection
end

-- Make sure of the run's own connection, which has idled while bytes went another way.
function session:refresh()
  if not try(self.connection.query, self.connection, "SELECT 1 AS answer") then
    self.connection:close()
    self.connection = self:connect()
  end
end

-- A program of PostgreSQL's, run for this run.
function session:command(program, arguments, settings)
  return self.tools:command(program, arguments, { application_name = self.application_name,
    settings = settings })
end

local function end_backends(self)
  local ended = try(target_of.end_backends, self.connection, self.application_name)
  if not ended then
    local connection <close> = target_of.connect(self.target,
      { application_name = "nightjar cleaning up" })
    ended = target_of.end_backends(connection, self.application_name)
  end
  return ended
end

-- End what the server still does for this run. A pg_dump that was killed leaves a backend that
-- waits for its lock.
function session:end_backends()
  local ended, err = try(task.shield, 20, end_backends, self)
  if err then
    self.log:warn("backends.left", { application_name = self.application_name,
      message = err.message })
  elseif ended > 0 then
    self.log:info("backends.ended", { application_name = self.application_name, count = ended })
  end
end

-- Run a pipeline for this run. When it fails, what the server still does for it is ended, and the
-- error says what the program said.
function session:stream(run, ...)
  local result, err = try(run, ...)
  if err then
    self:end_backends()
    local said <const> = complaint(err)
    err.message = said and ("%s: %s"):format(err.message, said) or err.message
    error(err, 0)
  end
  return result
end

function session:__close(err)
  if err and self.connection then
    self:end_backends()
  end
  if self.connection then
    self.connection:close()
  end
  if self.held then
    self.held:release()
  end
end

return M
