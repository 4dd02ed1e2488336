-- Whether the schedule that is expected here is there and runs, as a finding.

local finding = require "nightjar.health.finding"
local schedule = require "nightjar.schedule"

local M = {}

-- What differs from what would be written still runs: that is for schedule status to tell.
local function serious(problems)
  local messages = {}
  for _, problem in ipairs(problems) do
    messages[#messages + 1] = problem.kind ~= "drift" and problem.job .. " " .. problem.message
      or nil
  end
  return messages
end

-- The finding of what schedule's observe gives: pure.
function M.judge(observed)
  local messages <const> = serious(observed.problems)
  if #messages > 0 then
    return finding.bad("schedule.missing", table.concat(messages, "; "),
      { blocks = false, hint = "nightjar schedule status shows each job." })
  end
  local count = 0
  for _, job in ipairs(observed.jobs) do
    count = count + (job.off and 0 or 1)
  end
  return finding.ok(("%d job%s scheduled by %s"):format(count,
    count == 1 and " is" or "s are", observed.kind))
end

-- The finding, or nil where nobody expects a schedule.
function M.look(config, now)
  if not schedule.is_expected(config) then
    return nil
  end
  local observed, err = try(schedule.observe, config, {}, now)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    return finding.unknown(("the schedule cannot be looked at: %s"):format(err.message),
      { blocks = false, hint = err.hint })
  end
  return M.judge(observed)
end

return M
