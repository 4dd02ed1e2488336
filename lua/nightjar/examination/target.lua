-- A target as doctor sees it: the server, the programs for it, what the role may do, its databases.

local collector = require "nightjar.examination.collector"
local host = require "nightjar.host"
local markers = require "nightjar.markers"
local preflight = require "nightjar.preflight"
local server_of = require "nightjar.health.server"
local target_of = require "nightjar.target"
local tools = require "nightjar.tools"
local units = require "nightjar.units"

local M = {}

local application_name <const> = "nightjar/doctor"

-- ---- the clock ----

local clock_limit <const> = 5

-- The server's time against this machine's, which was asked for before and after. Status, message
-- and hint. Pure.
function M.judge_clock(theirs, before, after)
  local apart <const> = math.max(before - theirs, theirs - after, 0)
  if apart <= clock_limit then
    return "ok", "its clock and this machine's agree"
  end
  return "warn", ("its clock is %s %s this machine's"):format(units.format_duration(apart),
    theirs < before and "behind" or "ahead of"),
    "One of them is wrong: timedatectl shows whether a machine's clock is synchronised."
end

local function check_clock(add, connection)
  local before <const> = host.time()
  local row <const> = connection:query(
    "SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds")[1]
  local status <const>, message <const>, hint <const> = M.judge_clock(row.seconds, before,
    host.time())
  add(status, "clock", message, hint)
end

-- ---- privileges ----

-- What other sessions do is hidden from a role that is no member.
local function check_monitoring(add, connection, server)
  local row <const> = connection:query [[
    SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
       AND pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS allowed]][1]
  if row.allowed then
    add("ok", "monitoring", ("'%s' sees what other sessions do"):format(server.role))
  else
    add("warn", "monitoring", ("what other sessions do is hidden from '%s'"):format(server.role),
      server_of.grant(server.role))
  end
end

local function check_role(add, server)
  if server.superuser then
    add("ok", "role", ("'%s' is a superuser"):format(server.role))
    return
  end
  if server.createdb then
    add("ok", "role", ("'%s' may create scratch databases"):format(server.role))
  else
    add("warn", "role", ("'%s' may not create the scratch database of a proof"):format(server.role),
      ('As a superuser: ALTER ROLE "%s" CREATEDB;'):format(server.role))
  end
  if not server.reads_passwords then
    add("warn", "role",
      ("'%s' may not read the roles' passwords: globals.sql.gz lacks them"):format(server.role),
      "Back up as a superuser, or set the passwords anew after a restore on a new server.")
  end
end

local function check_database(add, target, server, database)
  local _, err = try(function()
    local connection <close> = target_of.connect(target,
      { dbname = database.name, application_name = application_name })
    preflight.demand_privileges(preflight.inspect(connection), server, database.name)
  end)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    add("crit", "database", err.message, err.hint)
  else
    add("ok", "database", ("'%s' can be read whole (%s)"):format(database.name,
      units.format_size(database.size or 0)))
  end
end

local function check_made_databases(add, connection, databases)
  for _, database in ipairs(databases) do
    local marker <const> = markers.read(database)
    if marker and marker.kind == "scratch" and not target_of.is_alive(connection,
        marker.application_name) then
      add("warn", "leftover",
        ("scratch database '%s' is left of a run that died"):format(database.name),
        "The next backup, verify or restore drops it.")
    elseif marker and marker.kind == "before" then
      add("ok", "put aside", ("'%s' is what '%s' was until %s (%s)"):format(database.name,
        marker.database,
        marker.time, units.format_size(database.size or 0)))
    end
  end
end

local function check_server(add, config, target)
  local connection <close> = target_of.connect(target, { application_name = application_name })
  local server <const> = target_of.facts(connection)
  add("ok", "server", ("PostgreSQL %s answers as '%s'%s"):format(server.version_text, server.role,
    server.recovery and "; it is a standby, so nothing can be proven or restored there" or ""))
  local found, err = try(tools.choose, target, server, config.values)
  if err then
    add("crit", "tools", err.message, err.hint)
  else
    add("ok", "tools", ("pg_dump, pg_dumpall and psql %s %s"):format(found.version,
      found.place == "host" and "of this host" or ("in container '%s'"):format(found.container)))
    local free <const> = found:server_space(server)
    if free then
      add("ok", "server space",
        ("%s free where the server keeps its data"):format(units.format_size(free)))
    end
  end
  check_role(add, server)
  check_monitoring(add, connection, server)
  check_clock(add, connection)
  local databases <const> = target_of.databases(connection)
  check_made_databases(add, connection, databases)
  local context <const> = { log = { warn = function() end } }
  for _, database in ipairs(target_of.chosen(context, target, databases)) do
    check_database(add, target, server, database)
  end
  for _, fault in ipairs(context.faults or {}) do
    add("warn", "policy", fault, "The default is used until it is mended.")
  end
end

-- The findings.
function M.examine(config, target)
  local add <const>, findings <const> = collector(target.name)
  local _, err = try(check_server, add, config, target)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    add("crit", "server", err.message, err.hint)
  end
  return findings
end

return M
