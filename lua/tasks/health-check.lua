-- nightjar health-check: is everything all right?

local alert = require "nightjar.alert"
local classes = require "nightjar.classes"
local finding = require "nightjar.health.finding"
local fs = require "nightjar.fs"
local health = require "nightjar.health"
local host = require "nightjar.host"
local json = require "nightjar.json"
local nagios = require "nightjar.health.nagios"
local prometheus = require "nightjar.health.prometheus"
local report = require "nightjar.report"
local run_lock = require "nightjar.run_lock"
local screen = require "nightjar.health.screen"
local target_of = require "nightjar.target"

local readable_by_all <const> = 420 -- 0644: the collector is another user

-- Mail what has to be told; and what is graver once it is certain, is that from now on.
local function tell(arguments, context, findings)
  local told <const> = alert.report(context, { task = "health-check", findings = findings,
    complete = not arguments.target })
  for _, found in ipairs(findings) do
    local class <const> = classes[found.class]
    found.status = told.hard[alert.key(found)] and class and class.hard or found.status
  end
  table.move(told.findings, 1, #told.findings, #findings + 1, findings)
  return told
end

local function check(arguments, context)
  -- One run at a time: two would both send the mail.
  local _ <close>, unlocked <const> = run_lock.attempt(context.config, "health-check",
    "health-check")
  local findings <const>, backups <const>, keep <const> = health.examine(context,
    { target = arguments.target, state_problem = unlocked and unlocked.message })
  health.log(context, findings)
  for name, value in pairs(keep) do
    context.history[name] = value
  end
  return findings, backups, tell(arguments, context, findings)
end

-- That the file cannot be written takes nothing from what has been found, and is found as well. It
-- is not mailed: who reads the file misses it, and who runs this by hand is told here.
local function write_metrics(context, path, findings, backups)
  local _, err = try(fs.write, path, prometheus.text(findings, backups, host.time()),
    { mode = readable_by_all })
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    context.log:warn("prometheus.not_written", { path = path, message = err.message })
    findings[#findings + 1] = { check = "prometheus", status = "warn",
      message = ("the file for Prometheus could not be written: %s"):format(err.message),
      hint = ("--prometheus names a file in a folder that is there and that this user may write: "
        .. "'%s'"):format(path) }
  end
end

local function document_of(findings, told)
  local documents <const> = json.array {}
  for index, found in ipairs(findings) do
    documents[index] = finding.document(found)
  end
  return { status = finding.status(findings), findings = documents, alert = told }
end

-- For people, unless somebody else reads.
local function say(arguments, context, findings, began)
  if arguments.nagios then
    io.write(nagios.line(findings), "\n")
    return
  end
  local targets <const> = target_of.selected(context.config, arguments.target)
  for _, line in ipairs(screen.lines(findings, targets, context.color,
      { verbose = context.verbose, seconds = host.now() - began })) do
    context.say("%s", line)
  end
end

local function run(arguments, context)
  local began <const> = host.now()
  if arguments.nagios and arguments.json then
    fail("USAGE", "--nagios and --json are both given", "Standard output can be one of them.")
  end
  local findings <const>, backups <const>, told <const> = check(arguments, context)
  if arguments.prometheus then
    write_metrics(context, arguments.prometheus, findings, backups)
  end
  say(arguments, context, findings, began)
  return document_of(findings, told)
end

-- Nagios knows no status above 3, and reads standard output alone.
local function run_for(arguments, context)
  if not arguments.nagios then
    return run(arguments, context)
  end
  local document, err = try(run, arguments, context)
  if err and (err.code == "CANCELLED" or err.code == "USAGE") then
    error(err, 0)
  elseif err then
    io.write(nagios.failure(err.message), "\n")
    context.outcome { error = err }
    document = { status = "unknown" }
  end
  document.exit_status = report.status_of_word(document.status)
  return document
end

return {
  name = "health-check",
  summary = "check engine, containers, servers, disks and backups",
  log = "health-check", alert = "until_success", ping = true,
  arguments = {
    { "--target", type = "string", help = "only this target" },
    { "--json", type = "flag", help = "print the findings as JSON" },
    { "--nagios", type = "flag", help = "print one line as a plugin of Nagios does, exit 0 to 3" },
    { "--prometheus", type = "path", help = "also write this file for the textfile collector" },
  },
  run = run_for,
}
