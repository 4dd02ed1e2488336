-- The findings as a line for Nagios and its relatives: a sentence, and performance data. Pure.

local finding = require "nightjar.health.finding"

local M = {}

local words <const> = { ok = "OK", warn = "WARNING", crit = "CRITICAL", unknown = "UNKNOWN" }

-- A line of theirs ends at a line break, its sentence at a |.
local function clean(text)
  return (text:gsub("%c+", " "):gsub("|", "/"))
end

local function number(value)
  if not value then
    return ""
  end
  return math.tointeger(value) and ("%d"):format(value) or (("%.3f"):format(value):gsub("%.?0+$",
    ""))
end

-- 'main connections'=12;77.6;92.15;0;97
local function datum(found, metric)
  local label <const> = found.target and ("%s %s"):format(found.target, metric.name) or metric.name
  return ("'%s'=%s%s;%s;%s;0;%s"):format(label:gsub("['=]", "_"), number(metric.value), metric.unit,
    number(metric.warn), number(metric.crit), number(metric.max)):gsub(";+$", "")
end

local function performance(findings)
  local data = {}
  for _, found in ipairs(findings) do
    for _, metric in ipairs(found.metrics or {}) do
      data[#data + 1] = datum(found, metric)
    end
  end
  return #data > 0 and " | " .. table.concat(data, " ") or ""
end

-- "NIGHTJAR CRITICAL - main: …; …| data", gravest first.
function M.line(findings)
  local parts, count = {}, { ok = 0, skipped = 0 }
  for _, found in ipairs(finding.by_gravity(findings)) do
    count[found.status] = (count[found.status] or 0) + 1
    if found.status ~= "ok" and found.status ~= "skipped" then
      parts[#parts + 1] = (found.target and found.target .. ": " or "") .. found.message
    end
  end
  if count.skipped > 0 then
    parts[#parts + 1] = ("%d not checked because of that"):format(count.skipped)
  end
  if #parts == 0 then
    parts[1] = ("%d checks are well"):format(count.ok)
  end
  return ("NIGHTJAR %s - %s%s"):format(words[finding.status(findings)],
    clean(table.concat(parts, "; ")), performance(findings))
end

-- The line where the check itself could not be done.
function M.failure(message)
  return ("NIGHTJAR %s - %s"):format(words.unknown, clean(message))
end

return M
