-- What is at the prompt alone: short ways to ask how things are. Each function here makes one of
-- them, for a run of the program.

local config_of = require "nightjar.config"
local execution = require "nightjar.execution"
local health = require "nightjar.health"
local log_of = require "nightjar.log"
local look = require "nightjar.policy.look"
local show = require "nightjar.repl.show"
local task = require "nightjar.task"

local M = {}

-- The tasks that run and where each waits, as rows. The prompt itself is none of them.
local function ps()
  local rows <const> = { columns = { "state", "seconds", "operation", "where" } }
  local caller <const> = debug.getinfo(2, "Sl")
  for _, entry in ipairs(task.list()) do
    local where <const> = entry.where or ""
    if where:find("^nightjar/repl/helpers") then
      entry.where = caller.currentline > 0
        and ("%s:%d"):format(caller.short_src, caller.currentline) or "the prompt"
    end
    if not where:find("^nightjar/repl%.lua:") then
      entry.seconds = math.floor(entry.seconds * 10 + 0.5) / 10
      rows[#rows + 1] = entry
    end
  end
  return rows
end

function M.ps()
  return ps
end

-- Show values, and give them back: it can stand in the middle of an expression.
function M.p(run)
  return function(...)
    for index = 1, select("#", ...) do
      io.write(show.value((select(index, ...)), { secrets = run.secrets or {} }), "\n")
    end
    return ...
  end
end

-- Run a task as the command line does: run("backup", "--target", "main"). Gives its exit status.
function M.run(run)
  return function(name, ...)
    if type(name) ~= "string" then
      error('run: the name of a task expected, as in run("backup", "--target", "main")', 2)
    end
    local found <const> = require "nightjar.commands".find(run, name)
    local words <const> = { ... }
    return run.run_task(setmetatable({ json = false }, { __index = run }), found, words)
  end
end

-- What a task gets, for functions that want it.
function M.context(run)
  local config <const> = config_of.current()
  run.secrets = config.secrets
  local log <const> = log_of.open { folder = config.log_folder, family = "backup", task = "repl",
    secrets = config.secrets, hook = config.policy.hooks.event }
  return execution.context(run, config, log)
end

-- ---- health ----

-- What the health check finds now, as rows: without mail, log or restart.
local function examine(name)
  local context <const> = look.context(config_of.current())
  local rows <const> = { columns = { "target", "check", "status", "class", "message" } }
  for index, found in ipairs((health.examine(context, { target = name }))) do
    rows[index] = found
  end
  return rows
end

-- The module, and beside it `run`.
function M.health()
  return setmetatable({ run = examine }, { __index = health })
end

-- ---- mail ----

local function test_mail(run)
  local found <const> = require "nightjar.commands".find(run, "test-alert")
  local document <const> = execution.run(setmetatable({ quiet = true }, { __index = run }), found,
    {})
  local rows <const> = { columns = { "address", "accepted", "code", "reply" } }
  return table.move(document.recipients, 1, #document.recipients, 1, rows)
end

function M.mail(run)
  return { test = function() return test_mail(run) end }
end

return M
