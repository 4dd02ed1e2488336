-- The mail settings of monitoring.env, checked: pure.

local message = require "nightjar.message"
local schema = require "nightjar.schema"

local M = {}

-- Where a server of each kind listens.
M.ports = { starttls = 587, tls = 465, none = 25 }

local function given(value)
  return value ~= "" and value or nil
end

local function refuse(key, problem, hint)
  fail("CONFIG", ("%s: %s"):format(key, problem), hint)
end

local function checked(kind, values, key, fallback)
  local value, problem = kind(given(values[key]) or fallback)
  if value == nil then
    refuse(key, problem)
  end
  return value
end

-- "ops@example.org" or "The name <ops@example.org>".
local function sender(values)
  local stated <const> = given(values.SMTP_FROM) or given(values.SMTP_USER)
  local name, address = (stated or ""):match("^%s*(.-)%s*<([^<>]*)>%s*$")
  address = address or stated
  if not message.is_address(address) then
    refuse("SMTP_FROM", stated and ("'%s' is no mail address"):format(stated) or "it is missing",
      "It is whom the mails come from, such as nightjar@example.org.")
  end
  return address, given(name and name:gsub('^"(.*)"$', "%1"))
end

local function recipients(values)
  local list = {}
  for address in (values.SMTP_TO or ""):gmatch("[^,%s][^,]*") do
    address = address:match("^(.-)%s*$")
    if not message.is_address(address) then
      refuse("SMTP_TO", ("'%s' is no mail address"):format(address),
        "Addresses with commas between: me@example.org,you@example.org")
    end
    list[#list + 1] = address
  end
  if #list == 0 then
    refuse("SMTP_TO", "it is missing", "It is whom to mail: me@example.org,you@example.org")
  end
  return list
end

-- Google shows an app password in four groups, and takes it without the spaces.
local function password_of(values)
  local password <const> = given(values.SMTP_PASSWORD)
  local host <const> = values.SMTP_HOST:lower()
  local is_google <const> = host:find("gmail.com", 1, true) or host:find("googlemail.com", 1, true)
  if is_google and password and password:find("^%l%l%l%l %l%l%l%l %l%l%l%l %l%l%l%l$") then
    return (password:gsub(" ", ""))
  end
  return password
end

local function login(values)
  local user <const>, password <const> = given(values.SMTP_USER), password_of(values)
  if user and not password then
    refuse("SMTP_PASSWORD", "it is missing, and SMTP_USER is given",
      "Without SMTP_USER mails are sent without a login.")
  elseif password and not user then
    refuse("SMTP_USER", "it is missing, and SMTP_PASSWORD is given",
      "With most providers it is the whole mail address.")
  end
  return user, password
end

-- The options of smtp.send that SMTP_* say, or nil where SMTP_HOST says that there is no mail.
function M.read(values)
  if not given(values.SMTP_HOST) then
    return nil
  end
  local security <const> = checked(schema.choice("starttls", "tls", "none"), values,
    "SMTP_SECURITY", "starttls")
  local from <const>, from_name <const> = sender(values)
  local user <const>, password <const> = login(values)
  return {
    host = values.SMTP_HOST, security = security,
    port = checked(schema.integer(1, 65535), values, "SMTP_PORT", M.ports[security]),
    user = user, password = password, ca_file = given(values.SMTP_CA_FILE),
    from = from, from_name = from_name, to = recipients(values),
  }
end

return M
