-- Running a task: its configuration, its log, and what it can say to whom.

local alert = require "nightjar.alert"
local config_of = require "nightjar.config"
local history = require "nightjar.history"
local host = require "nightjar.host"
local json = require "nightjar.json"
local log_of = require "nightjar.log"
local open_alerts = require "nightjar.alert.open"
local outcome = require "nightjar.outcome"
local ping = require "nightjar.ping"
local progress = require "nightjar.progress"
local redact = require "nightjar.redact"
local report = require "nightjar.report"
local rescue = require "nightjar.rescue"
local target_of = require "nightjar.target"
local task_of = require "nightjar.task"
local units = require "nightjar.units"

local M = {}

local colors <const> = { red = 31, green = 32, yellow = 33, bold = 1, dim = 2 }

local function colorizer(run)
  local plain <const> = run.json or not host.terminal(1) or host.environment().NO_COLOR ~= nil
  return function(name, text)
    local code <const> = not plain and colors[name]
    return code and ("\27[%dm%s\27[0m"):format(code, text) or text
  end
end

-- What a task gets as its second argument.
function M.context(run, config, log)
  local silent <const> = run.json or run.quiet
  local watched <const> = not silent and host.terminal(2)
  local outcomes <const> = {}
  return {
    config = config, log = log, faults = log.faults, history = {}, outcomes = outcomes,
    json = run.json, quiet = run.quiet, verbose = run.verbose, color = colorizer(run),
    say = function(fmt, ...)
      if not silent then
        io.write(select("#", ...) > 0 and fmt:format(...) or fmt, "\n")
      end
    end,
    progress = watched and progress.show or progress.hide,
    open_alerts = function()
      return open_alerts.plain(config)
    end,
    -- A connection to a target, to be closed: of that name, or the only one.
    connect = function(name, database)
      return target_of.connect(target_of.only(config, name),
        { dbname = database, application_name = "nightjar" })
    end,
    -- What became of a target: see nightjar.outcome.
    outcome = function(told)
      if not told.error or outcome.is_failure(told.error) then
        outcomes[#outcomes + 1] = told
      end
    end,
  }
end

-- What a task returned as a document: nothing means that all is well, an unknown status does not.
local function finished(document)
  document = document == nil and {} or document
  if type(document) ~= "table" then
    fail("LUA", ("run has to return a table or nothing, not a %s"):format(type(document)))
  end
  document.status = document.status or "ok"
  if not report.status_of_word(document.status) then
    fail("LUA", ("the status '%s' is none of ok, warn, crit, unknown"):format(document.status))
  end
  return document
end

-- The end of a run goes into the history, with what the task has put into context.history. One that
-- found another at work has not run.
local function remember(run, task, context, status, err)
  if err and err.code == "LOCKED" then
    return
  end
  local entry <const> = context.history
  entry.time, entry.task, entry.status = units.iso(run.started), task.name, status
  entry.seconds, entry.code = host.now() - run.began, err and err.code
  entry.job = host.environment().NIGHTJAR_JOB -- which a schedule's files set
  history.append(context.config, entry)
end

local note_seconds <const> = 10

local function note_end(run, task, context, document, err)
  if err then
    context.log:error(err.code == "CANCELLED" and "interrupted" or "failed",
      { code = err.code, message = err.message })
  end
  remember(run, task, context, document and document.status or "crit", err)
end

-- What a scheduler runs has nobody who reads its exit status.
local unattended <const> = { ["health-check"] = true, ["verify-startup"] = true }

local function load_config(run, task)
  local config <const>, err = try(config_of.load, { home = run.home })
  if config then
    return config
  elseif err.code == "CONFIG" and unattended[task.name] then
    rescue.report(run.home, task, err)
  end
  error(err, 0)
end

-- The task's document, or nil and its error. Who is pinged is told of the start meanwhile: a
-- watcher that does not answer costs no time.
local function attempt(task, arguments, context)
  local function work()
    return finished(task.run(arguments, context))
  end
  if not task.ping then
    return try(work)
  end
  local document, err
  local _, interrupted <const> = try(task_of.parallel, {
    function() ping.send(context, "start") end,
    function() document, err = try(work) end,
  })
  if interrupted then
    return nil, interrupted
  end
  return document, err
end

local function is_bad(document, shown)
  return document.status == "crit" or document.status == "unknown"
    or report.status_of_alert(shown) ~= nil
end

-- Tell who has to know how it ended: by mail where that is due, and the dead man's switch.
local function tell(task, arguments, context, document, err)
  if err and err.code == "CANCELLED" then
    return nil
  end
  local misconfigured <const> = err and err.code == "CONFIG" and unattended[task.name]
  local told <const> = misconfigured and rescue.tell(context, task, err)
    or outcome.report(context, task, arguments, document, err)
  local shown <const> = told and alert.document(told)
  if told and told.error then
    io.stderr:write(("nightjar %s: the mail could not be delivered: %s\n"):format(task.name,
      redact(told.error.message, context.config.secrets)))
  end
  if task.ping and not (err and err.code == "LOCKED") then
    ping.send(context, (err or is_bad(document, shown)) and "fail" or "success")
  end
  return shown
end

-- A function of the policy that could not be used is a warning of whatever asked it.
local function tell_faults(context, document)
  for _, fault in ipairs(context.faults) do
    context.say("%s %s; the default was used", context.color("yellow", "warning: policy"), fault)
  end
  if context.faults[1] and document.status == "ok" then
    document.status = "warn"
  end
end

-- Run the task. Returns its document, with what every document has.
function M.run(run, task, arguments)
  run.json = arguments.json or false
  local config <const> = load_config(run, task)
  run.secrets = config.secrets
  local log <const> = log_of.open {
    folder = config.log_folder, family = task.log or task.name, task = task.name,
    secrets = config.secrets, echo = run.verbose, level = run.verbose and "debug" or "info",
    hook = config.policy.hooks.event,
  }
  log:info("started")
  local context <const> = M.context(run, config, log)
  local document, err = attempt(task, arguments, context)
  -- Of a run that was cancelled too, which may neither wait nor compute any more.
  local _, problem = try(task_of.shield, note_seconds, note_end, run, task, context, document, err)
  if problem then
    log:warn("history.failed", { message = problem.message })
  end
  if err then
    err.alert = tell(task, arguments, context, nil, err)
    error(err, 0)
  end
  document.alert = tell(task, arguments, context, document)
  tell_faults(context, document)
  document.task, document.started = task.name, units.iso(run.started)
  document.seconds = document.seconds or host.now() - run.began
  document.error = document.error or json.null
  log:info("ended", { status = document.status, seconds = host.now() - run.began })
  return document
end

return M
