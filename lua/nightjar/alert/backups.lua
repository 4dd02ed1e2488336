-- The last good backup of each target, for a mail to name.

local catalogue = require "nightjar.catalogue"
local freshness = require "nightjar.health.freshness"

local M = {}

-- The newest backup of one target that can be restored whole: {target=, time=, proven=}, without a
-- time where there is none, with a problem where nobody can say.
local function of_target(config, target, now)
  local sets, err = try(catalogue.recent, config.backup_folder, target.name, 1)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    return { target = target.name, problem = err.message }
  end
  local newest <const> = freshness.newest(sets, now)
  return { target = target.name, time = newest and newest.started,
    proven = newest and newest.proven }
end

function M.last_good(config, now)
  local found = {}
  for _, target in ipairs(config.targets) do
    found[#found + 1] = target.backup ~= false and of_target(config, target, now) or nil
  end
  return found
end

return M
