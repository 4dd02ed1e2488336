-- What became of a task, told to whom it concerns: one place for all tasks that declare it.
--
-- A task's field `alert` says how its failure is told: "until_success", with reminders until a
-- later run succeeds, for what is done on a schedule; "once", for what somebody does by hand.

local alert = require "nightjar.alert"

local M = {}

-- What says nothing of the task: it was asked wrongly, or found another at work, or was stopped.
local no_failures <const> = {
  USAGE = true, CONFIG = true, LOCKED = true, DECLINED = true, CANCELLED = true,
}

-- Whether an error says that the task has failed.
function M.is_failure(err)
  return not no_failures[err.code]
end

-- The targets that an outcome is of, where the task has not said: those that it was to work on.
local function targets_of(context, task, arguments)
  local declares_target = false
  for _, argument in ipairs(task.arguments or {}) do
    declares_target = declares_target or argument[1] == "--target"
  end
  if not declares_target then
    return { false }
  elseif arguments.target then
    return { arguments.target }
  end
  local names = {}
  for index, target in ipairs(context.config.targets) do
    names[index] = target.name
  end
  return names
end

local function finding(task, target, outcome)
  local err <const> = outcome.error
  local status <const> = outcome.status or err and "crit" or "ok"
  return {
    target = target or nil, check = "task:" .. (outcome.task or task.name), status = status,
    class = status ~= "ok" and (outcome.class or "task.failed") or nil,
    message = err and err.message or outcome.message, hint = err and err.hint or outcome.hint,
  }
end

-- What a run that says nothing of targets means for each of them. A warning is no failure.
local function overall(document, err)
  if err then
    return { error = err }
  elseif document.status == "crit" or document.status == "unknown" then
    return { status = document.status, message = ("it ended with the status '%s'"):format(
      document.status) }
  end
  return { status = "ok" }
end

-- The findings of a run. What worked on a part only can tell of a failure, and end none.
local function findings_of(context, task, arguments, document, err)
  local findings = {}
  for _, outcome in ipairs(context.outcomes) do
    if outcome.error or outcome.status ~= "ok" or not outcome.partial then
      findings[#findings + 1] = finding(task, outcome.target, outcome)
    end
  end
  if #context.outcomes == 0 then
    for _, target in ipairs(targets_of(context, task, arguments)) do
      findings[#findings + 1] = finding(task, target, overall(document, err))
    end
  end
  return findings
end

-- Tell of a run that could not tell of itself: it crashed, or was ended. Returns what alert.report
-- says.
function M.crashed(context, task, arguments, message, hint)
  local findings = {}
  for index, target in ipairs(targets_of(context, task, arguments)) do
    findings[index] = finding(task, target, { status = "crit", message = message, hint = hint })
  end
  return alert.report(context, { task = task.name, once = task.alert == "once", complete = false,
    findings = findings })
end

-- Tell what became of a run, by a mail where one is due. document: what the task returned; or err,
-- what it raised. Returns what alert.report says, or nil where there is nothing to tell.
--
-- The task may have said more by context.outcome{target=, status=, class=, message=, hint=, error=
-- (instead of those from status on), partial=, task= (where it did the work of another one)}, once
-- for each target; or have called alert.report itself (document.alert).
function M.report(context, task, arguments, document, err)
  if not task.alert or document and document.alert or arguments.dry_run
      or err and not M.is_failure(err) and #context.outcomes == 0 then
    return document and document.alert
  end
  return alert.report(context, { task = task.name, once = task.alert == "once",
    complete = false, findings = findings_of(context, task, arguments, document, err) })
end

return M
