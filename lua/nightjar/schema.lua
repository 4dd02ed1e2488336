-- What may stand in a table of settings: kinds of values, and the checking of a whole tree of them.
--
-- A kind is a function (value, key) → checked value, or nil and what was expected. A tree is
-- record{key = kind or tree}, or map(kind or tree) where the keys are the user's own. A switch is a
-- tree that may also be false, which is off.

local suggest = require "nightjar.suggest"
local units = require "nightjar.units"

local M = {}

-- A value as an error names it: what has no text of its own would show an address.
local function shown(value)
  return type(value) == "string" and "'" .. value .. "'"
    or (type(value) == "number" or type(value) == "boolean") and tostring(value)
    or "a " .. type(value)
end

M.shown = shown

local function expected(what, value)
  return nil, ("expected %s, got %s"):format(what, shown(value))
end

-- ---- kinds ----

M.duration, M.percent, M.size = units.duration, units.percent, units.size

-- Of what has to have some time.
function M.positive_duration(value)
  local seconds <const>, problem <const> = units.duration(value)
  if seconds == 0 then
    return nil, "expected a duration above 0"
  end
  return seconds, problem
end

function M.text(value)
  if type(value) ~= "string" or value == "" then
    return expected("a text", value)
  end
  return value
end

-- Not false and nil: what was given is told apart from what was not by the second result.
function M.boolean(value)
  if type(value) ~= "boolean" then
    return expected("true or false", value)
  end
  return value
end

function M.func(value)
  if type(value) ~= "function" then
    return expected("a function", value)
  end
  return value
end

function M.integer(least, most)
  return function(value)
    local number <const> = type(value) == "number" and math.tointeger(value)
      or type(value) == "string" and math.tointeger(tonumber(value))
    if not number or number < least or number > most then
      return expected(("a whole number from %d to %d"):format(least, most), value)
    end
    return number
  end
end

function M.choice(...)
  local choices <const> = { ... }
  return function(value)
    for _, choice in ipairs(choices) do
      if value == choice then
        return value
      end
    end
    return expected("one of " .. table.concat(choices, ", "), value)
  end
end

-- A list of what `kind` checks.
function M.list(kind)
  return function(value)
    if type(value) ~= "table" then
      return expected("a list", value)
    end
    local checked = {}
    for key in pairs(value) do
      if math.type(key) ~= "integer" or key < 1 or key > #value then
        return nil, ("expected a list, got a table with the key '%s'"):format(tostring(key))
      end
    end
    for index, entry in ipairs(value) do
      local result, problem = kind(entry)
      if result == nil then
        return nil, ("entry %d: %s"):format(index, problem)
      end
      checked[index] = result
    end
    return checked
  end
end

-- The first kind that takes the value; the problem is the first one's.
function M.either(...)
  local kinds <const> = { ... }
  return function(value)
    local problems = {}
    for index, kind in ipairs(kinds) do
      local result
      result, problems[index] = kind(value)
      if result ~= nil then
        return result
      end
    end
    return nil, table.concat(problems, "; or ")
  end
end

-- ---- trees ----

-- rule(checked, key) → what is wrong with the whole of it, whose key is that, or nil.
function M.record(fields, rule)
  return { fields = fields, rule = rule }
end

function M.map(each)
  return { each = each }
end

function M.switch(tree)
  return { fields = tree.fields, each = tree.each, rule = tree.rule, off = true }
end

local check

local function names_of(fields)
  local names = {}
  for name in pairs(fields) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function child_of(tree, key, path, refuse)
  local child <const> = tree.each or tree.fields[key]
  if type(key) ~= "string" then
    refuse(path, nil, ("'%s' is no name"):format(tostring(key)))
  elseif not child then
    local near <const> = suggest(key, names_of(tree.fields))
    refuse(path, key, ("'%s%s' is unknown%s"):format(path, key,
      near and (" (did you mean '%s'?)"):format(near) or ""))
  end
  return child
end

local function check_table(tree, value, path, refuse)
  if type(value) ~= "table" then
    refuse(path, nil, ("'%s': %s"):format(path:match("^(.-)%.?$"),
      select(2, expected("a table", value))))
  end
  local checked = {}
  for key, entry in pairs(value) do
    local child <const> = child_of(tree, key, path, refuse)
    checked[key] = check(child, entry, path .. key, refuse, key)
  end
  local name <const> = path:match("^(.-)%.?$")
  local problem <const> = tree.rule and tree.rule(checked, name:match("[^.]*$"))
  if problem then
    refuse(name, nil, ("'%s': %s"):format(name, problem))
  end
  return checked
end

function check(node, value, path, refuse, key)
  if type(node) == "table" then
    if node.off and value == false then
      return false
    end
    return check_table(node, value, path == "" and "" or path .. ".", refuse)
  end
  local result, problem = node(value, key)
  if result == nil then
    refuse(path, nil, ("'%s': %s"):format(path, problem))
  end
  return result
end

-- The value, checked and converted. refuse(path, key, message) is called for the first problem and
-- must raise.
function M.check(tree, value, refuse)
  return check(tree, value, "", refuse)
end

return M
