-- What is wrong with nightjar itself: its clock, its log, its state. Pure.

local finding = require "nightjar.health.finding"
local units = require "nightjar.units"

local M = {}

local tolerated <const> = 60

-- facts: now; future, a backup {id, target} that is made later than now; last_run, when the last
-- check began; log_problem and state_problem, why these cannot be written. Each may be nil.
function M.judge(facts)
  local found = {}
  local function add(class, message, hint)
    found[#found + 1] = finding.bad(class, message, { blocks = false, hint = hint })
  end
  if facts.last_run and facts.last_run > facts.now + tolerated then
    add("self.clock", ("the last check was at %s, which is yet to come"):format(
      units.iso(facts.last_run)), "Compare date -u with another clock; timedatectl tells whether "
      .. "it is kept right.")
  elseif facts.future then
    add("self.clock", ("backup %s of '%s' is from the future"):format(facts.future.id,
      facts.future.target), "Compare date -u with another clock; if this one is right, the set was "
      .. "made while it was wrong.")
  end
  if facts.log_problem then
    add("self.log", ("the log cannot be written: %s"):format(facts.log_problem),
      "ls -ld logs; df -h logs: nightjar's user must be able to write there.")
  end
  if facts.state_problem then
    add("self.state", ("the folder for state cannot be used: %s"):format(facts.state_problem),
      "ls -ld state; df -h state: until it can be written, each run mails anew.")
  end
  if #found == 0 then
    found[1] = finding.ok "nightjar's clock, log and state are in order"
  end
  return found
end

return M
