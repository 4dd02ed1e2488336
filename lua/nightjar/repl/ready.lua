-- What stands ready at the prompt and for -e: every module by its name, the targets, and helpers.

local config_of = require "nightjar.config"
local host = require "nightjar.host"
local inspect_value = require "nightjar.inspect"
local script = require "nightjar.script"
local task = require "nightjar.task"

local M = {}

-- The modules that people use: at hand from the beginning, and completed. Any other one of the
-- library is found by its name as well.
M.modules = {
  "backups", "digest", "docker", "fingerprint", "fs", "gzip", "health", "http", "json", "mail",
  "pipeline", "postgres", "process", "smtp", "task", "units",
}

local function module_of(name)
  local there <const> = package.preload["nightjar." .. name]
    or host.source("nightjar/" .. name:gsub("%.", "/") .. ".lua")
  return there and require("nightjar." .. name) or nil
end

-- ---- targets ----

-- What is open of each target; goes when the target does.
local connections <const> = setmetatable({}, { __mode = "k" })

local methods = {}
local target_type <const> = { __index = methods, __name = "target" }

-- The open connection, or a new one where there is none or it is lost.
function methods:connection()
  local connection = connections[self]
  if not connection or not connection:ready() then
    connection = module_of("target").connect(self,
      { dbname = self.dbname, application_name = "nightjar repl" })
    connections[self] = connection
  end
  return connection
end

function methods:query(sql, parameters, options)
  return self:connection():query(sql, parameters, options)
end

-- The same server, another database.
function methods:database(name)
  local other <const> = setmetatable({}, target_type)
  for key, value in pairs(self) do
    other[key] = value
  end
  other.dbname = name
  return other
end

function methods:databases()
  local rows <const> = self:query [[
    SELECT datname AS name, pg_get_userbyid(datdba) AS owner, datallowconn AS connectable,
           pg_encoding_to_char(encoding) AS encoding,
           CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END AS bytes
      FROM pg_database ORDER BY datname]]
  return rows
end

function methods:close()
  if connections[self] then
    connections[self]:close()
    connections[self] = nil
  end
end

-- The configured targets by their names. Without a home that can be read, each use tells why.
local function targets_of(home)
  local config <const>, err <const> = try(config_of.load, { home = home })
  if not config then
    return setmetatable({}, { __index = function() error(err, 0) end }), {}
  end
  local targets = {}
  for _, fields in ipairs(config.targets) do
    targets[fields.name] = setmetatable(fields, target_type)
  end
  return setmetatable(targets, { __index = function(_, name) config.target(tostring(name)) end }),
    config.secrets
end

-- ---- helpers ----

-- The tasks that run and where each waits, as rows. The prompt itself is none of them.
local function ps()
  local rows <const> = { columns = { "state", "seconds", "operation", "where" } }
  local caller <const> = debug.getinfo(2, "Sl")
  for _, entry in ipairs(task.list()) do
    local where <const> = entry.where or ""
    if where:find("^nightjar/repl/ready") then
      entry.where = ("%s:%d"):format(caller.short_src, caller.currentline)
    end
    if not where:find("^nightjar/repl%.lua:") then
      entry.seconds = math.floor(entry.seconds * 10 + 0.5) / 10
      rows[#rows + 1] = entry
    end
  end
  return rows
end

-- Show values, and give them back: it can stand in the middle of an expression.
local function p(...)
  for index = 1, select("#", ...) do
    io.write(inspect_value((select(index, ...))), "\n")
  end
  return ...
end

-- Run a task as the command line does: run("backup", "--target", "main"). Gives its exit status.
local function task_runner(run)
  return function(task_name, ...)
    local commands <const> = require "nightjar.commands"
    local again <const> = setmetatable({ json = false }, { __index = run })
    return run.run_task(again, commands.find(run, task_name), { ... })
  end
end

-- What can stand in the text that a function of the prompt takes.
function M.texts(run)
  return { run = script.names(run.home) }
end

-- ---- the environment ----

-- The variables of a prompt. secrets() gives those that are known by then.
function M.environment(run)
  local secrets = {}
  local made <const> = {
    ps = function() return ps end,
    p = function() return p end,
    run = function() return task_runner(run) end,
    target = function()
      local targets
      targets, secrets = targets_of(run.home)
      return targets
    end,
  }
  local assigned <const> = {}
  local environment <const> = setmetatable({}, {
    __index = function(environment, name)
      local known = rawget(_G, name)
      if known == nil and type(name) == "string" and not assigned[name] then
        known = made[name] and made[name]() or module_of(name)
        if known == nil then
          error(host.undeclared(name, environment, _G), 2)
        end
        rawset(environment, name, known)
      end
      return known
    end,
    __newindex = function(environment, name, value)
      assigned[name] = true
      rawset(environment, name, value)
    end,
  })
  return environment, function() return secrets end
end

-- Have all of it there, so that it can be completed.
function M.prepare(environment)
  for _, name in ipairs { "ps", "p", "run", "target", table.unpack(M.modules) } do
    try(function() return environment[name] end)
  end
end

return M
