-- nightjar backup: dump, publish, prove, prune; a target at a time.

local backup = require "nightjar.backup"
local catalogue = require "nightjar.catalogue"
local json = require "nightjar.json"
local manifest = require "nightjar.manifest"
local offsite = require "nightjar.remote.offsite"
local proof = require "nightjar.proof"
local target_of = require "nightjar.target"
local units = require "nightjar.units"

local function describe_proof(context, value)
  local entry <const> = value.verification[#value.verification]
  if #value.databases == 0 then
    return context.color("red", "there is nothing in it to restore a database from")
  elseif not entry then
    return context.color("yellow", "not proven: --no-verify or the policy left the proof out")
  elseif entry.verdict == "proven" then
    return context.color("green", "proven")
      .. (" by test restore in %s"):format(units.format_duration(entry.seconds))
  end
  local color <const> = entry.verdict == "not_verified" and "yellow" or "red"
  return context.color(color, (entry.verdict:gsub("_", " "))) .. ": " .. tostring(entry.reason)
end

local function describe_set(context, value)
  local seconds <const> = units.parse_iso(value.finished) - units.parse_iso(value.started)
  context.say("%s: backup %s %s in %s", value.target, value.id, value.state,
    units.format_duration(seconds))
  for _, database in ipairs(value.databases) do
    local file <const> = manifest.file(value, "database", database.name)
    context.say("  %s: %d tables, %d rows, %s of SQL in %s", database.name, database.tables,
      database.rows, units.format_size(file.raw_bytes), units.format_size(file.bytes))
  end
  for _, problem in ipairs(value.problems) do
    context.say("  %s: %s", context.color("red", problem.database or "roles"), problem.message)
    if problem.hint then
      context.say("    %s", problem.hint)
    end
  end
  context.say("  %s", describe_proof(context, value))
  for _, database in ipairs((value.verification[#value.verification] or {}).databases or {}) do
    if #(database.definitions_differ or {}) > 0 then
      context.say("  %s: %d definitions print otherwise after a restore; the manifest has both",
        database.name, #database.definitions_differ)
    end
  end
end

local function status_of(value)
  local verdict <const> = manifest.verdict(value)
  if not catalogue.describe(value.target, value.id, value).good then
    return "crit"
  end
  return verdict == "not_verified" and "warn" or "ok"
end

-- What the set means to who is mailed. The backup of one database stands for no other.
local function outcome_of(value, partial)
  local status <const>, problem <const> = status_of(value), value.problems[1]
  local entry <const> = value.verification[#value.verification] or {}
  local outcome <const> = { target = value.target, status = status, partial = partial }
  if value.state ~= "complete" then
    outcome.message = problem and ("%s: %s"):format(problem.database or "roles", problem.message)
    outcome.hint = problem and problem.hint
  elseif status ~= "ok" then
    outcome.class = "backup.unverified"
    outcome.message = ("backup %s is %s: %s"):format(value.id,
      (tostring(entry.verdict):gsub("_", " ")), tostring(entry.reason))
  end
  return outcome
end

local function failure_of(target, err)
  return { target = target.name, code = err.code, message = err.message, hint = err.hint }
end

local function run(arguments, context)
  local verify <const> = context.config.policy.backup.proof and not arguments.no_verify
  local document <const> = {
    status = "ok", sets = json.array {}, retention = json.array {}, failures = json.array {},
  }
  local options <const> = { database = arguments.database, verify = verify }
  if arguments.upload then
    offsite.prepare(document)
  end
  local first_error
  for _, target in ipairs(target_of.backed_up(context.config, arguments.target)) do
    local done, err = try(backup.run, context, target, options)
    if err and err.code == "CANCELLED" then
      error(err, 0)
    elseif err then
      first_error = first_error or err
      context.log:error("backup.failed", { target = target.name, code = err.code,
        message = err.message })
      context.outcome { target = target.name, error = err }
      document.failures[#document.failures + 1] = failure_of(target, err)
      document.status = "crit"
    else
      document.sets[#document.sets + 1] = done.set
      table.move(done.retention, 1, #done.retention, #document.retention + 1, document.retention)
      describe_set(context, done.set)
      context.outcome(outcome_of(done.set, arguments.database))
      document.status = proof.worse_status(document.status, status_of(done.set))
    end
    if arguments.upload then
      offsite.attempt(context, target, nil, document)
    end
  end
  if first_error and #document.sets == 0 then
    error(first_error, 0)
  end
  offsite.say_failures(context, document)
  return document
end

return {
  name = "backup",
  summary = "dump every database, prove the dump by test restore, prune old ones",
  description = "Dumps the roles and every database of each target into one set, which appears in "
    .. "the backup folder whole or not at all; restores each dump into a scratch database and "
    .. "compares it, row for row; then deletes what retention no longer keeps. With --upload the "
    .. "newest proven set is copied to the remote and confirmed there, as nightjar upload does.",
  log = "backup", alert = "until_success",
  arguments = {
    { "--target", type = "string", help = "back up only this target" },
    { "--database", type = "string", help = "back up only this database" },
    { "--no-verify", type = "flag", help = "do not prove the backup by test restore" },
    { "--upload", type = "flag", help = "then copy the newest proven backup to the remote" },
    { "--json", type = "flag", help = "print the result as JSON" },
  },
  run = run,
}
