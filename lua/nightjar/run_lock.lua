-- The lock of a run: one at a time, and who finds it taken learns who has it, and since when.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local units = require "nightjar.units"

local M = {}

-- Take the lock state/NAME.lock, or fail LOCKED; to be closed or released. purpose: what the run
-- does, for the one that comes too late. seconds: how long it is waited for; 0.
function M.take(config, name, purpose, seconds)
  fs.mkdir(config.state_folder, { parents = true, mode = 448 })
  return fs.lock(("%s/%s.lock"):format(config.state_folder, name), { timeout = seconds or 0,
    note = ("%s, pid %d on %s, since %s"):format(purpose, host.pid, host.hostname,
      units.iso(host.time())) })
end

-- The same for a run that had better go on without a lock than not at all: nil and the error where
-- there can be none, such as on a disk that is full or read-only.
function M.attempt(config, name, purpose)
  local held, err = try(M.take, config, name, purpose)
  if err and (err.code == "LOCKED" or err.code == "CANCELLED") then
    error(err, 0)
  end
  return held, err
end

return M
