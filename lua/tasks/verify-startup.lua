-- nightjar verify-startup: after a boot, wait for what should run, start it, and verify it.

local alert = require "nightjar.alert"
local finding = require "nightjar.health.finding"
local health = require "nightjar.health"
local json = require "nightjar.json"
local plan = require "nightjar.startup.plan"
local run_lock = require "nightjar.run_lock"
local startup = require "nightjar.startup"
local units = require "nightjar.units"

local colors <const> = { ok = "green", warn = "yellow", crit = "red", unknown = "yellow",
  skipped = "dim" }

local function whose(stage)
  return stage.target and stage.container and ("%s (%s)"):format(stage.target, stage.container)
    or stage.target or stage.container or ""
end

-- A line a stage, as it ends.
local function teller(context)
  return function(stage)
    context.say("%s  %-9s  %8s  %-20s  %s", context.color(colors[stage.status],
      ("%-7s"):format(stage.status)), stage.name, stage.status == "skipped" and ""
      or units.format_duration(stage.seconds), whose(stage), stage.message)
  end
end

local function stages_of(stages)
  local shown = json.array {}
  for index, stage in ipairs(stages) do
    shown[index] = { name = stage.name, seconds = stage.seconds, status = stage.status,
      target = stage.target or json.null, container = stage.container or json.null,
      message = stage.message }
  end
  return shown
end

local function findings_of(findings)
  local shown = json.array {}
  for index, found in ipairs(findings) do
    shown[index] = finding.document(found)
  end
  return shown
end

local function run(arguments, context)
  -- One at a time: two would start the same containers.
  local _ <close>, unlocked <const> = run_lock.attempt(context.config, "verify-startup",
    "verify-startup")
  if unlocked then
    context.log:warn("unlocked", { message = unlocked.message })
  end
  local findings <const>, stages <const> = startup.verify(context, {
    wait = arguments.wait or context.config.policy.startup.wait, target = arguments.target,
    tell = teller(context),
  })
  health.log(context, findings)
  local status <const>, summary <const> = finding.status(findings), plan.summary(stages)
  context.say("%s", context.color(colors[status], summary))
  for _, found in ipairs(findings) do
    if found.hint and found.status ~= "ok" then
      context.say("  %s", found.hint)
    end
  end
  -- The boot comes once: its failure is mailed at once, not after a second bad run.
  local told <const> = alert.report(context, { task = "verify-startup", findings = findings,
    complete = arguments.target == nil })
  table.move(told.findings, 1, #told.findings, #findings + 1, findings)
  return { status = finding.status(findings), stages = stages_of(stages), alert = told,
    findings = findings_of(findings) }
end

return {
  name = "verify-startup",
  summary = "after a boot: wait for engine, containers and servers, start what should run",
  description = "Waits for the Docker engine, starts the containers that startup.start in "
    .. "policy.lua names, waits until they are healthy and until each server answers a query of "
    .. "ours, and says how long each stage took. A container that was stopped by hand before the "
    .. "boot is reported, and stays so. A failure is mailed at once.",
  log = "startup", alert = "once",
  arguments = {
    { "--wait", type = "duration", help = "how long at most, in all (policy: startup.wait, 5m)" },
    { "--target", type = "string", help = "only this target, and its container" },
    { "--json", type = "flag", help = "print the findings as JSON" },
  },
  run = run,
}
