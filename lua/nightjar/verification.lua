-- The proof: a stored backup restored into a scratch database, dumped again, and compared.

local acceptance = require "nightjar.acceptance"
local dsn = require "nightjar.dsn"
local dump = require "nightjar.dump"
local fingerprint = require "nightjar.fingerprint"
local host = require "nightjar.host"
local json = require "nightjar.json"
local manifest = require "nightjar.manifest"
local markers = require "nightjar.markers"
local pipeline = require "nightjar.pipeline"
local process = require "nightjar.process"
local proof = require "nightjar.proof"
local scratch = require "nightjar.scratch"
local stored = require "nightjar.stored"
local units = require "nightjar.units"

local M = {}

local definitions_shown <const> = 50
local levels <const> = {
  proven = "info", not_verified = "warn", differs = "error", unreadable = "error",
}

local function not_verified(reason)
  return { verdict = "not_verified", reason = reason }
end

-- Why a proof cannot even be tried, or nil.
local function obstacle(session, described)
  local server <const> = session.server
  if server.recovery then
    return "the server is a standby: a scratch database cannot be made there"
  end
  if not (server.superuser or server.createdb) then
    return ("role '%s' may not create databases (ALTER ROLE \"%s\" CREATEDB helps)"):format(
      server.role, server.role)
  end
  local free <const> = session.tools:server_space(server)
  local needed <const> = math.floor((described and described.bytes or 0) * 1.2) + 64 * 1024 * 1024
  if free and free < needed then
    return ("the server has %s free, and a scratch copy needs %s"):format(units.format_size(free),
      units.format_size(needed))
  end
end

