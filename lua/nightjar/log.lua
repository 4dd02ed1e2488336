-- The log: one line an event, kept small by rotation, never the reason that something else fails.

local fs = require "nightjar.fs"
local hook_of = require "nightjar.hook"
local host = require "nightjar.host"
local redact = require "nightjar.redact"
local task_of = require "nightjar.task"
local units = require "nightjar.units"

local M = {}

local largest <const>, kept <const> = 5000000, 5
local hook_seconds <const> = 2

local levels <const> = { debug = 1, info = 2, warn = 3, error = 4 }

-- Control characters would make lines that nobody wrote.
local function escape(text)
  return (text:gsub("[%c\\\"]", function(character)
    local named <const> = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\",
      ["\""] = "\\\"" }
    return named[character] or ("\\x%02x"):format(character:byte())
  end))
end

-- Secrets go before anything is escaped: then they still look like themselves.
local function value_text(value, secrets)
  if math.type(value) == "float" then
    return (("%.3f"):format(value):gsub("%.?0+$", ""))
  end
  local text <const> = redact(tostring(value), secrets)
  if text == "" or text:find("[%c%s\"=\\]") then
    return '"' .. escape(text) .. '"'
  end
  return text
end

-- One line: pure. `time` is in seconds since 1970, `fields` a table, `secrets` a list.
function M.line(time, level, task, event, fields, secrets)
  local names, parts = {}, { units.iso(time), level:upper(), task, event }
  for name in pairs(fields or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    parts[#parts + 1] = ("%s=%s"):format(name, value_text(fields[name], secrets or {}))
  end
  return table.concat(parts, " ")
end

-- file → file.1 → … → file.5, which goes.
local function rotate(path)
  local status <const> = fs.stat(path)
  if not status or status.size < largest then
    return
  end
  fs.remove(("%s.%d"):format(path, kept))
  for number = kept - 1, 1, -1 do
    if fs.stat(("%s.%d"):format(path, number)) then
      fs.rename(("%s.%d"):format(path, number), ("%s.%d"):format(path, number + 1))
    end
  end
  fs.rename(path, path .. ".1")
end

-- The event as policy.hooks.event gets it, without secrets.
local function event_table(self, time, level, event, fields)
  local copy = { time = units.iso(time), level = level, task = self.task, event = event }
  for name, value in pairs(fields or {}) do
    copy[name] = type(value) == "string" and redact(value, self.secrets) or value
  end
  return copy
end

local methods = {}

-- A hook that fails or takes too long is not called again: the log says so, once.
function methods:call_hook(time, level, event, fields)
  local f <const> = self.hook
  if not f then
    return
  end
  local hook <const> = { name = "hooks.event", f = f, seconds = hook_seconds }
  local answered, problem = try(task_of.shield, hook_seconds + 1, hook_of.ask, hook,
    event_table(self, time, level, event, fields))
  if not answered then
    self.hook = nil
    local fault <const> = answered == false and problem
      or hook_of.fault(hook.name, f, problem.message)
    self.faults[#self.faults + 1] = fault
    self:write("warn", "policy.failed", { message = fault })
  end
end

function methods:write(level, event, fields)
  if levels[level] < levels[self.level] then
    return
  end
  local now <const> = host.time()
  local line <const> = M.line(now, level, self.task, event, fields, self.secrets)
  if self.echo then
    io.stderr:write(line, "\n")
  end
  local _, err = try(fs.append, self.path, line .. "\n", { mode = 384 })
  local reason <const> = err and (self.folder_problem or err.message)
  self.problem = reason or self.problem
  if err and not self.echo then
    if not self.complained then
      io.stderr:write("nightjar: the log cannot be written, and comes here: ", reason, "\n")
      self.complained = true
    end
    io.stderr:write(line, "\n")
  end
  self:call_hook(now, level, event, fields)
end

for level in pairs(levels) do
  methods[level] = function(self, event, fields)
    self:write(level, event, fields)
  end
end

M.methods = methods

-- Its field `problem` says why it could not be written, once that has happened; the list `faults`,
-- why the hook is not called any more.
-- options: folder, family (the file is <folder>/<family>.log), task, secrets, level ("info"),
-- echo (also on standard error), hook (a function that gets every event as a table).
function M.open(options)
  local log <const> = setmetatable({
    path = ("%s/%s.log"):format(options.folder, options.family), task = options.task,
    secrets = options.secrets or {}, level = options.level or "info", echo = options.echo,
    hook = options.hook, faults = {},
  }, { __index = methods })
  -- Told when a line cannot be written: that there is no folder says less than why there is none.
  local _, err = try(fs.mkdir, options.folder)
  log.folder_problem = err and err.message
  -- What keeps it from being rotated keeps it from being written as well, which is told then.
  try(rotate, log.path)
  return log
end

return M
