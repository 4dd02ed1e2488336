-- The remote as doctor sees it: rclone, its configuration, an answer, and how sure copies will be.

local collector = require "nightjar.examination.collector"
local remote_of = require "nightjar.remote"

local M = {}

-- How an upload will be confirmed there, from what the remote can do: pure.
function M.confirmation(traits, confirm)
  if confirm == "download" then
    return "uploads are confirmed by reading every file back"
  elseif traits.hash then
    return "uploads are confirmed by " .. traits.hash:upper()
  elseif traits.crypt then
    return "encrypted here; uploads are confirmed beneath that, where there are hashes"
  end
  return "it has no hashes: uploads are confirmed by their sizes alone"
end

local function check(add, context)
  local remote <const> = remote_of.open(context)
  local traits <const> = remote:traits()
  remote:list(remote.to, 1)
  remote:demand_password()
  add("ok", "remote", ("'%s' answers; %s"):format(remote.to,
    M.confirmation(traits, remote.policy.confirm)))
  if traits.duplicates then
    add("ok", "remote", "it can have two files of one name; uploads tell of that")
  end
end

-- The findings. Without RCLONE_REMOTE there is one, that says so.
function M.examine(context)
  local add <const>, findings <const> = collector(nil)
  if not remote_of.configured(context.config) then
    add("ok", "remote", "RCLONE_REMOTE is not set: no copy of a backup leaves this machine")
    return findings
  end
  local _, err = try(check, add, context)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    add("crit", "remote", err.message, err.hint)
  end
  return findings
end

return M
