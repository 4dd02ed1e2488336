-- A mail as bytes: headers and body of RFC 5322, in lines that every server carries. Pure.

local mime = require "nightjar.mime"

local M = {}

-- "ops@example.org": what can stand in an envelope and in a header without quotes.
function M.is_address(text)
  return type(text) == "string" and #text <= 254
    and text:find("^[%w.!#$%%&'*+/=?^_`{|}~-]+@[%w.-]+$") ~= nil
end

local function demand_address(text, what)
  if not M.is_address(text) then
    fail("CONFIG", ("%s: '%s' is no mail address"):format(what, tostring(text)),
      "One address such as ops@example.org, without a name and of ASCII alone.")
  end
  return text
end

-- "<id@host>" of an id with or without its brackets.
function M.id(text)
  local id <const> = tostring(text):match("^<?([%w.!#$%%&'*+/=?^_`{|}~-]+@[%w.-]+)>?$")
  if not id then
    fail("CONFIG", ("'%s' is no message id"):format(tostring(text)), "It has the form id@host.")
  end
  return "<" .. id .. ">"
end

-- ---- headers ----

-- Text that came from elsewhere as one line, fit for a subject.
function M.line(text)
  return (text:gsub("%c+", " "))
end

-- A text for the header of that name; whether it is encoded is the second result.
local function header_text(name, what, text)
  if type(text) ~= "string" or text:find("[\r\n\0]") then
    fail("CONFIG", ("%s: one line of text expected"):format(what),
      "A line break in it could begin a header of its own.")
  end
  return mime.header_text(text, #name + 2)
end

local function mailbox(address, name)
  if not name or name == "" then
    return address
  end
  local text <const>, encoded <const> = header_text("From", "from_name", name)
  if encoded then
    return text .. "\r\n <" .. address .. ">"
  end
  return '"' .. text:gsub('["\\]', "\\%0") .. '" <' .. address .. ">"
end

local function ids(list)
  local written = {}
  for index, id in ipairs(list) do
    written[index] = M.id(id)
  end
  return written
end

local own <const> = {
  "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
  "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}
local is_own = {}
for _, name in ipairs(own) do
  is_own[name:lower()] = true
end

local function check_header(name, value)
  if type(name) ~= "string" or not name:find("^[%w-]+$") then
    fail("CONFIG", ("'%s' is no name of a header"):format(tostring(name)))
  elseif is_own[name:lower()] then
    fail("CONFIG", ("the header '%s' is made by nightjar"):format(name))
  elseif type(value) ~= "string" or value:find("%c") or value:find("[\128-\255]") then
    fail("CONFIG", ("header '%s': a line of ASCII expected"):format(name))
  end
end

local function add_own_headers(add, mail)
  local to = {}
  for index, address in ipairs(mail.to) do
    to[index] = demand_address(address, "to")
  end
  add("From", mailbox(demand_address(mail.from, "from"), mail.from_name))
  add("To", table.concat(to, ", "))
  add("Subject", (header_text("Subject", "subject", mail.subject or "")))
  add("Date", os.date("!%a, %d %b %Y %H:%M:%S +0000", math.floor(mail.date)))
  add("Message-ID", M.id(mail.message_id))
  local references <const> = ids(mail.references or {})
  if #references > 0 then
    add("In-Reply-To", references[#references])
    add("References", table.concat(references, " "))
  end
  -- No holiday greeting should answer, nor another machine.
  add("Auto-Submitted", "auto-generated")
  add("X-Auto-Response-Suppress", "All")
end

local function add_further_headers(add, headers)
  local names = {}
  for name, value in pairs(headers) do
    check_header(name, value)
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    add(name, headers[name])
  end
end

-- ---- body ----

-- The encoding that keeps most of it readable: its name, and the encoded text.
local function encode(text, plainly)
  local lines <const> = mime.lines(mime.valid(text))
  if plainly and not lines:find("[^\t\r\n -~]") and not lines:find(("[^\n]"):rep(79)) then
    return "7bit", lines
  end
  local _, strange = lines:gsub("[^\t\r\n -~]", "")
  if strange > #lines / 4 then
    return "base64", mime.base64_lines(lines)
  end
  return "quoted-printable", mime.quoted_printable(lines)
end

local function part(kind, text, plainly)
  local encoding <const>, encoded <const> = encode(text, plainly)
  return ("Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s"):format(
    kind, encoding, encoded)
end

-- "=_" is in no line of quoted-printable or base64, so that a text cannot end its own part.
local boundary <const> = "=_nightjar"

local function body(mail)
  if not mail.html then
    return part("plain", mail.text or "", true)
  end
  return ("Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n"
    .. "--%s\r\n%s\r\n--%s\r\n%s\r\n--%s--\r\n"):format(boundary, boundary,
    part("plain", mail.text or ""), boundary, part("html", mail.html), boundary)
end

-- The bytes of a mail {from=, from_name=, to={...}, subject=, text=, html=, date= (seconds since
-- 1970), message_id=, references={...}, headers={Name="value"}}.
function M.compose(mail)
  local lines = {}
  local function add(name, value)
    -- What is encoded is folded already.
    lines[#lines + 1] = value:find("\r\n", 1, true) and ("%s: %s\r\n"):format(name, value)
      or mime.fold(name, value)
  end
  add_own_headers(add, mail)
  add_further_headers(add, mail.headers or {})
  lines[#lines + 1] = "MIME-Version: 1.0\r\n"
  return table.concat(lines) .. body(mail)
end

return M
