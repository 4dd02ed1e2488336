-- What has become of the uploads: the last that was confirmed, and the failures since; kept in the
-- home, for a set that was uploaded may be gone here already.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local units = require "nightjar.units"

local M = {}

local function path_of(config)
  return config.state_folder .. "/uploads.json"
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

-- What is overdue of a target's uploads: nil where all is well, else {reason=, since= of the last
-- confirmed set or nil, failing= the entry's}. newest: when the newest set that could be uploaded
-- was begun, or nil where there is none. max_age: seconds.
function M.overdue(entry, newest, max_age, now)
  local last <const> = entry.succeeded and units.parse_iso(entry.succeeded.started)
  if entry.failing then
    return { since = last, failing = entry.failing,
      reason = ("uploads fail since %s: %s"):format(entry.failing.since, entry.failing.message) }
  elseif not last and newest then
    return { reason = "nothing has been uploaded yet" }
  elseif last and now - last > max_age then
    return { since = last, reason = ("the newest uploaded backup is %s old"):format(
      units.format_duration(math.floor(now - last))) }
  end
end

return M
