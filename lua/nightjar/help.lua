-- help: functions, modules and topics explained, out of lua/meta.

local library = require "nightjar.help.library"
local render = require "nightjar.help.render"
local suggest = require "nightjar.suggest"

local M = {}

-- Where a script's functions are: in the modules that it has, and among the globals.
local loaded <const> = setmetatable({}, { __index = function(_, name)
  local module <const> = library.module(name)
  return module and package.loaded[module.module] or rawget(_G, name)
end })

-- The method that is meant by postgres.query, which connections have.
local function method(name)
  local module <const>, word <const> = name:match("^([%w_]+)[.:]([%w_]+)$")
  for known, entry in pairs(word and library.get().by_name or {}) do
    if known:match(":([%w_]+)$") == word and entry.file.name == module then
      return entry
    end
  end
end

-- What is known by a name, as text; or nil.
function M.of_name(name)
  local found <const> = library.get().by_name
  name = name:gsub("^nightjar%.", "", 1)
  local entry <const> = found[name] or found[name:gsub("%.([%w_]+)$", ":%1")] or method(name)
  local file <const> = library.module(name) or library.page(name)
  local topic <const> = library.topic(name)
  return entry and render.entry(entry) or file and render.module(file)
    or topic and render.topic(topic) or nil
end

-- Every name that help knows, sorted.
function M.names()
  local names = {}
  for name in pairs(library.get().by_name) do
    names[#names + 1] = name
  end
  for _, file in ipairs(library.get().files) do
    names[#names + 1] = file.module and file.module:gsub("^nightjar%.", "") or nil
  end
  for _, topic in ipairs(library.get().topics) do
    names[#names + 1] = topic.name
  end
  table.sort(names)
  return names
end

local function unknown(name)
  local near <const> = suggest(name, M.names())
  fail("NOT_FOUND", ("there is no help for '%s'"):format(name),
    near and ("Did you mean '%s'?"):format(near) or "help() tells what there is.")
end

-- The text for a value, or for a name. variables: where functions could be found.
function M.text(what, variables)
  if type(what) == "string" then
    return M.of_name(what) or unknown(what)
  end
  local entry <const>, file = library.of_value(what, variables or loaded)
  for _, name in ipairs(not file and variables and { "target", "context" } or {}) do
    file = rawget(variables, name) == what and library.page(name) or file
  end
  if not entry and not file then
    fail("NOT_FOUND", ("there is no help for this %s"):format(type(what)),
      "help() tells what there is; help takes functions, modules and names.")
  end
  return entry and render.entry(entry) or render.module(file)
end

-- help() and help(what) in the given variables.
function M.show(variables, ...)
  local text
  if select("#", ...) == 0 then
    text = render.overview()
  elseif (...) == nil then
    fail("NOT_FOUND", "there is no help for nil", "Is the name right? help() tells what there is.")
  else
    text = M.text((...), variables)
  end
  io.write(text, "\n")
end

return M
