-- nightjar report-failure: mail that a job of the schedule crashed or took too long. systemd calls
-- it, by OnFailure.

local arguments_of = require "nightjar.arguments"
local failure = require "nightjar.schedule.failure"
local host = require "nightjar.host"
local outcome = require "nightjar.outcome"
local schedule = require "nightjar.schedule"
local script = require "nightjar.script"

local function job_of(config, name)
  for _, job in ipairs(schedule.jobs(config)) do
    if job.name == name then
      return job
    end
  end
  fail("USAGE", ("there is no job '%s'"):format(name), "nightjar schedule status lists them.")
end

local function run(arguments, context)
  local job <const> = job_of(context.config, arguments.job)
  local environment <const> = host.environment()
  local message <const>, hint <const> = failure.describe {
    result = environment.MONITOR_SERVICE_RESULT, status = environment.MONITOR_EXIT_STATUS,
    limit = job.limit }
  if not message then
    context.log:warn("job.failed", { job = job.name,
      status = environment.MONITOR_EXIT_STATUS })
    return { status = "ok" }
  end
  context.log:error("job.failed", { job = job.name, message = message })
  context.say("%s: %s", job.name, message)
  local task <const> = script.load(script.find(context.config.home, job.words[1]))
  local words <const> = table.move(job.words, 2, #job.words, 1, {})
  return { status = "ok", alert = outcome.crashed(context, task, arguments_of.parse(task, words),
    message, hint) }
end

return {
  name = "report-failure",
  summary = "mail that a scheduled job crashed or took too long (systemd calls it)",
  log = "schedule",
  arguments = {
    { "job", type = "string", help = "the job that failed" },
    { "--json", type = "flag", help = "print the result as JSON" },
  },
  run = run,
}
