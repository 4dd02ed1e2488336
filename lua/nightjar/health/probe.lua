-- A look at something: within its time, again where it may pass, and how long it took.

local finding = require "nightjar.health.finding"
local host = require "nightjar.host"
local task = require "nightjar.task"

local M = {}

local delay <const> = 2

local function outcome(value, err)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  return value, err
end

-- As try, but for the end of the run, which nobody keeps to himself.
function M.attempt(f, ...)
  return outcome(try(f, ...))
end

-- The finding that `look` returns; again, `attempts` times in all, while it is of a kind that may
-- pass.
function M.look(attempts, look)
  local began <const> = host.now()
  for attempt = 1, attempts do
    local found <const> = look()
    if attempt == attempts or not finding.may_pass(found) then
      found.seconds = host.now() - began
      if attempt > 1 and found.status ~= "ok" then
        found.message = ("%s (%d attempts)"):format(found.message, attempt)
      end
      return found
    end
    task.sleep(delay)
  end
end

return M
