-- What to do about a mail that could not be sent, from where and how it failed: pure.

local function has(text, part)
  return text:lower():find(part, 1, true) ~= nil
end

local function of_login(err, options)
  local said <const> = err.message .. " " .. options.host
  if has(said, "gsmtp") or has(said, "google.com") or has(said, "gmail.com") then
    return "Gmail wants an app password here, not the one of the account: "
      .. "https://myaccount.google.com/apppasswords (two-step verification has to be on)."
  elseif has(err.message, "starttls") then
    return "The server wants an encrypted connection first: SMTP_SECURITY=starttls."
  elseif not options.user then
    return "The server wants a login: SMTP_USER and SMTP_PASSWORD."
  elseif not err.status and options.security == "none" then
    return "Many offer a login on an encrypted connection only: SMTP_SECURITY=starttls or tls."
  elseif not err.status then
    return "Take SMTP_USER and SMTP_PASSWORD out if this server wants no login."
  end
  return "Check SMTP_USER and SMTP_PASSWORD. Most providers want the whole address as the user, "
    .. "and some an app password."
end

local function of_tls(err, options)
  if has(err.message, "no starttls") then
    return "SMTP_SECURITY=tls is for servers that encrypt from the first byte (port 465). "
      .. "SMTP_SECURITY=none sends everything in the clear."
  elseif has(err.message, "wrong version") or has(err.message, "packet length") then
    return "The server does not encrypt from the first byte: SMTP_SECURITY=starttls (port 587)."
  elseif has(err.message, "subject name") then
    return ("The server's certificate is for another name than '%s': SMTP_HOST has to be that one.")
      :format(options.host)
  elseif has(err.message, "expired") then
    return "The server's certificate is out of date, or this machine's clock is."
  elseif has(err.message, "certificate file") then
    return "SMTP_CA_FILE has to be a file of certificates in PEM form that can be read."
  end
  return "SMTP_CA_FILE names the certificate of who signed the server's, where the system does not "
    .. "know them."
end

local function of_refusal(err)
  local status <const>, stage <const> = err.status or 0, err.stage
  if status // 100 == 4 then
    return "The server asks to try again later."
  elseif stage == "greeting" then
    return "The server does not take mail from this machine's address: ask who runs it."
  elseif stage == "mail" then
    return "The server does not take this sender: SMTP_FROM has to be an address of the account."
  elseif stage == "rcpt" then
    return "There is no such mailbox, or the server takes mail for others only after a login: "
      .. "check SMTP_TO and SMTP_USER."
  elseif status == 552 then
    return "The mailbox is full, or the mail too large."
  end
  return "The server took it for spam, or has a rule against it: its answer says which."
end

local function of_silence(err, options)
  if err.stage == "sent" then
    return "The whole mail was handed over: it may arrive all the same."
  elseif err.stage == "connect" then
    return "Check SMTP_HOST and SMTP_PORT, and whether a firewall is between: port 25 often is "
      .. "closed."
  elseif err.stage == "greeting" and options.security ~= "tls" and options.port == 465 then
    return "Servers encrypt from the first byte on port 465: SMTP_SECURITY=tls."
  end
end

local by_code <const> = {
  AUTH = of_login, TLS = of_tls, SMTP = of_refusal, TIMEOUT = of_silence, CLOSED = of_silence,
  REFUSED = function()
    return "Nobody listens there: check SMTP_HOST and SMTP_PORT (587; 465 for SMTP_SECURITY=tls)."
  end,
  NOT_FOUND = function()
    return "Check SMTP_HOST, and whether this machine can resolve names."
  end,
}

-- hint(err, options): err with code, message, status and stage; options of smtp.send. A sentence,
-- or nil where there is nothing to add.
return function(err, options)
  local hint <const> = by_code[err.code]
  return hint and hint(err, options)
end
