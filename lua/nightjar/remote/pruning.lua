-- Retention at the remote: the same plan as here, on this home's own sets alone.

local catalogue = require "nightjar.catalogue"
local host = require "nightjar.host"
local local_pruning = require "nightjar.pruning"
local manifest = require "nightjar.manifest"
local rclone = require "nightjar.remote.rclone"
local remote_catalogue = require "nightjar.remote.catalogue"
local retention = require "nightjar.retention"
local session_of = require "nightjar.session"

local M = {}

local default_keep <const> = 28 * 86400

-- Sets of other machines that share the folder are theirs. `hosts` are names that this home's
-- machine has had; "*" stands for any.
local function is_own(set, hosts)
  if not set.readable or set.host == host.hostname then
    return true
  end
  for _, name in ipairs(hosts) do
    if name == "*" or name == set.host then
      return true
    end
  end
  return false
end

-- What to keep there and what to delete, newest first: as retention.plan. Pure but for the policy's
-- own function.
function M.plan(sets, policy, hosts, now)
  local own, decisions = {}, {}
  for _, set in ipairs(sets) do
    if is_own(set, hosts) then
      own[#own + 1] = set
    else
      decisions[#decisions + 1] = { id = set.id, action = "keep", set = set,
        reason = ("made on '%s', not here: left alone (see remote.hosts)"):format(
          set.host) }
    end
  end
  table.move(retention.plan(own, policy, now), 1, #own, #decisions + 1, decisions)
  table.sort(decisions, function(one, other) return one.id > other.id end)
  return decisions
end

-- The manifest goes last: what is left of a deletion that did not end is still known for what it
-- is, and deleted by the next. Only what the manifest lists is touched.
local function delete(remote, set)
  rclone.ask(remote, { "delete", "--files-from-raw=-" }, { set.path },
    { stdin = rclone.names_of(catalogue.manifest(set).files) })
  rclone.ask(remote, { "deletefile" }, { set.path .. "/" .. manifest.file_name })
  local _, err = try(rclone.ask, remote, { "rmdir" }, { set.path })
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    remote.context.log:warn("remote.folder_left", { path = set.path, message = err.message })
  end
end

-- Apply retention to a target's sets at the remote; the lock is held. Returns {{id, target, action,
-- reason, remote}...}.
function M.apply(remote, target, workspace, now, dry_run)
  local context <const> = remote.context
  local configured <const> = { keep = remote.policy.keep, keep_min = 1 }
  local policy <const> = local_pruning.policy(configured, "remote.keep", default_keep, context)
  local sets <const> = remote_catalogue.list(remote, target.name, workspace)
  local decisions = {}
  for index, decision in ipairs(M.plan(sets, policy, remote.policy.hosts, now)) do
    if decision.action == "delete" and not dry_run then
      delete(remote, decision.set)
    end
    context.log:info("remote.retention." .. decision.action, { target = target.name,
      id = decision.id, reason = decision.reason, remote = remote.to, dry_run = dry_run or nil })
    decisions[index] = { id = decision.id, target = target.name, action = decision.action,
      reason = decision.reason, remote = remote.to }
  end
  return decisions
end

-- Take the lock of the target's copies, and apply retention to them.
function M.run(remote, target, workspace, now, dry_run)
  local _ <close> = session_of.lock_remote(remote.context, target, "prune")
  return M.apply(remote, target, workspace, now, dry_run)
end

return M
