-- A throwaway PostgreSQL of the programs that this machine has: reached by a socket in a folder
-- that is nobody else's, never by the network.

local digest = require "nightjar.digest"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"
local scheduler = require "nightjar.scheduler"
local task = require "nightjar.task"
local units = require "nightjar.units"

local M = {}

local start_seconds <const>, stop_seconds <const> = 120, 60
local longest_socket <const> = 107
local port <const> = 5432

-- ---- the programs ----

local usual_folders <const> = { "/usr/lib/postgresql", "/usr/pgsql", "/opt/postgresql" }

local function version_in(folder)
  if not (fs.stat(folder .. "/initdb", { follow = true })
      and fs.stat(folder .. "/postgres", { follow = true })) then
    return nil
  end
  local result <const> = try(process.run, { folder .. "/postgres", "--version", timeout = 10 })
  return result and math.tointeger(tonumber(result.stdout:match("%(PostgreSQL%) (%d+)")))
end

local function candidates()
  local folders = {}
  for _, base in ipairs(usual_folders) do
    for _, name in ipairs(fs.stat(base) and fs.list(base) or {}) do
      folders[#folders + 1] = ("%s/%s/bin"):format(base, name)
    end
  end
  local on_path <const> = fs.find_program "initdb"
  folders[#folders + 1] = on_path and on_path:match("^(.*)/")
  return folders
end

-- The folder of the programs of this major version, or of the next newer one that there is.
local function programs(major)
  local best, best_major, newest
  for _, folder in ipairs(candidates()) do
    local found <const> = version_in(folder)
    if found and found >= major and (not best_major or found < best_major) then
      best, best_major = folder, found
    end
    newest = found and math.max(found, newest or found) or newest
  end
  if not best then
    fail("VERSION", newest and ("the newest PostgreSQL server on this machine is of version %d, "
      .. "and the backup of version %d"):format(newest, major)
      or "there are no programs of a PostgreSQL server (initdb, postgres) on this machine",
      ("Install PostgreSQL %d here, or let the drill run in a container."):format(major))
  end
  return best, best_major
end

-- ---- who runs it, and where ----

-- PostgreSQL refuses to run as root: then another user has to.
local function unprivileged_user()
  for _, name in ipairs { "postgres", "nobody" } do
    local found <const> = process.run { "id", "-u", name, check = false, timeout = 10 }
    if found.exit == 0 then
      return name
    end
  end
  fail("NOT_FOUND", "PostgreSQL does not run as root, and there is no other user to run it as",
    "useradd --system postgres")
end

-- The words before a command: as that user, and so that it ends with us, however we end.
local function wrapping(user)
  local words = {}
  if fs.find_program "setpriv" then
    words = { "setpriv", "--pdeathsig=QUIT" }
    if user then
      table.move({ "--reuid=" .. user, "--regid=" .. user, "--init-groups" }, 1, 3, 3, words)
    end
    words[#words + 1] = "--"
  elseif user then
    words = { "runuser", "-u", user, "--" }
  end
  return words
end

-- Begin every name of this home's with the same, so that the next drill knows what a dead one left.
local function prefix_of(config)
  return ("nightjar-drill-%s-"):format(digest.of("sha256", config.home):sub(1, 8))
end

-- Where it may be: a folder that the server's user can reach, and whose path is short enough for a
-- socket.
local function bases(config, is_root)
  if config.policy.drill.folder then
    return { config.policy.drill.folder }
  elseif is_root then
    return { "/var/tmp" }
  end
  return { config.backup_folder, "/var/tmp" }
end

local function base_folder(config, is_root)
  for _, base in ipairs(bases(config, is_root)) do
    local socket <const> = ("%s/%sxxxxxxxx/cluster/.s.PGSQL.%d"):format(base, prefix_of(config),
      port)
    if #socket <= longest_socket then
      return base
    end
  end
  fail("CONFIG", "the path of drill.folder is too long for a socket in it", "Name a shorter one.")
end

local function demand_space(base, bytes)
  local free <const> = fs.space(base).available
  local needed <const> = math.floor(bytes * 1.3) + (256 << 20)
  if free < needed then
    fail("SPACE", ("'%s' has %s free, and a throwaway server needs about %s"):format(base,
      units.format_size(free), units.format_size(needed)),
      "drill.folder in policy.lua names another place.")
  end
end

-- ---- what dead drills have left ----

-- The server in a folder, if it lives: pg_ctl must not meet a stranger who has its number now.
local function stop_left_server(data)
  local text <const> = try(fs.read, data .. "/postmaster.pid", { limit = 4096 })
  local pid <const> = text and text:match("^%d+")
  local command <const> = pid and try(fs.read, ("/proc/%s/cmdline"):format(pid), { limit = 65536 })
  if not (command and command:find(data, 1, true)) then
    return
  end
  process.run { "kill", "-QUIT", pid, check = false, timeout = 10 }
  for _ = 1, 100 do
    if not fs.stat("/proc/" .. pid) then
      break
    end
    task.sleep(0.1)
  end
end

-- Remove what drills of this home have left in the places where they may have been. The drill's
-- lock says that none of them lives. What belongs to another user is none of ours.
function M.sweep(context)
  local config <const> = context.config
  local own <const> = fs.stat(config.state_folder).uid
  local prefix <const> = prefix_of(config)
  local places = bases(config, false)
  places[#places + 1] = "/var/tmp"
  for _, base in ipairs(places) do
    for _, name in ipairs(fs.stat(base) and fs.list(base) or {}) do
      local path <const> = base .. "/" .. name
      local status <const> = name:sub(1, #prefix) == prefix and fs.stat(path)
      if status and status.type == "folder" and status.uid == own then
        stop_left_server(path .. "/cluster/data")
        fs.remove(path, { recursive = true })
        context.log:info("leftover.removed", { path = path })
      end
    end
  end
end

-- ---- the server ----

local cluster = {}
cluster.__index = cluster

local function run_as(self, program, ...)
  local command = table.move(self.words, 1, #self.words, 1, {})
  command[#command + 1] = self.programs .. "/" .. program
  table.move({ ... }, 1, select("#", ...), #command + 1, command)
  command.cwd, command.timeout = "/", start_seconds
  command.env = { LC_ALL = "C", PGOPTIONS = false, PGDATA = false, PGHOST = false, PGPORT = false }
  return command
end

local function make_folders(self, base, user)
  self.path = base .. "/" .. prefix_of(self.context.config) .. host.random(4)
  if not fs.mkdir(self.path, { mode = 457 }) then -- 0711: the server's user walks through
    fail("SYSTEM", ("'%s' is there already"):format(self.path))
  end
  self.inside = self.path .. "/cluster"
  fs.mkdir(self.inside, { mode = 448 })
  if user then
    process.run { "chown", user .. ":", self.inside, timeout = 10 }
  end
end

-- A throwaway: nothing needs to reach the disk, and nobody else connects.
local function server_words(self, settings)
  local all = {
    "listen_addresses=", "unix_socket_directories=" .. self.inside, "unix_socket_permissions=0700",
    "port=" .. port, "fsync=off", "full_page_writes=off", "synchronous_commit=off",
    "autovacuum=off", "max_wal_size=4GB", "max_locks_per_transaction=512",
  }
  table.move(settings, 1, #settings, #all + 1, all)
  local words = { "-D", self.inside .. "/data" }
  for _, setting in ipairs(all) do
    table.move({ "-c", setting }, 1, 2, #words + 1, words)
  end
  return words
end

local function wait_until_ready(self)
  local deadline <const> = host.now() + start_seconds
  while true do
    local connection, err = try(postgres.connect, { host = self.server.host, port = port,
      user = self.server.user, dbname = self.server.dbname })
    if connection then
      connection:close()
      return
    elseif err.code == "CANCELLED" then
      error(err, 0)
    elseif self.ended or host.now() > deadline then
      local said <const> = self.ended and (self.ended.stderr or ""):match("[^\n]*FATAL[^\n]*")
      fail("EXIT", "the throwaway server does not start: " .. (said or err.message))
    end
    task.sleep(0.1)
  end
end

local function launch(self, settings)
  local command <const> = run_as(self, "postgres", table.unpack(server_words(self, settings)))
  command.timeout, command.check = self.context.config.policy.drill.timeout, false
  self.group = scheduler.group()
  self.group:spawn(function()
    local result, err = try(process.run, command)
    self.ended = result or err
  end)
  wait_until_ready(self)
end

-- Stop it and take it away; again is fine. The group is this task's own, and closed by it.
function cluster:close()
  local group <const>, path <const> = self.group, self.path
  self.group, self.path = nil, nil
  if group and not self.ended then
    try(task.shield, stop_seconds, process.run, run_as(self, "pg_ctl", "stop", "--mode=immediate",
      "--wait", "--silent", "--pgdata=" .. self.inside .. "/data"))
  end
  if group then
    group:close()
  end
  if path then
    task.shield(stop_seconds, fs.remove, path, { recursive = true })
  end
end

function cluster:__close()
  local path <const> = self.path
  local _, err = try(self.close, self)
  if err then
    self.context.log:error("drill.left", { path = path, message = err.message })
  end
end

-- Start one, to be closed. wanted: {major=, bytes= of all databases, superuser= its name}. Fields:
-- server (as session.at takes it), text (for people).
function M.open(context, wanted)
  local config <const> = context.config
  local self = setmetatable({ context = context }, cluster)
  local _, err = try(function()
    local is_root <const> = fs.stat(config.state_folder).uid == 0
    local user <const> = is_root and unprivileged_user() or nil
    local major
    self.programs, major = programs(wanted.major)
    self.words = wrapping(user)
    local base <const> = base_folder(config, is_root)
    demand_space(base, wanted.bytes)
    make_folders(self, base, user)
    self.server = { name = "drill", host = self.inside, port = port, user = wanted.superuser,
      dbname = "template1", dump = "host" }
    self.text = ("a throwaway server of PostgreSQL %d on this machine"):format(major)
    process.run(run_as(self, "initdb", "--pgdata=" .. self.inside .. "/data", "--auth=trust",
      "--username=" .. wanted.superuser, "--encoding=UTF8", "--locale=C", "--no-sync"))
    launch(self, config.policy.drill.settings)
  end)
  if err then
    self:__close()
    error(err, 0)
  end
  return self
end

return M