local function dump_again(session, name, encoding, options)
  local arguments <const> = dump.arguments(session, name, encoding)
  if options.texts then
    arguments[#arguments + 1] = "--schema-only"
  end
  local settings <const> = session.server.major >= 17 and session.server.superuser
    and "-c event_triggers=off" or nil
  return session:stream(pipeline.run, {
    from = process.source(session:command("pg_dump", arguments, settings)),
    through = { fingerprint.sql { texts = options.texts } }, to = pipeline.discard(),
    timeout = session.policy.backup.timeout, stall = session.policy.backup.stall,
    progress = options.progress,
  }).fingerprint
end

local function texts_of(print, hashes)
  local wanted, texts = {}, {}
  for _, hash in ipairs(hashes) do
    wanted[hash] = true
  end
  for _, statement in ipairs(print.statements) do
    if wanted[statement.hash] and #texts < definitions_shown then
      texts[#texts + 1] = statement.text
    end
  end
  return texts
end

-- The statements that only one side has, as texts. Read a second time, since texts are rarely
-- wanted and may be large.
local function definitions(session, folder, file, described, name, hashes)
  if #hashes.stored == 0 and #hashes.restored == 0 then
    return {}
  end
  local before <const> = texts_of(stored.check(folder, file, { texts = true }), hashes.stored)
  local after <const> = texts_of(dump_again(session, name, described.encoding, { texts = true }),
    hashes.restored)
  local differing = {}
  for index = 1, math.max(#before, #after) do
    differing[index] = { stored = before[index], restored = after[index] }
  end
  return differing
end

-- What psql's error says, else the error itself.
local function said_by(err)
  local said <const> = err.stderr and proof.restore_error(err.stderr)
  return said and ("%s (%s)"):format(said.message, said.sqlstate) or err.message
end

-- Dump a restored database again, and compare it with the stored dump that it was made of: a
-- verdict. described: the database's entry in the manifest; name: what it is called now.
function M.compare(session, folder, file, described, name)
  local meter <const> = pipeline.meter()
  local _ <close> = session.context.progress(file.database .. ": comparing", meter)
  local again <const> = dump_again(session, name, described.encoding, { progress = meter })
  if again.complete ~= "database" then
    return not_verified("the dump of the restored database has no end marker")
  end
  local result = proof.compare(file.fingerprint, manifest.fingerprint(again))
  result.definitions_differ = definitions(session, folder, file, described, name,
    result.definitions)
  result.definitions = nil
  if result.verdict == "proven" then
    local accepted <const>, why <const> = acceptance.judge(session, file.database, name)
    result.verdict = accepted and result.verdict or "differs"
    result.reason = not accepted and why or result.reason
  end
  return result
end

local function restore_and_compare(session, folder, value, file, described)
  local create <const> = manifest.file(value, "create", file.database)
  local create_sql <const> = stored.text(folder, create)
  local name <const> = "nightjar_verify_" .. markers.suffix(session.application_name)
  local made, err = try(scratch.create, session, name, create_sql)
  if err and err.code ~= "CANCELLED" then
    return not_verified("the scratch database could not be made: " .. said_by(err))
  elseif err then
    error(err, 0)
  end
  local database <close> = made
  local backup <const> = session.policy.backup
  do
    local meter <const> = pipeline.meter()
    local _ <close> = session.context.progress(file.database .. ": restoring to prove it", meter)
    stored.restore(session, folder, file, database.name,
      { create_sql = create_sql, timeout = backup.timeout, progress = meter })
  end
  return M.compare(session, folder, file, described, database.name)
end

-- What an error on the way says: of the file, of the backup, or of the circumstances only.
local function verdict_of(err, folder, file)
  if err.code == "CHECKSUM" or err.code == "FORMAT" then
    return { verdict = "unreadable", reason = err.message }
  end
  local said <const> = err.stderr and proof.restore_error(err.stderr)
  if not said or said.circumstance then
    return not_verified(said_by(err))
  end
  -- A file that is damaged in a way that still reads as SQL fails in psql first.
  local _, damage = try(stored.check, folder, file)
  if damage and damage.code ~= "CANCELLED" then
    return { verdict = "unreadable", reason = damage.message }
  end
  return { verdict = "differs", reason = "it does not restore: " .. said_by(err) }
end

local function described(value, name)
  for _, database in ipairs(value.databases) do
    if database.name == name then
      return database
    end
  end
end

-- Prove one database of a set. Raises only when cancelled.
function M.prove_database(session, folder, value, file)
  local began <const> = host.now()
  session:refresh()
  local of <const> = described(value, file.database)
  local reason <const> = obstacle(session, of)
  local result, err
  if reason then
    result = not_verified(reason)
    err = select(2, try(stored.check, folder, file))
  else
    result, err = try(restore_and_compare, session, folder, value, file, of)
  end
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    result = verdict_of(err, folder, file)
  end
  result.name, result.seconds = file.database, host.now() - began
  result.tables, result.rows = proof.totals(file.fingerprint)
  session.log[levels[result.verdict]](session.log, "proof." .. result.verdict, {
    database = file.database, id = value.id, seconds = result.seconds, tables = result.tables,
    rows = result.rows, reason = result.reason,
  })
  return result
end

-- Where the scratch databases are made: on VERIFY_DSN's server, or on the target's own.
local function place_for(session)
  local verify_dsn <const> = session.policy.backup.verify_dsn
  if not verify_dsn then
    return session
  end
  local place <const> = session:elsewhere(dsn.parse(verify_dsn))
  scratch.sweep(place)
  return place
end

local function prove_all(place, folder, value)
  local verdicts = {}
  for _, file in ipairs(value.files) do
    if file.kind == "database" then
      verdicts[#verdicts + 1] = M.prove_database(place, folder, value, file)
    elseif file.kind == "globals" then
      local _, err = try(stored.check, folder, file)
      if err then
        verdicts[#verdicts + 1] = verdict_of(err, folder, file)
        verdicts[#verdicts].name = file.name
      end
    end
  end
  return verdicts
end

-- Prove every database of a stored set, and write the verdict into its manifest. Returns the
-- manifest's new entry.
function M.prove(session, folder, value)
  local began <const> = host.now()
  local place, err = try(place_for, session)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  local verdicts = {}
  if place then
    local _ <close> = place ~= session and place or nil
    verdicts = prove_all(place, folder, value)
  end
  local worst <const> = proof.worst(verdicts) or not_verified(
    err and "VERIFY_DSN's server: " .. err.message or "there is no database in the set")
  local entry <const> = {
    at = units.iso(host.time()), kind = "restore", verdict = worst.verdict,
    seconds = host.now() - began,
    reason = worst.reason and (worst.name and worst.name .. ": " or "") .. worst.reason,
    databases = json.array(verdicts),
  }
  value.verification[#value.verification + 1] = entry
  manifest.write(folder, value)
  return entry
end

return M
