-- state/alerts.json: what has been found and told, kept from run to run.

local cut_writes = require "nightjar.cut_writes"
local decide = require "nightjar.alert.decide"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local reserve = require "nightjar.alert.reserve"
local units = require "nightjar.units"

local M = {}

local file_name <const>, aside_name <const> = "alerts.json", "alerts.json.unreadable"
local largest <const> = 64 * 1024 * 1024
local reserve_least <const> = 128 * 1024
-- Longer than a mail may take to be sent, so that who waits is not overtaken.
local lock_seconds <const> = 60

-- ---- validation ----

local function is_time(value)
  return math.type(value) ~= nil and value == value and value > -math.huge and value < math.huge
end

local function is_count(value)
  return math.type(value) == "integer" and value >= 0
end

local function is_text(value)
  return type(value) == "string"
end

local function is_flag(value)
  return type(value) == "boolean"
end

local function one_of(...)
  local words <const> = { ... }
  return function(value)
    for _, word in ipairs(words) do
      if value == word then
        return true
      end
    end
    return false
  end
end

-- Fields whose check begins with "?" may be missing: {name, check, optional}.
local function fields(list)
  return function(value)
    if type(value) ~= "table" then
      return false, "it is no table"
    end
    for _, field in ipairs(list) do
      local name <const>, check <const>, optional <const> = table.unpack(field)
      if value[name] ~= nil or not optional then
        local good <const>, problem <const> = check(value[name])
        if not good then
          return false, name .. (problem and "." .. problem or "")
        end
      end
    end
    return true
  end
end

local function list_of(check)
  return function(value)
    if type(value) ~= "table" then
      return false
    end
    for index, element in ipairs(value) do
      local good <const>, problem <const> = check(element)
      if not good then
        return false, ("%d%s"):format(index, problem and "." .. problem or "")
      end
    end
    return true
  end
end

local optional <const> = true
local severity <const> = one_of("warn", "unknown", "crit")

local entry <const> = fields {
  { "check", is_text }, { "target", is_text, optional }, { "class", is_text, optional },
  { "task", is_text }, { "once", is_flag, optional }, { "status", severity },
  { "message", is_text, optional }, { "hint", is_text, optional },
  { "phase", one_of("soft", "hard", "fine") }, { "bad", is_count }, { "good", is_count },
  { "times", is_count }, { "first", is_time }, { "seen", is_time }, { "better", is_time, optional },
  { "recovered", is_time, optional }, { "blocked", is_text, optional },
  { "ended", one_of("recovered", "replaced", "unchecked"), optional },
  { "told", fields { { "status", severity }, { "first", is_time } }, optional },
  { "untold", is_flag, optional }, { "changes", list_of(is_time) },
  { "flapping", fields { { "since", is_time }, { "told", is_time, optional },
    { "settled", is_flag, optional } }, optional },
}

local failure <const> = fields { { "code", is_text }, { "message", is_text },
  { "hint", is_text, optional } }

local whole <const> = fields {
  { "entries", list_of(entry) },
  { "notices",
    list_of(fields { { "class", is_text }, { "at", is_time }, { "message", is_text } }) },
  { "updated", is_time, optional }, { "last_delivered", is_time, optional },
  { "bypassed", is_count, optional }, { "root", is_text, optional },
  { "pending", fields { { "message_id", is_text }, { "digest", is_text }, { "since", is_time },
    { "attempts", is_count }, { "error", failure, optional } }, optional },
  { "failed", fields { { "at", is_time }, { "error", failure } }, optional },
  { "refused", list_of(fields { { "address", is_text }, { "reply", is_text, optional } }),
    optional },
}

-- Why a value cannot be used as a state, or nil: pure.
function M.problem(value)
  if type(value) ~= "table" or math.type(value.version) ~= "integer" then
    return "it has no version"
  elseif value.version ~= decide.version then
    return ("it is of version %d, and this nightjar knows version %d"):format(value.version,
      decide.version)
  end
  local good <const>, problem <const> = whole(value)
  return not good and ("'%s' is not valid"):format(problem) or nil
end

-- ---- reading ----

-- The state of a file that can be read as one; raises where it cannot.
local function decoded(path)
  local value <const> = json.decode(fs.read(path, { limit = largest }))
  local problem <const> = M.problem(value)
  if problem then
    fail("FORMAT", problem)
  end
  return value
end

-- The state kept in `folder`; where it cannot be read a fresh one, and why. What cannot be read is
-- kept beside it.
function M.read(folder)
  local path <const>, aside <const> = folder .. "/" .. file_name, folder .. "/" .. aside_name
  local value, err = try(decoded, path)
  if value then
    return value
  elseif err.code == "NOT_FOUND" then
    return decide.fresh()
  elseif err.code == "CANCELLED" then
    error(err, 0)
  end
  local kept <const> = try(function()
    fs.remove(aside)
    fs.rename(path, aside)
    return true
  end)
  return decide.fresh(), ("'%s' could not be read (%s)%s: what was told before may be told again")
    :format(path, err.message, kept and (" and is now '%s'"):format(aside_name) or "")
end

-- The state as it is, for who only wants to look; nil where there is none that can be read.
function M.peek(folder)
  local value, err = try(decoded, folder .. "/" .. file_name)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  return value
end

-- ---- writing ----

local function encoded(state)
  local copy = {}
  for name, value in pairs(state) do
    copy[name] = value
  end
  copy.entries = json.array(table.move(state.entries, 1, #state.entries, 1, {}))
  copy.notices = json.array(table.move(state.notices, 1, #state.notices, 1, {}))
  for _, kept in ipairs(copy.entries) do
    json.array(kept.changes)
  end
  return json.encode(copy, { pretty = true }) .. "\n"
end

-- Keep the state in `folder`. Returns true, or nil and the error: then this run goes on without.
function M.write(folder, state)
  local bytes <const> = encoded(state)
  local written, err = reserve.attempt(folder, function()
    fs.mkdir(folder, { parents = true, mode = 448 })
    fs.write(folder .. "/" .. file_name, bytes, { mode = 384 })
  end)
  reserve.keep(folder, math.max(reserve_least, 2 * #bytes))
  return written, err
end

-- ---- the lock ----

-- Nobody else writes these while we hold the lock.
local function sweep(folder)
  cut_writes.remove(folder, file_name)
  cut_writes.remove(folder, "reserve")
  cut_writes.remove(folder .. "/spool", "pending.eml")
end

-- Hold the state: one run at a time reads, decides and writes. To be closed. Where it cannot be had
-- nil and why: a mail twice is better than none.
function M.lock(folder)
  local held, err = try(function()
    fs.mkdir(folder, { parents = true, mode = 448 })
    return fs.lock(folder .. "/alerts.lock", { timeout = lock_seconds,
      note = ("alerts, pid %d on %s, since %s"):format(host.pid, host.hostname,
        units.iso(host.time())) })
  end)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif held then
    try(sweep, folder)
  end
  return held, err
end

return M
