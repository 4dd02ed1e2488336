-- A drill's report, for people: in words, and kept beside the logs.

local fs = require "nightjar.fs"
local units = require "nightjar.units"

local M = {}

local kept <const> = 24
local prefix <const> = "drill-"

local marks <const> = { ok = "ok", warn = "WARN", crit = "FAILED" }

local function seconds_text(seconds)
  return units.format_duration(math.floor(seconds * 10 + 0.5) / 10)
end

local function conclusion(result)
  if result.status == "ok" then
    return "Everything came back, and is the same."
  elseif result.status == "warn" then
    return "The data came back, and is the same; not all could be rehearsed."
  end
  return "This backup does not bring everything back as it was. What to look at:"
end

-- The lines of a report: pure.
function M.lines(result)
  local lines = {}
  local function add(format, ...)
    lines[#lines + 1] = format:format(...)
  end
  add("Drill of target '%s', %s: %s", result.target, units.iso(result.began),
    result.status == "ok" and "passed" or result.status == "warn" and "passed, with a warning"
    or "FAILED")
  add("")
  add("  backup           %s (%s) from %s", result.id, units.format_size(result.bytes), result.from)
  add("  restored to      %s", result.place_text or "nowhere: it did not come that far")
  add("  recovery time    %s", result.recovery_seconds and seconds_text(result.recovery_seconds)
    or "not known")
  add("  recovery point   %s: what was written in the %s before the drill would be lost",
    result.recovery_point, units.format_duration(result.lost))
  for _, refused in ipairs(result.refused) do
    add("  not in a %s: %s", refused.place, refused.reason)
  end
  add("")
  for _, stage in ipairs(result.stages) do
    add("  %-6s  %10s  %s%s", marks[stage.status], seconds_text(stage.seconds), stage.name,
      stage.message and ": " .. stage.message or "")
  end
  add("")
  for _, database in ipairs(result.databases) do
    add("  %s: %s, %d tables, %d rows%s", database.name, (database.verdict:gsub("_", " ")),
      database.tables, database.rows, database.reason and ": " .. database.reason or "")
  end
  add("")
  add("%s", conclusion(result))
  if result.error then
    add("  it stopped: %s", result.error.message)
    if result.error.hint then
      add("    %s", result.error.hint)
    end
  end
  for _, missing in ipairs(result.missing) do
    add("  missing: %s", missing.message)
  end
  return lines
end

-- Write the report into the log folder, where the newest two dozen are kept. Returns its path.
function M.write(config, result, lines)
  local folder <const> = config.log_folder
  fs.mkdir(folder)
  local path <const> = ("%s/%s%s-%s.txt"):format(folder, prefix, units.id(result.began),
    result.target)
  fs.write(path, table.concat(lines, "\n") .. "\n", { mode = 384 })
  local reports = {}
  for _, name in ipairs(fs.list(folder)) do
    if name:find("^drill%-%d%d%d%d%-%d%d%-%d%dT.*%.txt$") then
      reports[#reports + 1] = name
    end
  end
  table.sort(reports)
  for index = 1, #reports - kept do
    fs.remove(folder .. "/" .. reports[index])
  end
  return path
end

return M
