-- Where the prompt's lines come from: a terminal with libedit, or plain lines.

local complete = require "nightjar.repl.complete"
local host = require "nightjar.host"

local M = {}

-- ---- plain lines ----

local plain <const> = {}

-- The next line, or nil at the end of input. Waits.
function plain.line(_, prompt)
  io.write(prompt)
  io.stdout:flush()
  local line <const> = host.read_line()
  return line and (line:gsub("\r$", ""))
end

-- Ctrl-C has ended the wait for a line.
function plain.drop()
  io.write("\n")
end

function plain.remember()
end

-- ---- a terminal ----

local terminal = {}
terminal.__index = terminal

-- TAB: put in what is sure; where nothing is, show what there is. At the beginning of a line it is
-- blank space.
function terminal:answer(text)
  if not text:find("%S") then
    self.editor:insert("  ")
    return
  end
  local prefix <const>, found <const> = complete.candidates(text, self.context)
  local common <const> = complete.common(found)
  if #common > #prefix then
    self.editor:insert(common:sub(#prefix + 1))
  elseif #found > 1 then
    self.editor:show(complete.columns(found, host.columns()))
  end
end

function terminal:line(prompt)
  while true do
    local event <const>, line <const>, cursor <const> = self.editor:read(prompt)
    if event ~= "asked" then
      return event and line
    end
    self:answer(line:sub(1, cursor))
  end
end

function terminal:drop()
  self.editor:drop()
  io.write("^C\n")
end

function terminal:remember(line)
  self.editor:remember(line)
end

-- Can lines be edited here?
function M.is_terminal()
  local environment <const> = host.environment()
  return host.terminal(0) and host.terminal(1) and environment.NIGHTJAR_REPL ~= "plain"
    and (environment.TERM or "dumb") ~= "dumb"
end

-- context: for complete.candidates.
function M.open(context)
  if not M.is_terminal() then
    return plain
  end
  local editor <const> = require "nightjar.raw.line_editor".open()
  return setmetatable({ editor = editor, context = context }, terminal)
end

return M
