-- nightjar policy explain: what the policy decides at a time, and why. Looks, and changes nothing.

local alert = require "nightjar.alert"
local catalogue = require "nightjar.catalogue"
local delivery = require "nightjar.alert.delivery"
local config_of = require "nightjar.config"
local health = require "nightjar.health"
local hook = require "nightjar.hook"
local host = require "nightjar.host"
local look = require "nightjar.policy.look"
local pruning = require "nightjar.pruning"
local retention = require "nightjar.retention"
local target_of = require "nightjar.target"
local units = require "nightjar.units"

local function say(fmt, ...)
  io.write(select("#", ...) > 0 and fmt:format(...) or fmt, "\n")
end

-- "2026-11-23T02:15:00Z" or "3d" → seconds since 1970.
local function time_of(text)
  if not text then
    return host.time()
  end
  local unix <const> = units.parse_iso(text)
  local later <const> = not unix and units.duration((text:gsub("^%+", "")))
  if not unix and not later then
    fail("USAGE", ("--at: '%s' is no time"):format(text),
      "2026-11-23T02:15:00Z, or a duration from now such as 3d.")
  end
  return unix or host.time() + later
end

-- ---- what is backed up, and kept ----

local function say_databases(context, target)
  local chosen, err = try(function()
    local connection <close> = target_of.connect(target, { application_name = "nightjar" })
    return target_of.chosen(context, target, target_of.databases(connection))
  end)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    say("  backed up: cannot be told: %s", err.message)
    return
  end
  local names = {}
  for index, database in ipairs(chosen) do
    names[index] = database.name
  end
  say("  backed up: %s", table.concat(names, ", "))
end

local function say_retention(context, target, now)
  local sets <const> = catalogue.list(context.config.backup_folder, target.name)
  local policy <const> = pruning.settings(context, target)
  for _, decision in ipairs(retention.plan(sets, policy, now)) do
    say("  %-6s  %s: %s", decision.action, decision.id, decision.reason)
  end
  if #sets == 0 then
    say("  there is no backup of it")
  end
end

-- ---- which mail ----

local reasons <const> = {
  first = "something is wrong, and nothing was", new_kind = "something of a new kind is wrong",
  escalated = "something has become worse", reminder = "it is time for a reminder",
  recovered = "something has recovered", flapping = "something comes and goes",
}

local function say_mail(context, findings, now)
  if not delivery.is_configured(context.config) then
    say("  none: SMTP_HOST is not set")
    return
  end
  local report <const> = { task = "health-check", findings = findings, complete = true }
  local decision <const>, mail <const> = alert.explain(context, report, now)
  for _, fault in ipairs(mail and mail.faults or {}) do
    hook.note(context, fault)
  end
  if decision.action == "send" then
    say("  one would go out (%s): %s", decision.reason, reasons[decision.reason] or "")
    say("  subject: %s", mail.subject)
    say("  to: %s", #mail.to > 0 and table.concat(mail.to, ", ") or "nobody: SMTP_TO is not set")
  elseif decision.action == "deferred" then
    say("  none yet (%s): the last one is too young; it goes out from %s on", decision.reason,
      decision.ends and units.iso(decision.ends) or "the end of the interval")
  else
    say("  none: nothing that has not been told, or has not been bad for long enough")
  end
end

local function say_findings(findings)
  local bad = 0
  for _, found in ipairs(findings) do
    if found.status ~= "ok" and found.status ~= "skipped" then
      bad = bad + 1
      say("  %-7s %s%s: %s", found.status, found.target and found.target .. " " or "", found.check,
        found.message)
    end
  end
  if bad == 0 then
    say("  all is well")
  end
end

-- ---- the rest ----

local function say_startup(context)
  local start <const> = context.config.policy.startup.start
  local containers = {}
  for _, target in ipairs(context.config.targets) do
    containers[#containers + 1] = target.container
  end
  local names <const> = type(start) == "function" and hook.decide(context,
    { name = "startup.start", f = start, check = hook.texts }, {}, containers) or start
  say("  started where they do not run: %s", #names > 0 and table.concat(names, ", ") or "none")
end

return function(run, arguments)
  local now <const> = time_of(arguments.at)
  local context <const> = look.context(config_of.load { home = run.home })
  say("What the policy decides at %s:", units.iso(now))
  for _, target in ipairs(target_of.selected(context.config, arguments.target)) do
    say("\n%s", target.name)
    say_databases(context, target)
    say_retention(context, target, now)
  end
  say("\nHealth, as it is now")
  local findings <const> = health.examine(context, { target = arguments.target })
  say_findings(findings)
  say("\nMail, if that were found at %s", units.iso(now))
  say_mail(context, findings, now)
  say("\nAfter a boot")
  say_startup(context)
  for index, fault in ipairs(context.faults or {}) do
    say("%swarning: policy %s; the default was used", index == 1 and "\n" or "", fault)
  end
  return (context.faults or {})[1] and 1 or 0
end
