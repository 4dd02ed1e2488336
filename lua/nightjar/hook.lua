-- The policy's own functions: asked within a budget, and not believed blindly. Where one fails,
-- does not end or answers with nonsense, the default is taken, and that is told with file and line.

local plain = require "nightjar.plain"
local schema = require "nightjar.schema"
local task = require "nightjar.task"

local M = {}

local shown <const> = schema.shown
local usual_seconds <const> = 2

-- "config/policy.lua:12" and the message without it; where the function begins, if the message does
-- not say.
local function split_place(f, message)
  local place <const>, rest <const> = message:match("^([^:\n]+%.lua:%d+): (.*)$")
  if place then
    return place, rest
  end
  local info <const> = debug.getinfo(f, "S")
  return ("%s:%d"):format(info.short_src, info.linedefined), message
end

-- What a function said, as one line that a terminal does not obey; nil for nil.
function M.line(text)
  return text and plain((text:gsub("%c+", " ")))
end

-- What is told of a function that could not be used.
function M.fault(name, f, message)
  local place <const>, rest <const> = split_place(f, tostring(message))
  return M.line(("%s (%s): %s"):format(name, place, rest))
end

-- Ask hook.f with these arguments. hook: name, f, seconds (2), check = function(answers...) that
-- gives nil, or what is wrong with them. Returns true and the answers; or false, the fault, and the
-- code of its error where it raised one.
function M.ask(hook, ...)
  local answers, err = try(function(...)
    return table.pack(task.budget(hook.seconds or usual_seconds, hook.f, ...))
  end, ...)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    return false, M.fault(hook.name, hook.f, err.message), err.code
  end
  local problem <const> = hook.check and hook.check(table.unpack(answers, 1, answers.n))
  if problem then
    return false, M.fault(hook.name, hook.f, problem)
  end
  return true, table.unpack(answers, 1, answers.n)
end

-- Note a fault in a task's context: it is logged, and told as self.policy when the task ends. Once
-- each: a function that fails for one set fails for the next as well.
function M.note(context, fault)
  context.faults = context.faults or {}
  for _, known in ipairs(context.faults) do
    if known == fault then
      return
    end
  end
  context.faults[#context.faults + 1] = fault
  context.log:warn("policy.failed", { message = fault })
end

local endless <const> = { TIMEOUT = true, BUDGET = true }

-- Ask in a task: the answers, or the default where there is none to be used. What did not end once
-- is not asked again: it may be meant for each of a thousand sets.
function M.decide(context, hook, default, ...)
  context.given_up = context.given_up or {}
  if context.given_up[hook.f] then
    return default
  end
  local results <const> = table.pack(M.ask(hook, ...))
  if results[1] then
    return table.unpack(results, 2, results.n)
  end
  context.given_up[hook.f] = endless[results[3]]
  M.note(context, results[2])
  return default
end

-- A connection as the policy gets it, which decides and changes nothing.
function M.only_reads(connection)
  connection:query "SET default_transaction_read_only = on"
  return connection
end

-- ---- what answers are ----

-- check for true or false, with an optional reason.
function M.yes_or_no(answer, reason)
  if type(answer) ~= "boolean" then
    return ("it gave %s, not true or false"):format(shown(answer))
  elseif reason ~= nil and type(reason) ~= "string" then
    return ("its reason is %s, not a text"):format(shown(reason))
  end
end

-- check for a list of texts.
function M.texts(answer)
  if type(answer) ~= "table" then
    return ("it gave %s, not a list"):format(shown(answer))
  end
  for key, value in pairs(answer) do
    if math.type(key) ~= "integer" or key < 1 or key > #answer then
      return ("it gave a table with the key '%s', not a list"):format(tostring(key))
    elseif type(value) ~= "string" or value == "" then
      return ("entry %d is %s, not a text"):format(key, shown(value))
    end
  end
end

return M
