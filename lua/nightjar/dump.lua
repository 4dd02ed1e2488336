-- A database dumped, and the roles that all of them share, into files that are whole and on disk.

local creation = require "nightjar.creation"
local digest = require "nightjar.digest"
local fingerprint = require "nightjar.fingerprint"
local fs = require "nightjar.fs"
local gzip = require "nightjar.gzip"
local host = require "nightjar.host"
local manifest = require "nightjar.manifest"
local names = require "nightjar.names"
local pipeline = require "nightjar.pipeline"
local preflight = require "nightjar.preflight"
local process = require "nightjar.process"
local proof = require "nightjar.proof"
local units = require "nightjar.units"

local M = {}

local most_milliseconds <const> = (1 << 31) - 1 -- that PostgreSQL's settings hold

-- Options that every dump of a database has, so that two of the same data are alike.
function M.arguments(session, database, encoding)
  local arguments = {
    "--format=plain", "--no-password", "--encoding=" .. encoding,
    ("--lock-wait-timeout=%d"):format(math.min(
      math.floor(session.policy.backup.lock_wait * 1000), most_milliseconds)),
    "--dbname=" .. session:conninfo(database),
  }
  if session.server.recovery then
    arguments[#arguments + 1] = "--no-unlogged-table-data"
  end
  return arguments
end

-- pg_dump waits for its locks with a statement timeout, and says only that.
local function explain_lock(err, lock_wait)
  if err.stderr and err.stderr:find("LOCK TABLE", 1, true) then
    err.hint = ("A table was locked for longer than backup.lock_wait (%s): see pg_locks and "
      .. "pg_stat_activity for who holds it."):format(units.format_duration(lock_wait))
  end
end

local function write_dump(session, command, path, label)
  local backup <const> = session.policy.backup
  local meter <const> = pipeline.meter()
  local _ <close> = session.context.progress(label, meter)
  local result, err = try(session.stream, session, pipeline.run, {
    from = process.source(command),
    through = {
      fingerprint.sql(), gzip.compress { level = backup.level }, digest { "sha256", "md5" },
    },
    to = fs.sink(path), timeout = backup.timeout, stall = backup.stall, progress = meter,
  })
  if err then
    explain_lock(err, backup.lock_wait)
    error(err, 0)
  end
  return result
end

local function demand_end_marker(result, program, expected)
  if result.fingerprint.complete ~= expected then
    fail("FORMAT",
      ("%s ended with success and without its end marker, after %d bytes"):format(
        program, result.bytes_in),
      ("The dump is not whole. Look at the server's log, and at which %s is on PATH."):format(
        program))
  end
end

local function file_entry(kind, name, result)
  return {
    name = name, kind = kind, bytes = result.bytes_out, raw_bytes = result.bytes_in,
    sha256 = result.digests.sha256, md5 = result.digests.md5, seconds = result.seconds,
  }
end

-- Roles and tablespaces: globals.sql.gz. Returns its entry, and whether it has the passwords.
function M.globals(session, folder)
  local arguments = { "--globals-only", "--no-password", "--database=" .. session.maintenance }
  local with_passwords <const> = session.server.reads_passwords
  if not with_passwords then
    arguments[#arguments + 1] = "--no-role-passwords"
  end
  local command <const> = session:command("pg_dumpall", arguments)
  local result <const> = write_dump(session, command, folder .. "/globals.sql.gz", "roles")
  demand_end_marker(result, "pg_dumpall", "cluster")
  return file_entry("globals", "globals.sql.gz", result), with_passwords
end

-- A transaction that sees the database as the dump will: what it lists, the dump must hold.
local function export_snapshot(connection)
  connection:query "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
  return connection:query("SELECT pg_export_snapshot() AS id")[1].id
end

local function demand_tables(found, result, database)
  local missing <const> = proof.missing_tables(found.tables, result.fingerprint, names.key)
  if #missing > 0 then
    fail("FORMAT", ("the dump of '%s' lacks table %s%s"):format(database, missing[1],
      #missing > 1 and (" and %d more"):format(#missing - 1) or ""),
      "pg_dump ended with success and left tables out: see which pg_dump is on PATH.")
  end
end

local function write_creation(session, folder, database)
  local name <const> = names.encode(database.name) .. ".create.sql"
  local text <const> = creation.render(creation.describe(session.connection, database.name))
  fs.write(folder .. "/" .. name, text, { mode = 384 })
  local sums <const> = pipeline.run {
    from = fs.source(folder .. "/" .. name), through = { digest { "sha256", "md5" } },
    to = pipeline.discard(),
  }.digests
  return { name = name, kind = "create", database = database.name, bytes = #text,
    sha256 = sums.sha256, md5 = sums.md5 }
end

-- Dump a database (of target.databases) into `folder`. Returns its files' entries and its
-- description for the manifest.
function M.database(session, folder, database)
  local began <const> = host.now()
  session:refresh()
  local connection <close> = session:connect(database.name)
  local snapshot <const> = export_snapshot(connection)
  local found <const> = preflight.inspect(connection)
  preflight.demand_privileges(found, session.server, database.name)
  local creation_file <const> = write_creation(session, folder, database)
  local arguments <const> = M.arguments(session, database.name, database.encoding)
  arguments[#arguments + 1] = "--snapshot=" .. snapshot
  local name <const> = names.encode(database.name) .. ".sql.gz"
  local result <const> = write_dump(session, session:command("pg_dump", arguments),
    folder .. "/" .. name, database.name)
  demand_end_marker(result, "pg_dump", "database")
  demand_tables(found, result, database.name)
  local file = file_entry("database", name, result)
  file.database, file.fingerprint = database.name, manifest.fingerprint(result.fingerprint)
  local tables <const>, rows <const> = proof.totals(result.fingerprint)
  return { file, creation_file }, {
    name = database.name, encoding = database.encoding, collation = database.collation,
    ctype = database.ctype,
    owner = database.owner, bytes = database.size, snapshot = snapshot, tables = tables,
    rows = rows,
    extensions = found.extensions, roles = found.roles, seconds = host.now() - began,
  }
end

return M
