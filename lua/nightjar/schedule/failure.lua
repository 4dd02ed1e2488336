-- What systemd says of a job that ended badly, in words: pure.

local units = require "nightjar.units"

local M = {}

-- Exit statuses that say more than "failed"; false: somebody has been told already, or cannot be.
local statuses <const> = {
  ["4"] = false,
  ["64"] = { "it was called wrongly (exit status 64)",
    "Is the schedule of an older nightjar? nightjar schedule install writes it anew." },
  ["75"] = { "it found another run at work, and did not run (exit status 75)",
    "Does one hang? ps -ef | grep nightjar" },
  ["78"] = { "its configuration is wrong (exit status 78)",
    "nightjar doctor names file and line." },
  ["203"] = { "systemd could not start the program",
    "Was nightjar moved? nightjar schedule install says anew where it is." },
  ["217"] = { "systemd does not know the user that it is to run as",
    "nightjar schedule install --as USER names another one." },
  ["226"] = { "systemd could not make its view of the file system",
    "Are the home and the backup folder there? findmnt; ls -ld" },
}

local function described(ended)
  local status <const> = tostring(ended.status or "?")
  if ended.result == "timeout" then
    return { ("it did not end in time, and systemd ended it after %s"):format(
      units.format_duration(ended.limit)), "Its log says how far it came; limit in policy.lua's "
        .. "schedule is the time it may take." }
  elseif ended.result == "oom-kill" then
    return { "it was killed for want of memory", "journalctl -k | grep -i 'out of memory'" }
  elseif ended.result == "signal" or ended.result == "core-dump" then
    return { ("it was killed by a signal (%s)"):format(status),
      "Who sent it? journalctl shows what happened at that time." }
  elseif ended.result == "exit-code" and statuses[status] ~= nil then
    return statuses[status]
  end
  return { ("it failed (%s, exit status %s)"):format(ended.result or "no reason known", status),
    "Its log says more, and so does journalctl." }
end

-- ended: result, status (systemd's SERVICE_RESULT and EXIT_STATUS), limit (seconds). Returns a
-- message and a hint, or nil where there is nothing to tell.
function M.describe(ended)
  local text <const> = described(ended)
  if text then
    return text[1], text[2]
  end
end

return M
