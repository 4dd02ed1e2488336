-- The program on a terminal of its own, and somebody who types (tests/fixture/terminal.py).

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local M = {}

M.interrupt, M.leave, M.tab, M.up = "\3", "\4", "\t", "\27[A"
M.prompt = "nightjar> "

-- Type a line at the prompt, see what is to be seen, and the next prompt.
function M.line(text, ...)
  local steps = { { type = text .. "\r" } }
  for _, seen in ipairs { ... } do
    steps[#steps + 1] = { see = seen }
  end
  steps[#steps + 1] = { see = M.prompt }
  return steps
end

-- Play steps (lists in them are laid flat) to the program, begun with `words`. Returns what stood on the
-- terminal, and the status. options: env, place = a folder, where the history is kept.
function M.play(words, steps, options)
  local flat = {}
  local function lay(list)
    for _, step in ipairs(list) do
      if #step > 0 then
        lay(step)
      else
        flat[#flat + 1] = step
      end
    end
  end
  lay(steps)
  local play <const> = options.place .. "/play.json"
  fs.write(play, json.encode(flat))
  local command = { "/usr/bin/python3", "tests/fixture/terminal.py", play, support.program, check = false,
    timeout = 90, env = { TERM = "xterm", XDG_STATE_HOME = options.place .. "/state", NO_COLOR = "1",
      NIGHTJAR_REPL = false } }
  for name, value in pairs(options.env or {}) do
    command.env[name] = value
  end
  local done <const> = process.run(table.move(words, 1, #words, #command + 1, command))
  if done.exit ~= 0 then
    error(done.stderr .. done.stdout, 2)
  end
  return done.stdout, math.tointeger(tonumber(done.stdout:match("STATUS=(%-?%d+)\n$")))
end

return M
