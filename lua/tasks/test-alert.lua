-- nightjar test-alert: one mail to each recipient, with what the mail server answers.

local delivery = require "nightjar.alert.delivery"
local host = require "nightjar.host"
local json = require "nightjar.json"
local mail_of = require "nightjar.alert.mail"

-- Whom problems are mailed to. A function of the policy is asked of a problem: here is none.
local function recipients_of(config)
  local stated <const> = config.policy.alerts.to
  return type(stated) == "table" and stated or delivery.recipients(config)
end

-- What became of each recipient: {{address=, code=, reply=, accepted=}...}, and the error.
local function try_it(config)
  local addresses <const> = recipients_of(config)
  local prepared <const> = delivery.prepare(config,
    mail_of.test(host.hostname, host.version, config.home, addresses),
    { message_id = delivery.new_id(config) })
  if prepared.problem then
    error(prepared.problem, 0)
  end
  local recipients <const>, err <const>, known <const> = delivery.send(prepared)
  local answers, answered = {}, {}
  for _, recipient in ipairs(recipients or known) do
    answered[recipient.address] = recipient
  end
  for index, address in ipairs(prepared.options.to) do
    local answer <const> = answered[address] or {}
    answers[index] = { address = address, accepted = answer.accepted or false, code = answer.code,
      reply = answer.reply or err and err.message }
  end
  return answers, err
end

local function say(context, answer)
  context.say("%s  %s  %s", context.color(answer.accepted and "green" or "red",
    answer.accepted and "accepted" or "refused "), answer.address, answer.reply or "")
end

local function run(_, context)
  local config <const> = context.config
  if not delivery.is_configured(config) then
    fail("CONFIG", "there is no mail server: SMTP_HOST is not set",
      "SMTP_HOST, SMTP_FROM and SMTP_TO in config/monitoring.env say how to mail.")
  end
  local answers <const>, err <const> = try_it(config)
  local document <const>, accepted = { recipients = json.array {} }, 0
  for index, answer in ipairs(answers) do
    accepted = accepted + (answer.accepted and 1 or 0)
    document.recipients[index] = { address = answer.address, accepted = answer.accepted,
      code = answer.code or json.null, reply = answer.reply or json.null }
    context.log:info("test_alert", { recipient = answer.address, accepted = answer.accepted,
      reply = answer.reply })
    say(context, answer)
  end
  if err and accepted == 0 then
    error(err, 0)
  end
  document.status = accepted < #answers and "warn" or "ok"
  context.say("The server took it for %d of %d. Whether it arrives only they can tell.", accepted,
    #answers)
  return document
end

return {
  name = "test-alert",
  summary = "send one mail to each recipient, and show what the mail server answers",
  description = "Sends one mail, whatever has been mailed before, and changes nothing in what "
    .. "nightjar knows of problems. Exits 1 where a recipient is refused, 2 where all are.",
  log = "health-check",
  arguments = {
    { "--json", type = "flag", help = "print the answers as JSON" },
  },
  run = run,
}
