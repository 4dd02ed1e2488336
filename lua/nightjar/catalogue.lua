-- The sets of a target, good and bad, and the one that somebody means.

local cut_writes = require "nightjar.cut_writes"
local fs = require "nightjar.fs"
local manifest = require "nightjar.manifest"
local suggest = require "nightjar.suggest"
local units = require "nightjar.units"

local M = {}

local id_pattern <const> = "^%d%d%d%d%-%d%d%-%d%dT%d%d%-%d%d%-%d%dZ$"

function M.is_id(name)
  return name:find(id_pattern) ~= nil
end

-- Folders of runs that did not end: being written, or being deleted.
function M.is_leftover(name)
  return name:find("^%.partial%-") ~= nil or name:find("^%.deleting%-") ~= nil
end

-- What the files of a set lack, by the manifest: one line, or nil. Sizes only; contents are checked
-- by verify.
local function missing_file(folder, value)
  for _, file in ipairs(value.files) do
    local found <const> = fs.stat(folder .. "/" .. file.name)
    if not found then
      return ("file '%s' is missing"):format(file.name)
    elseif found.size ~= file.bytes then
      return ("file '%s' has %d bytes, not %d"):format(file.name, found.size, file.bytes)
    end
  end
end

local function sizes(value)
  local bytes, raw = 0, 0
  for _, file in ipairs(value.files) do
    bytes, raw = bytes + file.bytes, raw + (file.raw_bytes or 0)
  end
  return bytes, raw
end

local function database_names(value)
  local names = {}
  for index, database in ipairs(value.databases) do
    names[index] = database.name
  end
  return names
end

local function first_problem(value)
  local problem <const> = value.problems[1]
  if problem then
    return problem.database and ("%s: %s"):format(problem.database, problem.message)
      or problem.message
  end
end

-- One set as the catalogue sees it, from its manifest: pure. `missing` is what its files lack.
function M.describe(target, id, value, missing)
  local verdict <const> = manifest.verdict(value)
  local last <const> = value.verification[#value.verification]
  local bytes <const>, raw_bytes <const> = sizes(value)
  local state <const> = missing and "failed" or value.state
  local disproved <const> = verdict == "differs" or verdict == "unreadable"
  local good <const> = state == "complete" and not disproved
  return {
    id = id, target = target, host = value.host, state = state,
    started = units.parse_iso(value.started),
    readable = true, verdict = verdict, proven = good and verdict == "proven", good = good,
    uploads = value.uploads, pinned = value.pinned, narrowed = value.options.only ~= nil,
    bytes = bytes,
    raw_bytes = raw_bytes, databases = database_names(value),
    problem = missing or first_problem(value) or verdict ~= "proven" and last and last.reason
      or nil,
  }
end

local function unreadable(target, id, err)
  return {
    id = id, target = target, state = "failed", proven = false, good = false, pinned = false,
    bytes = 0, raw_bytes = 0, databases = {}, problem = err.message,
  }
end

-- The set whose manifest is in the folder `path`. missing(path, manifest) says what its files lack:
-- one line, or nil.
function M.read(path, target, id, missing)
  local value, err = try(manifest.read, path)
  if not value then
    return unreadable(target, id, err)
  elseif value.id ~= id or value.target ~= target then
    return unreadable(target, id,
      { message = ("the manifest is that of '%s' of '%s'"):format(value.id, value.target) })
  end
  return M.describe(target, id, value, missing(path, value))
end

local function read_set(folder, target, id)
  local path <const> = folder .. "/" .. id
  local set <const> = M.read(path, target, id, missing_file)
  set.folder = path
  return set
end

-- The manifest of a set out of the list, which keeps none: that of 10,000 tables takes 20 MB.
function M.manifest(set)
  if not set.readable then
    fail("FORMAT", ("backup '%s' cannot be used: %s"):format(set.id, set.problem),
      "Choose another one.")
  end
  return manifest.read(set.folder)
end

-- The ids of a target's sets, newest first, and their folder. Runs that did not end are not among
-- them.
local function ids_of(backup_folder, target)
  local folder <const> = backup_folder .. "/" .. target
  local ids = {}
  for _, name in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
    ids[#ids + 1] = M.is_id(name) and name or nil
  end
  table.sort(ids, function(one, other) return one > other end)
  return ids, folder
end

-- Every set of a target, newest first.
function M.list(backup_folder, target)
  local sets, ids <const>, folder <const> = {}, ids_of(backup_folder, target)
  for index, id in ipairs(ids) do
    sets[index] = read_set(folder, target, id)
  end
  return sets
end

-- The newest sets, newest first, until so many of them are good and hold all databases: manifests
-- can be large, and not all need to be read.
function M.recent(backup_folder, target, wanted)
  local sets, ids <const>, folder <const> = {}, ids_of(backup_folder, target)
  for index, id in ipairs(ids) do
    sets[index] = read_set(folder, target, id)
    wanted = wanted - (sets[index].good and not sets[index].narrowed and 1 or 0)
    if wanted == 0 then
      break
    end
  end
  return sets
end

-- What a run that did not end has left in a target's folder.
function M.leftovers(backup_folder, target)
  local folder <const> = backup_folder .. "/" .. target
  local found = {}
  for _, name in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
    if M.is_leftover(name) then
      found[#found + 1] = folder .. "/" .. name
    end
  end
  return found
end

-- Paths of manifests that were being written when their run was killed.
function M.cut_writes(backup_folder, target)
  local folder <const>, paths = backup_folder .. "/" .. target, {}
  for _, id in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
    local cut <const> = M.is_id(id) and cut_writes.of(folder .. "/" .. id, manifest.file_name) or {}
    table.move(cut, 1, #cut, #paths + 1, paths)
  end
  return paths
end

local function holds(set, database)
  for _, name in ipairs(set.databases) do
    if name == database then
      return true
    end
  end
  return false
end

local function newest(sets, quality, description, database)
  for _, set in ipairs(sets) do
    if set[quality] and (not database or holds(set, database)) then
      return set
    end
  end
  fail("NOT_FOUND", ("there is no %s backup%s"):format(description, database
    and (" of '%s'"):format(database) or ""),
    "nightjar backups lists what there is.")
end

-- Those of the sets that hold all databases: what is done by itself is done with these.
function M.whole(sets)
  local found = {}
  for _, set in ipairs(sets) do
    found[#found + 1] = not set.narrowed and set or nil
  end
  return found
end

-- The set that BACKUP names among `sets` (newest first): "latest", "latest-verified", an id, or a
-- unique prefix of one. With a database, the newest is the newest that holds it.
function M.resolve(sets, name, database)
  if name == "latest" then
    return newest(sets, "good", "complete", database)
  elseif name == "latest-verified" then
    return newest(sets, "proven", "proven", database)
  end
  local matches, ids = {}, { "latest", "latest-verified" }
  for _, set in ipairs(sets) do
    if set.id == name then
      return set
    elseif set.id:sub(1, #name) == name then
      matches[#matches + 1] = set
    end
    ids[#ids + 1] = set.id
  end
  if #matches > 1 then
    fail("USAGE", ("'%s' may be '%s' or '%s'"):format(name, matches[1].id, matches[2].id),
      "Give more of the backup's id.")
  elseif #matches == 0 then
    local near <const> = suggest(name, ids)
    fail("NOT_FOUND", ("there is no backup '%s'"):format(name),
      near and ("Did you mean '%s'?"):format(near) or "nightjar backups lists what there is.")
  end
  return matches[1]
end

return M
