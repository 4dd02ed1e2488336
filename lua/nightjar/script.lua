-- Task files: where they are, and what they declare, checked field by field.

local arguments = require "nightjar.arguments"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local suggest = require "nightjar.suggest"
local trust = require "nightjar.trust"

local M = {}

local fields <const> = {
  name = "string", summary = "string", run = "function", description = "string", log = "string",
  arguments = "table", alert = "string", ping = "boolean",
}
-- How a task's failure is told: see nightjar.outcome.
local alerts <const> = { until_success = true, once = true }
local required <const> = { "name", "summary", "run" }

-- The line of `text` where the key of a table is given, or nil.
function M.line_of(text, key)
  local number = 0
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    local code <const> = line:gsub("%-%-.*$", "")
    if code:find("%f[%w_]" .. key:gsub("%p", "%%%0") .. "%f[^%w_]%s*[%]\"']*%s*=[^=]") then
      return number
    end
  end
end

-- The line where the table is returned, for a key that is not there.
local function line_of_return(text)
  local number, found = 0, 1
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    if line:find("^return%f[%W]") then
      found = number
    end
  end
  return found
end

local function bad_field(source, key, message, hint)
  local line <const> = M.line_of(source.text, key) or line_of_return(source.text)
  fail("CONFIG", ("%s:%d: %s"):format(source.shown, line, message), hint)
end

local function check_known(source, task)
  local known = {}
  for field in pairs(fields) do
    known[#known + 1] = field
  end
  for field in pairs(task) do
    if not fields[field] then
      local near <const> = suggest(tostring(field), known)
      bad_field(source, tostring(field), ("unknown field '%s'%s"):format(tostring(field),
        near and (" (did you mean '%s'?)"):format(near) or ""))
    end
  end
end

-- The task that a file returned, when every field of it is right; else fails CONFIG with the line.
function M.check(source, task)
  if type(task) ~= "table" then
    fail("CONFIG", ("%s:%d: a task file returns a table, this one a %s"):format(source.shown,
      line_of_return(source.text), type(task)), "nightjar eject backup shows what one looks like.")
  end
  check_known(source, task)
  for _, field in ipairs(required) do
    if task[field] == nil then
      bad_field(source, field, ("field '%s' is missing"):format(field))
    end
  end
  for field, value in pairs(task) do
    if type(value) ~= fields[field] then
      bad_field(source, field, ("field '%s': expected a %s, got a %s"):format(field, fields[field],
        type(value)))
    end
  end
  if task.alert and not alerts[task.alert] then
    bad_field(source, "alert", ("field 'alert': expected until_success or once, got '%s'"):format(
      task.alert))
  end
  for index, spec in ipairs(task.arguments or {}) do
    local problem <const> = arguments.problem(spec)
    if problem then
      bad_field(source, "arguments", ("field 'arguments', %d: %s"):format(index, problem))
    end
  end
  if source.name and task.name ~= source.name then
    bad_field(source, "name", ("field 'name' is '%s', and the file is called '%s'"):format(
      task.name, source.name))
  end
  return task
end

-- The task that a file's text declares. source: { text, chunk = "@...", shown = in errors, name }.
function M.load(source)
  local chunk, syntax = source.built_in and host.chunk(source.built_in), nil
  if not chunk then
    chunk, syntax = load(source.text, source.chunk, "t")
  end
  if not chunk then
    fail("CONFIG", syntax)
  end
  local task, err = try(function()
    return (chunk()) -- the first value alone, as require has it
  end)
  if err then
    if err.code == "LUA" then
      fail("CONFIG", err.message, nil, { traceback = err.traceback, cause = err })
    end
    error(err, 0)
  end
  return M.check(source, task)
end

local function valid_name(name)
  return name:find("^%a[%w_-]*$") ~= nil
end

function M.folder(home)
  return home .. "/config/tasks"
end

-- The user's file of a task as a source, or nil.
local function from_home(home, name)
  local path <const> = ("%s/%s.lua"):format(M.folder(home), name)
  local shown <const> = ("config/tasks/%s.lua"):format(name)
  if not fs.stat(path, { follow = true }) then
    return nil
  end
  trust.demand(home, shown)
  return { text = fs.read(path), chunk = "@" .. shown, shown = shown, name = name, path = path }
end

local function from_program(name)
  local file <const> = ("tasks/%s.lua"):format(name)
  local text <const> = host.source(file)
  return text and { text = text, chunk = "@" .. file, shown = file, name = name, built_in = file }
end

-- Where a task comes from: the home's file, or what is built in, or nil.
function M.find(home, name)
  if not valid_name(name) then
    return nil
  end
  return from_home(home, name) or from_program(name)
end

-- The built-in text of a task, or nil.
function M.built_in(name)
  local source <const> = valid_name(name) and from_program(name)
  return source and source.text
end

-- The names of all tasks, sorted; and which of them are the user's own files.
function M.names(home)
  local names, own, listed = {}, {}, {}
  local function add(name)
    if name and valid_name(name) and not listed[name] then
      listed[name] = true
      names[#names + 1] = name
    end
  end
  local status <const> = fs.stat(M.folder(home), { follow = true })
  for _, file in ipairs(status and status.type == "folder" and fs.list(M.folder(home)) or {}) do
    local name <const> = file:match("^(.*)%.lua$")
    add(name)
    own[name or ""] = true
  end
  for _, file in ipairs(host.embedded_names("tasks/")) do
    add(file:match("^tasks/(.*)%.lua$"))
  end
  table.sort(names)
  return names, own
end

return M
