-- What a schedule's files have to say of this machine: which program, whose rights, which folders.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"

local M = {}

local function output(...)
  local result <const> = try(process.run, { timeout = 10, ... })
  return result and result.stdout:match "^[^\n]+"
end

-- What this home's units, files and folders of tasks are called: "nightjar" where the home's folder
-- is called so too, and else "nightjar-" and its name.
function M.name(home)
  local folder <const> = home:match "([^/\\]+)[/\\]*$" or ""
  local slug <const> = folder:gsub("[^%w-]+", "-"):gsub("^-+", ""):gsub("-+$", "")
  if slug:find "^nightjar" then
    return slug
  end
  return slug ~= "" and "nightjar-" .. slug or "nightjar"
end

local function same_file(one, other)
  local first <const>, second <const> = fs.stat(one, { follow = true }), fs.stat(other,
    { follow = true })
  return first and second and first.inode == second.inode and first.device == second.device
end

-- This program as PATH knows it, which stays the same over an upgrade; else where it is.
local function this_program()
  local running <const> = output("readlink", ("/proc/%d/exe"):format(host.pid))
  local known <const> = fs.find_program "nightjar"
  if known and running and same_file(known, running) then
    return fs.absolute(known)
  end
  return running or fail("SYSTEM", "cannot find out where this program is",
    "Say it with --program.")
end

function M.user_id()
  return math.tointeger(tonumber(output("id", "-u")))
end

local function name_of(database, id)
  return (output("getent", database, tostring(id)) or ""):match "^([^:]+):"
end

local function owner_of(path)
  local id <const> = fs.stat(path, { follow = true }).uid
  return name_of("passwd", id) or fail("CONFIG",
    ("the owner of '%s' (%d) has no name on this machine"):format(path, id),
    "Give the home to a user that there is, or say --as USER.")
end

local function unix_socket(config)
  local address <const> = config.values.DOCKER_HOST or "unix:///var/run/docker.sock"
  return address:match "^unix://(/.*)$"
end

local function uses_docker(config)
  for _, target in ipairs(config.targets) do
    if target.container then
      return true
    end
  end
  return false
end

-- The group by which a user who is not root may talk to Docker's socket, or nil.
local function docker_group(config, user)
  if user == "root" or not uses_docker(config) then
    return nil
  end
  local socket <const> = unix_socket(config)
  local status <const> = socket and fs.stat(socket, { follow = true })
  local group <const> = status and name_of("group", status.gid)
    or socket and name_of("group", "docker")
  return group ~= "root" and group or nil
end

local function is_inside(path, folder)
  return path == folder or path:sub(1, #folder + 1) == folder .. "/"
end

-- What is written to: the home, the backups, and rclone's own configuration where it has to keep
-- the tokens that it is given anew.
local function writable(config, user_home)
  local paths = { config.home }
  if not is_inside(config.backup_folder, config.home) then
    paths[#paths + 1] = config.backup_folder
  end
  paths[#paths + 1] = config.policy.drill.folder
  local rclone <const> = user_home and user_home .. "/.config/rclone"
  if config.policy.remote.to and rclone and fs.stat(rclone, { follow = true })
    and not fs.stat(config.home .. "/config/rclone.conf") then
    paths[#paths + 1] = rclone
  end
  return paths
end

local function needs_tmp(config, program, paths)
  local all <const> = table.move(paths, 1, #paths, 3, { program, unix_socket(config) or "/" })
  for _, target in ipairs(config.targets) do
    all[#all + 1] = target.host
    all[#all + 1] = target.passfile
  end
  for _, path in ipairs(all) do
    if is_inside(path, "/tmp") or is_inside(path, "/var/tmp") then
      return true
    end
  end
  return false
end

local function home_of(user)
  return (output("getent", "passwd", user) or ""):match "^[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:([^:]*)"
end

-- options: kind, scope ("system" or "user"), program, folder (the home as it is seen where the jobs
-- run), as (the user who runs them), distro (of WSL).
function M.gather(config, options)
  local scope <const> = options.scope
  local home <const> = options.folder or config.home
  local facts <const> = { kind = options.kind, scope = scope, home = home, name = M.name(home),
    program = options.program or this_program() }
  if options.kind == "taskscheduler" then
    facts.user = options.as
    facts.distro = options.distro or host.environment().WSL_DISTRO_NAME
    return facts
  end
  facts.user = options.as or (scope == "system" and owner_of(config.home) or output("id", "-un"))
  facts.docker_group = scope == "system" and docker_group(config, facts.user) or nil
  facts.writable = writable(config, home_of(facts.user))
  facts.writable[1] = home
  facts.private_tmp = not needs_tmp(config, facts.program, facts.writable)
  if not facts.private_tmp then
    table.move({ "/tmp", "/var/tmp" }, 1, 2, #facts.writable + 1, facts.writable)
  end
  return facts
end

return M
