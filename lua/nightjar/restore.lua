-- A stored database brought back: planned, restored beside the live one, checked, and only then put
-- in its place.

local acceptance = require "nightjar.acceptance"
local catalogue = require "nightjar.catalogue"
local host = require "nightjar.host"
local manifest = require "nightjar.manifest"
local markers = require "nightjar.markers"
local names = require "nightjar.names"
local pipeline = require "nightjar.pipeline"
local proof = require "nightjar.proof"
local scratch = require "nightjar.scratch"
local stored = require "nightjar.stored"
local swap = require "nightjar.swap"
local target_of = require "nightjar.target"
local units = require "nightjar.units"

local M = {}

local analyze_seconds <const> = 3600

local function includes(rows, name)
  for _, row in ipairs(rows) do
    if row.name == name then
      return true
    end
  end
  return false
end

-- The names of `wanted` that the server lacks.
local function lacking(session, query, wanted)
  local there <const> = session.connection:query(query)
  local missing = {}
  for _, name in ipairs(wanted) do
    if not includes(there, name) then
      missing[#missing + 1] = name
    end
  end
  return missing
end

local function demand_extensions(session, described)
  local wanted = {}
  for index, extension in ipairs(described.extensions) do
    wanted[index] = extension.name
  end
  local missing <const> = lacking(session, "SELECT name FROM pg_available_extensions", wanted)
  if #missing > 0 then
    fail("NOT_FOUND", ("the server has no extension '%s', which the backup uses"):format(
      table.concat(missing, "', '")),
      "Install its package on the server, then restore again.")
  end
end

local function demand_roles(session, choice)
  local described <const> = choice.described
  local missing <const> = lacking(session, "SELECT rolname AS name FROM pg_roles", described.roles)
  if #missing > 0 then
    fail("NOT_FOUND", ("the server has no role '%s', which the backup names"):format(
      table.concat(missing, "', '")),
      ("Create it, or all: %s | psql -X postgres"):format(
        choice.source:shell(choice.set, "globals.sql.gz")))
  end
end

local function demand_privileges(session)
  local server <const> = session.server
  if server.recovery then
    fail("DENIED", "the server is a standby: nothing can be restored there",
      "Name the primary as the target's host.")
  end
  if not (server.superuser or server.createdb) then
    fail("DENIED", ("role '%s' may not create a database"):format(server.role),
      ("As a superuser: ALTER ROLE \"%s\" CREATEDB;"):format(server.role))
  end
end

local function demand_space(session, described)
  local free <const> = session.tools:server_space(session.server)
  if free and free < described.bytes then
    fail("SPACE", ("the server has %s free, and the database needs about %s"):format(
      units.format_size(free), units.format_size(described.bytes)),
      "Make room on the server; the live database stays while it is restored.")
  end
end

-- The set, its file and where it goes, from the arguments: {set=, manifest=, file=, files= all that
-- is read of it, described=, database=, into=, replace=, source=}. `sets` are those of a source.
function M.choose(source, sets, options)
  local set <const> = catalogue.resolve(sets, options.backup, options.database)
  local value <const> = catalogue.manifest(set)
  local database = options.database or #set.databases == 1 and set.databases[1]
  if not database then
    fail("USAGE", ("backup '%s' holds %d databases"):format(set.id, #set.databases),
      "Say which with --database: " .. table.concat(set.databases, ", "))
  end
  local file <const> = manifest.file(value, "database", database)
  if not file then
    fail("NOT_FOUND", ("backup '%s' does not hold database '%s'"):format(set.id, database),
      "It holds: " .. table.concat(set.databases, ", "))
  end
  for _, described in ipairs(value.databases) do
    if described.name == database then
      return { set = set, manifest = value, file = file, described = described, database = database,
        files = { file, manifest.file(value, "create", database) }, source = source,
        into = options.as or database, replace = options.replace }
    end
  end
end

local function warnings(session, choice, live)
  local found = {}
  local value <const> = choice.manifest
  local function warn(format, ...)
    found[#found + 1] = { step = "warning", text = format:format(...) }
  end
  if not choice.set.good then
    warn("backup %s is not a good one: %s", choice.set.id, choice.set.problem)
  elseif not choice.set.proven then
    warn("backup %s has not been proven", choice.set.id)
  end
  if value.server_version // 10000 > session.server.major then
    warn("the backup is from PostgreSQL %s, and this server is %s: it may refuse some of it",
      target_of.version_text(value.server_version), session.server.version_text)
  end
  if choice.replace and live then
    local slots <const> = session.connection:query(
      "SELECT slot_name AS name FROM pg_replication_slots WHERE database = $1", { choice.into })
    for _, slot in ipairs(slots) do
      warn("logical replication slot '%s' stays with the database that is put aside", slot.name)
    end
  end
  for _, object in ipairs(choice.file.fingerprint.objects) do
    local subscription <const> = object:match("^(.*)|SUBSCRIPTION|")
    if subscription then
      warn("subscription '%s' comes back disabled; ALTER SUBSCRIPTION … ENABLE when it should run",
        subscription)
    end
  end
  return found
end

-- What will be done, step by step: {{step=, text=}...}. Fails where it is known that it cannot.
function M.plan(session, choice)
  demand_privileges(session)
  local databases <const> = target_of.databases(session.connection)
  local live <const> = includes(databases, choice.into)
  if live and not choice.replace then
    fail("USAGE", ("there is a database '%s' already"):format(choice.into),
      "Give --replace to put the restored one in its place, or --as NAME to restore it beside.")
  end
  demand_extensions(session, choice.described)
  demand_roles(session, choice)
  demand_space(session, choice.described)
  local steps <const> = warnings(session, choice, live)
  local function add(step, format, ...)
    steps[#steps + 1] = { step = step, text = format:format(...) }
  end
  local tables <const>, rows <const> = proof.totals(choice.file.fingerprint)
  choice.temporary = names.fit(choice.into,
    "__restore_" .. markers.suffix(session.application_name))
  choice.live = live
  if choice.source.remote then
    add("fetch", "fetch %s from %s, and check it", units.format_size(choice.file.bytes),
      choice.source.place)
  end
  add("check", "read %s of backup %s from %s, and check it against its manifest",
    choice.file.name, choice.set.id, choice.manifest.started)
  add("create", "create database '%s' (%s, %s)", choice.temporary, choice.described.encoding,
    choice.described.collation)
  add("restore", "restore %d tables with %d rows, %s of SQL, and analyze them", tables, rows,
    units.format_size(choice.file.raw_bytes))
  if live then
    add("swap",
      "end the connections to '%s', and in one transaction make it '%s' and the new one '%s'",
      choice.into, swap.aside_name(choice.into, host.time()), choice.into)
    add("keep", "keep what was live for %s; nightjar restore --undo --database swaps it back",
      units.format_duration(session.policy.restore.keep_old))
  else
    add("rename", "rename it to '%s'", choice.into)
  end
  return steps
end

-- Fill the new, empty database `name` from a stored dump, and give it what its create.sql says of
-- settings, owner and privileges.
function M.fill(session, folder, file, name, create_sql)
  local backup <const> = session.policy.backup
  local meter <const> = pipeline.meter()
  local _ <close> = session.context.progress("restoring " .. file.database, meter)
  stored.restore(session, folder, file, name,
    { create_sql = create_sql, timeout = backup.timeout, progress = meter })
  do
    local connection <close> = session:connect(name)
    connection:query("ANALYZE", nil, { timeout = analyze_seconds })
  end
  scratch.run_part(session, create_sql, name, "settings")
end

-- Ask the policy, and let the caller change what has been restored, before anybody else sees it.
local function prepare(session, choice)
  local accepted <const>, why <const> = acceptance.judge(session, choice.database, choice.temporary)
  if not accepted then
    fail("POLICY", ("'%s' is restored, and not put in place: %s"):format(choice.database, why),
      "See restore.accept in config/policy.lua.")
  end
  if choice.prepare then
    local connection <close> = session:connect(choice.temporary)
    choice.prepare(connection)
  end
end

local function creation_of(choice)
  return stored.text(choice.set.folder,
    manifest.file(choice.manifest, "create", choice.database))
end

-- Read all that the restore would read.
function M.check(choice)
  choice.source:fetch(choice.set, choice.files)
  creation_of(choice)
  stored.check(choice.set.folder, choice.file)
end

local function carry_out(session, choice)
  local began <const> = host.now()
  choice.source:fetch(choice.set, choice.files)
  local create_sql <const> = creation_of(choice)
  session.log:info("restore.started", { id = choice.set.id, database = choice.database,
    into = choice.into })
  local restored <close> = scratch.create(session, choice.temporary, create_sql)
  M.fill(session, choice.set.folder, choice.file, choice.temporary, create_sql)
  prepare(session, choice)
  session:refresh()
  local was
  if choice.live then
    local comment <const> = target_of.find(target_of.databases(session.connection),
      choice.temporary).comment
    was = swap.replace(session, choice.into, choice.temporary, comment)
  else
    swap.rename(session, choice.temporary, choice.into)
  end
  restored:keep()
  local _, rows <const> = proof.totals(choice.file.fingerprint)
  local seconds <const> = host.now() - began
  session.log:info("restore.done", { id = choice.set.id, database = choice.into, was = was,
    rows = rows,
    seconds = seconds })
  return { database = choice.into, was = was, rows = rows, seconds = seconds }
end

-- Carry a plan out. Returns {database=, was= the name of what was live, rows=, seconds=}.
function M.run(session, choice)
  local done, err = try(carry_out, session, choice)
  if err then
    err.hint = err.hint or choice.live and ("'%s' is as it was."):format(choice.into) or nil
    error(err, 0)
  end
  return done
end

return M
