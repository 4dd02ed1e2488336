-- How many targets are looked at at the same time: so many that work, and beside them those that
-- have been at it for so long that they wait.
--
-- Many targets may be of one server, or of one slow machine: to ask all at once would make each
-- late. Many may be out of reach: to wait for a few at a time would take all night.

local host = require "nightjar.host"
local task = require "nightjar.task"

local M = {}

local pause <const> = 0.02

local slots = {}
slots.__index = slots

-- most: how many work; patience: for so many seconds.
function M.new(most, patience)
  return setmetatable({ most = most, patience = patience, began = {} }, slots)
end

local function working(self)
  local count, now <const> = 0, host.now()
  for _, began in pairs(self.began) do
    count = count + (now - began < self.patience and 1 or 0)
  end
  return count
end

-- f(...), once there is room for it.
function slots:run(f, ...)
  while working(self) >= self.most do
    task.sleep(pause)
  end
  local key <const> = {}
  self.began[key] = host.now()
  local results <const> = table.pack(xpcall(f, host.wrap_error, ...))
  self.began[key] = nil
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

return M
