-- What a document from outside must look like before it is used: pure.
--
-- A shape is a function (value, where) → problem as one line, or nil. `where` is the place in the
-- document, such as "files[2].": it begins the problem.

local json = require "nightjar.json"

local M = {}

local function type_of(value)
  return math.type(value) == "integer" and "integer" or value == json.null and "null"
    or type(value)
end

local function primitive(wanted, also)
  return function(value, where)
    local found <const> = type_of(value)
    if found == "nil" then
      return ("%s is missing, not a %s"):format(where, wanted)
    elseif found ~= wanted and found ~= also then
      return ("%s is a %s, not a %s"):format(where, found, wanted)
    end
  end
end

M.text, M.boolean, M.integer = primitive "string", primitive "boolean", primitive "integer"
M.number, M.table = primitive("number", "integer"), primitive "table"

local optional <const> = {}

-- A field that may be left out. One that is null is taken away.
function M.maybe(shape)
  local function check(value, where)
    if value ~= nil and value ~= json.null then
      return shape(value, where)
    end
  end
  optional[check] = true
  return check
end

-- A list of such values, without holes and without named fields.
function M.list(shape)
  return function(value, where)
    local problem = M.table(value, where)
    if problem then
      return problem
    end
    local count = 0
    for _ in pairs(value) do
      count = count + 1
    end
    if count ~= #value then
      return where .. " is an object, not a list"
    end
    for index, each in ipairs(value) do
      problem = shape(each, ("%s[%d]"):format(where, index))
      if problem then
        return problem
      end
    end
  end
end

local function field(value, key, shape, where)
  local problem <const> = shape(value[key], where)
  if not problem and optional[shape] and value[key] == json.null then
    value[key] = nil
  end
  return problem
end

-- An object whose fields are these; it may have others.
function M.record(fields)
  return function(value, where)
    local problem = M.table(value, where)
    local prefix <const> = where == "" and "" or where .. "."
    for key, shape in pairs(problem and {} or fields) do
      problem = problem or field(value, key, shape, prefix .. key)
    end
    return problem
  end
end

-- An object with any names, and such values.
function M.map(shape)
  return function(value, where)
    local problem = M.table(value, where)
    for key in pairs(problem and {} or value) do
      problem = type(key) ~= "string" and where .. " is a list, not an object"
        or field(value, key, shape, ("%s['%s']"):format(where, key))
      if problem then
        break
      end
    end
    return problem
  end
end

return M
