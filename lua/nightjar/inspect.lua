-- Any value as text for people: sorted keys, no secrets, and an end also for what has none.

local redact = require "nightjar.redact"
local rows = require "nightjar.inspect.rows"
local secrecy = require "nightjar.secrecy"

local default_depth <const> = 6
local default_width <const> = 100     -- entries of one table
local default_text <const> = 400      -- bytes of one string
local default_columns <const> = 100   -- of a terminal, for rows
local line_length <const> = 80

local keywords <const> = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch("%a+") do
  keywords[word] = true
end

local escapes <const> = {
  ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\",
}

-- At most `limit` bytes, and no character cut in two.
local function cut(text, limit)
  while limit > 0 and #text > limit and text:byte(limit + 1) & 0xC0 == 0x80 do
    limit = limit - 1
  end
  return text:sub(1, limit)
end

local function quote(text, limit)
  local shown <const> = cut(text, limit)
  local escaped <const> = shown:gsub('[%c"\\\127]', function(character)
    return escapes[character] or ("\\x%02x"):format(character:byte())
  end)
  local rest <const> = #text - #shown
  return '"' .. escaped .. '"' .. (rest > 0 and (" …(%d more bytes)"):format(rest) or "")
end

-- Its __tostring may fail.
local function text_of(value)
  local made <const>, text <const> = pcall(tostring, value)
  return made and text or "<" .. type(value) .. ">"
end

-- Numbers first, then texts, then the rest by type.
local function before(a, b)
  local kind_a <const>, kind_b <const> = type(a), type(b)
  if kind_a == kind_b and (kind_a == "number" or kind_a == "string") then
    return a < b
  elseif kind_a ~= kind_b then
    local rank <const> = { number = 1, string = 2 }
    return (rank[kind_a] or 3) < (rank[kind_b] or 3)
      or (rank[kind_a] or 3) == (rank[kind_b] or 3) and kind_a < kind_b
  end
  return text_of(a) < text_of(b)
end

-- The keys that are no part of the list 1..#.
local function named_keys(value, length)
  local keys = {}
  for key in next, value do
    if not (math.type(key) == "integer" and key >= 1 and key <= length) then
      keys[#keys + 1] = key
    end
  end
  table.sort(keys, before)
  return keys
end

local show

local function show_key(key, state)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") and not keywords[key] then
    return key
  end
  return "[" .. show(key, state, state.depth) .. "]"
end

-- The text of each entry, the list's first; at most `width` of them.
local function entries_of(value, state, level)
  local entries, length = {}, rawlen(value)
  local keys <const> = named_keys(value, length)
  for index = 1, math.min(length, state.width) do
    entries[index] = show(rawget(value, index), state, level + 1)
  end
  for index = 1, math.min(#keys, state.width - #entries) do
    local key <const> = keys[index]
    local entry <const> = rawget(value, key)
    local text <const> = secrecy.is_secret_name(key) and type(entry) ~= "boolean" and '"***"'
      or show(entry, state, level + 1)
    entries[#entries + 1] = show_key(key, state) .. " = " .. text
  end
  local rest <const> = length + #keys - #entries
  if rest > 0 then
    entries[#entries + 1] = ("…(%d more)"):format(rest)
  end
  return entries
end

local function show_table(value, state, level)
  if state.open[value] then
    return "<cycle>"
  elseif level >= state.depth then
    return next(value) == nil and "{}" or "{…}"
  end
  state.open[value] = true
  local entries <const> = entries_of(value, state, level)
  state.open[value] = nil
  local line <const> = "{ " .. table.concat(entries, ", ") .. " }"
  if #entries == 0 then
    return "{}"
  elseif #line + 2 * level <= line_length and not line:find("\n", 1, true) then
    return line
  end
  local outer <const> = ("  "):rep(level)
  local inner <const> = outer .. "  "
  return "{\n" .. inner .. table.concat(entries, ",\n" .. inner) .. "\n" .. outer .. "}"
end

-- What has a text of its own (an error, a connection, json.null) is shown by it.
local function own_text(value)
  local metatable <const> = debug.getmetatable(value)
  if type(metatable) == "table" and rawget(metatable, "__tostring") then
    return text_of(value)
  end
end

-- "nightjar.connection": the name that a handle's type has.
local function type_name(value)
  local metatable <const> = debug.getmetatable(value)
  local name <const> = type(metatable) == "table" and rawget(metatable, "__name")
  return type(name) == "string" and name
end

function show(value, state, level)
  local kind <const> = type(value)
  if kind == "string" then
    return quote(state.hide(value), state.text)
  elseif kind == "table" then
    local text <const> = own_text(value)
    return text and "<" .. text .. ">" or show_table(value, state, level)
  elseif kind == "function" then
    local info <const> = debug.getinfo(value, "S")
    return info.what == "C" and "<function>"
      or ("<function %s:%d>"):format(info.short_src, info.linedefined)
  elseif kind == "userdata" or kind == "thread" then
    return "<" .. (own_text(value) or type_name(value) or kind) .. ">"
  end
  return tostring(value)
end

-- inspect(value, { depth = 6, width = 100, text = 400, columns = 100, secrets = {} }) → string. The
-- rows of a query come as a table, `columns` characters wide. Secrets go before anything is quoted
-- or cut: then they still look like themselves.
return function(value, options)
  options = options or {}
  local state <const> = {
    depth = options.depth or default_depth, width = options.width or default_width,
    text = options.text or default_text, columns = options.columns or default_columns, open = {},
    hide = function(text)
      return redact(text, options.secrets or {})
    end,
  }
  if type(value) == "table" and rows.is(value) then
    return rows.text(value, state, function(entry)
      return show(entry, state, 1)
    end)
  end
  return show(value, state, 0)
end
