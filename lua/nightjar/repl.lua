-- The prompt: reads, evaluates, shows, until Ctrl-D.

local chunk = require "nightjar.repl.chunk"
local complete = require "nightjar.repl.complete"
local fs = require "nightjar.fs"
local history_of = require "nightjar.repl.history"
local host = require "nightjar.host"
local reader_of = require "nightjar.repl.reader"
local ready = require "nightjar.repl.ready"
local scheduler = require "nightjar.scheduler"
local show = require "nightjar.repl.show"
local switches = require "nightjar.repl.switches"
local trust = require "nightjar.trust"
local units = require "nightjar.units"

local M = {}

local name <const> = "input" -- of what is typed, in errors
local prompt <const>, further <const> = "nightjar> ", "       >> "
local results_kept <const> = 9
local wide <const> = 200 -- characters of a line that no terminal cuts
local slow <const> = 1 -- seconds after which the time is told unasked

-- ---- running ----

-- Call f so that Ctrl-C ends it, and not the prompt. Returns whether it succeeded, and its results
-- or its error; "interrupted" alone where Ctrl-C came.
local function interruptible(f, ...)
  local outcome
  do
    local group <close> = scheduler.group()
    group:spawn(f, ...)
    outcome = table.pack(group:next())
  end
  if scheduler.interrupted() then
    return "interrupted"
  elseif outcome[2] then
    return true, outcome[3]
  end
  return false, outcome[3]
end

-- What was raised, as an error: a table of the caller's own is shown and not only named.
local function wrapper(secrets)
  return function(value)
    if type(value) == "table" and getmetatable(value) == nil then
      value = inspect(value, { secrets = secrets })
    end
    return host.wrap_error(value)
  end
end

local function raise(succeeded, ...)
  if succeeded then
    return ...
  end
  error(..., 0)
end

local function say(text)
  io.write(text, "\n")
end

local session = {}
session.__index = session

function session:view(code)
  return {
    json = self.json, columns = host.terminal(1) and host.columns() or wide,
    secrets = self.run.secrets or {}, name = name, code = code, home = self.run.home,
    paint = self.paint, verbose = self.run.verbose,
  }
end

-- _ is the first result of the last input that had one, _1 to _9 are all of them.
function session:keep(results)
  if results.n > 0 then
    self.environment._ = results[1] -- not rawset: nil is remembered as a value too
    for index = 1, results_kept do
      self.environment["_" .. index] = results[index]
    end
  end
end

function session:echo(results, code)
  local view <const> = self:view(code)
  for index = 1, results.n do
    say(show.value(results[index], view))
  end
end

function session:tell(err, code)
  say(show.error(err, self:view(code)))
end

local function call_and_echo(self, compiled, code)
  local results <const> = table.pack(raise(xpcall(compiled.run, wrapper(self.run.secrets or {}))))
  self:keep(results)
  self:echo(results, code)
end

function session:tell_time(seconds)
  if self.timing or seconds >= slow and self.on_terminal then
    local shown <const> = seconds < 1 and ("%.1f ms"):format(seconds * 1000)
      or units.format_duration(seconds)
    say(self.paint("dim", ("(%s)"):format(shown)))
  end
end

-- Run what was compiled, show its results or its error.
function session:execute(compiled, code)
  local began <const> = host.now()
  local outcome <const>, err <const> = interruptible(call_and_echo, self, compiled, code)
  if outcome == "interrupted" then
    say(self.paint("red", "interrupted"))
  elseif not outcome then
    self:tell(err, code)
  end
  self:tell_time(host.now() - began)
  if compiled.kept and not self.kept_told and self.on_terminal then
    self.kept_told = true
    say(self.paint("dim", "(a local at the prompt stays for the lines that follow)"))
  end
  return outcome == true
end

-- ---- reading ----

-- The next line; nil at the end, or nil, "interrupted".
function session:line(text)
  local outcome <const>, value <const> = interruptible(self.reader.line, self.reader, text)
  if outcome == "interrupted" then
    self.reader:drop()
    return nil, "interrupted"
  elseif not outcome then
    error(value, 0)
  end
  return value[1]
end

-- The name in "postgres.query?", or nil.
local function asked_for(code)
  return code:match("^%s*([%a_][%w_.:]*)%s*%?+%s*$")
end

-- What shows the help for a name, or for what it is the name of.
local function explain(self, asked)
  return function()
    local help <const> = require "nightjar.help"
    local value <const> = not help.of_name(asked)
      and complete.value(asked, { self.environment, _G })
    help.show(self.environment, value or asked)
  end
