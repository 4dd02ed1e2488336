-- What the policy's own functions make of a mail: asked with a limit of time, and not believed
-- blindly.

local hook = require "nightjar.hook"
local message = require "nightjar.message"

local M = {}

local longest_subject <const>, longest_body <const> = 500, 1024 * 1024

-- So that nothing a function does to what it is given reaches further.
local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local made = {}
  for name, content in pairs(value) do
    made[name] = copy(content)
  end
  return made
end

local function subject(value)
  if type(value) ~= "string" or not value:find("%S") or value:find("%c")
      or #value > longest_subject then
    return nil, "a subject is one line of text"
  end
  return value
end

local function body(value)
  if type(value) ~= "string" or not value:find("%S") or #value > longest_body then
    return nil, "a body is a text"
  end
  return value
end

local function recipients(value)
  local list = {}
  for index, address in ipairs(type(value) == "table" and value or {}) do
    if not message.is_address(address) then
      return nil, ("'%s' is no mail address"):format(tostring(address))
    end
    list[index] = address
  end
  if #list == 0 then
    return nil, "recipients are a list of addresses"
  end
  return list
end

local kinds <const> = { { "subject", subject }, { "body", body }, { "to", recipients } }

-- The answer of one function, or nil and what was wrong with it.
local function ask(name, check, f, mail)
  local answered <const>, answer <const> = hook.ask({ name = "alerts." .. name, f = f,
    check = function(value) return select(2, check(value)) end }, copy(mail))
  if not answered then
    return nil, answer
  end
  return check(answer)
end

-- alerts: policy.alerts. mail: what the functions are given. Returns {subject=, body=, to=} with
-- what they have answered, and a list of what went wrong: there the default is used.
function M.ask(alerts, mail)
  local answers, faults = {}, {}
  for _, kind in ipairs(kinds) do
    local name <const>, check <const> = kind[1], kind[2]
    if type(alerts[name]) == "function" then
      answers[name], faults[#faults + 1] = ask(name, check, alerts[name], mail)
    end
  end
  if type(alerts.to) == "table" then
    answers.to, faults[#faults + 1] = recipients(alerts.to)
  end
  return answers, faults
end

return M
