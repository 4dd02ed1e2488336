-- monitoring.env: which keys there are, and the exact reading of the file.

local suggest = require "nightjar.suggest"

local M = {}

-- Every key, and whether its value is a secret. A secret NAME can also be given as NAME_FILE, the
-- path of a file that holds it.
M.keys = {
  PGHOST = false, PGPORT = false, PGUSER = false, PGPASSWORD = true, PGPASSFILE = false,
  PGDATABASE = false, POSTGRES_CONTAINER = false,
  DOCKER_HOST = false, DOCKER_CONTEXT = false, DOCKER_TLS_VERIFY = false, DOCKER_CERT_PATH = false,
  SMTP_HOST = false, SMTP_PORT = false, SMTP_SECURITY = false, SMTP_USER = false,
  SMTP_PASSWORD = true, SMTP_FROM = false, SMTP_TO = false, SMTP_CA_FILE = false,
  ALERT_INTERVAL = false, BACKUP_DIR = false, BACKUP_KEEP = false, BACKUP_KEEP_MIN = false,
  BACKUP_MAX_AGE = false, RCLONE_REMOTE = false, RCLONE_KEEP = false, RCLONE_CONFIG_PASS = true,
  DISK_WARN = false, DISK_CRIT = false, PING_URL = true, VERIFY_DSN = true,
}

local known = {}
for key, secret in pairs(M.keys) do
  known[#known + 1] = key
  if secret then
    known[#known + 1] = key .. "_FILE"
  end
end
table.sort(known)

-- The key that NAME_FILE stands for, or nil.
function M.file_key(name)
  local key <const> = name:match("^(.+)_FILE$")
  return key and M.keys[key] and key or nil
end

-- What to do about a value that is none for this key.
function M.hint(key)
  return ("The monitoring.env that nightjar init writes explains %s, and shows a value."):format(
    key)
end

local function is_known(name)
  return M.keys[name] ~= nil or M.file_key(name) ~= nil
end

local function refuse(place, message, hint)
  fail("CONFIG", place .. ": " .. message, hint)
end

local unclosed <const> = "A value ends in the line in which it begins; in \"...\" it may have a "
  .. "quote as \\\", and a line break as \\n."

local escapes <const> = { n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["$"] = "$" }

-- "…": backslash escapes as a shell has them, and \n \r \t.
local function double_quoted(text, place)
  local value, position = {}, 2
  while true do
    local start <const> = text:find('["\\]', position)
    if not start then
      refuse(place, "the closing \" is missing", unclosed)
    end
    value[#value + 1] = text:sub(position, start - 1)
    if text:sub(start, start) == '"' then
      return table.concat(value), text:sub(start + 1)
    end
    local escaped <const> = text:sub(start + 1, start + 1)
    value[#value + 1] = escapes[escaped] or "\\" .. escaped
    position = start + 2
  end
end

-- '…': everything as it stands.
local function single_quoted(text, place)
  local close <const> = text:find("'", 2, true)
  if not close then
    refuse(place, "the closing ' is missing", unclosed)
  end
  return text:sub(2, close - 1), text:sub(close + 1)
end

local function value_of(text, place)
  local quote <const> = text:sub(1, 1)
  if quote ~= '"' and quote ~= "'" then
    -- A # begins a comment only behind white space: passwords may hold it.
    return (text:gsub("^#.*", ""):gsub("%s#.*", ""):gsub("%s+$", ""))
  end
  local value <const>, rest <const> = (quote == '"' and double_quoted or single_quoted)(text, place)
  if not rest:find("^%s*$") and not rest:find("^%s+#") then
    refuse(place, "something follows the closing quote",
      "A value is either quoted whole or not at all.")
  end
  return value
end

local function check_key(key, place, lines)
  if not is_known(key) then
    local near <const> = suggest(key, known)
    refuse(place, ("'%s' is unknown%s"):format(key,
      near and (" (did you mean '%s'?)"):format(near) or ""),
      "The monitoring.env that nightjar init writes lists the keys that there are.")
  elseif lines[key] then
    refuse(place, ("'%s' is there already, in line %d"):format(key, lines[key]),
      "Remove one of the two lines, or make it a comment with #.")
  end
end

-- Parse the text of the file `name`: {KEY = value}, and {KEY = number of its line}.
function M.parse(text, name)
  local values, lines, number = {}, {}, 0
  text = text:gsub("^\u{FEFF}", "")
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    line = line:gsub("\r$", ""):gsub("^%s+", "")
    if line ~= "" and line:sub(1, 1) ~= "#" then
      local place <const> = ("%s:%d"):format(name, number)
      local key, rest = line:gsub("^export%s+", ""):match("^([%a_][%w_]*)=(.*)$")
      if not key then
        -- The line is not shown: it may be the end of a password.
        refuse(place, "KEY=VALUE expected",
          "There is no space around the equals sign, and a comment begins with #.")
      end
      check_key(key, place, lines)
      if rest:find("\0", 1, true) then
        refuse(place, ("the value of '%s' holds a NUL"):format(key),
          "Is the file saved as UTF-16? It has to be plain text, such as UTF-8.")
      end
      values[key], lines[key] = value_of(rest, place), number
    end
  end
  return values, lines
end

return M
