-- Real containers on a real engine: tests/fixture/container.sh for specs.

local process = require "nightjar.process"

local M = {}

M.image = "nightjar-test"

-- The docker command: what it says, without the line break at its end.
function M.docker(...)
  local command = { timeout = 120, "docker", ... }
  return (process.run(command).stdout:gsub("%s+$", ""))
end

local function fixture(words, more, password)
  local command = table.move(more, 1, #more, #words + 1, words)
  table.insert(command, 1, "tests/fixture/container.sh")
  command.timeout, command.env = 120, { PGPASSWORD = password }
  return process.run(command).stdout
end

-- Made in no time; again is fine.
function M.import_image()
  fixture({ "image" }, {})
end

-- Where this host keeps initdb and postgres.
function M.server_programs()
  return (fixture({ "programs" }, {}):gsub("%s+$", ""))
end

-- Run a container of the image in the background: words for `docker run`, then a script for bash, then what it finds
-- in $0, $1, ... Returns its id.
function M.run(words, script, ...)
  return fixture({ "run", table.unpack(words) }, { "--", script, ... }):match "%x+"
end

-- A PostgreSQL in a container: `words` for docker run, its superuser's password, and settings for the server
-- ({"max_connections=5"}). Returns the container's id, and the port on 127.0.0.1 that leads to it.
function M.postgres(words, password, settings)
  return fixture({ "postgres", table.unpack(words or {}) }, { "--", table.unpack(settings or {}) }, password)
    :match "^(%x+)\n(%d+)"
end

-- Statements played by psql inside a container; what they print.
function M.sql(container, password, sql, database)
  return process.run { "docker", "exec", "--interactive", "--env", "PGPASSWORD", container, "psql", "-XqAt", "-U",
    "postgres", "-h", "/tmp", "-v", "ON_ERROR_STOP=1", "-d", database or "postgres", stdin = sql,
    env = { PGPASSWORD = password }, timeout = 60 }.stdout
end

-- Containers go, running or not; ids that are nil are passed over.
function M.remove(...)
  local command = { "docker", "rm", "--force", "--volumes", check = false }
  for index = 1, select("#", ...) do
    command[#command + 1] = (select(index, ...))
  end
  if #command > 4 then
    process.run(command)
  end
end

return M
