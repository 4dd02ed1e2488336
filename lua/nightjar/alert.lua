-- Alerts: what a task has found is compared with what is known, and told by one mail where it has
-- to be. Whether is alert.decide's business, how it reads is alert.mail's.

local backups = require "nightjar.alert.backups"
local decide = require "nightjar.alert.decide"
local delivery = require "nightjar.alert.delivery"
local hook = require "nightjar.hook"
local host = require "nightjar.host"
local json = require "nightjar.json"
local mail_of = require "nightjar.alert.mail"
local mime = require "nightjar.mime"
local redact = require "nightjar.redact"
local spool = require "nightjar.alert.spool"
local state_of = require "nightjar.alert.state"

local M = {}

local longest_message <const> = 500

-- What names a problem: {[key] = true} in a result's `hard` has it.
M.key = decide.key

-- ---- findings ----

-- One line of valid text without secrets, and not too long to be kept.
local function line(text, secrets)
  text = redact(mime.valid(tostring(text)), secrets):gsub("%c+", " ")
  local cut <const> = utf8.offset(text, longest_message + 1)
  return cut and cut <= #text and text:sub(1, cut - 1) .. "…" or text
end

local function present(value)
  return type(value) == "string" and value ~= "" and value or nil
end

local statuses <const> = { ok = true, warn = true, crit = true, unknown = true, skipped = true }

-- The finding as it is kept: fields that are null are missing.
local function plain(finding, report, secrets)
  return {
    target = present(finding.target), check = line(finding.check, secrets),
    class = present(finding.class),
    status = statuses[finding.status] and finding.status or "unknown",
    message = present(finding.message) and line(finding.message, secrets),
    hint = present(finding.hint) and line(finding.hint, secrets),
    blocked_by = present(finding.blocked_by), once = report.once or finding.once or nil,
  }
end

