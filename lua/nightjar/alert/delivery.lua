-- Handing a mail to the mail server: by which settings, and when not to try.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local message = require "nightjar.message"
local smtp = require "nightjar.smtp"

local M = {}

-- After a refusal that will not heal by itself the server is left alone so long: a provider may
-- lock an account that is tried with a wrong password every five minutes.
local rest_seconds <const> = 900

-- Is there a mail server at all?
function M.is_configured(config)
  return (config.values.SMTP_HOST or "") ~= ""
end

-- The addresses of SMTP_TO.
function M.recipients(config)
  local list = {}
  for address in (config.values.SMTP_TO or ""):gmatch("[^,%s]+") do
    list[#list + 1] = address
  end
  return list
end

-- The settings, with the recipients that were chosen. Raises CONFIG.
local function settings(config, to)
  local values = {}
  for name, value in pairs(config.values) do
    values[name] = value
  end
  values.SMTP_TO = table.concat(to, ",")
  return smtp.settings(values)
end

-- An id for a mail. Its domain is the sender's: mail servers distrust a name like localhost.
function M.new_id(config)
  local domain <const> = (config.values.SMTP_FROM or ""):match("@([%w.-]+)")
    or host.hostname:match("^[%w.-]+$") or "nightjar.invalid"
  return ("<nightjar.%s@%s>"):format(host.random(12), domain)
end

local function options_of(config, to)
  local options <const>, err = try(settings, config, to)
  if options then
    return options
  end
  -- To be read in the spool: it cannot be sent.
  return { from = "nightjar@not-configured.invalid", to = { "nobody@not-configured.invalid" } }, err
end

-- A mail as it would be sent: {bytes=, options= (of smtp.send), problem= (why it cannot be)}.
-- mail: as mail.render has it. ids: message_id, root (the first mail of the incident).
function M.prepare(config, mail, ids)
  local options <const>, problem <const> = options_of(config, mail.to)
  options.message = message.compose {
    from = options.from, from_name = options.from_name or "nightjar on " .. host.hostname,
    to = options.to, subject = message.line(mail.subject), text = mail.text, html = mail.html,
    date = host.time(), message_id = ids.message_id, references = { ids.root },
  }
  options.from_name = nil
  return { bytes = options.message, options = options, problem = problem }
end

local function has_changed_since(config, time)
  local status <const> = try(fs.stat, config.home .. "/config/monitoring.env")
  return status and status.mtime > time
end

-- The failure after which the server is still left alone, or nil. What somebody has changed in
-- monitoring.env is tried at once.
function M.resting(config, failed, now)
  if failed and now < failed.at + rest_seconds and not has_changed_since(config, failed.at) then
    return failed.error
  end
end

-- Send a mail. Returns the recipients {{address=, code=, reply=, accepted=}...}; or nil, the error,
-- and the recipients as far as they are known.
function M.send(prepared)
  if prepared.problem then
    return nil, prepared.problem, {}
  end
  local sent, err = try(smtp.send, prepared.options)
  if sent then
    return sent.recipients
  elseif err.code == "CANCELLED" then
    error(err, 0)
  end
  return nil, err, err.recipients or {}
end

return M
