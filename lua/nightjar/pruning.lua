-- Retention carried out: what the plan says is deleted, each decision logged with its reason.

local catalogue = require "nightjar.catalogue"
local fs = require "nightjar.fs"
local hook = require "nightjar.hook"
local journal = require "nightjar.remote.journal"
local retention = require "nightjar.retention"
local session_of = require "nightjar.session"

local M = {}

local default_keep <const> = 7 * 86400

-- A set as the policy's functions see it: theirs to change.
local function seen(set)
  return { id = set.id, target = set.target, started = set.started, good = set.good,
    proven = set.proven, pinned = set.pinned, bytes = set.bytes,
    databases = table.move(set.databases or {}, 1, #(set.databases or {}), 1, {}) }
end
M.seen = seen

-- The user's function. What it cannot answer is decided by age, and said.
local function guarded(keep, name, context)
  return function(set, now)
    local answer <const>, reason <const> = hook.decide(context,
      { name = name, f = keep, check = hook.yes_or_no }, nil, seen(set), now)
    if answer == nil then
      return nil
    end
    return answer, "the policy says: " .. (hook.line(reason) or (answer and "keep" or "delete"))
  end
end

-- What retention.plan wants, from policy.retention or policy.remote; `name` is that of its `keep`,
-- and `fallback` the age that decides where a function does not.
function M.policy(configured, name, fallback, context)
  local keep <const> = configured.keep
  if type(keep) == "function" then
    return { keep = fallback, keep_min = configured.keep_min,
      decide = guarded(keep, name, context) }
  end
  return { keep = keep, keep_min = configured.keep_min }
end

-- Out of sight first, so that a set exists whole or not at all; what is left of a killed run is
-- removed by the next.
local function delete(set)
  local folder <const>, name <const> = set.folder:match("^(.*)/([^/]+)$")
  local doomed <const> = ("%s/.deleting-%s"):format(folder, name)
  fs.remove(doomed, { recursive = true })
  fs.rename(set.folder, doomed)
  fs.remove(doomed, { recursive = true })
  fs.sync(folder)
end

-- The same for the backups of a target here.
function M.settings(context, target)
  local config <const> = context.config
  local policy <const> = M.policy(config.policy.retention, "retention.keep", default_keep, context)
  policy.hold = config.policy.remote.to
    and journal.hold(journal.read(config, target.name), config.policy.remote.hold) or nil
  return policy
end

-- Apply retention to a target whose lock is held. Returns {{id, target, action, reason}...}.
function M.apply(context, target, now, dry_run)
  local sets <const> = catalogue.list(context.config.backup_folder, target.name)
  local policy <const> = M.settings(context, target)
  local decisions = {}
  for index, decision in ipairs(retention.plan(sets, policy, now)) do
    if decision.action == "delete" and not dry_run then
      delete(decision.set)
    end
    context.log:info("retention." .. decision.action, { target = target.name, id = decision.id,
      reason = decision.reason, dry_run = dry_run or nil })
    decisions[index] = { id = decision.id, target = target.name, action = decision.action,
      reason = decision.reason }
  end
  return decisions
end

local function remove(context, target, paths)
  for _, path in ipairs(paths) do
    fs.remove(path, { recursive = true })
    context.log:info("leftover.removed", { target = target.name, path = path })
  end
end

-- Remove what runs that did not end have left in a target's folder; the lock says that none of them
-- lives. An upload, which has a lock of its own, writes manifests too: while one runs, what was cut
-- off there stays.
function M.sweep(context, target)
  remove(context, target, catalogue.leftovers(context.config.backup_folder, target.name))
  local cut <const> = catalogue.cut_writes(context.config.backup_folder, target.name)
  if #cut > 0 then
    local held <close> = try(session_of.lock_remote, context, target, "clearing up")
    remove(context, target, held and cut or {})
  end
end

-- Take the target's lock and apply retention.
function M.run(context, target, now, dry_run)
  local _ <close> = session_of.lock(context, target, "prune")
  if not dry_run then
    M.sweep(context, target)
  end
  return M.apply(context, target, now, dry_run)
end

return M
