-- All that lua/meta tells, by name and by value.

local host = require "nightjar.host"
local meta = require "nightjar.help.meta"

local M = {}

-- In this order they are told of; what is not among them comes behind.
local order <const> = { "globals", "prompt", "context", "policy" }

-- What a method's object is called in its name, and where its functions are.
local handles <const> = {
  connection = "nightjar.connection", meter = "nightjar.pipeline.meter", lock = "nightjar.lock",
}

local function sorted_files()
  local names, rank = {}, {}
  for _, file in ipairs(host.embedded_names "meta/") do
    names[#names + 1] = file:match("^meta/(.*)%.lua$")
  end
  for index, name in ipairs(order) do
    rank[name] = index - #order - 1
  end
  table.sort(names, function(one, other)
    local first <const>, second <const> = rank[one] or 0, rank[other] or 0
    return first < second or first == second and one < other
  end)
  return names
end

-- A function's entry without parameters has those of the one that it names by @see.
local function inherit(entry, by_name)
  local other <const> = entry.see and by_name[entry.see]
  if other then
    for _, field in ipairs { "params", "returns", "raises" } do
      entry[field] = #entry[field] > 0 and entry[field] or other[field]
    end
    entry.waits = entry.waits or other.waits
  end
end

-- prompt.ps is ps: what is at the prompt, and what is global, has no module before its name.
local function shown_name(name)
  return (name:gsub("^prompt%.", ""))
end

local function read()
  local library <const> = { files = {}, by_name = {}, classes = {}, topics = {} }
  for _, name in ipairs(sorted_files()) do
    local file <const> = meta.parse(host.source("meta/" .. name .. ".lua"), name)
    library.files[#library.files + 1] = file
    for class, block in pairs(file.classes) do
      library.classes[class] = block
    end
    for _, entry in ipairs(file.functions) do
      entry.name, entry.file = shown_name(entry.name), file
      library.by_name[entry.name] = entry
    end
    table.move(file.topics, 1, #file.topics, #library.topics + 1, library.topics)
  end
  for _, entry in pairs(library.by_name) do
    inherit(entry, library.by_name)
  end
  return library
end

local library

function M.get()
  library = library or read()
  return library
end

-- The file lua/meta/NAME.lua.
function M.file(name)
  for _, file in ipairs(M.get().files) do
    if file.name == name then
      return file
    end
  end
end

-- The file of a module by its name ("postgres" or "nightjar.postgres"), or nil.
function M.module(name)
  for _, file in ipairs(M.get().files) do
    if file.module and (file.module == name or file.module == "nightjar." .. name) then
      return file
    end
  end
end

-- What is at the prompt and no module: the file that tells of it.
local pages <const> = { target = "prompt", context = "context" }

function M.page(name)
  for _, file in ipairs(M.get().files) do
    if pages[name] == file.name then
      return file
    end
  end
end

function M.topic(name)
  for _, topic in ipairs(M.get().topics) do
    if topic.name == name then
      return topic
    end
  end
end

-- The fields of an options class, those that it inherits behind its own; nil where the type is no
-- class.
function M.fields(kind)
  local class <const> = M.get().classes[kind]
  if not class then
    return nil
  end
  local fields <const> = table.move(class.fields, 1, #class.fields, 1, {})
  local inherited <const> = class.parent and M.fields(class.parent) or {}
  return table.move(inherited, 1, #inherited, #fields + 1, fields)
end

-- ---- values ----

-- The table in which the function of an entry is: its module, its handle's methods, or nil.
function M.holder(entry, environment)
  local object <const> = entry.name:match("^([%w_]+)[.:]")
  if entry.file and (entry.file.name == "policy" or entry.file.name == "context") then
    return nil
  elseif not object then
    return environment
  elseif handles[object] then
    local metatable <const> = debug.getregistry()[handles[object]]
    return metatable and metatable.__index
  elseif object == "engine" then
    return require "nightjar.docker.engine"
  elseif object == "target" then
    return require "nightjar.repl.ready".target_methods
  elseif object == "log" then
    return require "nightjar.log".methods
  end
  return environment[object]
end

-- The entry of a function, found by what it is; or the file of a module's table.
function M.of_value(value, environment)
  for _, file in ipairs(M.get().files) do
    if file.module and package.loaded[file.module] == value then
      return nil, file
    end
  end
  local found
  for name, entry in pairs(M.get().by_name) do
    local holder <const> = M.holder(entry, environment)
    local field <const> = name:match("([%w_]+)$")
    -- Of two names of one function the shorter: task.timeout and not task.budget.
    if type(holder) == "table" and rawget(holder, field) == value
      and (not found or name < found.name) then
      found = entry
    end
  end
  return found
end

return M
