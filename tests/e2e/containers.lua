-- Real containers on a real engine: an image of an empty tree, whose programs come from this host by a mount.

local process = require "nightjar.process"
local support = require "tests.e2e.support"

local M = {}

M.image = "nightjar-test"

-- The docker command: what it says, without the line break at its end.
function M.docker(...)
  local command = { timeout = 120, "docker", ... }
  return (process.run(command).stdout:gsub("%s+$", ""))
end

-- Made in no time; again is fine.
function M.import_image()
  local tree <const> = support.folder()
  process.run { "bash", "-ec", [[
    umask 022; cd "$0" && chmod 755 . && mkdir -p usr etc tmp run proc sys dev root var/run/postgresql
    ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/sbin sbin; [ ! -d /usr/lib64 ] || ln -s usr/lib64 lib64
    chmod 1777 tmp var/run/postgresql
    grep -E '^(root|postgres):' /etc/passwd >etc/passwd; grep -E '^(root|postgres):' /etc/group >etc/group
    tar -c . | docker import - "$1" >/dev/null]], tree.path, M.image, timeout = 120 }
  tree:close()
end

-- Where this host keeps initdb and postgres.
function M.server_programs()
  return (process.run({ "bash", "-c",
    "dirname \"$(find /usr/lib/postgresql -path '*/bin/initdb' | sort -V | tail -n 1)\"" }).stdout:gsub("\n", ""))
end

-- Run a container of the image in the background: words for `docker run`, then a script for bash, then what it finds
-- in $0, $1, ... Returns its id.
function M.run(words, script, ...)
  local command = { "run", "--detach", "--volume", "/usr:/usr:ro", "--env",
    "PATH=" .. M.server_programs() .. ":/usr/bin:/bin" }
  table.move(words, 1, #words, #command + 1, command)
  return M.docker(table.unpack(table.move({ M.image, "bash", "-ec", script, ... }, 1, 4 + select("#", ...),
    #command + 1, command)))
end

-- A PostgreSQL in a container: `words` for docker run, its superuser's password, and settings for the server
-- ({"max_connections=5"}). Returns the container's id, and the port on 127.0.0.1 that leads to it.
function M.postgres(words, password, settings)
  local user <const> = process.run({ "id", "-u", "postgres" }).stdout:gsub("\n", "")
  local all = { "--user", "postgres", "--tmpfs", "/pg:uid=" .. user .. ",mode=700", "--publish", "127.0.0.1::5432" }
  table.move(words or {}, 1, #(words or {}), #all + 1, all)
  local options = {}
  for _, setting in ipairs(settings or {}) do
    table.move({ "-c", setting }, 1, 2, #options + 1, options)
  end
  local id <const> = M.run(all, [[
    printf '%s' "$0" >/tmp/password
    initdb -D /pg/d --username postgres --pwfile /tmp/password --auth scram-sha-256 --locale C.UTF-8 --no-sync
    echo 'host all all all scram-sha-256' >>/pg/d/pg_hba.conf
    exec postgres -D /pg/d -c fsync=off -c 'listen_addresses=*' -c unix_socket_directories=/tmp,/var/run/postgresql "$@"]],
    password, table.unpack(options))
  return id, M.docker("port", id, "5432/tcp"):match ":(%d+)"
end

-- Statements played by psql inside a container; what they print.
function M.sql(container, password, sql, database)
  return process.run { "docker", "exec", "--interactive", "--env", "PGPASSWORD", container, "psql", "-XqAt", "-U",
    "postgres", "-h", "/tmp", "-v", "ON_ERROR_STOP=1", "-d", database or "postgres", stdin = sql,
    env = { PGPASSWORD = password }, timeout = 60 }.stdout
end

-- Containers go, running or not; ids that are nil are passed over.
function M.remove(...)
  for index = 1, select("#", ...) do
    local id <const> = select(index, ...)
    if id then
      process.run { "docker", "rm", "--force", "--volumes", id, check = false }
    end
  end
end

return M
