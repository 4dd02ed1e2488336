-- What could stand at the cursor. Looks at tables as they are: runs no code, and no metamethod.

local lexer = require "nightjar.repl.lexer"

local M = {}

local most <const> = 2000 -- entries looked at

-- ---- values without running anything ----

-- Where a value's missing fields are looked up, as far as that is a table.
local function index_of(value)
  local metatable <const> = debug.getmetatable(value)
  local index <const> = type(metatable) == "table" and rawget(metatable, "__index")
  return type(index) == "table" and index or nil
end

local function field(value, key)
  for _ = 1, 10 do
    local found <const> = type(value) == "table" and rawget(value, key) or nil
    value = found == nil and index_of(value) or nil
    if found ~= nil or value == nil then
      return found
    end
  end
end

local function is_callable(value)
  local metatable <const> = debug.getmetatable(value)
  return type(value) == "function"
    or type(metatable) == "table" and rawget(metatable, "__call") ~= nil
end

-- Calls visit(key, value) for the text keys of a value and of what it inherits from.
local function each_field(value, visit)
  local seen = 0
  for _ = 1, 10 do
    if type(value) == "table" then
      for key, entry in next, value do
        seen = seen + 1
        if seen > most then
          return
        elseif type(key) == "string" then
          visit(key, entry)
        end
      end
    end
    value = index_of(value)
    if not value then
      return
    end
  end
end

-- ---- the words before the cursor ----

-- The value of a literal index: ["a b"] or [1]; nil for anything else.
local function literal(word)
  if word.kind == "number" then
    return math.tointeger(tonumber(word.text)) or tonumber(word.text)
  elseif word.kind == "string" and word.closed and not word.text:find("\\", 1, true) then
    return word.text:match("^[\"'](.*)[\"']$")
  end
end

-- The keys of the chain that ends with words[last]: {"target", "main"}; nil where it is none, as
-- with a call, which would have to be run.
local function chain(words, last)
  local keys, position = {}, last
  while true do
    local word <const> = words[position]
    if word and word.kind == "name" then
      table.insert(keys, 1, word.text)
      local before <const> = words[position - 1]
      if not before or before.text ~= "." and before.text ~= ":" then
        return keys
      end
      position = position - 2
    elseif word and word.text == "]" and words[position - 1] and words[position - 2]
      and words[position - 2].text == "[" then
      local key <const> = literal(words[position - 1])
      if key == nil then
        return nil
      end
      table.insert(keys, 1, key)
      position = position - 3
    else
      return nil
    end
  end
end

local function resolve(keys, roots)
  local value
  for _, root in ipairs(roots) do
    value = rawget(root, keys[1])
    if value ~= nil then
      break
    end
  end
  for index = 2, #keys do
    value = field(value, keys[index])
  end
  return value
end

-- ---- candidates ----

local function collector(prefix)
  local found, listed = {}, {}
  return function(name)
    if not listed[name] and name:sub(1, #prefix) == prefix
      and (name:sub(1, 1) ~= "_" or prefix:sub(1, 1) == "_") then
      listed[name], found[#found + 1] = true, name
    end
  end, found
end

local function globals(prefix, context)
  local add <const>, found <const> = collector(prefix)
  for _, root in ipairs(context.roots) do
    each_field(root, add)
  end
  for keyword in pairs(lexer.keywords) do
    add(keyword)
  end
  return found
end

local function fields(value, prefix, methods)
  local add <const>, found <const> = collector(prefix)
  each_field(value, function(key, entry)
    if key:find("^[%a_][%w_]*$") and not lexer.keywords[key]
      and (not methods or is_callable(entry)) then
      add(key)
    end
  end)
  return found
end

local function listed(names, prefix)
  local add <const>, found <const> = collector(prefix)
  for _, name in ipairs(names) do
    add(name)
  end
  return found
end

-- Inside a text: what the function before it takes, or the keys of the table before its bracket.
local function in_text(words, context)
  local last <const> = #words
  local prefix <const> = words[last].text:match("^[\"'](.*)$")
  local before <const> = words[last - 1]
  if not prefix or not before then
    return "", {}
  elseif before.text == "[" then
    local keys <const> = chain(words, last - 2)
    local add <const>, found <const> = collector(prefix)
    each_field(keys and resolve(keys, context.roots), add)
    return prefix, found
  end
  local name <const> = before.text == "(" and words[last - 2] or before
  local names <const> = name and name.kind == "name" and context.texts[name.text]
  return prefix, listed(names or {}, prefix)
end

local function at_end(words, text, context)
  local last <const> = words[#words]
  local typed <const> = last and last.finish == #text
    and (last.kind == "name" or last.kind == "keyword")
  local prefix <const> = typed and last.text or ""
  local before <const> = words[#words - (typed and 1 or 0)]
  if last and last.finish == #text and last.kind == "number" then
    return "", {}
  elseif before and (before.text == "." or before.text == ":") and before.kind == "symbol" then
    local keys <const> = chain(words, #words - (typed and 2 or 1))
    return prefix, fields(keys and resolve(keys, context.roots), prefix, before.text == ":")
  end
  return prefix, globals(prefix, context)
end

-- text: what stands before the cursor. context: roots = tables with the variables, the first first;
-- texts = {function = {what can stand in its text}}; switches = {"\\t", ...}.
-- Returns what is typed already of the word, and what it could become, sorted.
function M.candidates(text, context)
  if text:find("^%s*\\") then
    local prefix <const> = text:match("^%s*(.*)$")
    return prefix, listed(context.switches, prefix)
  end
  local words <const> = lexer.words(text)
  local last <const> = words[#words]
  local prefix, found = "", {}
  if last and last.kind == "string" and not last.closed then
    prefix, found = in_text(words, context)
  elseif not (last and last.kind == "comment" and not last.closed) then
    prefix, found = at_end(words, text, context)
  end
  table.sort(found)
  return prefix, found
end

-- The value of a chain of names such as target.main:query, or nil.
function M.value(text, roots)
  local words <const> = lexer.words(text)
  local keys <const> = #words > 0 and chain(words, #words)
  return keys and resolve(keys, roots)
end

-- What all of them begin with.
function M.common(candidates)
  local shared = candidates[1] or ""
  for _, candidate in ipairs(candidates) do
    while candidate:sub(1, #shared) ~= shared do
      shared = shared:sub(1, -2)
    end
  end
  return shared
end

-- The candidates in columns, as a shell lists them.
function M.columns(candidates, room)
  local width = 0
  for _, candidate in ipairs(candidates) do
    width = math.max(width, #candidate + 2)
  end
  local across <const> = math.max(1, room // width)
  local down <const> = (#candidates + across - 1) // across
  local lines = {}
  for row = 1, down do
    local cells = {}
    for index = row, #candidates, down do
      cells[#cells + 1] = candidates[index] .. (" "):rep(width - #candidates[index])
    end
    lines[row] = table.concat(cells):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
