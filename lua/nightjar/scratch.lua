-- Scratch databases: made from a set's create.sql, marked, and dropped whatever happens.

local host = require "nightjar.host"
local markers = require "nightjar.markers"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"
local target_of = require "nightjar.target"
local task = require "nightjar.task"

local M = {}

local drop_seconds <const> = 120

-- A restoring session obeys none of the database's own limits, and need not wait for the disk at
-- every statement: what is half restored is thrown away.
M.session_settings = table.concat({
  "-c default_transaction_read_only=off", "-c synchronous_commit=off", "-c statement_timeout=0",
  "-c lock_timeout=0", "-c idle_in_transaction_session_timeout=0",
}, " ")

-- Dropping a subscription that has its slot's name would drop the live one's slot at the publisher.
local function disarm_subscriptions(session, name)
  local subscribed <const> = session.connection:query([[
    SELECT EXISTS (SELECT 1 FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
                    WHERE d.datname = $1) AS found]], { name })[1].found
  if not subscribed then
    return
  end
  local connection <close> = session:connect(name)
  local subscriptions <const> = connection:query [[
    SELECT subname AS name FROM pg_subscription
     WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())]]
  for _, subscription in ipairs(subscriptions) do
    local quoted <const> = postgres.identifier(subscription.name)
    connection:query("ALTER SUBSCRIPTION " .. quoted .. " DISABLE")
    connection:query("ALTER SUBSCRIPTION " .. quoted .. " SET (slot_name = NONE)")
    connection:query("DROP SUBSCRIPTION " .. quoted)
  end
end

local function end_sessions(session, name)
  session.connection:query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", { name })
end

-- Drop a database that nightjar made. One that has gone already is no error.
function M.drop(session, name)
  session:refresh()
  if not target_of.exists(session.connection, name) then
    return false
  end
  if session.server.superuser then
    disarm_subscriptions(session, name)
  end
  local quoted <const> = postgres.identifier(name)
  session.connection:query("ALTER DATABASE " .. quoted .. " WITH IS_TEMPLATE false")
  target_of.while_in_use(20, function()
    end_sessions(session, name)
    session.connection:query("DROP DATABASE IF EXISTS " .. quoted, nil, { timeout = drop_seconds })
  end)
  return true
end

-- Run one part of a create.sql ("create", "settings") for a database called `name`.
function M.run_part(session, text, name, part)
  local command = session.tools:command("psql", {
    "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose",
    "--set=database=" .. name, "--set=part=" .. part, "--output=/dev/null",
    "--dbname=" .. session:conninfo(),
  }, { application_name = session.application_name, settings = M.session_settings })
  command.stdin, command.timeout = text, drop_seconds
  session:stream(process.run, command)
end

local scratch = {}
scratch.__index = scratch

-- The database stays: somebody else owns it now.
function scratch:keep()
  self.kept = true
end

function scratch:__close()
  if self.kept then
    return
  end
  local _, err = try(task.shield, drop_seconds, M.drop, self.session, self.name)
  if err then
    self.session.log:error("scratch.left", { database = self.name, message = err.message })
  else
    self.session.log:debug("scratch.dropped", { database = self.name })
  end
end

local function make(session, name, create_sql)
  M.run_part(session, create_sql, name, "create")
  session.connection:query(("COMMENT ON DATABASE %s IS %s"):format(postgres.identifier(name),
    postgres.literal(markers.scratch(host.hostname, host.pid, session.application_name))))
end

-- The same database, empty again.
function M.make_anew(session, name, create_sql)
  M.drop(session, name)
  make(session, name, create_sql)
end

-- Make a scratch database as create.sql says, to be closed: `local scratch <close> = create(...)`.
function M.create(session, name, create_sql)
  local made = setmetatable({ session = session, name = name }, scratch)
  local _, err = try(make, session, name, create_sql)
  if err then
    made:__close()
    error(err, 0)
  end
  return made
end

-- Drop the scratch databases of runs that are dead: those whose marker's connection the server no
-- longer has.
function M.sweep(session)
  -- No sizes: they take long where there are many files.
  local databases <const> = session.connection:query [[
    SELECT datname AS name, shobj_description(oid, 'pg_database') AS comment FROM pg_database]]
  for _, database in ipairs(databases) do
    local marker <const> = markers.read(database)
    if marker and marker.kind == "scratch" and not target_of.is_alive(session.connection,
        marker.application_name) then
      local _, err = try(M.drop, session, database.name)
      if err then
        session.log:warn("scratch.left", { database = database.name, message = err.message })
        session:refresh() -- the connection may have been lost with it
      else
        session.log:info("scratch.swept", { database = database.name, host = marker.host,
          pid = marker.pid })
      end
    end
  end
end

return M
