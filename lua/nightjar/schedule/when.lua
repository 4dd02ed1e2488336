-- When a job runs: how a policy says it, how a person reads it, and when the next time is. Pure.
--
-- A time is one of
--   { every = seconds }                             all day long, from midnight on
--   { at = { hour, minute } }                       each day, local time
--   { at = …, weekdays = { 1, 4 } }                 on these days of the week; 1 is Monday
--   { at = …, day = 1 }                             on this day of the month
--   { boot = true }                                 once the machine has started

local suggest = require "nightjar.suggest"
local units = require "nightjar.units"

local M = {}

local minute <const>, hour <const>, day <const> = 60, 3600, 86400

M.day_names = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" }

-- ---- kinds, for the policy's schema ----

-- What cron, systemd and the Task Scheduler can all say: a part of an hour, or of a day.
function M.every(value)
  local seconds, problem = units.duration(value)
  if not seconds then
    return nil, problem
  elseif seconds >= minute and seconds < hour and seconds % minute == 0 and hour % seconds == 0
    or seconds >= hour and seconds < day and seconds % hour == 0 and day % seconds == 0 then
    return math.tointeger(seconds)
  end
  return nil, ("expected a duration that divides an hour or a day evenly, such as 5m, 15m, 1h or "
    .. "6h, got '%s'"):format(tostring(value))
end

function M.at(value)
  local hours, minutes = tostring(value):match("^(%d%d?):(%d%d)$")
  hours, minutes = math.tointeger(tonumber(hours)), math.tointeger(tonumber(minutes))
  if not hours or hours > 23 or minutes > 59 then
    return nil, ("expected a time of day such as 02:15, got '%s'"):format(tostring(value))
  end
  return { hour = hours, minute = minutes }
end

local function weekday(value)
  for number, name in ipairs(M.day_names) do
    if value == name or value == name:sub(1, 3) then
      return number
    end
  end
end

-- The days of a list, each once, in the order of the week.
local function weekdays(value)
  local named = {}
  for _, name in ipairs(value) do
    local number <const> = weekday(name)
    if not number then
      return nil, name
    end
    named[number] = true
  end
  local numbers = {}
  for number in ipairs(M.day_names) do
    numbers[#numbers + 1] = named[number] and number or nil
  end
  return #numbers > 0 and numbers
end

local what_on_takes <const> = "expected boot, a day of the week such as sunday, a list of them, or "
  .. "a day of the month from 1 to 28"

-- The 29th, 30th and 31st are refused: a job on them would skip months.
function M.on(value)
  if value == "boot" then
    return { boot = true }
  elseif type(value) == "number" or type(value) == "string" and value:find("^%d+$") then
    local number <const> = math.tointeger(tonumber(value))
    if number and number >= 1 and number <= 28 then
      return { day = number }
    end
    return nil, ("%s, got '%s'"):format(what_on_takes, value)
  elseif type(value) == "string" then
    value = { value }
  elseif type(value) ~= "table" then
    return nil, ("%s, got a %s"):format(what_on_takes, type(value))
  end
  local numbers, wrong = weekdays(value)
  if not numbers then
    local near <const> = type(wrong) == "string" and suggest(wrong, M.day_names)
    return nil, ("%s, got %s%s"):format(what_on_takes,
      wrong == nil and "an empty list" or ("'%s'"):format(tostring(wrong)),
      near and (" (did you mean '%s'?)"):format(near) or "")
  end
  return { weekdays = numbers }
end

-- What does not go together in one entry of policy.schedule, or nil.
function M.conflict(entry)
  local boot <const> = entry.on and entry.on.boot
  if entry.every and (entry.at or entry.on) then
    return "every goes with neither at nor on"
  elseif boot and entry.at then
    return "on = \"boot\" goes without at"
  end
end

-- The time that an entry means, laid over `default`, a time or nil; or nil and what is missing.
function M.of(entry, default)
  local at <const> = entry.at or default and default.at
  if entry.every then
    return { every = entry.every }
  elseif entry.on and entry.on.boot then
    return { boot = true }
  elseif entry.on then
    if not at then
      return nil, "on says the day; at = \"02:15\" is missing, which says the time"
    end
    return { at = at, weekdays = entry.on.weekdays, day = entry.on.day }
  elseif entry.at then
    return { at = at, weekdays = default and default.weekdays, day = default and default.day }
  elseif not default then
    return nil, "it says not when: every = \"5m\", at = \"02:15\" or on = \"boot\" is missing"
  end
  return default
end

-- ---- for people ----

local function clock(at)
  return ("%02d:%02d"):format(at.hour, at.minute)
end

local function joined_days(numbers)
  local names = {}
  for index, number in ipairs(numbers) do
    names[index] = M.day_names[number]:gsub("^%l", string.upper)
  end
  return table.concat(names, ", ")
end

-- "every 5 min", "daily at 02:15", "Sunday at 03:30", "on day 1 of the month at 05:00", "at boot".
function M.describe(when)
  if when.boot then
    return "at boot"
  elseif when.every then
    return "every " .. units.format_duration(when.every)
  elseif when.day then
    return ("on day %d of the month at %s"):format(when.day, clock(when.at))
  elseif when.weekdays then
    return ("%s at %s"):format(joined_days(when.weekdays), clock(when.at))
  end
  return "daily at " .. clock(when.at)
end

-- ---- on the calendar ----

-- The longest time from one run to the next, in seconds; nil at boot.
function M.period(when)
  if when.boot then
    return nil
  elseif when.every then
    return when.every
  elseif when.day then
    return 31 * day
  elseif when.weekdays then
    local longest, last = 0, when.weekdays[#when.weekdays] - 7
    for _, number in ipairs(when.weekdays) do
      longest, last = math.max(longest, number - last), number
    end
    return longest * day
  end
  return day
end

local function matches(when, date)
  if when.day then
    return date.day == when.day
  elseif not when.weekdays then
    return true
  end
  local number <const> = (date.wday + 5) % 7 + 1
  for _, wanted in ipairs(when.weekdays) do
    if wanted == number then
      return true
    end
  end
  return false
end

-- The first time after `now` (seconds since 1970), by the clock on the wall; nil at boot.
function M.next(when, now)
  if when.boot then
    return nil
  end
  local date <const> = os.date("*t", math.floor(now))
  if when.every then
    local midnight <const> = os.time { year = date.year, month = date.month, day = date.day,
      hour = 0 }
    return midnight + ((math.floor(now) - midnight) // when.every + 1) * when.every
  end
  for offset = 0, 32 do
    local moment <const> = os.time { year = date.year, month = date.month, day = date.day + offset,
      hour = when.at.hour, min = when.at.minute, sec = 0 }
    if moment > now and matches(when, os.date("*t", moment)) then
      return moment
    end
  end
end

return M
