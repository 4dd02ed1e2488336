-- A stored dump read back: checked against its manifest as it streams, into psql or into nothing.

local digest = require "nightjar.digest"
local division = require "nightjar.division"
local fingerprint = require "nightjar.fingerprint"
local fs = require "nightjar.fs"
local gzip = require "nightjar.gzip"
local manifest = require "nightjar.manifest"
local pipeline = require "nightjar.pipeline"
local process = require "nightjar.process"
local proof = require "nightjar.proof"
local scratch = require "nightjar.scratch"
local task = require "nightjar.task"

local M = {}

local globals_seconds <const> = 600
local damage_hint <const> =
  "The file is damaged. Restore from another backup; nightjar backups lists them."

local function damaged(file, message)
  fail("CHECKSUM", ("'%s' is not what was written: %s"):format(file.name, message), damage_hint)
end

-- Sizes, before anything is read.
local function demand_size(folder, file)
  local found <const> = fs.stat(folder .. "/" .. file.name)
  if not found then
    damaged(file, "it is missing")
  elseif found.size ~= file.bytes then
    damaged(file, ("it has %d bytes, not %d"):format(found.size, file.bytes))
  end
end

-- A file's digests, if it has the manifest's size and SHA-256. options: also (the name of another
-- digest wanted), progress, timeout.
function M.digests(folder, file, options)
  options = options or {}
  demand_size(folder, file)
  local sums <const> = pipeline.run({
    from = fs.source(folder .. "/" .. file.name), through = { digest { "sha256", options.also } },
    to = pipeline.discard(), timeout = options.timeout, progress = options.progress,
  }).digests
  if sums.sha256 ~= file.sha256 then
    damaged(file, "its sha256 differs")
  end
  return sums
end

-- A small file's text, if its digest is the manifest's.
function M.text(folder, file)
  M.digests(folder, file)
  return fs.read(folder .. "/" .. file.name)
end

-- Stream a dump to `to`, and demand that it is what the manifest says: its bytes, its end marker,
-- its content. Returns the fingerprint, and puts what psql has said into options.said. No stall
-- limit: psql that builds an index takes no byte for as long as that takes.
local function stream(folder, file, to, options)
  demand_size(folder, file)
  local result, err = try(pipeline.run, {
    from = fs.source(folder .. "/" .. file.name),
    through = { digest { "sha256" }, gzip.decompress {},
      fingerprint.sql { texts = options.texts } },
    to = to, timeout = options.timeout, stall = math.huge, progress = options.progress,
  })
  if err then
    local is_damage <const> = err.code == "FORMAT" or err.code == "CHECKSUM"
    err.hint = err.hint or is_damage and damage_hint or nil
    error(err, 0)
  end
  options.said = result.stages[#result.stages].stderr
  if result.digests.sha256 ~= file.sha256 then
    damaged(file, "its sha256 differs")
  end
  local wanted <const> = file.kind == "globals" and "cluster" or "database"
  if result.fingerprint.complete ~= wanted then
    damaged(file, "it does not end as a whole dump does")
  end
  if file.fingerprint then
    local compared <const> = proof.compare(file.fingerprint,
      manifest.fingerprint(result.fingerprint))
    if compared.verdict ~= "proven" or result.fingerprint.hash ~= file.fingerprint.hash then
      damaged(file, compared.reason or "its definitions differ")
    end
  end
  return result.fingerprint
end

-- Read a dump from its first byte to its last. options: texts, progress, timeout.
function M.check(folder, file, options)
  return stream(folder, file, pipeline.discard(), options or {})
end

-- Play the stored roles and tablespaces on a server. An error does not stop them: they are
-- statements that stand alone, and one that a server will not take must not hide the others.
-- Returns what psql said of it.
function M.play_globals(session, folder, file)
  local command <const> = session:command("psql", {
    "--no-psqlrc", "--quiet", "--no-password", "--set=VERBOSITY=verbose", "--output=/dev/null",
    "--dbname=" .. session:conninfo(),
  }, scratch.session_settings)
  local options <const> = { timeout = globals_seconds }
  session:stream(stream, folder, file, process.sink(command), options)
  return options.said or ""
end

-- One transaction is faster by far where there are many objects, but needs a lock for every table,
-- index and toast table of it: those that the server has room for.
local function fits_one_transaction(session, file)
  return #file.fingerprint.objects * 4 < session.server.locks
end

local function player(session, file, database)
  local arguments <const> = {
    "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose",
    "--output=/dev/null", "--dbname=" .. session:conninfo(database),
  }
  if fits_one_transaction(session, file) then
    arguments[#arguments + 1] = "--single-transaction"
  end
  return arguments
end

-- Play some ranges of a dump, unchecked. tables: those that get all their rows in it. To empty them
-- in the same transaction spares the server its log of the rows, where wal_level is minimal.
local function play_ranges(session, folder, file, database, options, ranges, tables)
  local arguments <const> = player(session, file, database)
  if tables then
    arguments[#arguments + 1] = "--command=TRUNCATE ONLY " .. table.concat(tables, ", ")
    arguments[#arguments + 1] = "--file=-"
  end
  return pipeline.run {
    from = fs.source(folder .. "/" .. file.name), through = { gzip.decompress { only = ranges } },
    to = process.sink(session:command("psql", arguments, scratch.session_settings)),
    timeout = options.timeout, stall = math.huge, progress = options.progress,
  }
end

-- The large tables' rows, several at once, while the whole file is checked.
local function play_shares(session, folder, file, database, options, plan)
  local work = { check = function() stream(folder, file, pipeline.discard(),
    { timeout = options.timeout }) end }
  for _, share in ipairs(plan.shares) do
    work[#work + 1] = function()
      play_ranges(session, folder, file, database, options, share.ranges, share.tables)
    end
  end
  task.parallel(work)
end

-- Rows that can only be loaded after another table's (a CHECK constraint whose function looks
-- there) may come in the wrong order. False then: the database is to be made anew.
local function play_in_parts(session, folder, file, database, options, plan)
  session:stream(play_ranges, session, folder, file, database, options, plan.first)
  local _, err = try(session.stream, session, play_shares, session, folder, file, database,
    options, plan)
  if err and err.code == "EXIT" then
    session.log:info("restore.in_order", { database = database, message = err.message })
    return false
  elseif err then
    error(err, 0)
  end
  session:stream(play_ranges, session, folder, file, database, options, plan.rest)
  return true
end

-- Play a dump into an empty database of the session's target that scratch.create has made. Every
-- error of it stops it. options: create_sql, timeout, progress.
function M.restore(session, folder, file, database, options)
  demand_size(folder, file)
  local plan <const> = division.plan(file.fingerprint, session.policy.restore.jobs)
  if plan then
    if play_in_parts(session, folder, file, database, options, plan) then
      return
    end
    scratch.make_anew(session, database, options.create_sql)
  end
  local command <const> = session:command("psql", player(session, file, database),
    scratch.session_settings)
  session:stream(stream, folder, file, process.sink(command), options)
end

return M
