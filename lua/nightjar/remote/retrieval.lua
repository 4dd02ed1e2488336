-- Files of a set brought back from the remote, each checked against the set's manifest.

local fs = require "nightjar.fs"
local pipeline = require "nightjar.pipeline"
local rclone = require "nightjar.remote.rclone"
local stored = require "nightjar.stored"
local units = require "nightjar.units"

local M = {}

local function demand_space(folder, files)
  local needed = 0
  for _, file in ipairs(files) do
    needed = needed + file.bytes
  end
  local free <const> = fs.space(folder).available
  if free < needed then
    fail("SPACE", ("'%s' has %s free, and what is fetched takes %s"):format(folder,
      units.format_size(free), units.format_size(needed)),
      "Make room, or name another folder with BACKUP_DIR.")
  end
end

-- Check files of a set in a folder against its manifest: sizes and hashes.
function M.check(context, folder, files)
  local meter <const> = pipeline.meter()
  local _ <close> = context.progress("checking the files", meter)
  for _, file in ipairs(files) do
    stored.digests(folder, file, { progress = meter })
  end
end

-- Fetch files ({{name=, bytes=, ...}...}) of a set, which is one of remote.catalogue's list, into
-- its folder, beside its manifest. They are not checked yet.
function M.fetch(remote, set, files, workspace)
  demand_space(workspace.path, files)
  local list <const> = workspace.path .. "/fetch.list"
  fs.write(list, rclone.names_of(files))
  rclone.carry(remote,
    { "copy", "--files-from-raw=" .. list, "--no-traverse", "--ignore-checksum" },
    { set.path, set.folder }, workspace.path, { label = "fetching from " .. remote.to })
end

return M
