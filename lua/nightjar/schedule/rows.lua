-- The state of the jobs as documents, and as the rows of a table: pure.

local json = require "nightjar.json"
local units = require "nightjar.units"
local when_of = require "nightjar.schedule.when"

local M = {}

local function or_null(value)
  if value == nil then
    return json.null
  end
  return value
end

local function iso(time)
  return time and units.iso(time) or json.null
end

-- observed: as nightjar.schedule's observe gives it.
function M.documents(observed)
  local documents <const> = json.array {}
  for index, job in ipairs(observed.jobs) do
    local seen <const> = observed.seen[job.name] or { installed = false, enabled = false }
    documents[index] = {
      name = job.name, installed = or_null(seen.installed), enabled = or_null(seen.enabled),
      drift = or_null(seen.drift), last_run = iso(seen.last_run),
      last_result = or_null(seen.last_result), next_run = iso(seen.next),
      when = when_of.describe(job.when), off = or_null(job.off),
    }
  end
  return documents
end

local function yes_no(value)
  return value == nil and "?" or value and "yes" or "no"
end

local function local_time(time)
  return time and os.date("%Y-%m-%d %H:%M", math.floor(time)) or "-"
end

function M.cells(observed)
  local rows = { { "JOB", "WHEN", "INSTALLED", "ENABLED", "LAST RUN", "RESULT", "NEXT RUN" } }
  for _, job in ipairs(observed.jobs) do
    local seen <const> = observed.seen[job.name] or {}
    if job.off then
      rows[#rows + 1] = { job.name, "off: " .. job.off }
    else
      rows[#rows + 1] = { job.name, when_of.describe(job.when), yes_no(seen.installed),
        yes_no(seen.enabled), local_time(seen.last_run), seen.last_result or "-",
        job.when.boot and "next boot" or local_time(seen.next) }
    end
  end
  return rows
end

return M
