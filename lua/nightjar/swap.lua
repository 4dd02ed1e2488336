-- Putting a restored database in the place of the live one, and back: renames in one transaction.

local host = require "nightjar.host"
local markers = require "nightjar.markers"
local names = require "nightjar.names"
local postgres = require "nightjar.postgres"
local scratch = require "nightjar.scratch"
local target_of = require "nightjar.target"
local task = require "nightjar.task"
local units = require "nightjar.units"

local M = {}

local rename_seconds <const> = 60
local attempts <const> = 10

-- The name under which a live database is put aside at `now`.
function M.aside_name(database, now)
  return names.fit(database, "__before_" .. units.id(now))
end

-- Renaming locks the database against new connections, then waits five seconds for the open ones to
-- go. They are ended from a second connection while it waits, so that nothing can slip in between.
local function end_connections(session, databases, done)
  local connection <close> = session:connect()
  while not done() do
    for _, name in ipairs(databases) do
      connection:query([[
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = $1 AND pid <> pg_backend_pid()]], { name })
    end
    task.sleep(0.1)
  end
end

local function in_transaction(connection, statements)
  connection:query("BEGIN")
  local _, err = try(function()
    for _, statement in ipairs(statements) do
      connection:query(statement, nil, { timeout = rename_seconds })
    end
    connection:query("COMMIT", nil, { timeout = rename_seconds })
  end)
  if err then
    try(connection.query, connection, "ROLLBACK")
    error(err, 0)
  end
end

local in_use_hint <const> = "Something connects anew at once, or a prepared transaction is "
  .. "open: stop the application, look into pg_prepared_xacts, and try again. Nothing was changed."

-- Statements in one transaction, while the connections to the databases are ended.
local function exclusively(session, databases, statements)
  local function once()
    local connection <close> = session:connect()
    local finished = false
    local outcome <const> = task.parallel {
      collect = true,
      function()
        local _ <close> = setmetatable({}, { __close = function() finished = true end })
        in_transaction(connection, statements)
      end,
      function() end_connections(session, databases, function() return finished end) end,
    }
    if not outcome[1].ok then
      error(outcome[1].error, 0)
    end
  end
  local _, err = try(target_of.while_in_use, attempts, once)
  if err then
    err.hint = err.sqlstate == "55006" and in_use_hint or err.hint
    error(err, 0)
  end
end

local function comment_statement(name, comment)
  return ("COMMENT ON DATABASE %s IS %s"):format(postgres.identifier(name),
    comment and postgres.literal(comment) or "NULL")
end

local function rename_statement(from, to)
  return ("ALTER DATABASE %s RENAME TO %s"):format(postgres.identifier(from),
    postgres.identifier(to))
end

-- The statements of a swap: pure. `live` goes aside under `aside`, marked; `new` takes its name and
-- gets `comment`.
function M.statements(live, new, aside, time, live_comment, new_comment)
  return {
    rename_statement(live, aside), rename_statement(new, live),
    comment_statement(aside, markers.aside(time, live, live_comment)),
      comment_statement(live, new_comment),
  }
end

local function free_aside(session, database, now)
  while target_of.exists(session.connection, M.aside_name(database, now)) do
    now = now + 1
  end
  return now, M.aside_name(database, now)
end

-- Put `new` in the place of `live`. Until the commit the live database is as it was. Returns the
-- name of what was live.
function M.replace(session, live, new, new_comment)
  local now <const>, aside <const> = free_aside(session, live, host.time())
  local current <const> = target_of.find(target_of.databases(session.connection), live)
  exclusively(session, { live, new },
    M.statements(live, new, aside, units.iso(now), current.comment, new_comment))
  session.log:info("restore.swapped", { database = live, was = aside })
  return aside
end

-- Give a restored database its name.
function M.rename(session, from, to)
  exclusively(session, { from }, { rename_statement(from, to) })
end

-- Databases put aside: {name=, database=, time=, comment=}, newest first. Pure.
function M.set_aside(databases)
  local found = {}
  for _, database in ipairs(databases) do
    local marker <const> = markers.read(database)
    if marker and marker.kind == "before" then
      found[#found + 1] = { name = database.name, database = marker.database, time = marker.time,
        comment = marker.comment }
    end
  end
  table.sort(found, function(one, other) return one.time > other.time end)
  return found
end

-- What --undo would bring back for a database; fails where there is nothing.
function M.newest_aside(databases, database)
  for _, aside in ipairs(M.set_aside(databases)) do
    if aside.database == database then
      return aside
    end
  end
  fail("NOT_FOUND", ("there is no database that was put aside for '%s'"):format(database),
    "Only a restore with --replace puts one aside, and restore.keep_old says for how long.")
end

-- Swap back. What is live now goes aside in its turn, so an undo can be undone.
function M.undo(session, aside)
  if not target_of.exists(session.connection, aside.database) then
    exclusively(session, { aside.name },
      { rename_statement(aside.name, aside.database), comment_statement(aside.database,
        aside.comment) })
    return nil
  end
  return M.replace(session, aside.database, aside.name, aside.comment)
end

-- Drop what was put aside longer than `keep` seconds ago. Returns the names.
function M.drop_old(session, keep, now)
  local dropped = {}
  for _, aside in ipairs(M.set_aside(target_of.databases(session.connection))) do
    if now - units.parse_iso(aside.time) > keep then
      local _, err = try(scratch.drop, session, aside.name)
      if err then
        session.log:warn("before.left", { database = aside.name, message = err.message })
      else
        session.log:info("before.dropped", { database = aside.name, of = aside.database })
        dropped[#dropped + 1] = aside.name
      end
    end
  end
  return dropped
end

return M
