-- How problems, times and backups are put into words: pure.

local classes = require "nightjar.classes"
local units = require "nightjar.units"

local M = {}

local nouns <const> = {
  engine = "Docker engine", container = "container", pg_isready = "database", query = "database",
  self = "nightjar",
}
local shown_message <const> = 60

-- "disk:backups" → "disk", "backups".
local function parts_of(check)
  return check:match("^([^:]*):?(.*)$")
end

-- What is wrong or fine again: "main database", "main backup", "disk (backups)".
function M.name(entry)
  local kind <const>, what <const> = parts_of(entry.check)
  local noun = kind == "task" and what or nouns[kind] or kind
  if what ~= "" and kind ~= "task" and kind ~= "self" then
    noun = ("%s (%s)"):format(noun, what)
  end
  return entry.target and entry.target .. " " .. noun or noun
end

-- "main query", as the check is called; the task of an outcome by its name.
function M.place(entry)
  local check <const> = entry.check:gsub("^task:", ""):gsub("^self$", "nightjar")
  return entry.target and entry.target .. " " .. check or check
end

local function shortened(text, length)
  local last <const> = utf8.offset(text, length + 1)
  return last and last <= #text and text:sub(1, last - 1) .. "…" or text
end

-- What is the matter, to be read on a lock screen: "main database refuses the password".
function M.matter(entry)
  local class <const> = classes[entry.class]
  local kind <const>, what <const> = parts_of(entry.check)
  if entry.class == "task.failed" then
    return M.name(entry) .. " failed"
  elseif kind == "self" then
    return "nightjar " .. (class and class.phrase or entry.message or "has a problem")
  elseif class and entry.class ~= "check.failed" then
    local place <const> = what ~= "" and kind ~= "task" and (" (%s)"):format(what) or ""
    return (entry.target and entry.target .. " " or "") .. class.phrase .. place
  elseif entry.status == "unknown" then
    return M.place(entry) .. " could not be observed"
  end
  -- A check of the user's own says it best.
  return ("%s: %s"):format(M.place(entry), shortened(entry.message or entry.status, shown_message))
end

-- Has it only happened, and is not going on?
function M.is_event(entry)
  local class <const> = classes[entry.class]
  return class ~= nil and class.event == true
end

-- The line of the runbook for a class, with the names of the entry's target and container in it.
-- containers: {[target] = name}.
function M.advice(entry, containers)
  local class <const> = classes[entry.class]
  local container <const> = containers and containers[entry.target or ""]
  local names <const> = { target = entry.target or "TARGET", container = container or "CONTAINER" }
  local line <const> = class and (not container and class.outside or class.advice)
  return line and line:gsub("{(%l+)}", names) or nil
end

-- ---- times ----

-- "02:10 UTC" on the day of `now`, "2026-11-23 02:10 UTC" on another.
function M.time(at, now)
  local format <const> = os.date("!%F", math.floor(at)) == os.date("!%F", math.floor(now))
    and "!%H:%M UTC" or "!%F %H:%M UTC"
  return os.date(format, math.floor(at))
end

-- How long ago, or how long: "25 min". Seconds are of no interest.
function M.span(seconds)
  return seconds < 60 and "less than 1 min" or units.format_duration(seconds // 60 * 60)
end

-- "since 02:10 UTC (25 min)"
function M.since(at, now)
  local seconds <const> = now - at
  return ("since %s%s"):format(M.time(at, now),
    seconds >= 60 and (" (%s)"):format(M.span(seconds)) or "")
end

-- "02:10–02:35 UTC (25 min)"
function M.between(from, to, now)
  return ("%s – %s (%s)"):format(M.time(from, now), M.time(to, now), M.span(to - from))
end

-- ---- backups ----

-- backup: {target=, time=, proven=, problem=}; without a time there is none.
function M.backup(backup, now)
  if backup.problem then
    return ("%s: not known (%s)"):format(backup.target, backup.problem)
  elseif not backup.time then
    return ("%s: there is none"):format(backup.target)
  end
  return ("%s: %s (%s ago), %s"):format(backup.target, M.time(backup.time, now),
    M.span(math.max(0, now - backup.time)),
    backup.proven and "proven by test restore" or "not proven")
end

return M
