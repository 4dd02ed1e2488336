-- One line on a terminal that says how far long work has come.

local host = require "nightjar.host"
local scheduler = require "nightjar.scheduler"
local task = require "nightjar.task"
local units = require "nightjar.units"

local M = {}

local every <const> = 0.25

-- The line: pure.
function M.line(label, bytes, seconds, columns)
  local rate <const> = seconds > 0 and bytes / seconds or 0
  local line <const> = ("%s: %s, %s/s, %s"):format(label, units.format_size(bytes),
    units.format_size(rate // 1 | 0), units.format_duration(math.floor(seconds)))
  return line:sub(1, columns - 1)
end

-- A to-be-closed value that shows the meter's bytes until it is closed.
function M.show(label, meter)
  local began <const> = host.now()
  local group <const> = scheduler.group()
  group:spawn(function()
    while true do
      task.sleep(every)
      local line <const> = M.line(label, meter:bytes_in(), host.now() - began, host.columns())
      io.stderr:write("\r\27[K", line)
    end
  end)
  return setmetatable({}, { __close = function()
    group:close()
    io.stderr:write("\r\27[K")
  end })
end

-- The same where nobody watches.
function M.hide()
  return setmetatable({}, { __close = function() end })
end

return M
