-- A connection string of libpq's, as a URI or in KEY=VALUE form, taken apart: pure.

local M = {}

local known <const> = {
  host = "host", port = "port", user = "user", password = "password", dbname = "dbname",
  sslmode = "sslmode", passfile = "passfile",
}

local function refuse(text)
  fail("CONFIG", ("VERIFY_DSN: %s"):format(text),
    "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or host=… port=… user=… dbname=….")
end

local function put(fields, key, value)
  if not known[key] then
    refuse(("'%s' is not known"):format(key))
  end
  fields[key] = value ~= "" and value or nil
end

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function parse_uri(text)
  local fields = {}
  local rest, query = text:match("^postgres%a*://([^?]*)%??(.*)$")
  local authority, path = rest:match("^([^/]*)/?(.*)$")
  local credentials, address = authority:match("^(.*)@([^@]*)$")
  local user, password = (credentials or ""):match("^([^:]*):?(.*)$")
  put(fields, "user", decode(user))
  put(fields, "password", decode(password))
  address = address or authority
  local host, port = address:match("^(%b[])(.*)$")
  if not host then
    host, port = address:match("^([^:]*)(.*)$")
  end
  put(fields, "host", decode((host:gsub("[%[%]]", ""))))
  put(fields, "port", port:sub(2))
  put(fields, "dbname", decode(path))
  for key, value in query:gmatch("([^=&]+)=([^&]*)") do
    put(fields, decode(key), decode(value))
  end
  return fields
end

local function parse_pairs(text)
  local fields, position = {}, 1
  while true do
    local key, start = text:match("^%s*([%w_]+)%s*=%s*()", position)
    if not key then
      break
    end
    local value
    if text:sub(start, start) == "'" then
      local last = start
      repeat
        last = text:find("[\\']", last + 1) or refuse("a quote is not closed")
        local escaped <const> = text:sub(last, last) == "\\"
        last = escaped and last + 1 or last
      until not escaped
      value, position = text:sub(start + 1, last - 1), last + 1
    else
      value, position = text:match("^(%S*)()", start)
    end
    put(fields, key, (value:gsub("\\(.)", "%1")))
  end
  if text:find("%S", position) then
    refuse("it cannot be read")
  end
  return fields
end

-- {host=, port= (integer), user=, password=, dbname=, sslmode=, passfile=}, each where it is given.
function M.parse(text)
  local fields <const> = text:find("^postgres%a*://") and parse_uri(text) or parse_pairs(text)
  if fields.port then
    fields.port = math.tointeger(tonumber(fields.port))
      or refuse(("port '%s' is no number"):format(fields.port))
  end
  return fields
end

return M
