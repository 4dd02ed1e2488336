-- The lock of a run: one at a time, and who finds it taken learns who has it, and since when.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local units = require "nightjar.units"

-- Take the lock state/NAME.lock, or fail LOCKED; to be closed or released. purpose: what the run
-- does, for the one that comes too late. seconds: how long it is waited for; 0.
return function(config, name, purpose, seconds)
  fs.mkdir(config.state_folder, { parents = true, mode = 448 })
  return fs.lock(("%s/%s.lock"):format(config.state_folder, name), { timeout = seconds or 0,
    note = ("%s, pid %d on %s, since %s"):format(purpose, host.pid, host.hostname,
      units.iso(host.time())) })
end
