-- What stands ready at the prompt and for -e: every module by its name, the targets, and helpers.

local config_of = require "nightjar.config"
local host = require "nightjar.host"
local script = require "nightjar.script"

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
M.target_methods = methods
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

-- target.main.query "..." is easily typed.
for name, method in pairs(methods) do
  methods[name] = function(self, ...)
    if debug.getmetatable(self) ~= target_type then
      error(("call it with a colon: target.NAME:%s"):format(name), 2)
    end
    return method(self, ...)
  end
end

-- The configured targets by their names. Without a home that can be read, each use tells why.
local function targets_of(run)
  local config <const>, err <const> = try(config_of.load, { home = run.home })
  if not config then
    return setmetatable({}, { __index = function() error(err, 0) end })
  end
  run.secrets = config.secrets
  local targets = {}
  for _, fields in ipairs(config.targets) do
    targets[fields.name] = setmetatable(fields, target_type)
  end
  return setmetatable(targets, { __index = function(_, name) config.target(tostring(name)) end })
end

-- ---- the environment ----

-- What can stand in the text that a function of the prompt takes.
function M.texts(run)
  return { run = script.names(run.home), help = require "nightjar.help".names() }
end

-- The variables of a prompt. The first look at `target` notes as run.secrets what must not be seen.
function M.environment(run)
  local function helper(name)
    return function()
      return require("nightjar.repl.helpers")[name](run)
    end
  end
  local made <const> = {
    ps = helper "ps", p = helper "p", run = helper "run", health = helper "health",
    mail = helper "mail", context = helper "context",
    target = function() return targets_of(run) end,
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
  rawset(environment, "help", function(...)
    require("nightjar.help").show(environment, ...)
  end)
  return environment
end

-- Have all of it there, so that it can be completed.
function M.prepare(environment)
  for _, name in ipairs { "ps", "p", "run", "context", "target", table.unpack(M.modules) } do
    try(function() return environment[name] end)
  end
end

return M
