-- The rehearsal of a disaster: a set fetched, checked, restored where nothing was before, proven,
-- and timed. What it finds is the report; nothing of the rest stays.

local catalogue = require "nightjar.catalogue"
local fs = require "nightjar.fs"
local globals = require "nightjar.drill.globals"
local host = require "nightjar.host"
local manifest = require "nightjar.manifest"
local place_of = require "nightjar.drill.place"
local postgres = require "nightjar.postgres"
local proof = require "nightjar.proof"
local restore = require "nightjar.restore"
local scratch = require "nightjar.scratch"
local session_of = require "nightjar.session"
local source_of = require "nightjar.source"
local stages_of = require "nightjar.drill.stages"
local stored = require "nightjar.stored"
local target_of = require "nightjar.target"
local units = require "nightjar.units"
local verification = require "nightjar.verification"
local workspace_of = require "nightjar.workspace"

local M = {}

-- One drill at a time in a home; another one's leftovers are then a dead one's.
local function lock(context)
  local folder <const> = context.config.state_folder
  fs.mkdir(folder, { parents = true, mode = 448 })
  return fs.lock(folder .. "/drill.lock", { timeout = 0,
    note = ("drill, pid %d on %s, since %s"):format(host.pid, host.hostname,
      units.iso(host.time())) })
end

