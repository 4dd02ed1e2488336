-- Whether a target has an off-site copy that will do, from what is known here: pure, nothing is
-- asked of the remote.

local finding = require "nightjar.health.finding"
local journal = require "nightjar.remote.journal"
local units = require "nightjar.units"

local M = {}

-- entry: of journal.read. sets: of the catalogue, newest first. limits: warn (age), hold (seconds).
function M.judge(entry, sets, limits, now)
  local standing <const> = journal.standing(entry, sets, limits.warn, now)
  local metrics <const> = standing.since and { { name = "remote_age", unit = "s",
    warn = limits.warn, value = math.max(0, math.floor(now - standing.since)) } } or nil
  local message = standing.reason
  if entry.failing then
    message = ("%s; what has not been uploaded is kept here until it is %s old"):format(message,
      units.format_duration(limits.hold))
  end
  if standing.stale then
    return finding.bad("remote.stale", message, { blocks = false, metrics = metrics,
      hint = entry.failing and entry.failing.hint })
  end
  return finding.ok(message, { metrics = metrics })
end

return M