-- The findings; and where a task says nothing of its own outcome, it is well: it could report.
local function plain_all(report, secrets)
  local list, outcome = {}, "task:" .. report.task
  local tells = false
  for index, finding in ipairs(report.findings) do
    list[index] = plain(finding, report, secrets)
    tells = tells or finding.check == outcome
  end
  if not tells then
    list[#list + 1] = { check = outcome, status = "ok" }
  end
  return list
end

-- What the policy does not want mailed now counts as not looked at: it neither begins nor ends.
local function hold_back(context, findings, now)
  local when <const> = context.config.policy.alerts.when
  for _, finding in ipairs(when and findings or {}) do
    if finding.status ~= "ok" and finding.status ~= "skipped" then
      local mailed <const>, reason <const> = hook.decide(context,
        { name = "alerts.when", f = when, check = hook.yes_or_no }, true, {
          target = finding.target, check = finding.check, class = finding.class,
          status = finding.status, message = finding.message }, now)
      if not mailed then
        context.log:info("alert.held", { target = finding.target, check = finding.check,
          class = finding.class, reason = reason })
        finding.status, finding.held, finding.blocked_by = "skipped", true, "the policy"
      end
    end
  end
  return findings
end

-- What became of the policy's functions in this run, as a finding: that one could not be used, or
-- that all could.
local function policy_finding(context, report)
  local faults <const> = context.faults or {}
  return {
    check = report.complete and "self:policy" or ("task:%s:policy"):format(report.task),
    status = faults[1] and "warn" or "ok", class = faults[1] and "self.policy" or nil,
    message = faults[1] and line(table.concat(faults, "; "), context.config.secrets),
    hint = faults[1] and "The default was used. nightjar policy check looks at the whole policy.",
  }
end

-- ---- the decision ----

local function names_of(targets)
  local names, containers = {}, {}
  for _, target in ipairs(targets) do
    names[target.name], containers[target.name] = true, target.container
  end
  return names, containers
end

-- A mail in the spool that the state knows nothing of: the state has been lost since.
local function orphan(folder, state)
  local bytes <const> = not state.pending and spool.get(folder)
  local subject <const> = bytes and bytes:match("\nSubject: ([^\r\n]*)")
  return subject and ("a mail may not have been delivered: '%s'"):format(subject)
end

local function options_for(context, report, unreadable)
  local config <const>, alerts <const> = context.config, context.config.policy.alerts
  return {
    task = report.task, complete = report.complete,
    targets = config.targets and names_of(config.targets),
    at_once = report.at_once or report.task == "verify-startup",
    interval = alerts.interval, ladder = alerts.ladder, bypass = alerts.bypass,
    strict = alerts.strict, mailing = delivery.is_configured(config), unreadable = unreadable,
    message_id = delivery.new_id(config),
  }
end

local function log_changes(log, decision)
  for _, change in ipairs(decision.changes) do
    local entry <const> = change.entry
    log:info("alert." .. change.what, { target = entry.target, check = entry.check,
      class = entry.class, message = entry.message })
  end
end

-- ---- the mail ----

local function last_backups(config, given)
  if type(given) == "function" then
    local found, err = try(given)
    if err and err.code == "CANCELLED" then
      error(err, 0)
    end
    return found
  end
  return given or config.targets and backups.last_good(config, host.time())
end

local function render(context, report, decision)
  local config <const> = context.config
  local _, containers <const> = names_of(config.targets or {})
  local facts <const> = {
    host = host.hostname, home = config.home, version = host.version, task = report.task,
    containers = containers, backups = last_backups(config, report.last_backup),
    to = delivery.recipients(config),
  }
  local mail, err = try(mail_of.render, decision.mail, facts, config.policy.alerts, config.secrets)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    context.log:error("alert.bare", { message = err.message })
    mail = mail_of.bare(decision.mail, facts, err, config.secrets)
  end
  return mail
end

local function finding_of(notice)
  return { check = "self", class = notice.class, status = "warn", message = notice.message }
end

-- What nightjar has to say of itself, as findings.
local function own_findings(context, decision, faults)
  local list = {}
  for _, fault in ipairs(context.faults or {}) do
    list[#list + 1] = { check = "self", class = "self.policy", status = "warn", message = fault }
  end
  for _, notice in ipairs(decision.mail and decision.mail.notices or {}) do
    list[#list + 1] = finding_of(notice)
  end
  for _, fault in ipairs(faults or {}) do
    list[#list + 1] = { check = "self", class = "self.policy", status = "warn", message = fault }
  end
  return list
end

-- ---- keeping ----

-- Returns nil, or a notice of what went wrong: a log on a full disk tells nobody.
local function keep(context, state)
  local written <const>, err <const> = state_of.write(context.config.state_folder, state)
  if written then
    return nil
  end
  context.log:error("alert.state_not_kept", { message = err.message })
  return { class = "self.state", at = host.time(), message = ("what has been told cannot be kept, "
    .. "so that it may be told again: %s"):format(line(err.message, context.config.secrets)) }
end

-- A notice among those of the mail alone: what is kept has no room for it.
local function put_into_mail(decision, notice)
  local notices <const> = decision.mail.notices
  decision.mail.notices = table.move(notices, 1, #notices, 1, {})
  table.insert(decision.mail.notices, notice)
end

local stale <const> = 3600

-- Has nothing changed in a state that knows of nothing? Then it need not wait for the disk, but for
-- one run an hour: by its time a clock that has gone back is known.
local function is_same(before, after)
  local changed = #before.entries + #after.entries + #before.notices + #after.notices > 0
    or after.pending ~= nil or (before.updated or 0) + stale < after.updated
  for _, state in ipairs { before, after } do
    for name, value in pairs(state) do
      changed = changed or type(value) ~= "table" and name ~= "updated"
        and before[name] ~= after[name]
    end
  end
  return not changed
end

local function delivered(context, decision, recipients)
  local log <const>, refused = context.log, {}
  for _, recipient in ipairs(recipients) do
    if not recipient.accepted then
      refused[#refused + 1] = { address = recipient.address,
        reply = recipient.reply and line(recipient.reply, context.config.secrets) }
      log:warn("alert.refused", { recipient = recipient.address, reply = recipient.reply })
    end
  end
  local state <const> = decision.delivered
  state.last_delivered = host.time()
  state.refused = #refused > 0 and refused or nil
  -- First this: a kill between the two makes the mail come twice, and not a note of one that was
  -- lost.
  spool.clear(context.config.state_folder)
  keep(context, state)
end

local function not_delivered(context, decision, err, resting)
  local state <const>, secrets <const> = decision.state, context.config.secrets
  local kept <const> = { code = err.code, message = line(err.message, secrets),
    hint = err.hint and line(err.hint, secrets) }
  state.pending.error = kept
  -- What time does not heal: settings, a refused login, a recipient that there is not.
  local permanent <const> = not err.transient
  if permanent and not resting then
    state.failed = { at = host.time(), error = kept }
  end
  context.log[permanent and "error" or "warn"](context.log, "alert.not_delivered", {
    code = err.code, message = err.message, hint = err.hint, attempts = state.pending.attempts,
    spool = spool.path(context.config.state_folder), resting = resting or nil })
  keep(context, state)
end

-- ---- a report ----

local function result(action, decision, more)
  local made = { action = action, reason = decision.reason, delivered = false, recipients = {},
    hard = decision.hard, findings = {} }
  for name, value in pairs(more or {}) do
    made[name] = value
  end
  return made
end

-- The state knows of the mail, and the mail is on the disk, before anybody is sent anything.
local function send(context, report, decision)
  local config <const> = context.config
  local unkept <const> = keep(context, decision.state)
  if unkept then
    put_into_mail(decision, unkept)
  end
  local mail <const> = render(context, report, decision)
  local findings <const> = own_findings(context, decision, mail.faults)
  for _, fault in ipairs(mail.faults) do
    context.log:warn("policy.failed", { policy = "alerts", message = fault })
  end
  local prepared <const> = delivery.prepare(config, mail,
    { message_id = decision.message_id, root = decision.mail.root })
  local _, unspooled <const> = spool.put(config.state_folder, prepared.bytes)
  if unspooled then
    context.log:error("alert.not_spooled", { message = unspooled.message })
  end
  local resting <const> = delivery.resting(config, decision.state.failed, host.time())
  local recipients, err, known
  if resting then
    err, known = resting, {}
  else
    recipients, err, known = delivery.send(prepared)
  end
  if recipients then
    delivered(context, decision, recipients)
    context.log:info("alert.sent", { reason = decision.reason, subject = mail.subject,
      recipients = #recipients, message_id = decision.message_id })
    return result("sent", decision, { delivered = true, recipients = recipients,
      findings = findings })
  end
  not_delivered(context, decision, err, resting ~= nil)
  findings[#findings + 1] = { check = "self", class = "self.mail", status = "warn",
    message = "the mail could not be delivered: " .. line(err.message, config.secrets),
    hint = err.hint and line(err.hint, config.secrets) }
  return result("spooled", decision, { recipients = known, findings = findings, error = err })
end

-- What the state and the findings mean at that time; the state as it was, and why it cannot be
-- read.
local function decide_on(context, report, now)
  local folder <const> = context.config.state_folder
  local state, unreadable = state_of.read(folder)
  unreadable = unreadable or orphan(folder, state)
  local findings <const> = hold_back(context, plain_all(report, context.config.secrets), now)
  findings[#findings + 1] = policy_finding(context, report)
  return decide.decide(state, findings, now, options_for(context, report, unreadable)), state,
    unreadable
end

local function run(context, report)
  local config <const> = context.config
  local folder <const> = config.state_folder
  local held <close>, unheld <const> = state_of.lock(folder)
  if not held then
    context.log:warn("alert.unlocked", { message = unheld.message })
  end
  local decision <const>, state <const>, unreadable = decide_on(context, report, host.time())
  log_changes(context.log, decision)
  if decision.action == "send" then
    return send(context, report, decision)
  elseif decision.action == "none" then
    spool.clear(folder)
  else
    context.log:info("alert.deferred", { reason = decision.reason })
  end
  local more <const> = { findings = own_findings(context, decision),
    reason = not delivery.is_configured(config) and "not_configured" or nil }
  if unreadable or not is_same(state, decision.state) then
    local unkept <const> = keep(context, decision.state)
    more.findings[#more.findings + 1] = unkept and finding_of(unkept) or nil
  end
  return result(decision.action, decision, more)
end

-- What a report of these findings would do at that time, and the mail that would go out, if one
-- would: nothing is sent, and nothing kept.
function M.explain(context, report, now)
  local decision <const> = decide_on(context, report, now)
  return decision, decision.action == "send" and render(context, report, decision) or nil
end

-- The part of a document that tells of a result.
function M.document(told)
  local recipients = json.array {}
  for index, recipient in ipairs(told.recipients) do
    recipients[index] = { address = recipient.address, code = recipient.code or json.null,
      reply = recipient.reply or json.null, accepted = recipient.accepted or false }
  end
  return { action = told.action, reason = told.reason or json.null,
    delivered = told.delivered, recipients = recipients }
end

-- Tell what a task has found, where it has to be told. Never raises but when cancelled.
-- context: config and log. report: task, findings, complete (it looked at all that the task looks
-- at), once (told once, and never reminded of), at_once (one bad run is enough), last_backup (what
-- the mail says of backups, or a function for it; by default what the catalogue knows).
-- Returns {action = "sent"|"spooled"|"deferred"|"none", reason=, delivered=, recipients=
-- {{address=, code=, reply=, accepted=}...}, hard = {[key] = true}, findings= (of nightjar itself),
-- error=}.
function M.report(context, report)
  local told, err = try(run, context, report)
  if not told and err.code == "CANCELLED" then
    error(err, 0)
  elseif not told then
    context.log:error("alert.failed", { code = err.code, message = err.message })
    told = result("spooled", { hard = {} }, { error = err })
  end
  return told
end

return M
