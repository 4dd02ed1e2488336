-- How people write durations, sizes, shares and times, and how they are shown to them.

local M = {}

local durations <const> = { s = 1, m = 60, h = 3600, d = 86400, w = 604800 }
local sizes <const> = {
  B = 1, kB = 1e3, KB = 1e3, MB = 1e6, GB = 1e9, TB = 1e12,
  KiB = 2 ^ 10, MiB = 2 ^ 20, GiB = 2 ^ 30, TiB = 2 ^ 40,
  K = 2 ^ 10, M = 2 ^ 20, G = 2 ^ 30, T = 2 ^ 40,
}

local longest <const> = 36525 * 86400 -- seconds: dates so far away can still be reckoned with

-- An integer where the number is one: 900, not 900.0.
local function plain(number)
  return math.tointeger(number) or number
end

local function expected(what, got)
  local shown <const> = type(got) == "string" and "'" .. got .. "'" or type(got)
  return nil, ("expected %s, got %s"):format(what, shown)
end

local function checked_number(value, what)
  if value ~= value or value < 0 or value == math.huge then
    return nil, ("expected %s, got '%s'"):format(what, tostring(value))
  end
  return plain(value)
end

-- The readers give nil and what was expected, like tonumber: who calls knows what the value is of.

local a_duration <const> = "a duration such as 90s, 15m, 6h or 7d"

-- The seconds that a text says, or nil.
local function seconds_in(value)
  local bare <const> = value:match("^%d+$")
  if bare then
    return tonumber(bare) + 0.0
  end
  local total, position = 0, 1
  while position <= #value do
    local digits <const>, unit <const>, after <const> =
      value:match("^(%d+%.?%d*)([smhdw])()", position)
    if not digits then
      break
    end
    total, position = total + tonumber(digits) * durations[unit], after
  end
  return value ~= "" and position > #value and total or nil
end

-- "15m" → 900; "1h30m" → 5400; a number is seconds already.
function M.duration(value)
  local seconds <const> = type(value) == "string" and seconds_in(value) or value
  if type(seconds) ~= "number" then
    return expected(a_duration, value)
  elseif seconds > longest then
    return nil, ("expected a duration of at most 100 years, got '%s'"):format(tostring(value))
  end
  return checked_number(seconds, a_duration)
end

-- "2GiB" → 2147483648; "500MB" → 500000000; a number is bytes already.
function M.size(value)
  local what <const> = "a size such as 500MB or 2GiB"
  if type(value) == "number" then
    local size <const> = checked_number(value, what)
    if math.type(size) == "integer" then
      return size
    end
    return nil, ("expected %s, got '%s'"):format(what, tostring(value))
  elseif type(value) ~= "string" then
    return expected(what, value)
  end
  local digits <const>, unit <const> = value:match("^(%d+%.?%d*) ?(%a*)$")
  local factor <const> = digits and (unit == "" and 1 or sizes[unit])
  local bytes <const> = factor and math.floor(tonumber(digits) * factor)
  if not bytes or math.type(bytes) ~= "integer" then
    return expected(what, value)
  end
  return bytes
end

-- "85%" and 85 → 85.
function M.percent(value)
  local what <const> = "a percentage such as 85%"
  local number = value
  if type(value) == "string" then
    number = tonumber(value:match("^(%d+%.?%d*)%%?$"))
  end
  if type(number) ~= "number" or not (number >= 0 and number <= 100) then
    if type(value) == "number" then
      return nil, ("expected %s, got '%s'"):format(what, tostring(value))
    end
    return expected(what, value)
  end
  return plain(number)
end

local steps <const> = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } }

-- The two largest units: 0.42 → "0.4 s", 13.1 → "13.1 s", 5400 → "1 h 30 min", 604800 → "7 d".
function M.format_duration(seconds)
  if seconds < 0 then
    return "-" .. M.format_duration(-seconds)
  elseif seconds < 59.95 then
    return (("%.1f s"):format(seconds):gsub("%.0 s$", " s"))
  end
  local rest = math.floor(seconds + 0.5)
  for index = 1, #steps do
    local size <const>, unit <const> = steps[index][1], steps[index][2]
    if rest >= size then
      local count <const>, below <const> = rest // size, steps[index + 1]
      local remainder <const> = below and rest % size // below[1] or 0
      return ("%d %s"):format(count, unit)
        .. (remainder > 0 and (" %d %s"):format(remainder, below[2]) or "")
    end
  end
end

-- 1482261362 → "1.4 GiB".
function M.format_size(bytes)
  local value, names <const> = bytes, { "KiB", "MiB", "GiB", "TiB", "PiB" }
  if bytes < 1024 then
    return ("%d B"):format(bytes)
  end
  local index = 0
  repeat
    value, index = value / 1024, index + 1
  until value < 1023.95 or index == #names
  return ("%.1f %s"):format(value, names[index])
end

-- 1795486500 → "2026-11-23T02:15:00Z".
function M.iso(unix)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(unix))
end

-- 1795486500 → "2026-11-23T02-15-00Z", which can be a folder's name everywhere.
function M.id(unix)
  return os.date("!%Y-%m-%dT%H-%M-%SZ", math.floor(unix))
end

-- Days since 1970 of a date of the Gregorian calendar.
local function days_of(year, month, day)
  local shifted <const> = month <= 2 and year - 1 or year
  local era <const> = shifted // 400
  local year_of_era <const> = shifted - era * 400
  local day_of_year <const> = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  local day_of_era <const> = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
  return era * 146097 + day_of_era - 719468
end

-- The seconds since 1970 of what iso or id wrote (fractions of a second allowed), or nil.
function M.parse_iso(text)
  local year, month, day, hour, minute, second, fraction = tostring(text):match(
    "^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d)[:-](%d%d)[:-](%d%d)(%.?%d*)Z$")
  if not year then
    return nil
  end
  local days <const> = days_of(math.tointeger(year), math.tointeger(month), math.tointeger(day))
  local unix <const> = days * 86400 + math.tointeger(hour) * 3600 + math.tointeger(minute) * 60
    + math.tointeger(second)
  -- What is no date, such as the 31st of June, does not come back the same.
  if M.iso(unix):gsub("%D", "") ~= year .. month .. day .. hour .. minute .. second then
    return nil
  end
  return #fraction > 1 and unix + tonumber("0" .. fraction) or unix
end

return M
