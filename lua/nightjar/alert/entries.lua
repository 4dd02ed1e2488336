-- What has been found wrong over the runs, a problem a (target, check, class): pure.
--
-- An entry goes soft → hard → fine. It is hard when the problem is certain, and fine when it is
-- over; it is forgotten when all that is owed to the reader has been told. An entry has
--   target, check, class, status, message, hint   as last seen
--   task      the task that looked last
--   once      told once and never reminded of: what somebody did by hand, and what only happened
--   phase     "soft", "hard" or "fine"
--   bad, good how often it was seen so; good counts since the last bad run
--   first, seen, better, recovered   when it was first and last bad, first good again, and over
--   blocked   the check that kept the last run from looking
--   ended     why it is fine: "recovered", "replaced" (by another class), "unchecked"
--   told      {status=, first=}: a delivered mail has told of it, and none of its end
--   untold    it has been hard, and no delivered mail has told of it
--   changes   when it went hard and fine, of the last hour
--   flapping  {since=, told=, settled=}: it goes and comes too often to be told each time
--   times     how often it has gone hard

local classes = require "nightjar.classes"

local M = {}

local hour <const>, settle_seconds <const>, flapping_changes <const> = 3600, 1800, 4
local once_seconds <const> = 86400
local most_changes <const> = 8

local ranks <const> = { warn = 1, unknown = 2, crit = 3 }

-- How bad a status is: warn < unknown < crit.
function M.rank(status)
  return ranks[status] or 0
end

-- The names of targets hold no '|', nor do classes: the key is unambiguous.
function M.key(entry)
  return ("%s|%s|%s"):format(entry.target or "", entry.check, M.class(entry) or "")
end

-- The check that an entry or a finding is of, whatever its class.
local function check_key(entry)
  return (entry.target or "") .. "|" .. entry.check
end
M.check_key = check_key

-- What could not be observed is a problem of its own kind where nothing else names it.
function M.class(finding)
  return finding.class or finding.status == "unknown" and "unknown" or nil
end

local function is_outcome(entry)
  return entry.check:find("^task:") ~= nil
end

local function good_runs(entry)
  local class <const> = classes[entry.class]
  return is_outcome(entry) and 1 or class and class.good_runs or 2
end

local function bad_runs(entry, options)
  local class <const> = classes[entry.class]
  local doubtful <const> = entry.status == "unknown" or class and class.network
  return doubtful and not options.at_once and not is_outcome(entry) and 2 or 1
end

