-- Checks of the user's own: functions of policy.lua, run within a time, and what they say as
-- findings.

local connection = require "nightjar.health.connection"
local finding = require "nightjar.health.finding"
local hook = require "nightjar.hook"
local host = require "nightjar.host"
local schema = require "nightjar.schema"

local M = {}

local query_seconds <const> = 2
local statuses <const> = { ok = true, warn = true, crit = true }

-- What a check finds of its target: who it is, and a way to ask it. The connection is made when it
-- is used for the first time.
local function view(target, opened)
  local seen <const> = { name = target.name, host = target.host, port = target.port,
    user = target.user, dbname = target.dbname, container = target.container }
  function seen.query(_, sql, parameters)
    opened.connection = opened.connection or hook.only_reads(connection.open(target))
    return opened.connection:query(sql, parameters, { timeout = query_seconds })
  end
  return seen
end

-- The finding that what it returned means, or nil and why it means none: pure.
function M.judge(value)
  if type(value) ~= "table" or not statuses[value.status] then
    return nil, ("it returned %s, not ok(), warn() or crit()"):format(schema.shown(value))
  elseif value.message ~= nil and type(value.message) ~= "string" then
    return nil, ("its message is a %s, not a text"):format(type(value.message))
  end
  -- It may come from anywhere: one line, and nothing that a terminal would obey.
  local message <const> = hook.line(value.message or value.status)
  if value.status == "ok" then
    return finding.ok(message)
  end
  local bad <const> = finding.bad("check.failed", message, { blocks = false })
  bad.status = value.status
  return bad
end

-- Run one: its finding, or nil and the fault.
local function call(name, check, target)
  local began <const>, opened <const> = host.now(), {}
  local hook_name <const> = ("health.checks.%s%s"):format(name,
    target and (" for '%s'"):format(target.name) or "")
  local answered, value = hook.ask({ name = hook_name, f = check, check = function(answer)
    return select(2, M.judge(answer))
  end }, target and view(target, opened) or nil)
  if opened.connection then
    try(opened.connection.close, opened.connection)
  end
  if not answered then
    return nil, value
  end
  local found <const> = M.judge(value)
  found.seconds = host.now() - began
  return found
end

local function fault(message)
  return finding.bad("self.policy", message, { check = "self", blocks = false,
    hint = 'In config/policy.lua: a check returns ok("…"), warn("…") or crit("…") within 2 s.' })
end

-- Those that are done once, and not for each target.
local of_the_home <const> = { engine = true, disk = true, schedule = true, self = true }
-- Those that can be done whatever the state of the server.
local independent <const> = { container = true, backup = true, remote = true }

-- What nightjar's own check of that name found takes its place after all.
local function fall_back(run, name, target)
  for _, found in ipairs(run.fallbacks) do
    if found.check:match "^[^:]*" == name and (not target or found.target == target.name) then
      run.findings[#run.findings + 1] = found
    end
  end
end

-- Returns false where the function is not to be called again.
local function check_one(run, name, check, target)
  local obstacle <const> = target and not independent[name] and run:obstacle(target)
  local found, why
  if obstacle then
    found = finding.skipped(target.name, name, obstacle)
  else
    found, why = call(name, check, target)
  end
  if found then
    found.target, found.check = target and target.name, name
  else
    found = fault(why)
  end
  run.findings[#run.findings + 1] = found
  return why == nil
end

-- Run all of them, one after another: they may take the processor for themselves. One that fails is
-- not called again.
function M.run(run)
  local names = {}
  for name, check in pairs(run.checks) do
    names[#names + 1] = type(check) == "function" and name or nil
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local works = true
    for _, target in ipairs(of_the_home[name] and { false } or run.targets) do
      works = works and check_one(run, name, run.checks[name], target or nil)
      if not works then
        fall_back(run, name, target or nil)
      end
    end
  end
end

return M
