-- Sending mail, in comfort: a message is made where none is given, and what goes wrong says what to
-- do.

local hint_of = require "nightjar.smtp.hint"
local host = require "nightjar.host"
local message = require "nightjar.message"
local mime = require "nightjar.mime"
local options_of = require "nightjar.options"
local raw = require "nightjar.raw.smtp"
local redact = require "nightjar.redact"
local settings = require "nightjar.smtp.settings"
local units = require "nightjar.units"

local M = { settings = settings.read }

local connection_keys <const> = {
  "host", "port", "security", "user", "password", "ca_file", "connect_timeout", "reply_timeout",
  "timeout",
}
local mail_keys <const> = {
  "from", "from_name", "to", "subject", "text", "html", "date", "message_id", "references",
  "headers", "message",
}
local known <const> = table.move(mail_keys, 1, #mail_keys, #connection_keys + 1,
  { table.unpack(connection_keys) })

-- ---- options ----

-- What the binding is given of them.
local function connection(options)
  local chosen = {}
  for _, key in ipairs(connection_keys) do
    chosen[key] = options[key]
  end
  chosen.security = options.security or "starttls"
  chosen.port = options.port or settings.ports[chosen.security]
  -- Some servers refuse who calls itself by a name without a domain.
  chosen.own_name = host.hostname:find("^[%w-]+%.[%w.-]+$") and host.hostname or "[127.0.0.1]"
  return chosen
end

local function check_addresses(options)
  if type(options.to) ~= "table" or #options.to == 0 then
    fail("CONFIG", "there is nobody to send the mail to", "to = { \"ops@example.org\" }")
  end
  for _, address in ipairs { options.from or "", table.unpack(options.to) } do
    if not message.is_address(address) then
      fail("CONFIG", ("'%s' is no mail address"):format(tostring(address)),
        "One address such as ops@example.org, without a name and of ASCII alone.")
    end
  end
end

-- ---- failures ----

-- What a server could repeat of a login, and nobody should read.
local function secrets_of(options)
  local password <const> = options.password
  return password and {
    password, (password:gsub("[^ -~]", "?")), -- answers are shown in ASCII
    mime.base64(password), mime.base64(("\0%s\0%s"):format(options.user or "", password)),
  } or {}
end

-- Of a mail that was not taken: each one's own refusal, or that of the whole.
local function refused_recipients(report, status, reply)
  for _, recipient in ipairs(report.recipients) do
    if not recipient.code or recipient.code < 400 then
      recipient.code, recipient.reply = status, reply
    end
  end
  return report.recipients
end

local function raise(report, options)
  local err = report.error
  local secrets <const> = secrets_of(options)
  err.message = redact(err.message, secrets)
  err.stage, err.transient = report.stage, report.transient
  err.recipients = refused_recipients(report, err.status,
    err.status and redact(report.reply, secrets))
  err.hint = hint_of(err, options) or err.hint
  error(err, 0)
end

-- ---- sending ----

local function compose(options)
  local mail = {}
  for _, key in ipairs(mail_keys) do
    mail[key] = options[key]
  end
  mail.date = options.date or host.time()
  mail.message_id = options.message_id
    or ("%s@%s"):format(host.random(16), options.from:match("@(.*)$"))
  return message.compose(mail), message.id(mail.message_id)
end

local function id_in(bytes)
  local headers <const> = "\n" .. (bytes:match("^(.-\n)\r?\n") or bytes)
  return headers:match("\n[Mm][Ee][Ss][Ss][Aa][Gg][Ee]%-[Ii][Dd]:%s*(<[^<>%s]+>)")
end

function M.send(options)
  options_of.only(options, known)
  check_addresses(options)
  local call <const>, began <const> = connection(options), host.now()
  local bytes, id
  if options.message then
    bytes, id = mime.lines(options.message), id_in(options.message)
  else
    bytes, id = compose(options)
  end
  call.from, call.to, call.message = options.from, options.to, bytes
  local report <const> = raw.send(call)
  if report.error then
    raise(report, call)
  end
  return { recipients = report.recipients, message_id = id, seconds = host.now() - began }
end

-- ---- checking ----

local months <const> = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8,
  Sep = 9, Oct = 10, Nov = 11, Dec = 12 }

-- "Feb 25 19:32:03 2027 GMT" → seconds since 1970, or nil.
local function parse_expiry(text)
  local month <const>, day <const>, time <const>, year <const> =
    (text or ""):match("^(%a%a%a) +(%d+) (%d%d:%d%d:%d%d) (%d%d%d%d) GMT$")
  return month and months[month]
    and units.parse_iso(("%s-%02d-%02dT%sZ"):format(year, months[month], day, time))
end

-- Takes the options of a mail too, and pays no heed to them: those of settings will do.
function M.check(options)
  options_of.only(options, known)
  local call <const>, began <const> = connection(options), host.now()
  local report <const> = raw.check(call)
  if report.error then
    raise(report, call)
  end
  return { tls = call.security ~= "none", auth = report.authenticated,
    certificate_expires = parse_expiry(report.expires), seconds = host.now() - began }
end

return M
