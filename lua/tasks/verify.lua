-- nightjar verify: prove a stored backup again, by test restore.

local catalogue = require "nightjar.catalogue"
local json = require "nightjar.json"
local proof = require "nightjar.proof"
local scratch = require "nightjar.scratch"
local session_of = require "nightjar.session"
local source_of = require "nightjar.source"
local target_of = require "nightjar.target"
local units = require "nightjar.units"
local verification = require "nightjar.verification"

local statuses <const> = {
  proven = "ok", not_verified = "warn", differs = "crit", unreadable = "crit",
}
local colors <const> = { ok = "green", warn = "yellow", crit = "red" }

-- {{target=, set=}...} that BACKUP means, one for each target that has it.
local function choose(config, source, arguments)
  local chosen, first_error = {}, nil
  for _, target in ipairs(target_of.backed_up(config, arguments.target)) do
    local set, err = try(catalogue.resolve, source:list(target), arguments.backup)
    if set then
      chosen[#chosen + 1] = { target = target, set = set }
    end
    first_error = first_error or err
  end
  if #chosen == 0 then
    error(first_error, 0)
  end
  return chosen
end

local function verify(context, source, target, set)
  if not set.readable then
    return { verdict = "unreadable", reason = set.problem, seconds = 0, databases = {} }
  end
  local value <const> = catalogue.manifest(set)
  local _, damage = try(source.fetch, source, set, value.files)
  if damage and damage.code == "CHECKSUM" then
    return { verdict = "unreadable", reason = damage.message, seconds = 0, databases = {} }
  elseif damage then
    error(damage, 0)
  end
  local session <close> = session_of.open(context, target, "verify")
  scratch.sweep(session)
  return verification.prove(session, set.folder, value)
end

local function say_entry(context, set, entry)
  local status <const> = statuses[entry.verdict]
  context.say("%s: backup %s is %s%s", set.target, set.id,
    context.color(colors[status], (entry.verdict:gsub("_", " "))),
    entry.reason and ": " .. entry.reason or "")
  for _, database in ipairs(entry.databases) do
    context.say("  %s: %s, %d tables, %d rows, %s", database.name,
      (database.verdict:gsub("_", " ")), database.tables or 0, database.rows or 0,
      units.format_duration(database.seconds or 0))
    for _, difference in ipairs(database.differences or {}) do
      context.say("    %s", difference.text)
    end
  end
end

local function tell(context, target, set, entry)
  local status <const> = statuses[entry.verdict]
  context.outcome {
    target = target.name, status = status, class = "backup.unverified",
    message = ("backup %s is %s: %s"):format(set.id, (entry.verdict:gsub("_", " ")),
      tostring(entry.reason)),
  }
end

local function run(arguments, context)
  local source <close> = source_of.open(context, arguments.from_remote, "verify")
  local document <const> = { status = "ok", verifications = json.array {},
    remote = source.remote and source.place }
  for _, chosen in ipairs(choose(context.config, source, arguments)) do
    local entry <const> = verify(context, source, chosen.target, chosen.set)
    say_entry(context, chosen.set, entry)
    tell(context, chosen.target, chosen.set, entry)
    document.status = proof.worse_status(document.status, statuses[entry.verdict])
    document.verifications[#document.verifications + 1] = {
      id = chosen.set.id, target = chosen.target.name, verdict = entry.verdict,
      reason = entry.reason or json.null, seconds = entry.seconds,
      databases = json.array(entry.databases),
    }
  end
  document.verification = document.verifications[1]
  return document
end

return {
  name = "verify",
  summary = "prove a stored backup again, by test restore",
  log = "backup", alert = "once",
  arguments = {
    { "backup", type = "string", optional = true, default = "latest",
      help = "its id, a unique prefix of it, latest or latest-verified" },
    { "--from-remote", type = "flag", help = "the copy at the remote, fetched and checked" },
    { "--target", type = "string", help = "only this target's" },
    { "--json", type = "flag", help = "print the verdict as JSON" },
  },
  run = run,
}