local function add(list, entries)
  table.move(entries, 1, #entries, #list + 1, list)
end

local function described(value, name)
  for _, database in ipairs(value.databases) do
    if database.name == name then
      return database
    end
  end
end

local function dumps(value)
  local files = {}
  for _, file in ipairs(value.files) do
    files[#files + 1] = file.kind == "database" and file or nil
  end
  return files
end

-- ---- on a throwaway server ----

-- A new server has databases of its own; what has their names takes their place.
local function make_room(session, name)
  if target_of.exists(session.connection, name) then
    session.connection:query("DROP DATABASE " .. postgres.identifier(name))
  end
end

local function restore_database(drill, session, file)
  local folder <const> = drill.set.folder
  local create_sql <const> = stored.text(folder,
    manifest.file(drill.value, "create", file.database))
  make_room(session, file.database)
  scratch.run_part(session, create_sql, file.database, "create")
  restore.fill(session, folder, file, file.database, create_sql)
end

-- What psql said, before what pipelines say of it.
local function reason_of(err)
  local said <const> = err.stderr and proof.restore_error(err.stderr)
  return said and ("%s (%s)"):format(said.message, said.sqlstate) or err.message
end

-- Restore every database; one that cannot be does not keep the others from being tried.
local function restore_all(drill, session)
  for _, file in ipairs(dumps(drill.value)) do
    local _, err = try(drill.stages.run, drill.stages, "restore " .. file.database, function()
      restore_database(drill, session, file)
    end)
    if err and err.code == "CANCELLED" then
      error(err, 0)
    elseif err then
      local reason <const> = reason_of(err)
      drill.missing[#drill.missing + 1] = { kind = "database", name = file.database,
        database = file.database, message = ("'%s' does not restore: %s"):format(file.database,
          reason) }
      drill.verdicts[file.database] = { verdict = "differs",
        reason = "it does not restore: " .. reason }
    end
  end
end

local function prove_all(drill, session)
  for _, file in ipairs(dumps(drill.value)) do
    if not drill.verdicts[file.database] then
      drill.stages:run("prove " .. file.database, function()
        session:refresh()
        local verdict <const> = verification.compare(session, drill.set.folder, file,
          described(drill.value, file.database), file.database)
        drill.verdicts[file.database] = verdict
        if verdict.verdict ~= "proven" then
          return "crit", verdict.reason
        end
      end, { counts = false })
    end
  end
end

local function status_of(missing)
  if #missing > 0 then
    return "crit", ("%d missing: %s"):format(#missing, missing[1].message)
  end
end

local function rehearse(drill, session)
  local value <const> = drill.value
  drill.stages:run("roles", function()
    local missing <const> = globals.play(session, drill.set.folder, value, drill.workspace)
    add(missing, globals.missing_roles(session, value, true))
    add(missing, globals.missing_extensions(session, value))
    add(drill.missing, missing)
    return status_of(missing)
  end)
  restore_all(drill, session)
  prove_all(drill, session)
end

local function application_name(drill)
  return ("nightjar/%s/drill-%s"):format(drill.value.id, host.random(3))
end

local function on_throwaway(drill, place)
  local session <close> = session_of.at(drill.context, place.server, drill.value.id,
    application_name(drill))
  rehearse(drill, session)
end

-- ---- on a server that is there ----

-- Scratch databases share the server's roles: whether those could be brought back stays open.
local function on_server(drill, target)
  local value <const> = drill.value
  local session <close> = session_of.open(drill.context, target, "drill")
  scratch.sweep(session)
  drill.stages:run("roles", function()
    local missing <const> = globals.missing_roles(session, value, false)
    add(drill.missing, missing)
    if #missing > 0 then
      return status_of(missing)
    end
    return "warn", "the roles are those of the server: that they can be brought back is not shown"
  end)
  drill.stages:run("restore and prove", function()
    local entry <const> = verification.prove(session, drill.set.folder, value)
    for _, verdict in ipairs(entry.databases) do
      drill.verdicts[verdict.name] = verdict
    end
    if entry.verdict ~= "proven" then
      return entry.verdict == "not_verified" and "warn" or "crit", entry.reason
    end
  end)
end

-- ---- all of it ----

local function wanted_server(value)
  local bytes = 0
  for _, database in ipairs(value.databases) do
    bytes = bytes + (database.bytes or 0)
  end
  return { major = value.server_version // 10000, bytes = bytes,
    superuser = value.options.bootstrap_role or "postgres" }
end

local function restore_somewhere(drill, target)
  local place
  drill.stages:run("server", function()
    local kind
    place, kind, drill.refused = place_of.open(drill.context, target, wanted_server(drill.value))
    drill.place = kind
    drill.place_text = place and place.text or ("scratch databases on the server of '%s'"):format(
      target.name)
  end)
  if not place then
    return on_server(drill, target)
  end
  local _ <close> = place
  on_throwaway(drill, place)
  drill.stages:run("teardown", function() place:close() end, { counts = false })
end

local function carry_out(drill, source, target, name)
  local sets <const> = source:list(target)
  drill.set = catalogue.resolve(name:find("^latest") and catalogue.whole(sets) or sets, name)
  drill.value = catalogue.manifest(drill.set)
  drill.stages:run("fetch", function() source:bring(drill.set, drill.value.files) end)
  drill.stages:run("check", function() source:check(drill.set, drill.value.files) end)
  restore_somewhere(drill, target)
end

local function databases_of(drill)
  local list = {}
  for _, file in ipairs(drill.value and dumps(drill.value) or {}) do
    local verdict <const> = drill.verdicts[file.database]
    local tables <const>, rows <const> = proof.totals(file.fingerprint)
    list[#list + 1] = { name = file.database, tables = tables, rows = rows,
      verdict = verdict and verdict.verdict or "not_verified", reason = verdict and verdict.reason }
  end
  return list
end

local function overall(drill, err)
  local status = (err or #drill.missing > 0) and "crit" or "ok"
  for _, entry in ipairs(drill.stages.list) do
    status = proof.worse_status(status, entry.status)
  end
  return status
end

-- Rehearse the recovery of a target. options: from_remote, backup (as BACKUP). Returns
-- {target=, id=, status=, error=, place=, place_text=, refused=, from=, stages=, databases=,
-- missing=, recovery_seconds= nil where it did not come that far, recovery_point= ISO, lost= the
-- seconds from then to the drill}. Raises only what keeps it from beginning.
function M.run(context, target, options)
  local _ <close> = lock(context)
  place_of.sweep(context)
  local began <const> = host.time()
  local workspace <close> = workspace_of.open(context, "drill")
  local source <close> = source_of.open(context, options.from_remote, "drill")
  local drill <const> = { context = context, workspace = workspace, verdicts = {}, missing = {},
    stages = stages_of.new(context) }
  local _, err = try(carry_out, drill, source, target, options.backup)
  if err and (err.code == "CANCELLED" or not drill.value) then
    error(err, 0)
  end
  local point <const> = drill.set.started
  local result <const> = {
    target = target.name, id = drill.set.id, status = overall(drill, err), error = err,
    place = drill.place, place_text = drill.place_text, refused = drill.refused or {},
    from = source.place, stages = drill.stages:document(), databases = databases_of(drill),
    missing = drill.missing, began = began, bytes = drill.set.bytes,
    recovery_seconds = not err and drill.stages:recovery_seconds() or nil,
    recovery_point = units.iso(point), lost = math.max(0, math.floor(began - point)),
  }
  context.log[result.status == "crit" and "error" or "info"](context.log, "drill.done",
    { target = target.name, id = result.id, status = result.status, place = result.place,
      seconds = result.recovery_seconds, missing = #result.missing })
  return result
end

return M
