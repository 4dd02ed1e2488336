-- The mail server as doctor sees it: settings, an answer, encryption, the login. No mail is sent.

local collector = require "nightjar.examination.collector"
local host = require "nightjar.host"
local smtp = require "nightjar.smtp"
local target_of = require "nightjar.target"

local M = {}

local certificate_days <const> = 14

-- Days until the certificate ends, as a finding; nothing where there is none. Pure.
function M.judge_certificate(expires, now)
  local days <const> = expires and (expires - now) // 86400
  if days and days < certificate_days then
    return "warn", ("the mail server's certificate ends in %d day%s"):format(days,
      days == 1 and "" or "s"), "Who runs it has to renew it: from then on no alert gets out."
  elseif days then
    return "ok", ("the mail server's certificate is good for another %d days"):format(days)
  end
end

local function check_password(add, settings)
  if settings.security == "none" and settings.user
    and not target_of.is_loopback(settings.host) then
    add("warn", "mail", "SMTP_PASSWORD goes over the network in the clear",
      "Set SMTP_SECURITY to starttls or tls.")
  end
end

local function check_server(add, settings)
  local result, err = try(smtp.check, settings)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    add("crit", "mail", err.message, err.hint)
    return
  end
  add("ok", "mail", ("'%s:%d' answers, %s, %s"):format(settings.host, settings.port,
    result.tls and "encrypted" or "not encrypted", result.auth and "and takes the login"
    or "and no login is configured"))
  local status <const>, message <const>, hint <const> =
    M.judge_certificate(result.certificate_expires, host.time())
  if status then
    add(status, "mail certificate", message, hint)
  end
end

-- The findings. Without SMTP_HOST there is one, that says so.
function M.examine(config)
  local add <const>, findings <const> = collector(nil)
  local settings, err = try(smtp.settings, config.values)
  if err then
    add("crit", "mail", err.message, err.hint)
  elseif not settings then
    add("ok", "mail", "SMTP_HOST is not set: nobody is mailed when something is wrong")
  else
    check_password(add, settings)
    check_server(add, settings)
  end
  return findings
end

return M
