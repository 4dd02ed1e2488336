-- A backup of one target: dumped, published as one set, proven, and the old ones pruned.

local catalogue = require "nightjar.catalogue"
local dump = require "nightjar.dump"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local manifest = require "nightjar.manifest"
local pruning = require "nightjar.pruning"
local scratch = require "nightjar.scratch"
local session_of = require "nightjar.session"
local swap = require "nightjar.swap"
local target_of = require "nightjar.target"
local units = require "nightjar.units"
local verification = require "nightjar.verification"

local M = {}

-- The newest whole set before this one, for what it tells of sizes and databases.
local function previous_set(session)
  for _, set in ipairs(catalogue.list(session.config.backup_folder, session.target.name)) do
    if set.good and not set.narrowed then
      return set
    end
  end
end

local function report_changes(session, previous, chosen)
  if not previous then
    return
  end
  local now = {}
  for index, database in ipairs(chosen) do
    now[index] = database.name
  end
  local changes <const> = target_of.changes(previous.databases, now)
  for _, name in ipairs(changes.new) do
    session.log:info("database.new", { database = name, since = previous.id })
  end
  for _, name in ipairs(changes.vanished) do
    session.log:warn("database.vanished", { database = name, since = previous.id })
    session.context.say("%s: database '%s' was in the backup %s and is not in this one",
      session.target.name, name, previous.id)
  end
end

-- A dump is rarely larger than the last one, and rarely below a hundredth of its database.
local function demand_space(session, previous, chosen, narrowed)
  local size = 0
  for _, database in ipairs(chosen) do
    size = size + (database.size or 0)
  end
  local needed <const> = not narrowed and previous and previous.bytes or size // 100
  local free <const> = fs.space(session.folder).available
  if free < needed then
    fail("SPACE", ("'%s' has %s free, and this backup needs about %s"):format(session.folder,
      units.format_size(free), units.format_size(needed)),
      "Make room, or move the backups to a larger disk (BACKUP_DIR). "
        .. "nightjar prune --dry-run shows what could go.")
  end
  if free < size // 2 then
    session.log:warn("space.low", { folder = session.folder, free = free, databases = size })
  end
end

local function problem_of(err, database)
  return { database = database, code = err.code, message = err.message, hint = err.hint }
end

-- Do one part of the set; its failure is noted, and the other parts are still done.
local function attempt(session, value, database, f, ...)
  local results <const> = table.pack(try(f, ...))
  local err <const> = results[1] == nil and results[2]
  if not err then
    return table.unpack(results, 1, results.n)
  elseif err.code == "CANCELLED" then
    error(err, 0)
  end
  value.problems[#value.problems + 1] = problem_of(err, database)
  session.log:error("dump.failed", { database = database, code = err.code, message = err.message })
end

local function dump_databases(session, folder, value, chosen)
  local globals, with_passwords = attempt(session, value, nil, dump.globals, session, folder)
  value.files[1] = globals
  value.options.role_passwords = with_passwords or false
  for _, database in ipairs(chosen) do
    session.log:info("dump.started", { database = database.name, size = database.size })
    local files, described = attempt(session, value, database.name, dump.database, session, folder,
      database)
    if files then
      table.move(files, 1, #files, #value.files + 1, value.files)
      value.databases[#value.databases + 1] = described
      session.log:info("dump.done", { database = database.name, bytes = files[1].raw_bytes,
        stored = files[1].bytes, tables = described.tables, rows = described.rows,
        seconds = described.seconds })
    end
  end
end

-- The folder of a set that is being made; gone when it is closed, unless it was published.
local function partial_folder(session)
  local path <const> = ("%s/.partial-%s"):format(session.folder, session.id)
  fs.mkdir(path, { mode = 448 })
  return setmetatable({ path = path }, { __close = function()
    local _, err = try(fs.remove, path, { recursive = true })
    if err then
      session.log:warn("partial.left", { path = path, message = err.message })
    end
  end })
end

-- What a failed dump has left is no part of the set.
local function remove_unlisted(folder, value)
  local listed = {}
  for _, file in ipairs(value.files) do
    listed[file.name] = true
  end
  for _, name in ipairs(fs.list(folder)) do
    if not listed[name] then
      fs.remove(folder .. "/" .. name)
    end
  end
end

-- Everything is on disk before the name is, and the name before anybody is told.
local function publish(session, partial, value)
  remove_unlisted(partial.path, value)
  manifest.write(partial.path, value)
  fs.sync(partial.path)
  local folder <const> = session.folder .. "/" .. session.id
  fs.rename(partial.path, folder)
  fs.sync(session.folder)
  session.log:info("set.published", { target = session.target.name, id = session.id,
    state = value.state })
  return folder
end

local function make_set(session, chosen, only)
  local partial <close> = partial_folder(session)
  local value = manifest.make {
    id = session.id, target = session.target.name, host = host.hostname,
    started = units.iso(session.started), server_version = session.server.version,
    client_version = session.tools.version,
    options = {
      only = only, level = session.policy.backup.level, programs = session.tools.place,
      unlogged_tables = not session.server.recovery,
      bootstrap_role = session.server.bootstrap_role,
    },
  }
  dump_databases(session, partial.path, value, chosen)
  value.finished = units.iso(host.time())
  value.state = #value.problems == 0 and "complete" or "failed"
  return value, publish(session, partial, value)
end

-- options: database (only this one), verify (false: no proof).
-- Returns {set = manifest, retention = {...}}.
function M.run(context, target, options)
  local session <close> = session_of.open(context, target, "backup")
  pruning.sweep(context, target)
  scratch.sweep(session)
  local databases <const> = target_of.databases(session.connection)
  local chosen <const> = target_of.chosen(context, target, databases, options.database)
  local previous <const> = previous_set(session)
  if not options.database then
    report_changes(session, previous, chosen)
  end
  demand_space(session, previous, chosen, options.database)
  local value, folder = make_set(session, chosen, options.database)
  if options.verify and #value.databases > 0 then
    verification.prove(session, folder, value)
  end
  local retention = {}
  if catalogue.describe(target.name, value.id, value).good then
    retention = pruning.apply(context, target, host.time())
    swap.drop_old(session, session.policy.restore.keep_old, host.time())
  end
  -- Once more: what programs of a killed run still held at the beginning.
  scratch.sweep(session)
  return { set = value, retention = retention }
end

return M
