-- What stands in the way of backups and restores, found before they are needed: findings for
-- doctor.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local markers = require "nightjar.markers"
local preflight = require "nightjar.preflight"
local target_of = require "nightjar.target"
local tools = require "nightjar.tools"
local units = require "nightjar.units"

local M = {}

local application_name <const> = "nightjar/doctor"

-- A list of findings with a way to add to it.
local function collector(findings, target)
  return function(status, check, message, hint)
    findings[#findings + 1] = { target = target, check = check, status = status, message = message,
      hint = hint }
  end
end

local function permissions(mode)
  return ("%03o"):format(mode & 511)
end

local function check_writable(add, check, folder)
  local probe <const> = ("%s/.doctor-%s"):format(folder, host.random(4))
  local _, err = try(function()
    fs.mkdir(folder, { parents = true, mode = 448 })
    fs.write(probe, "nightjar doctor\n", { mode = 384 })
    fs.remove(probe)
  end)
  if err then
    add("crit", check, ("'%s' cannot be written: %s"):format(folder, err.message),
      "Give it to the user that runs nightjar, or name another folder.")
    return
  end
  local mode <const> = fs.stat(folder).mode
  if mode & 63 ~= 0 then
    add("warn", check, ("'%s' is open to others (mode %s)"):format(folder, permissions(mode)),
      ("chmod 700 '%s'"):format(folder))
  else
    add("ok", check, ("'%s' is writable, and private"):format(folder))
  end
end

local function check_space(add, folder, warn_share)
  local space <const> = fs.space(folder)
  local text <const> = ("%s free of %s for backups"):format(units.format_size(space.available),
    units.format_size(space.total))
  if space.total > 0 and (space.total - space.available) / space.total > warn_share then
    add("warn", "space", text, "Make room, or move the backups to a larger disk (BACKUP_DIR).")
  else
    add("ok", "space", text)
  end
end

-- Configuration and folders.
function M.home(config)
  local findings = {}
  local add <const> = collector(findings, nil)
  for _, warning in ipairs(config.warnings) do
    add("warn", "config", type(warning) == "table" and warning.message or warning,
      type(warning) == "table" and warning.hint or nil)
  end
  if #config.warnings == 0 then
    add("ok", "config", ("%d target%s configured in '%s'"):format(#config.targets,
      #config.targets == 1 and "" or "s",
      config.home))
  end
  check_writable(add, "backup folder", config.backup_folder)
  check_writable(add, "state folder", config.state_folder)
  check_writable(add, "log folder", config.log_folder)
  if fs.stat(config.backup_folder) then
    check_space(add, config.backup_folder, 0.85)
  end
  return findings
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
    local marker <const> = markers.parse(database.comment)
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
  local databases <const> = target_of.databases(connection)
  check_made_databases(add, connection, databases)
  for _, database in ipairs(target_of.choose(target, databases)) do
    check_database(add, target, server, database)
  end
end

-- One target: server, programs, role, databases.
function M.target(config, target)
  local findings = {}
  local add <const> = collector(findings, target.name)
  local _, err = try(check_server, add, config, target)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    add("crit", "server", err.message, err.hint)
  end
  return findings
end

return M
