-- A target seen through libpq: connections to it, what it is, which databases it has, and ending
-- what a run left there.

local hook = require "nightjar.hook"
local markers = require "nightjar.markers"
local postgres = require "nightjar.postgres"
local suggest = require "nightjar.suggest"
local task = require "nightjar.task"

local M = {}

-- The targets that --target means: the named one, or all.
function M.selected(config, name)
  return name and { config.target(name) } or config.targets
end

-- Of those, the ones that are backed up; one that is named is, whatever the policy says.
function M.backed_up(config, name)
  local chosen = {}
  for _, target in ipairs(M.selected(config, name)) do
    chosen[#chosen + 1] = (name or target.backup ~= false) and target or nil
  end
  return chosen
end

-- The target of that name, or the only one that there is.
function M.only(config, name)
  if not name and #config.targets > 1 then
    local names = {}
    for index, target in ipairs(config.targets) do
      names[index] = target.name
    end
    fail("USAGE", ("there are %d targets"):format(#names), "Say which one: "
      .. table.concat(names, ", "))
  end
  return M.selected(config, name)[1]
end

-- Where to connect when no database is meant.
function M.maintenance_database(target)
  return target.dbname or "postgres"
end

-- options: dbname, application_name, options (as PGOPTIONS).
function M.connect(target, options)
  return postgres.connect {
    host = target.host, port = target.port, user = target.user, password = target.password,
    passfile = target.passfile, sslmode = target.sslmode,
    dbname = options.dbname or M.maintenance_database(target),
    application_name = options.application_name, options = options.options,
  }
end

function M.version_text(number)
  return number >= 100000 and ("%d.%d"):format(number // 10000, number % 10000)
    or ("%d.%d.%d"):format(number // 10000, number // 100 % 100, number % 100)
end

-- What the server is, and what the role of this connection may do.
function M.facts(connection)
  local row <const> = connection:query [[
    SELECT r.rolname AS role, r.rolsuper AS superuser, r.rolcreatedb AS createdb,
      r.rolbypassrls AS bypassrls,
           pg_is_in_recovery() AS recovery, has_table_privilege('pg_catalog.pg_authid',
             'SELECT') AS reads_passwords,
           (SELECT rolname FROM pg_roles WHERE oid = 10) AS bootstrap_role,
           (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data_directory,
           current_setting('max_locks_per_transaction')::int
             * current_setting('max_connections')::int AS locks
      FROM pg_roles r WHERE r.rolname = current_user]][1]
  row.version = connection:version()
  row.major = row.version // 10000
  row.version_text = M.version_text(row.version)
  return row
end

-- Every database of the server, by name; size is nil where the role may not connect.
function M.databases(connection)
  local rows <const> = connection:query [[
    SELECT d.oid, d.datname AS name, pg_encoding_to_char(d.encoding) AS encoding,
      d.datcollate AS collation,
           d.datctype AS ctype, d.datallowconn AS connectable, r.rolname AS owner,
           has_database_privilege(d.oid, 'CONNECT') AS allowed,
           shobj_description(d.oid, 'pg_database') AS comment,
           CASE WHEN has_database_privilege(d.oid,
             'CONNECT') THEN pg_database_size(d.oid) END AS size
      FROM pg_database d LEFT JOIN pg_roles r ON r.oid = d.datdba ORDER BY d.datname]]
  rows.columns = nil
  return rows
end

local function find(databases, name)
  local names = {}
  for _, database in ipairs(databases) do
    if database.name == name then
      return database
    end
    names[#names + 1] = database.name
  end
  local near <const> = suggest(name, names)
  fail("NOT_FOUND", ("there is no database '%s' on the server"):format(name),
    near and ("Did you mean '%s'?"):format(near) or "nightjar doctor lists what can be seen.",
      { database = name })
end
M.find = find

local function includes(list, name)
  for _, value in ipairs(list or {}) do
    if value == name then
      return true
    end
  end
  return false
end

local function by_default(target, database)
  return database.connectable and database.name ~= "template1"
    and not includes(target.exclude, database.name)
    and not markers.read(database)
end

local function each_once(names)
  local list, known = {}, {}
  for _, name in ipairs(names) do
    list[#list + 1] = not known[name] and name or nil
    known[name] = true
  end
  return list
end

-- The databases to back up, of those that there are: pure. `only` narrows it to one. None at all is
-- an error.
function M.choose(target, databases, only)
  local chosen = {}
  if only or target.databases then
    for _, name in ipairs(only and { only } or each_once(target.databases)) do
      local database <const> = find(databases, name)
      if not database.connectable then
        fail("CONFIG", ("database '%s' allows no connections, so it cannot be dumped"):format(name),
          "Take it out of the target's databases, or: ALTER DATABASE … ALLOW_CONNECTIONS true")
      end
      chosen[#chosen + 1] = database
    end
  else
    for _, database in ipairs(databases) do
      if by_default(target, database) then
        chosen[#chosen + 1] = database
      end
    end
  end
  if #chosen == 0 then
    fail("NOT_FOUND", ("target '%s' has no database to back up"):format(target.name),
      "Every database there is a template, excluded, or closed to connections.")
  end
  return chosen
end

-- A database as the policy's function sees it: its own to change.
local function seen(database)
  return { name = database.name, owner = database.owner, encoding = database.encoding,
    size = database.size }
end

local function names_that_are_there(databases)
  return function(answer)
    local problem <const> = hook.texts(answer)
    for _, name in ipairs(problem and {} or answer) do
      local there <const> = try(find, databases, name)
      if not there or not there.connectable then
        return ("there is no database '%s' that can be backed up"):format(name)
      end
    end
    return problem or #answer == 0 and "it chooses no database" or nil
  end
end

-- The same with the policy asked, where targets.NAME.databases is a function: of those that it is
-- given, and that there are, the ones that it names.
function M.chosen(context, target, databases, only)
  local chooser <const> = target.databases
  if only or type(chooser) ~= "function" then
    return M.choose(target, databases, only)
  end
  local all <const> = setmetatable({ databases = false }, { __index = target })
  local candidates = {}
  for index, database in ipairs(M.choose(all, databases)) do
    candidates[index] = seen(database)
  end
  local names <const> = hook.decide(context, {
    name = ("targets.%s.databases"):format(target.name), f = chooser,
    check = names_that_are_there(databases) }, nil, candidates)
  return M.choose(setmetatable({ databases = names or false }, { __index = target }), databases)
end

-- Databases in one list of names and not in the other: {new = {...}, vanished = {...}}.
function M.changes(before, now)
  local changes = { new = {}, vanished = {} }
  for _, name in ipairs(now) do
    if not includes(before, name) then
      changes.new[#changes.new + 1] = name
    end
  end
  for _, name in ipairs(before) do
    if not includes(now, name) then
      changes.vanished[#changes.vanished + 1] = name
    end
  end
  return changes
end

-- End the server's backends of a run, which outlive its programs while they wait for a lock or run
-- in a container, and wait until they have gone. Returns how many there were.
function M.end_backends(connection, application_name)
  local rows <const> = connection:query([[
    SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
     WHERE application_name = $1 AND pid <> pg_backend_pid()]], { application_name })
  local gone = #rows == 0
  for _ = 1, gone and 0 or 100 do
    gone = connection:query([[
      SELECT count(*) = 0 AS gone FROM pg_stat_activity
       WHERE application_name = $1 AND pid <> pg_backend_pid()]], { application_name })[1].gone
    if gone then
      break
    end
    task.sleep(0.05)
  end
  return #rows
end

-- Does the server have a connection of this name, or of one that goes on after it with a '/'?
function M.is_alive(connection, application_name)
  return #connection:query([[
    SELECT 1 AS alive FROM pg_stat_activity
     WHERE application_name = $1 OR left(application_name, length($1) + 1) = $1 || '/']],
    { application_name }) > 0
end

function M.exists(connection, database)
  return #connection:query(
    "SELECT 1 AS there FROM pg_database WHERE datname = $1", { database }) > 0
end

-- Run `f` again while the server says that a database is in use (55006), so many times.
function M.while_in_use(attempts, f)
  for attempt = 1, attempts do
    local _, err = try(f)
    if not err then
      return
    elseif err.sqlstate ~= "55006" or attempt == attempts then
      error(err, 0)
    end
    task.sleep(0.25)
  end
end

-- Is that the name of this machine, to itself?
function M.is_loopback(host)
  return host == "localhost" or host == "::1" or host:find("^127%.") ~= nil
end

-- Is the server's own file system this machine's? Then its free space can be seen.
function M.is_local(target)
  local host <const> = target.host
  return not target.container and
    (not host or host:sub(1, 1) == "/" or M.is_loopback(host))
end

return M
