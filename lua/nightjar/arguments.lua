-- What a task declares of its arguments, and the words of a command line read by it.

local suggest = require "nightjar.suggest"
local units = require "nightjar.units"

local M = {}

local function number(text)
  return tonumber(text)
end

-- Text → value, or nil and what was expected.
local readers <const> = {
  string = function(text)
    return text
  end,
  path = function(text)
    if text == "" then
      return nil, "expected a path, got ''"
    end
    return text
  end,
  integer = function(text)
    local value <const> = text:find("^[+-]?%d+$") and math.tointeger(number(text))
    return value or nil, ("expected a whole number, got '%s'"):format(text)
  end,
  number = function(text)
    local value <const> = text:find("^[+-]?%.?%d") and number(text)
    return value or nil, ("expected a number, got '%s'"):format(text)
  end,
  duration = units.duration,
  size = units.size,
  flag = false,
}

local fields <const> = {
  type = "string", help = "string", required = "boolean", optional = "boolean", many = "boolean",
  choices = "table", default = true,
}

-- The options that every task has beside its own.
M.global = {
  { "--home", type = "path", help = "the folder with config/, logs/ and state/ (else $NIGHTJAR_HOME"
    .. ", else the current one)" },
  { "--quiet", type = "flag", help = "say nothing but errors" },
  { "--verbose", type = "flag", help = "say what is logged, and where errors come from" },
}

local reserved <const> = { home = true, quiet = true, verbose = true, help = true }

-- "--dry-run" → "dry_run", the name a task finds it by.
local function key_of(name)
  return (name:gsub("^%-+", ""):gsub("%-", "_"))
end

local function is_option(spec)
  return spec[1]:sub(1, 1) == "-"
end

-- "unknown field 'tpye' (did you mean 'type'?)"
local function unknown(what, word, known)
  local names = {}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  local near <const> = suggest(tostring(word), names)
  return ("unknown %s '%s'%s"):format(what, tostring(word),
    near and (" (did you mean '%s'?)"):format(near) or "")
end

local function problem_of_default(spec)
  local reader <const> = readers[spec.type or "string"]
  if reader and type(spec.default) == "string" then
    local value <const>, why <const> = reader(spec.default)
    return value == nil and ("its default: %s"):format(why) or nil
  end
end

-- What is wrong with one declaration, or nil.
function M.problem(spec)
  if type(spec) ~= "table" or type(spec[1]) ~= "string" then
    return 'each is a table that starts with a name, such as { "--target", type = "string" }'
  elseif not spec[1]:find("^%-%-%a[%w-]+$") and not spec[1]:find("^%a[%w_-]*$") then
    return ("the name '%s' is neither --like-this nor like-this"):format(spec[1])
  elseif reserved[key_of(spec[1])] then
    return ("every task has '%s' already"):format(spec[1])
  end
  for field, value in pairs(spec) do
    local wanted <const> = fields[field]
    if field ~= 1 and not wanted then
      return unknown("field", field, fields)
    elseif type(wanted) == "string" and type(value) ~= wanted then
      return ("field '%s': expected a %s, got a %s"):format(field, wanted, type(value))
    end
  end
  if readers[spec.type or "string"] == nil then
    return unknown("type", spec.type, readers)
  elseif spec.type == "flag" and not is_option(spec) then
    return ("'%s' is a flag, and the name of a flag starts with --"):format(spec[1])
  end
  return problem_of_default(spec)
end

-- How one value is read: by its type, and then among the choices.
local function converter(spec)
  local reader <const> = readers[spec.type or "string"]
  return function(text)
    local value, why = reader(text)
    if value ~= nil and spec.choices then
      for _, choice in ipairs(spec.choices) do
        if choice == value then
          return value
        end
      end
      local near <const> = suggest(text, spec.choices)
      value, why = nil, ("expected one of %s, got '%s'%s"):format(
        table.concat(spec.choices, ", "), text,
        near and (" (did you mean '%s'?)"):format(near) or "")
    end
    if value == nil then
      return nil, spec[1] .. ": " .. why
    end
    return value
  end
end

function M.help_of(spec)
  local text <const> = spec.help or ""
  if spec.default == nil then
    return text
  end
  return ("%s (default %s)"):format(text, tostring(spec.default))
end

-- What stands for the value of an option: its choices, its type, or its name.
function M.value_name(spec)
  return spec.choices and table.concat(spec.choices, "|")
    or spec.type ~= "string" and spec.type or key_of(spec[1])
end

local function add_option(parser, spec)
  local option <const> = parser:option(spec[1]):description(M.help_of(spec)):target(key_of(spec[1]))
  option:args(1):convert(converter(spec))
  option:argname("<" .. M.value_name(spec) .. ">")
  option:count(spec.many and (spec.required and "+" or "*") or (spec.required and "1" or "?"))
end

local function add_positional(parser, spec)
  local argument <const> = parser:argument(spec[1]):description(M.help_of(spec))
  argument:target(key_of(spec[1])):convert(converter(spec))
  local least <const> = spec.optional and 0 or 1
  argument:args(spec.many and (least == 0 and "*" or "+") or (least == 0 and "?" or 1))
end

-- A flag may stand there more than once, and means the same.
local function add_flag(parser, names, help, key)
  parser:flag(names):description(help):target(key):count("*"):init(nil)
    :action(function(result, target)
      result[target] = true
    end)
end

local function add(parser, spec)
  if spec.type == "flag" then
    add_flag(parser, spec[1], M.help_of(spec), key_of(spec[1]))
  elseif is_option(spec) then
    add_option(parser, spec)
  else
    add_positional(parser, spec)
  end
end

-- A lua-argparse parser for what `task` declares (name, description or summary, arguments).
function M.parser(task)
  local parser <const> = require "argparse"("nightjar " .. task.name)
  parser:description(task.description or task.summary):add_help(false):help_max_width(80)
  for _, spec in ipairs(task.arguments or {}) do
    add(parser, spec)
  end
  for _, spec in ipairs(M.global) do
    add(parser, spec)
  end
  add_flag(parser, "-h --help", "show this", "help")
  return parser
end

local function defaults(task, values)
  for _, spec in ipairs(task.arguments or {}) do
    local key <const> = key_of(spec[1])
    if values[key] == nil and spec.default ~= nil then
      local reader <const> = readers[spec.type or "string"]
      values[key] = reader and type(spec.default) == "string" and reader(spec.default)
        or spec.default
    end
  end
  return values
end

-- Whether --help is among the words, before what only looks like it.
local function asks_for_help(words)
  for _, word in ipairs(words) do
    if word == "--" then
      return false
    elseif word == "--help" or word == "-h" then
      return true
    end
  end
  return false
end

-- The words of a command line as {key = value}, or fails USAGE. Where they ask for --help, that is
-- all there is.
function M.parse(task, words)
  if asks_for_help(words) then
    return { help = true }
  end
  local understood <const>, result <const> = M.parser(task):pparse(words)
  if understood then
    return defaults(task, result)
  end
  local message, tip = result:match("^([^\n]*)\n?(.*)$")
  if message == "too many arguments" then
    message = ("%s: %s"):format(message, table.concat(words, " "))
  end
  fail("USAGE", message, tip ~= "" and tip
    or ("nightjar %s --help tells what it takes."):format(task.name))
end

return M
