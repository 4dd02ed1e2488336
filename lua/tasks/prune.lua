-- nightjar prune: retention, explained decision by decision.

local host = require "nightjar.host"
local json = require "nightjar.json"
local pruning = require "nightjar.pruning"
local target_of = require "nightjar.target"

local function run(arguments, context)
  local decisions = json.array {}
  for _, target in ipairs(target_of.selected(context.config, arguments.target)) do
    local planned <const> = pruning.run(context, target, host.time(), arguments.dry_run)
    table.move(planned, 1, #planned, #decisions + 1, decisions)
  end
  for _, decision in ipairs(decisions) do
    local word = decision.action == "keep" and "keep" or arguments.dry_run and "would delete"
      or "deleted"
    context.say("%s  %s  %s: %s", decision.target, decision.id,
      decision.action == "keep" and word or context.color("yellow", word), decision.reason)
  end
  if #decisions == 0 then
    context.say("There is no backup in %s.", context.config.backup_folder)
  end
  return { status = "ok", retention = decisions, dry_run = arguments.dry_run or false }
end

return {
  name = "prune",
  summary = "delete the backups that retention no longer keeps, with the reason of each",
  log = "backup", alert = "once",
  arguments = {
    { "--target", type = "string", help = "only this target's" },
    { "--dry-run", type = "flag", help = "say what would go, and delete nothing" },
    { "--json", type = "flag", help = "print the decisions as JSON" },
  },
  run = run,
}
