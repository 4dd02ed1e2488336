-- A mail, from what there is to tell: subject, text and HTML, as the policy wants them. Pure, but
-- for the policy's own functions.

local custom = require "nightjar.alert.custom"
local html = require "nightjar.alert.html"
local redact = require "nightjar.redact"
local text = require "nightjar.alert.text"
local view = require "nightjar.alert.view"

local M = {}

local function shallow(values, additions)
  local made = {}
  for _, source in ipairs { values, additions } do
    for name, value in pairs(source) do
      made[name] = value
    end
  end
  return made
end

-- The notices with the faults of the policy among them.
local function with_faults(notices, faults, now)
  local all = table.move(notices, 1, #notices, 1, {})
  for _, fault in ipairs(faults) do
    all[#all + 1] = { class = "self.policy", at = now, message = fault .. ": the default is used" }
  end
  return all
end

-- Without secrets, whatever the words came from; labels and classes are nightjar's own.
local function clean(value, secrets)
  if type(value) == "string" then
    return redact(value, secrets)
  elseif type(value) ~= "table" then
    return value
  end
  local made = {}
  for name, content in pairs(value) do
    made[name] = (name == "label" or name == "class") and content or clean(content, secrets)
  end
  return made
end

-- told: as telling.mail has it. facts: host, home, version, task, containers, backups (see
-- view.of), to (the recipients). alerts: policy.alerts. secrets: what must not be in it.
-- Returns {subject=, text=, html=, to=, faults={...}}.
function M.render(told, facts, alerts, secrets)
  local mail <const> = shallow(told, facts)
  local shown = clean(view.of(mail), secrets)
  local answers <const>, faults <const> = custom.ask(alerts, shallow(mail, {
    subject = shown.subject, text = text.of(shown) }))
  if #faults > 0 then
    mail.notices = with_faults(mail.notices, faults, mail.time)
    shown = clean(view.of(mail), secrets)
  end
  local body <const> = answers.body and redact(answers.body, secrets)
  return {
    subject = answers.subject and redact(answers.subject, secrets) or shown.subject,
    text = body or text.of(shown), html = body and html.of_text(body) or html.of(shown),
    to = answers.to or facts.to, faults = faults,
  }
end

-- The barest mail, for when the other one could not be made: why, and what is open.
function M.bare(told, facts, err, secrets)
  local lines = { "nightjar could not make the mail that it wanted to send: " .. err.message, "" }
  for _, name in ipairs { "new", "escalated", "open", "recovered", "past", "flapping", "settled",
    "notices" } do
    for _, entry in ipairs(told[name]) do
      lines[#lines + 1] = ("%s: %s %s %s: %s"):format(name, entry.target or "",
        entry.check or "nightjar", entry.class or "", entry.message or "")
    end
  end
  return { subject = ("[nightjar] %s %s: %s"):format(told.status:upper(), facts.host, told.reason),
    text = redact(table.concat(lines, "\n") .. "\n", secrets), to = facts.to, faults = {} }
end

-- The mail of test-alert.
function M.test(host, version, home, to)
  local body <const> = ("This is a test. Mails from nightjar on %s reach you.\n\nThey come when "
    .. "something is wrong, and when it is over; never when all is well.\n\nnightjar %s, home %s\n")
    :format(host, version, home)
  return { subject = ("[nightjar] TEST %s: mails reach you"):format(host), text = body,
    html = html.of_text(body), to = to, faults = {} }
end

return M
