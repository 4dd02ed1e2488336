-- Where policy.lua runs, and what it asks for: nothing that reaches the outside but the time.

local task = require "nightjar.task"

local M = {}

local seconds <const> = 2 -- for a file to say what it says

local function copy(library)
  local made = {}
  for name, value in pairs(library) do
    made[name] = value
  end
  return made
end

local function verdict(status)
  return function(message)
    return { status = status, message = message }
  end
end

-- The libraries are copies: whoever changes them changes his own.
local function new_environment()
  return {
    assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall,
    select = select, tonumber = tonumber, tostring = tostring, type = type,
    math = copy(math), string = copy(string), table = copy(table), utf8 = copy(utf8),
    os = { time = os.time, date = os.date, difftime = os.difftime },
    ok = verdict "ok", warn = verdict "warn", crit = verdict "crit",
  }
end

local function call(text, name, environment)
  local chunk <const>, syntax <const> = load(text, "@" .. name, "t", environment)
  if not chunk then
    fail("CONFIG", syntax, "The file is Lua: it returns a value.")
  end
  local value, err = try(function()
    return (task.budget(seconds, chunk)) -- the first value alone, as require has it
  end)
  if err and err.code == "CONFIG" or err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err and (err.code == "BUDGET" or err.code == "TIMEOUT") then
    fail("CONFIG", ("%s: %s"):format(name, err.message), "Look for a loop that never ends.",
      { cause = err })
  elseif err then
    local place <const> = err.message:find(name .. ":", 1, true) and "" or name .. ": "
    fail("CONFIG", place .. err.message, nil, { cause = err })
  end
  return value
end

-- require of a policy: files of the home's config alone, each run once.
local function requirer(environment, read_module)
  local loaded = {}
  return function(name)
    if type(name) ~= "string" or not name:find("^[%w_][%w_.-]*$") then
      error(("require: '%s' is no name of a file in config"):format(tostring(name)), 2)
    elseif loaded[name] == nil then
      local text <const>, file <const> = read_module(name)
      if not text then
        error(("require: there is no file '%s'"):format(file), 2)
      end
      loaded[name] = false
      loaded[name] = call(text, file, environment)
    end
    if loaded[name] == nil or loaded[name] == false then
      error(("require: '%s' returns nothing, or asks for itself"):format(name), 2)
    end
    return loaded[name]
  end
end

-- What the text of the file `name` returns. read_module(name) → text or nil, and the file's name,
-- for what it requires.
function M.run(text, name, read_module)
  local environment <const> = new_environment()
  environment.require = requirer(environment, read_module)
  return call(text, name, environment)
end

return M
