-- The sets at the remote, good and bad, from their own manifests: nothing here need know of them.

local catalogue = require "nightjar.catalogue"
local comparison = require "nightjar.remote.comparison"
local fs = require "nightjar.fs"
local manifest = require "nightjar.manifest"
local rclone = require "nightjar.remote.rclone"

local M = {}

-- A listing of a target's folder by set: {[id] = entries with paths below the set}. What is not
-- named as a set is somebody else's.
function M.by_set(entries)
  local sets = {}
  for _, entry in ipairs(entries) do
    local id <const>, name <const> = entry.Path:match("^([^/]+)/([^/]+)$")
    if id and catalogue.is_id(id) then
      sets[id] = sets[id] or {}
      table.insert(sets[id], { Path = name, Size = entry.Size, Hashes = entry.Hashes })
    end
  end
  return sets
end

local function count(entries, name)
  local number = 0
  for _, entry in ipairs(entries) do
    number = number + (entry.Path == name and 1 or 0)
  end
  return number
end

-- What a set's files lack there, by the listing: one line, or nil. Pure.
function M.missing(entries, value)
  local states <const> = comparison.compare(value.files, entries)
  for _, file in ipairs(value.files) do
    local state <const> = states[file.name]
    if state.state ~= "equal" then
      return ("file '%s': %s"):format(file.name, state.reason)
    end
  end
end

-- A set whose manifest cannot be used: it did not arrive, or there are several.
local function without_manifest(target, id, problem)
  return {
    id = id, target = target, state = "interrupted", proven = false, good = false, pinned = false,
    bytes = 0, raw_bytes = 0, databases = {}, problem = problem,
  }
end

local function fetch_manifests(remote, target, ids, folder, workspace)
  local names = {}
  for index, id in ipairs(ids) do
    names[index] = { name = id .. "/" .. manifest.file_name }
  end
  local list <const> = workspace.path .. "/manifests.list"
  fs.write(list, rclone.names_of(names))
  rclone.carry(remote, { "copy", "--files-from-raw=" .. list, "--no-traverse" },
    { remote:path(target), folder }, workspace.path, { label = "reading the manifests" })
end

-- Every set of a target at the remote, newest first, as catalogue.list has those that are here: but
-- `folder` has its manifest alone, as long as the workspace is there, and `path` is where it is.
function M.list(remote, target, workspace)
  local found <const>, ids, sets = M.by_set(remote:list(remote:path(target), 2)), {}, {}
  for id, entries in pairs(found) do
    local manifests <const> = count(entries, manifest.file_name)
    if manifests == 1 then
      ids[#ids + 1] = id
    else
      sets[#sets + 1] = without_manifest(target, id, manifests == 0
        and "it has no manifest: its upload did not end"
        or ("it has %d manifests: see rclone dedupe"):format(manifests))
    end
  end
  if #ids > 0 then
    local folder <const> = workspace.path .. "/manifests"
    fetch_manifests(remote, target, ids, folder, workspace)
    for _, id in ipairs(ids) do
      local set <const> = catalogue.read(folder .. "/" .. id, target, id, function(_, value)
        return M.missing(found[id], value)
      end)
      set.folder = folder .. "/" .. id
      sets[#sets + 1] = set
    end
  end
  if #sets == 0 then
    remote:demand_password()
  end
  for _, set in ipairs(sets) do
    set.path = remote:path(target, set.id)
  end
  table.sort(sets, function(one, other) return one.id > other.id end)
  return sets
end

return M
