-- nightjar prune: retention, explained decision by decision.

local host = require "nightjar.host"
local json = require "nightjar.json"
local pruning = require "nightjar.pruning"
local remote_of = require "nightjar.remote"
local remote_pruning = require "nightjar.remote.pruning"
local target_of = require "nightjar.target"
local workspace_of = require "nightjar.workspace"

-- The pruning of a target, here or at the remote: (target) → decisions; and where that is.
local function place_of(arguments, context)
  if not arguments.remote then
    return context.config.backup_folder, function(target)
      return pruning.run(context, target, host.time(), arguments.dry_run)
    end
  end
  local remote <const> = remote_of.open(context)
  return remote.to, function(target)
    local workspace <close> = workspace_of.open(context, "prune")
    return remote_pruning.run(remote, target, workspace, host.time(), arguments.dry_run)
  end
end

local function run(arguments, context)
  local decisions, place <const>, prune <const> = json.array {}, place_of(arguments, context)
  for _, target in ipairs(target_of.selected(context.config, arguments.target)) do
    local planned <const> = prune(target)
    table.move(planned, 1, #planned, #decisions + 1, decisions)
  end
  for _, decision in ipairs(decisions) do
    local word = decision.action == "keep" and "keep" or arguments.dry_run and "would delete"
      or "deleted"
    context.say("%s  %s  %s: %s", decision.target, decision.id,
      decision.action == "keep" and word or context.color("yellow", word), decision.reason)
  end
  if #decisions == 0 then
    context.say("There is no backup in %s.", place)
  end
  return { status = "ok", retention = decisions, dry_run = arguments.dry_run or false,
    remote = arguments.remote and place or nil }
end

return {
  name = "prune",
  summary = "delete the backups that retention no longer keeps, with the reason of each",
  log = "backup", alert = "once",
  arguments = {
    { "--target", type = "string", help = "only this target's" },
    { "--remote", type = "flag", help = "at the remote, not here" },
    { "--dry-run", type = "flag", help = "say what would go, and delete nothing" },
    { "--json", type = "flag", help = "print the decisions as JSON" },
  },
  run = run,
}
