-- What every script finds ready: fail, try, strict globals, and modules from the binary and the
-- home alone.

local host = require "nightjar.host"

-- ---- errors ----

local error_type = host.error_type
error_type.__name = "nightjar.error"

function error_type:__tostring()
  local text = self.message or "unknown error"
  if self.op then
    text = self.op .. ": " .. text
  end
  if self.code and self.code ~= "LUA" then
    text = text .. " (" .. self.code .. ")"
  end
  if self.hint then
    text = text .. "\n  hint: " .. self.hint
  end
  return text
end

function fail(code, message, hint, fields)
  if type(code) ~= "string" or type(message) ~= "string" then
    error(("fail: a code and a message expected, got a %s and a %s"):format(type(code),
      type(message)), 2)
  end
  local err = {}
  for key, value in pairs(fields or err) do
    err[key] = value
  end
  err.code, err.message, err.hint = code, message, hint
  err.traceback = err.traceback or debug.traceback(nil, 2)
  error(setmetatable(err, error_type), 0)
end

local function results(succeeded, ...)
  if succeeded then
    return ...
  end
  return nil, ...
end

function try(f, ...)
  return results(xpcall(f, host.wrap_error, ...))
end

function inspect(value, options)
  if options ~= nil and type(options) ~= "table" then
    error("inspect: the options are a table", 2)
  end
  return require("nightjar.inspect")(value, options)
end

function help(...)
  require("nightjar.help").show(nil, ...)
end

-- ---- what a script must not do ----

-- No shell, no way round the end of the program, no change of how numbers are written.
os.execute, io.popen, os.setlocale = nil, nil, nil
os.exit = host.exit

-- ---- modules ----

-- For development, NIGHTJAR_LUA names a folder with nightjar/ and tasks/ that is read instead of
-- the binary.
local development = host.environment().NIGHTJAR_LUA

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read("a")
end

-- The text of an embedded file, or nil.
function host.source(name)
  return development and read(development .. "/" .. name) or host.embedded(name)
end

-- The chunk of a Lua file that is embedded, or nil: compiled, unless sources are read elsewhere.
function host.chunk(file)
  local code = not development and host.compiled(file)
  if code then
    return assert(load(code, "@" .. file, "b"))
  end
  local text = host.source(file)
  return text and assert(load(text, "@" .. file, "t"))
end

local function built_in(name)
  local file = name:gsub("%.", "/") .. ".lua"
  local chunk = host.chunk(file)
  if not chunk then
    return "\n\tno '" .. file .. "' in nightjar"
  end
  return chunk, file
end

-- The home's own modules: <home>/config/NAME.lua. The command line names the folder once it knows
-- the home.
local function from_home(name)
  if not host.config_folder then
    return nil
  end
  local file = name:gsub("%.", "/") .. ".lua"
  local path = host.config_folder .. "/" .. file
  local text = read(path)
  if not text then
    return "\n\tno file '" .. path .. "'"
  end
  require "nightjar.trust".demand(host.config_folder:match("^(.*)/"), "config/" .. file)
  return assert(load(text, "@" .. path, "t")), path
end

package.path, package.cpath = "", ""
package.searchers[2], package.searchers[3], package.searchers[4] = built_in, from_home, nil

-- ---- strict globals ----

local declared = {}

-- What is said of a variable that is none of those that the tables hold.
function host.undeclared(name, ...)
  local names = {}
  for _, variables in ipairs { ... } do
    for known in next, variables do
      names[#names + 1] = type(known) == "string" and known or nil
    end
  end
  local near = type(name) == "string" and require "nightjar.suggest"(name, names)
  local question = near and (" (did you mean '" .. near .. "'?)") or ""
  return "variable '" .. tostring(name) .. "' is not declared" .. question
end

local function assigned_at_top_level()
  local what = debug.getinfo(3, "S").what
  return what == "main" or what == "C"
end

setmetatable(_G, {
  __newindex = function(globals, name, value)
    if not declared[name] then
      if not assigned_at_top_level() then
        error(("assignment to the undeclared variable '%s' (is a 'local' missing?)"):format(
          tostring(name)), 2)
      end
      declared[name] = true
    end
    rawset(globals, name, value)
  end,
  __index = function(globals, name)
    if declared[name] then
      return nil
    end
    error(host.undeclared(name, globals), 2)
  end,
})