end

-- Lines until they are complete: what they compile to, and their text. Nil at the end of input.
function session:read()
  local code
  while true do
    local line <const>, interrupted <const> = self:line(code and further or prompt)
    if interrupted then
      code = nil
    elseif not line then
      -- The end of input ends what was begun, and is seen again by the next read.
      return code and { message = chunk.compile(code, "=" .. name, self.environment).message }, code
    else
      code = code and code .. "\n" .. line or line
      if switches.is(code) then
        return { switch = true }, code
      elseif asked_for(code) then
        return { run = explain(self, asked_for(code)) }, code
      end
      local compiled <const> = chunk.compile(code, "=" .. name, self.environment)
      if not compiled.incomplete then
        return compiled, code
      end
    end
  end
end

function session:remember(code)
  local line, err = try(self.history.add, self.history, code, self.run.secrets)
  if err and not self.history_told then
    self.history_told = true
    say(self.paint("dim", ("(the history is not kept: %s)"):format(err.message)))
  end
  if line then
    self.reader:remember(line)
  end
end

-- Where nobody reads any more, nothing is left to do.
local function flush()
  local written <const>, why <const> = host.flush()
  if not written then
    fail("SYSTEM", ("cannot write to standard output: %s"):format(why))
  end
end

function session:loop()
  while true do
    local compiled <const>, code <const> = self:read()
    if not compiled then
      break
    elseif code:find("%S") then
      self:remember(code)
      if compiled.switch then
        if switches.run(self, code) == "leave" then
          return
        end
      elseif compiled.run then
        self:execute(compiled, code)
      else
        self:tell({ code = "LUA", message = compiled.message }, code)
      end
    end
    flush()
  end
  if self.on_terminal then
    io.write("\n")
  end
end

-- ---- a session ----

local function open_history(self)
  local lines = {}
  if reader_of.is_terminal() then
    local opened, err = try(function()
      local found
      self.history, found = history_of.open(history_of.path(host.environment()))
      return found
    end)
    lines = opened or lines
    if err then
      say(self.paint("dim", ("(the history is not kept: %s)"):format(err.message)))
    end
  end
  self.history = self.history or history_of.open(nil)
  for _, line in ipairs(lines) do
    self.reader:remember(line)
  end
end

-- <home>/config/repl.lua, where it is there: variables and functions of one's own.
local function run_own_file(self)
  local path <const> = self.run.home .. "/config/repl.lua"
  if fs.stat(path, { follow = true }) then
    trust.demand(self.run.home, "config/repl.lua")
    self:run_file(path, "config/repl.lua")
  end
end

-- Run a file in the prompt's environment. Returns whether it succeeded.
function session:run_file(path, shown)
  local text <const> = fs.read(path)
  local compiled <const>, syntax <const> = load(text:gsub("^#[^\n]*", "", 1), "@" .. shown, "t",
    self.environment)
  if not compiled then
    self:tell({ code = "LUA", message = syntax }, text)
    return false
  end
  return self:execute({ run = compiled }, text)
end

local function attempt(self, f, ...)
  local _, err = try(f, ...)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    self:tell(err, "")
  end
end

-- options: pieces = code to run first, file = to run behind them.
function M.run(run, options)
  local environment <const> = ready.environment(run)
  local environment_of_process <const> = host.environment()
  local colored <const> = host.terminal(1) and environment_of_process.NO_COLOR == nil
    and environment_of_process.TERM ~= "dumb"
  local self <const> = setmetatable({
    run = run, environment = environment, paint = show.painter(colored),
    on_terminal = reader_of.is_terminal(),
  }, session)
  scheduler.prompt()
  ready.prepare(environment)
  self.reader = reader_of.open {
    roots = { environment, _G }, texts = ready.texts(run), switches = switches.names,
  }
  if self.on_terminal and not run.quiet then
    say(("nightjar %s: help() explains, Ctrl-D leaves"):format(host.version))
  end
  open_history(self)
  attempt(self, run_own_file, self)
  for _, code in ipairs(options.pieces or {}) do
    local compiled <const> = chunk.compile(code, "=" .. name, environment)
    if compiled.run then
      self:execute(compiled, code)
    else
      self:tell({ code = "LUA", message = compiled.message }, code)
    end
  end
  if options.file then
    attempt(self, self.run_file, self, options.file, options.file)
  end
  self:loop()
  return 0
end

return M
