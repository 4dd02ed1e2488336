-- What the end-to-end specs share: the program in a home of its own, a throwaway PostgreSQL, and waiting with a deadline.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local leaks = require "tests.lua.leaks"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"
local task = require "nightjar.task"

local M = {}

M.program = fs.absolute(os.getenv "NIGHTJAR" or "build/nightjar")
M.mebibyte = 1024 * 1024

-- Environment variables that would tell nightjar, or a test's psql, of somebody else's server.
local foreign <const> = {
  "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGDATABASE", "PGSERVICE", "PGOPTIONS",
  "POSTGRES_CONTAINER", "BACKUP_DIR", "BACKUP_KEEP", "BACKUP_KEEP_MIN", "VERIFY_DSN",
  "NIGHTJAR_HOME", "SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY", "SMTP_USER", "SMTP_PASSWORD", "SMTP_FROM",
  "SMTP_TO", "SMTP_CA_FILE", "ALERT_INTERVAL", "PING_URL",
}

local function environment(additions)
  local values = { NO_COLOR = "1" }
  for _, name in ipairs(foreign) do
    values[name] = false
  end
  for name, value in pairs(additions or {}) do
    values[name] = value
  end
  return values
end

-- A fresh folder that the server's user can walk through; goes with `close`.
local folder = {}
folder.__index = folder

function M.folder()
  local path <const> = process.run({ "mktemp", "-d", "-t", "nightjar.XXXXXX" }).stdout:gsub("\n", "")
  process.run { "chmod", "755", path }
  return setmetatable({ path = path }, folder)
end

function folder:close()
  fs.remove(self.path, { recursive = true })
end

-- Ask until the answer is true; a test fails rather than waits for ever.
function M.wait_for(seconds, what, f)
  local deadline <const> = host.now() + seconds
  while true do
    local answer = f()
    if answer then
      return answer
    elseif host.now() > deadline then
      error(("waited %s s in vain until %s"):format(seconds, what), 2)
    end
    task.sleep(0.02)
  end
end

-- A throwaway server; settings such as "fsync=on" may be given. Fields: host, port, user, password, folder.
local server = {}
server.__index = server

