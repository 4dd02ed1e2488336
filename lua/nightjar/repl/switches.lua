-- What is typed at the prompt behind a backslash: how it shows things, and nothing of Lua.

local script = require "nightjar.script"
local suggest = require "nightjar.suggest"

local M = {}

local function say(text)
  io.write(text, "\n")
end

local function say_state(what, on)
  say(("%s is %s"):format(what, on and "on" or "off"))
end

local all <const> = {
  t = { "how long each input took, on or off", function(session)
    session.timing = not session.timing
    say_state("timing", session.timing)
  end },
  json = { "results as JSON, on or off", function(session)
    session.json = not session.json
    say_state("JSON", session.json)
  end },
  tasks = { "the tasks that can be run", function(session)
    for _, name in ipairs((script.names(session.run.home))) do
      say("  " .. name)
    end
  end },
  q = { "leave, as Ctrl-D does", function()
    return "leave"
  end },
}

M.names = {}
for name in pairs(all) do
  M.names[#M.names + 1] = "\\" .. name
end
table.sort(M.names)

function M.is(code)
  return code:find("^%s*\\") ~= nil
end

local function list()
  for _, name in ipairs(M.names) do
    say(("  %-7s %s"):format(name, all[name:sub(2)][1]))
  end
end

-- Do what the line says. Returns "leave" where that is what it says.
function M.run(session, code)
  local word <const> = code:match("^%s*(\\%S*)")
  local found <const> = all[word:sub(2)]
  if found then
    return found[2](session)
  elseif word ~= "\\" and word ~= "\\?" then
    local near <const> = suggest(word, M.names)
    say(("there is no '%s'%s"):format(word, near and (" (did you mean '%s'?)"):format(near)
      or "; there is:"))
    if near then
      return
    end
  end
  list()
end

return M
