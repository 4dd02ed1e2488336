-- Findings: what a check has found, and how findings are weighed against each other. Pure.
--
-- A finding is { target, check, class, status, message, seconds, blocked_by, hint, metrics }. A
-- check's judgement makes the part from class to message; the run that asked adds the rest.

local classes = require "nightjar.classes"
local json = require "nightjar.json"

local M = {}

-- In the order of the exit status: the last one wins.
local gravity <const> = { skipped = 0, ok = 1, warn = 2, unknown = 3, crit = 4 }

local function with(finding, fields)
  for key, value in pairs(fields or {}) do
    finding[key] = value
  end
  return finding
end

function M.ok(message, fields)
  return with({ status = "ok", message = message }, fields)
end

-- A finding of a class, as grave as the class is unless `fields` has a status. What comes after it
-- is skipped, unless `fields` has blocks = false.
function M.bad(class, message, fields)
  return with({ class = class, status = classes[class].severity, message = message, blocks = true },
    fields)
end

-- What could not be observed says nothing about the thing itself.
function M.unknown(message, fields)
  return with({ status = "unknown", message = message, blocks = true }, fields)
end

function M.skipped(target, check, blocked_by)
  return { target = target, check = check, status = "skipped", blocked_by = blocked_by,
    message = ("not checked, because of '%s'"):format(blocked_by), seconds = 0 }
end

-- Does it get better by itself, so that another look is worth it?
function M.may_pass(finding)
  return finding.status ~= "ok" and finding.class ~= nil and classes[finding.class].network == true
end

-- The worse of two: for the same status the first.
function M.worse(one, other)
  return gravity[other.status] > gravity[one.status] and other or one
end

-- "crit", "unknown", "warn" or "ok": the status of a run that found these.
function M.status(findings)
  local worst = { status = "ok" }
  for _, finding in ipairs(findings) do
    worst = M.worse(worst, finding)
  end
  return worst.status
end

-- The findings, gravest first, and otherwise as they came.
function M.by_gravity(findings)
  local places, sorted = {}, {}
  for index, finding in ipairs(findings) do
    places[finding], sorted[index] = index, finding
  end
  table.sort(sorted, function(one, other)
    local first <const>, second <const> = gravity[one.status], gravity[other.status]
    return first > second or first == second and places[one] < places[other]
  end)
  return sorted
end

-- As it stands in a document.
function M.document(finding)
  local function shown(value)
    return value == nil and json.null or value
  end
  return {
    target = shown(finding.target), check = finding.check, class = shown(finding.class),
    status = finding.status, message = finding.message, seconds = finding.seconds or 0,
    blocked_by = shown(finding.blocked_by), hint = shown(finding.hint),
    metrics = json.array(finding.metrics or {}),
  }
end

return M
