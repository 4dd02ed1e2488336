-- nightjar drill: a recovery rehearsed, from the remote to databases that are proven, and timed.

local drill = require "nightjar.drill"
local json = require "nightjar.json"
local proof = require "nightjar.proof"
local remote_of = require "nightjar.remote"
local report = require "nightjar.drill.report"
local target_of = require "nightjar.target"

local function check_arguments(arguments)
  if arguments.from_remote and arguments["local"] then
    fail("USAGE", "--from-remote and --local exclude each other")
  end
end

local function document_of(result, path)
  return {
    target = result.target, id = result.id, status = result.status, from = result.from,
    place = result.place or json.null, stages = json.array(result.stages),
    databases = json.array(result.databases), missing = json.array(result.missing),
    recovery_seconds = result.recovery_seconds or json.null,
    recovery_point = result.recovery_point, lost_seconds = result.lost,
    refused = json.array(result.refused), report = path,
  }
end

local function problem_of(result)
  return result.error and result.error.message or result.missing[1] and result.missing[1].message
    or "it ended with the status '" .. result.status .. "'"
end

local function tell(context, result)
  context.outcome {
    target = result.target, status = result.status == "crit" and "crit" or "ok",
    message = ("drill of backup %s: %s"):format(result.id, problem_of(result)),
    hint = result.error and result.error.hint,
  }
end

local colors <const> = { ok = "green", warn = "yellow", crit = "red" }

local function finish(context, result)
  local lines <const> = report.lines(result)
  local path <const>, err = try(report.write, context.config, result, lines)
  context.say("%s", context.color(colors[result.status], lines[1]))
  for index = 2, #lines do
    context.say("%s", lines[index])
  end
  if path then
    context.say("The report is in %s.", path)
  else
    context.log:warn("drill.report", { message = err.message })
  end
  return path or json.null
end

local function run(arguments, context)
  check_arguments(arguments)
  local from_remote <const> = not arguments["local"]
    and (arguments.from_remote or remote_of.configured(context.config))
  local document <const> = { status = "ok", drills = json.array {} }
  for _, target in ipairs(target_of.backed_up(context.config, arguments.target)) do
    local result <const> = drill.run(context, target,
      { from_remote = from_remote, backup = arguments.backup })
    tell(context, result)
    document.drills[#document.drills + 1] = document_of(result, finish(context, result))
    document.status = proof.worse_status(document.status, result.status)
    document.error = document.error or result.error and { code = result.error.code,
      message = result.error.message, hint = result.error.hint or json.null,
      op = result.error.op or json.null } or nil
  end
  for key, value in pairs(document.drills[1]) do
    document[key] = document[key] or value
  end
  local first <const> = document.drills[1]
  context.history.recovery_seconds = first.recovery_seconds
  context.history.recovery_point, context.history.place = first.recovery_point, first.place
  context.history.missing = #first.missing
  return document
end

return {
  name = "drill",
  summary = "rehearse a recovery: fetch, check, restore, prove, and time it",
  description = "Fetches the newest backup from the remote, checks every hash, starts a throwaway "
    .. "PostgreSQL (a container of the target's image, or a server of this machine's programs; "
    .. "else scratch databases on the server itself), brings back the roles and every database, "
    .. "proves each by its fingerprint, times all of it, and takes everything away again. The "
    .. "report says how long a recovery takes, what would be lost, and what was missing.",
  log = "drill", alert = "until_success",
  arguments = {
    { "backup", type = "string", optional = true, default = "latest",
      help = "its id, a unique prefix of it, latest or latest-verified" },
    { "--target", type = "string", help = "only this target's" },
    { "--from-remote", type = "flag", help = "from the remote: the default where there is one" },
    { "--local", type = "flag", help = "from the backup folder" },
    { "--json", type = "flag", help = "print the report as JSON" },
  },
  run = run,
}