local function copy(entry)
  local made = {}
  for name, value in pairs(entry) do
    made[name] = value
  end
  made.changes = table.move(entry.changes, 1, #entry.changes, 1, {})
  made.told = entry.told and { status = entry.told.status, first = entry.told.first }
  made.flapping = entry.flapping and { since = entry.flapping.since, told = entry.flapping.told,
    settled = entry.flapping.settled }
  return made
end
M.copy = copy

-- ---- one entry ----

local function change(entry, now)
  entry.changes[#entry.changes + 1] = now
  if #entry.changes > most_changes then
    table.remove(entry.changes, 1)
  end
end

local function harden(entry, now)
  entry.phase, entry.recovered, entry.ended = "hard", nil, nil
  entry.untold = not entry.told or nil
  entry.times = entry.times + 1
  change(entry, now)
end

local function see_bad(entry, finding, now, options)
  local class <const> = classes[entry.class]
  if entry.phase == "fine" and not (entry.told or entry.untold) then
    entry.phase, entry.bad, entry.first = "soft", 0, now
  end
  entry.bad, entry.good, entry.seen = entry.bad + 1, 0, now
  entry.better, entry.blocked = nil, nil
  entry.status, entry.message, entry.hint = finding.status, finding.message, finding.hint
  entry.once = finding.once or class and class.event or nil
  -- Whose end nobody has been told of has not ended for the reader.
  if entry.phase == "fine" or entry.phase == "soft" and entry.bad >= bad_runs(entry, options) then
    harden(entry, now)
  end
  if entry.phase == "hard" and class and class.hard then
    entry.status = class.hard
  end
end

-- Of what only happened nobody is told that it is over.
local function finish(entry)
  local class <const> = classes[entry.class]
  entry.phase = "fine"
  if class and class.event then
    entry.told = nil
  end
end

local function see_good(entry, now, ended)
  entry.good, entry.blocked = entry.good + 1, nil
  entry.better = entry.better or now
  if entry.good < good_runs(entry) or entry.phase == "fine" then
    return
  end
  if entry.phase == "hard" then
    change(entry, now)
    entry.recovered, entry.ended = entry.better, ended
  end
  finish(entry)
end

local function see_nothing(entry, blocked_by)
  entry.blocked = blocked_by
end

local function close(entry, now)
  if entry.phase == "hard" then
    entry.recovered, entry.ended = now, "unchecked"
  end
  finish(entry)
end

-- Changes older than an hour do not count, but for the last one of an entry that flaps.
local function look_for_flapping(entry, now, observed)
  while entry.changes[1] and entry.changes[1] < now - hour
      and not (entry.flapping and #entry.changes == 1) do
    table.remove(entry.changes, 1)
  end
  if not entry.flapping and #entry.changes >= flapping_changes then
    entry.flapping = { since = entry.changes[1] }
  elseif entry.flapping and observed then
    local last <const> = entry.changes[#entry.changes] or entry.flapping.since
    entry.flapping.settled = now - last >= settle_seconds or nil
  end
end

-- What was done by hand, told, and not done again.
local function is_stale(entry, now)
  return entry.once and entry.phase == "hard" and entry.told and now - entry.seen >= once_seconds
end

local function is_forgotten(entry, now)
  return is_stale(entry, now) or entry.phase == "fine" and #entry.changes == 0
    and not (entry.told or entry.untold or entry.flapping)
end

-- ---- a run ----

-- The findings by check: {bad = {[class] = finding}, skipped = blocker, unknown = boolean}.
local function by_check(findings)
  local checks = {}
  for _, finding in ipairs(findings) do
    local key <const> = check_key(finding)
    local check <const> = checks[key] or { bad = {} }
    checks[key] = check
    if finding.status == "skipped" then
      check.skipped = finding.blocked_by or "another check"
    elseif finding.status ~= "ok" then
      check.bad[M.class(finding) or ""] = finding
      check.unknown = check.unknown or finding.status == "unknown"
    end
  end
  return checks
end

local function is_self(entry)
  return entry.check == "self" or entry.check:find("^self:") ~= nil
end

-- What the run says of an entry that is there. Returns whether it was looked at.
local function look(entry, check, now, options)
  local finding <const> = check and check.bad[entry.class or ""]
  if check then
    entry.task = options.task
  end
  if finding then
    see_bad(entry, finding, now, options)
  elseif check and (check.skipped or check.unknown) then
    see_nothing(entry, check.skipped or "a look that failed")
    return false
  elseif check then
    see_good(entry, now, next(check.bad) and not is_self(entry) and "replaced" or "recovered")
  elseif options.targets and entry.target and not options.targets[entry.target] then
    close(entry, now)
  elseif options.complete and entry.task == options.task and is_self(entry) then
    see_good(entry, now, "recovered") -- no task reports that its own house is in order
  elseif options.complete and entry.task == options.task then
    close(entry, now)
  else
    return false
  end
  return true
end

-- A problem that changes its class from run to run is one that lasts: how often the check was bad
-- before, whatever the class.
local function runs_before(entries, finding)
  local most = 0
  if finding.status ~= "unknown" then
    for _, entry in ipairs(entries) do
      if entry.status ~= "unknown" and entry.phase ~= "fine" and entry.good == 0 then
        most = math.max(most, entry.bad)
      end
    end
  end
  return most
end

local function new_entry(finding, before, now, options)
  local entry <const> = {
    target = finding.target, check = finding.check, class = M.class(finding), task = options.task,
    phase = "soft", bad = before, good = 0, first = now, changes = {}, times = 0,
  }
  see_bad(entry, finding, now, options)
  return entry
end

-- The entries of the same check, of all entries.
local function grouped(entries)
  local groups = {}
  for _, entry in ipairs(entries) do
    local key <const> = check_key(entry)
    groups[key] = groups[key] or {}
    table.insert(groups[key], entry)
  end
  return groups
end

local function add_new(made, entries, findings, now, options)
  local known, groups = {}, grouped(entries)
  for _, entry in ipairs(entries) do
    known[M.key(entry)] = true
  end
  for _, finding in ipairs(findings) do
    local key <const> = M.key(finding)
    if M.rank(finding.status) > 0 and not known[key] then
      known[key] = true
      made[#made + 1] = new_entry(finding, runs_before(groups[check_key(finding)] or {}, finding),
        now, options)
    end
  end
end

local function without(entries, is_unwanted, now)
  local kept = {}
  for _, entry in ipairs(entries) do
    if not is_unwanted(entry, now) then
      kept[#kept + 1] = entry
    end
  end
  return kept
end

-- The entries after a run; what is given stays as it is.
-- options: task, complete (the run looked at all that the task looks at), targets (a set of the
-- names that are configured; nil: not known), at_once (one bad run is enough for every class).
function M.advance(entries, findings, now, options)
  local remembered <const> = without(entries, is_stale, now)
  local checks <const>, advanced = by_check(findings), {}
  for index, entry in ipairs(remembered) do
    local after <const> = copy(entry)
    local observed <const> = look(after, checks[check_key(entry)], now, options)
    look_for_flapping(after, now, observed)
    advanced[index] = after
  end
  add_new(advanced, remembered, findings, now, options)
  return without(advanced, is_forgotten, now)
end

return M
