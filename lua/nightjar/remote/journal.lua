-- What has become of the uploads: the last that was confirmed, and the failures since; kept in the
-- home, for a set that was uploaded may be gone here already.

local cut_writes = require "nightjar.cut_writes"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local units = require "nightjar.units"

local M = {}

local file_name <const> = "uploads.json"

local function path_of(config)
  return config.state_folder .. "/" .. file_name
end

-- {[target] = {remote=, succeeded = {id=, started=, at=, by=}, failing = {since=, at=, attempts=,
-- code=, message=, hint=}}}, times as ISO texts. A file that cannot be read is none.
local function read_all(config)
  local path <const> = path_of(config)
  local text <const> = fs.stat(path) and try(fs.read, path)
  local value <const> = text and try(json.decode, text)
  return type(value) == "table" and type(value.targets) == "table" and value.targets or {}
end

-- What is known of a target's uploads to the remote that is configured now; {} where nothing is.
function M.read(config, target_name)
  local entry <const> = read_all(config)[target_name]
  if type(entry) ~= "table" or entry.remote ~= config.policy.remote.to then
    return { remote = config.policy.remote.to }
  end
  return entry
end

local function change(config, target_name, f)
  fs.mkdir(config.state_folder, { parents = true, mode = 448 })
  -- One at a time: two targets may be uploaded at once.
  local _ <close> = fs.lock(config.state_folder .. "/uploads.lock", { timeout = 10 })
  cut_writes.remove(config.state_folder, file_name)
  local targets <const> = read_all(config)
  local entry <const> = M.read(config, target_name)
  f(entry)
  targets[target_name] = entry
  fs.write(path_of(config), json.encode({ targets = targets }, { pretty = true }) .. "\n",
    { mode = 384 })
end

-- A set has been confirmed at the remote. value: its manifest.
function M.succeeded(config, value, by)
  change(config, value.target, function(entry)
    entry.succeeded = { id = value.id, started = value.started, at = units.iso(host.time()),
      by = by }
    entry.failing = nil
  end)
end

function M.failed(config, target_name, err)
  change(config, target_name, function(entry)
    local now <const> = units.iso(host.time())
    local before <const> = entry.failing or { since = now, attempts = 0 }
    entry.failing = { since = before.since, at = now, attempts = before.attempts + 1,
      code = err.code, message = err.message, hint = err.hint }
  end)
end

-- ---- what follows from it: pure ----

-- What local retention holds back while uploads fail: {since=, seconds=}, or nil.
-- entry: of read; hold: the policy's limit in seconds.
function M.hold(entry, hold)
  local since <const> = entry.failing and units.parse_iso(entry.failing.since)
  return since and { since = since, seconds = hold,
    uploaded = entry.succeeded and units.parse_iso(entry.succeeded.started) or nil } or nil
end

-- When the newest set that is confirmed at the remote was begun, by the journal or by the manifests
-- that are still here (sets: of the catalogue, newest first); nil where none is known.
function M.last(entry, sets)
  local last = entry.succeeded and units.parse_iso(entry.succeeded.started)
  for _, set in ipairs(sets) do
    for _, upload in ipairs(set.uploads or {}) do
      if upload.confirmed and upload.remote == entry.remote and set.started
        and not set.narrowed then
        last = math.max(last or set.started, set.started)
      end
    end
  end
  return last
end

-- How a target's uploads stand: {stale= is one overdue?, since= when the newest confirmed set was
-- begun (or nil), reason= in words}. max_age: of that set, in seconds.
function M.standing(entry, sets, max_age, now)
  local last <const>, failing <const> = M.last(entry, sets), entry.failing
  local standing <const> = { since = last, stale = last ~= nil and now - last > max_age }
  local parts = {}
  if last then
    parts[1] = ("the newest copy is of a backup that is %s old"):format(
      units.format_duration(math.max(0, math.floor(now - last))))
  else
    local anything = false
    for _, set in ipairs(sets) do
      anything = anything or set.proven == true
    end
    standing.stale = anything
    parts[1] = anything and "nothing has been uploaded yet" or "there is nothing to upload yet"
  end
  if failing then
    parts[2] = ("uploads fail since %s: %s"):format(failing.since, failing.message)
  end
  standing.reason = table.concat(parts, "; ")
  return standing
end

return M