-- A server that a test has stopped has none to show.
local function scratch_databases(of)
  local made = {}
  for _, name in ipairs(try(of.databases, of) or {}) do
    if name:find("^nightjar_verify_") or name:find("__restore_", 1, true) then
      made[#made + 1] = name
    end
  end
  return made
end

function M.server(...)
  local place = M.folder()
  local command = { "tests/fixture/postgres.sh", "start", place.path .. "/pg", ... }
  command.env, command.timeout = environment { PGPASSWORD = "not-for-anybody" }, 120
  local started <const> = process.run(command)
  local values = {}
  for name, value in started.stdout:gmatch("([A-Z]+)=([^\n]*)") do
    values[name] = value
  end
  local self <const> = setmetatable({ place = place, folder = place.path .. "/pg", host = values.PGHOST,
    port = math.tointeger(tonumber(values.PGPORT)), user = values.PGUSER,
    password = values.PGPASSWORD }, server)
  leaks.opened(self, { ["scratch database"] = scratch_databases })
  return self
end

function server:close()
  leaks.closing(self)
  process.run { "tests/fixture/postgres.sh", "stop", self.folder, timeout = 60 }
  self.place:close()
end

function server:environment(additions)
  local values = environment { PGHOST = self.host, PGPORT = tostring(self.port),
    PGUSER = self.user, PGPASSWORD = self.password }
  for name, value in pairs(additions or {}) do
    values[name] = value
  end
  return values
end

-- A connection, to be closed, as somebody who uses the database has one.
function server:connect(database, options)
  options = options or {}
  return postgres.connect { host = self.host, port = self.port, user = options.user or self.user,
    password = options.password or self.password, dbname = database or "postgres",
    application_name = "a test" }
end

-- The rows of one statement.
function server:query(database, sql, parameters)
  local connection <close> = self:connect(database)
  return connection:query(sql, parameters, { timeout = 120 })
end

-- The first column of the first row.
function server:value(database, sql, parameters)
  local rows <const> = self:query(database, sql, parameters)
  return rows[1] and rows[1][rows.columns[1]]
end

local function conninfo(database)
  return "dbname='" .. database:gsub("[\\']", "\\%0") .. "'"
end

-- A script of SQL, played by psql.
function server:play(database, sql)
  return process.run { "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
    "--set=ON_ERROR_STOP=1", "--dbname=" .. conninfo(database), "--file=-", stdin = sql,
    env = self:environment(), timeout = 240 }.stdout
end

-- A database of this name, made anew and filled by `sql`.
function server:database(name, sql)
  local connection <close> = self:connect()
  local quoted <const> = postgres.identifier(name)
  connection:query(("DROP DATABASE IF EXISTS %s WITH (FORCE)"):format(quoted))
  connection:query("CREATE DATABASE " .. quoted)
  if sql then
    self:play(name, sql)
  end
  return name
end

function server:databases()
  local names = {}
  for index, row in ipairs(self:query("postgres", "SELECT datname FROM pg_database ORDER BY 1")) do
    names[index] = row.datname
  end
  return names
end

-- Databases that nightjar has made and not taken away.
function server:made_databases()
  local names = {}
  for _, name in ipairs(self:databases()) do
    if name:find("nightjar_verify_", 1, true) or name:find("__restore_", 1, true)
        or name:find("__before_", 1, true) then
      names[#names + 1] = name
    end
  end
  return names
end

-- What pg_dump says of a database, less the keys that change by themselves. Independent of
-- nightjar: by it a test knows that a database has not been touched, or is the same again.
function server:dump(database, ...)
  local dumped <const> = process.run { "pg_dump", "--dbname=" .. conninfo(database), ...,
    env = self:environment(), limit = 512 * M.mebibyte, timeout = 240 }
  return (dumped.stdout:gsub("\n\\u?n?restrict [^\n]*", ""))
end

-- Backends of nightjar's own that the server still has.
function server:backends()
  return self:value("postgres", [[SELECT count(*) FROM pg_stat_activity
    WHERE application_name LIKE 'nightjar%' AND pid <> pg_backend_pid()]])
end

-- A home of nightjar's, configured for a server.
local home = {}
home.__index = home

-- What a run in it is still at work on, or was when it died.
local function half_files(path, found)
  for _, name in ipairs(try(fs.list, path) or {}) do
    local inner <const> = path .. "/" .. name
    if name:find "^%.partial%-" or name:find "^%.deleting%-" or name:find "%.%x+%.tmp$" then
      found[#found + 1] = inner
    elseif (fs.stat(inner) or {}).type == "folder" then
      half_files(inner, found)
    end
  end
  return found
end

-- options: env = lines for monitoring.env beside the connection's, policy = text of policy.lua
function M.home(of, options)
  options = options or {}
  local place = M.folder()
  fs.mkdir(place.path .. "/config", { mode = 448 })
  local lines = {}
  if of then
    lines = { "PGHOST=" .. of.host, "PGPORT=" .. of.port, "PGUSER=" .. of.user,
      "PGPASSWORD=" .. of.password }
  end
  table.move(options.env or {}, 1, #(options.env or {}), #lines + 1, lines)
  fs.write(place.path .. "/config/monitoring.env", table.concat(lines, "\n") .. "\n",
    { mode = 384 })
  if options.policy then
    fs.write(place.path .. "/config/policy.lua", options.policy, { mode = 384 })
  end
  local self <const> = setmetatable({ place = place, path = place.path }, home)
  leaks.opened(self, { ["half a file"] = function() return half_files(place.path, {}) end })
  return self
end

function home:close()
  leaks.closing(self)
  self.place:close()
end

local function with_options(arguments, additions)
  local command = table.move(arguments, 1, #arguments, #additions + 1, additions)
  command.check = false
  command.env = environment(arguments.env)
  command.stdin = arguments.stdin
  command.timeout = arguments.timeout or 240
  command.limit = 64 * M.mebibyte
  return command
end

-- Run the program: home:run{"backup", "--json", env = {...}, stdin =} -> {exit, signal, stdout, stderr}
function home:run(arguments)
  return process.run(with_options(arguments, { M.program, "--home", self.path }))
end

-- The program on its own, without a home.
function M.run(arguments)
  return process.run(with_options(arguments, { M.program }))
end

-- Run it with --json: the document, and the whole result.
function home:json(arguments)
  arguments[#arguments + 1] = "--json"
  local result <const> = self:run(arguments)
  local document, err = try(json.decode, result.stdout)
  if not document then
    error(("no JSON (%s), exit %s\n%s%s"):format(err.message, result.exit, result.stdout,
      result.stderr), 2)
  end
  return document, result
end

-- Run it, and fail the test when it does not end with `exit`.
function home:expect(exit, arguments)
  local result <const> = self:run(arguments)
  if result.exit ~= exit then
    error(("'%s' ended with %s, not %d\n%s%s"):format(table.concat(arguments, " "),
      result.exit or "signal " .. result.signal, exit, result.stdout, result.stderr), 2)
  end
  return result
end

-- Run it and, while it runs, f(pid). What f raises ends the program, and the test.
function home:during(arguments, f)
  local pid_file <const> = ("%s/pid-%s"):format(self.path, host.random(4))
  local command = with_options(arguments, { "sh", "-c", 'echo $$ >"$0" && exec "$@"', pid_file,
    M.program, "--home", self.path })
  return task.parallel {
    program = function() return process.run(command) end,
    meanwhile = function()
      local pid = M.wait_for(10, "the program runs", function()
        local text <const> = fs.stat(pid_file) and fs.read(pid_file)
        return text and text:match("^%d+")
      end)
      f(math.tointeger(tonumber(pid)))
    end,
  }.program
end

function M.kill(signal, pid)
  process.run { "kill", "-" .. signal, tostring(pid) }
end

-- Is there a process of this number that is more than a name in the table?
function M.is_running(pid)
  local stat <const> = try(fs.read, ("/proc/%d/stat"):format(pid))
  return stat ~= nil and stat:match("^.*%) (%a)") ~= "Z"
end

-- Ids of the sets that are there, good or bad, newest first; and anything else in that folder.
function home:sets(target)
  local ids, others = {}, {}
  local where <const> = ("%s/backups/%s"):format(self.path, target or "main")
  for _, name in ipairs(fs.stat(where) and fs.list(where) or {}) do
    if name:find "^%d%d%d%d%-%d%d%-%d%dT%d%d%-%d%d%-%d%dZ$" then
      table.insert(ids, 1, name)
    else
      others[#others + 1] = name
    end
  end
  return ids, others, where
end

-- Path of a file in the newest set.
function home:file(name, target)
  local ids, _, where = self:sets(target)
  return ("%s/%s/%s"):format(where, ids[1], name)
end

-- The log of a family of tasks.
function home:log(family)
  return fs.read(("%s/logs/%s.log"):format(self.path, family))
end

-- Everything that nightjar has written beside the dumps: the log, manifests, state.
function home:written()
  return process.run { "grep", "-r", "", self.path .. "/logs", self.path .. "/state",
    self.path .. "/backups", "--include=*.log", "--include=*.json", "--include=*.lock",
    "--include=*.sql", check = false, limit = 64 * M.mebibyte }.stdout
end

-- Programs that stand in for real ones, first on PATH: {pg_dump = "shell script"}. In a script,
-- `real` names the program it stands for.
function M.stand_ins(scripts)
  local place = M.folder()
  for name, script in pairs(scripts) do
    local real <const> = fs.find_program(name) or "/nonexistent"
    local path <const> = place.path .. "/" .. name
    fs.write(path, ("#!/bin/bash\nreal=%s\n%s"):format(real, script))
    process.run { "chmod", "755", path }
  end
  place.PATH = place.path .. ":" .. os.getenv "PATH"
  return place
end

-- A PATH of these programs and the system's small ones, without PostgreSQL's.
function M.path_without_postgres()
  local place = M.folder()
  process.run { "sh", "-c", [[
    cd "$0" && for folder in /bin /usr/bin /usr/local/bin; do
      for program in "$folder"/*; do
        case "${program##*/}" in
          pg_*|psql|initdb|createdb|dropdb|vacuumdb|reindexdb|clusterdb) ;;
          *) [ -e "${program##*/}" ] || ln -s "$program" . ;;
        esac
      done
    done]], place.path }
  place.PATH = place.path
  return place
end

return M
