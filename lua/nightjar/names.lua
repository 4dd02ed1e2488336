-- Names of databases and tables where they meet the outside: file names, connection strings,
-- PostgreSQL's 63 bytes.

local M = {}

local identifier_bytes <const> = 63

local function percent(byte)
  return ("%%%02X"):format(byte:byte())
end

-- The name of a file for a database: itself where that is harmless, percent-encoded where not.
-- `globals` is taken.
function M.encode(name)
  if name == "globals" then
    return "%67lobals"
  end
  return (name:gsub("[^%w%._%-]", percent):gsub("^[%.%-]", percent))
end

-- `dbname='…'`, in which libpq takes every name as a name, whatever it looks like.
function M.conninfo(database)
  return "dbname='" .. database:gsub("[\\']", "\\%0") .. "'"
end

-- `base` followed by `suffix`, the base cut (between characters) where both are too long for
-- PostgreSQL.
function M.fit(base, suffix)
  local room = identifier_bytes - #suffix
  if #base > room then
    while room > 0 and (base:byte(room + 1) & 0xC0) == 0x80 do
      room = room - 1
    end
    base = base:sub(1, room)
  end
  return base .. suffix
end

-- The parts of a name as SQL writes it, without their quotes: '"my schema".t' -> {"my schema",
-- "t"}.
function M.parts(qualified)
  local parts, position = {}, 1
  while position <= #qualified do
    local part = ""
    if qualified:sub(position, position) == '"' then
      local start = position + 1
      repeat
        local quote = qualified:find('"', start, true) or #qualified
        part, start, position = part .. qualified:sub(start, quote - 1), quote + 1, quote + 1
        local doubled = qualified:sub(start, start) == '"'
        if doubled then
          part, start = part .. '"', start + 1
        end
      until not doubled
    else
      local dot = qualified:find(".", position, true) or #qualified + 1
      part, position = qualified:sub(position, dot - 1), dot
    end
    parts[#parts + 1] = part
    position = position + 1
  end
  return parts
end

-- One string a table, equal for every way in which SQL may quote it.
function M.key(qualified)
  return table.concat(M.parts(qualified), "\0")
end

return M
