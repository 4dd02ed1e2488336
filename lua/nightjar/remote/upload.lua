-- A proven set copied to the remote: its files first, each confirmed there, its manifest last.

local catalogue = require "nightjar.catalogue"
local comparison = require "nightjar.remote.comparison"
local confirmation = require "nightjar.remote.confirmation"
local fs = require "nightjar.fs"
local hook = require "nightjar.hook"
local host = require "nightjar.host"
local journal = require "nightjar.remote.journal"
local json = require "nightjar.json"
local manifest = require "nightjar.manifest"
local pipeline = require "nightjar.pipeline"
local pruning = require "nightjar.pruning"
local rclone = require "nightjar.remote.rclone"
local session_of = require "nightjar.session"
local stored = require "nightjar.stored"
local units = require "nightjar.units"
local workspace_of = require "nightjar.workspace"

local M = {}

local rounds <const> = 2
local record_seconds <const> = 3600

-- ---- which set ----

-- Those that the policy wants uploaded, where it has a function for that.
local function wanted(context, sets)
  local upload <const> = context.config.policy.remote.upload
  local chosen = {}
  for _, set in ipairs(sets) do
    local answer, reason = true, nil
    if upload and set.proven and #chosen == 0 then
      answer, reason = hook.decide(context, { name = "remote.upload", f = upload,
        check = hook.yes_or_no }, true, pruning.seen(set), host.time())
    end
    if answer then
      chosen[#chosen + 1] = set
    else
      context.log:info("upload.not_wanted", { id = set.id, target = set.target, reason = reason })
    end
  end
  return chosen
end

-- The set that BACKUP names, if it may be uploaded. By default the newest proven one that holds all
-- databases and that the policy wants there.
local function choose(context, target, name)
  local sets = catalogue.list(context.config.backup_folder, target.name)
  sets = name and sets or wanted(context, catalogue.whole(sets))
  local set, err = try(catalogue.resolve, sets, name or "latest-verified")
  if not set then
    err.hint = not name and "nightjar backup makes and proves one; nightjar verify proves one that "
      .. "is there." or err.hint
    error(err, 0)
  elseif not set.good then
    fail("FORMAT", ("backup '%s' is not a good one: %s"):format(set.id, set.problem),
      "Only what is whole is uploaded. nightjar backups lists what there is.")
  end
  return set
end

-- The set's files with all hashes that the remote may be asked for, each read once: what is damaged
-- here is not sent there. Returns {{name=, bytes=, sha256=, ...}...}.
local function check_here(context, set, value, hash)
  local meter <const> = pipeline.meter()
  local _ <close> = context.progress("checking " .. set.id, meter)
  local files = {}
  for index, file in ipairs(value.files) do
    local sums <const> = stored.digests(set.folder, file,
      { also = hash ~= "sha256" and hash or nil, progress = meter })
    files[index] = { name = file.name, bytes = file.bytes, sha256 = sums.sha256, md5 = sums.md5,
      sha1 = sums.sha1 }
  end
  return files
end

-- ---- sending ----

local function demand_single(remote, path, states)
  for name, state in pairs(states) do
    if state.state == "duplicate" then
      fail("DUPLICATE", ("'%s/%s': %s"):format(path, name, state.reason),
        ("A name there does not tell which one is meant. Look at them, and let one be: rclone%s "
          .. "dedupe '%s'"):format(remote.config and (" --config '%s'"):format(remote.config) or "",
          path))
    end
  end
end

local function total(files)
  local bytes = 0
  for _, file in ipairs(files) do
    bytes = bytes + file.bytes
  end
  return bytes
end

-- A server may say no more than that it failed (SFTP has no word for it): its free space tells
-- whether it is full, where it can be asked.
local function blame_space(remote, files, err)
  local text <const> = err.code == "EXIT" and try(rclone.ask, remote, { "about", "--json" },
    { remote.to })
  local space <const> = text and try(json.decode, text)
  if type(space) == "table" and space.free and space.free < total(files) then
    fail("QUOTA", ("the remote '%s': it is full (%s free, and %s are to be sent)"):format(remote.to,
      units.format_size(space.free), units.format_size(total(files))),
      "Make room there: nightjar prune --remote --dry-run shows what could go.",
      { op = err.op, cause = err })
  end
  error(err, 0)
end

-- rclone's own comparison is not asked: what is equal has been decided. Nor does it compute the
-- hashes there after each file: all are asked for together, after the last one.
local function send(remote, folder, path, files, workspace)
  local list <const> = workspace.path .. "/files"
  fs.write(list, rclone.names_of(files))
  local _, err = try(rclone.carry, remote, { "copy", "--files-from-raw=" .. list, "--no-traverse",
    "--ignore-times", "--ignore-checksum" }, { folder, path }, workspace.path,
    { label = "uploading to " .. remote.to })
  if err then
    blame_space(remote, files, err)
  end
end

local function first_unconfirmed(files, states)
  for _, file in ipairs(files) do
    if states[file.name].state ~= "equal" then
      return file.name, states[file.name].reason
    end
  end
end

-- Send what is not there, until all of it is there. Returns the states, {[name] = true} of what was
-- sent, and whether there is a manifest already.
local function bring_files(remote, folder, files, path, workspace)
  local sent = {}
  local states, foreign = confirmation.examine(remote, path, folder, files)
  demand_single(remote, path, states)
  local manifest_there = false
  for _, name in ipairs(foreign) do
    if name == manifest.file_name then
      manifest_there = true
    else
      remote.context.log:warn("remote.foreign", { path = path .. "/" .. name })
    end
  end
  for _ = 1, rounds do
    local wanting <const> = comparison.select(files, states, "missing", "differs")
    if #wanting == 0 then
      break
    end
    send(remote, folder, path, wanting, workspace)
    local now <const> = confirmation.examine(remote, path, folder, wanting)
    demand_single(remote, path, now)
    for _, file in ipairs(wanting) do
      states[file.name], sent[file.name] = now[file.name], true
    end
  end
  local name <const>, reason <const> = first_unconfirmed(files, states)
  if name then
    fail("UNCONFIRMED", ("'%s' was sent to the remote '%s', and %s"):format(name, remote.to,
      reason),
      "The upload does not count. Nothing was deleted, here or there; try it again.")
  end
  return states, sent, manifest_there
end

-- What becomes the manifest there: without the uploads, so that it is the same each time.
local function manifest_text(value)
  local copy = {}
  for key, content in pairs(value) do
    copy[key] = content
  end
  copy.uploads = {}
  return manifest.encode(copy)
end

-- The manifest makes the files a set: it goes last, and is read back whole.
local function bring_manifest(remote, text, path, is_there, workspace)
  local there <const> = path .. "/" .. manifest.file_name
  if is_there and try(remote.read, remote, there) == text then
    return false
  end
  local here <const> = workspace.path .. "/" .. manifest.file_name
  fs.write(here, text, { mode = 384 })
  rclone.carry(remote, { "copyto", "--ignore-times" }, { here, there }, workspace.path,
    { label = "uploading the manifest" })
  if remote:read(there) ~= text then
    fail("UNCONFIRMED", ("'%s' does not come back as it was sent"):format(there),
      "The upload does not count. Nothing was deleted, here or there; try it again.")
  end
  return true
end

-- ---- the record of it ----

-- Note the upload in the set's manifest, under the target's lock: a run that holds it may be
-- writing there. A backup that is being made can take its time.
local function record(context, target, set, entry)
  local _ <close> = session_of.lock(context, target, "upload", record_seconds)
  local value <const> = manifest.read(set.folder)
  local uploads = {}
  for _, old in ipairs(value.uploads) do
    uploads[#uploads + 1] = old.remote ~= entry.remote and old or nil
  end
  uploads[#uploads + 1] = entry
  value.uploads = uploads
  manifest.write(set.folder, value)
end

local function describe(files, states, sent)
  local described = {}
  for index, file in ipairs(files) do
    described[index] = { name = file.name, bytes = file.bytes, confirmed = true,
      by = states[file.name].by, sent = sent[file.name] or false }
  end
  return described
end

local function upload(remote, target, set)
  local context <const>, began <const> = remote.context, host.now()
  local workspace <close> = workspace_of.open(context, "upload")
  context.log:info("upload.started", { target = target.name, id = set.id, remote = remote.to })
  local path <const> = remote:path(target.name, set.id)
  local value <const> = catalogue.manifest(set)
  local files <const> = check_here(context, set, value, remote:traits().hash)
  local states <const>, sent <const>, is_there <const> =
    bring_files(remote, set.folder, files, path, workspace)
  local by <const>, text <const> = comparison.weakest(files, states), manifest_text(value)
  local done = {
    target = target.name, id = set.id, remote = remote.to, by = by, proven = set.proven,
    files = describe(files, states, sent),
  }
  table.insert(done.files, { name = manifest.file_name, bytes = #text, confirmed = true,
    by = "download", sent = bring_manifest(remote, text, path, is_there, workspace) })
  done.bytes, done.seconds = total(done.files), host.now() - began
  if not set.narrowed then
    journal.succeeded(context.config, value, by)
  end
  local _, err = try(record, context, target, set,
    { remote = remote.to, at = units.iso(host.time()), confirmed = true, by = by })
  done.unrecorded = err
  if err then
    context.log:warn("upload.unrecorded", { id = set.id, code = err.code, message = err.message })
  end
  context.log:info("upload.confirmed", { target = target.name, id = set.id, remote = remote.to,
    by = by, bytes = done.bytes, seconds = done.seconds })
  return done
end

-- Copy a set to the remote and confirm it there. name: as BACKUP, or nil for the newest proven one.
-- Returns {target=, id=, remote=, by= what confirms its least sure file, files={{name, bytes,
-- confirmed, by, sent}...}, bytes=, seconds=, proven=, unrecorded= why the manifest here does not
-- say so, or nil}. What fails is noted, and deletes nothing.
function M.run(remote, target, name)
  local context <const> = remote.context
  local _ <close> = session_of.lock_remote(context, target, "upload")
  local set <const> = choose(context, target, name)
  local done, err = try(upload, remote, target, set)
  if err then
    if err.code ~= "CANCELLED" then
      context.log:error("upload.failed", { target = target.name, id = set.id, code = err.code,
        message = err.message })
      try(journal.failed, context.config, target.name, err)
    end
    error(err, 0)
  end
  return done
end

return M
