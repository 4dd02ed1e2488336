-- The home as doctor sees it: configuration, folders, and who else may read or change what is in
-- it.

local collector = require "nightjar.examination.collector"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local units = require "nightjar.units"

local M = {}

local read_by_others <const>, written_by_others <const> = 0x3F, 0x12 -- 0077, 0022

local function permissions(mode)
  return ("%03o"):format(mode & 511)
end

-- ---- folders that nightjar writes to ----

local function check_writable(add, check, folder)
  local probe <const> = ("%s/.doctor-%s"):format(folder, host.random(4))
  local _, err = try(function()
    fs.mkdir(folder, { parents = true, mode = 448 })
    fs.write(probe, "nightjar doctor\n", { mode = 384 })
    fs.remove(probe)
  end)
  if err then
    add("crit", check, ("'%s' cannot be written: %s"):format(folder, err.message),
      err.hint or "Give it to the user that runs nightjar, or name another folder.")
    return
  end
  local mode <const> = fs.stat(folder).mode
  if mode & read_by_others ~= 0 then
    add("warn", check, ("'%s' is open to others (mode %s)"):format(folder, permissions(mode)),
      ("chmod 700 '%s'"):format(folder))
  else
    add("ok", check, ("'%s' is writable, and private"):format(folder))
  end
end

local function check_space(add, folder, warn_share)
  local space <const> = fs.space(folder)
  local text <const> = ("%s free of %s for backups"):format(units.format_size(space.available),
    units.format_size(space.total))
  if space.total > 0 and (space.total - space.available) / space.total > warn_share then
    add("warn", "space", text, "Make room, or move the backups to a larger disk (BACKUP_DIR).")
  else
    add("ok", "space", text)
  end
end

-- ---- permissions ----

-- Paths of the home's config that nightjar runs or follows: who can write them can do what it can.
local function followed_paths(home)
  local config <const> = home .. "/config"
  local paths = { config, config .. "/monitoring.env", config .. "/policy.lua" }
  local tasks <const> = config .. "/tasks"
  local status <const> = fs.stat(tasks, { follow = true })
  if status and status.type == "folder" then
    paths[#paths + 1] = tasks
    for _, name in ipairs(fs.list(tasks)) do
      paths[#paths + 1] = name:find("%.lua$") and tasks .. "/" .. name or nil
    end
  end
  return paths
end

-- Files that hold what is nobody else's business. monitoring.env is told of when it is read.
local function private_paths(config)
  local paths = { config.home .. "/config/rclone.conf" }
  for _, folder in ipairs { config.state_folder, config.log_folder } do
    for _, name in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
      paths[#paths + 1] = folder .. "/" .. name
    end
  end
  return paths
end

-- Those of the paths whose mode has any of the bits.
local function with_bits(paths, bits)
  local found = {}
  for _, path in ipairs(paths) do
    local status <const> = fs.stat(path, { follow = true })
    found[#found + 1] = status and status.mode & bits ~= 0 and path or nil
  end
  return found
end

local function quoted(paths)
  return "'" .. table.concat(paths, "' '") .. "'"
end

local function check_permissions(add, config)
  local writable <const> = with_bits(followed_paths(config.home), written_by_others)
  local readable <const> = with_bits(private_paths(config), read_by_others)
  if #writable > 0 then
    add("crit", "permissions", ("others can write %s, and so do what nightjar can"):format(
      quoted(writable)), "chmod go-w " .. quoted(writable))
  end
  if #readable > 0 then
    add("warn", "permissions", ("others can read %s"):format(quoted(readable)),
      "chmod go-rwx " .. quoted(readable))
  end
  if #writable + #readable == 0 then
    add("ok", "permissions", "nobody else can change the configuration, or read state and logs")
  end
end

-- ---- all of it ----

local function check_config(add, config)
  for _, warning in ipairs(config.warnings) do
    add("warn", "config", type(warning) == "table" and warning.message or warning,
      type(warning) == "table" and warning.hint or nil)
  end
  if #config.warnings == 0 then
    add("ok", "config", ("%d target%s configured in '%s'"):format(#config.targets,
      #config.targets == 1 and "" or "s", config.home))
  end
end

-- It is not asked here: an answer would count as a sign of life.
local function check_ping(add, config)
  local url <const> = config.values.PING_URL
  add("ok", "ping", url and url ~= "" and "PING_URL is set; doctor does not call it"
    or "PING_URL is not set: nobody will notice when nightjar itself no longer runs")
end

-- Configuration, folders, permissions: the findings.
function M.examine(config)
  local add <const>, findings <const> = collector(nil)
  check_config(add, config)
  check_writable(add, "backup folder", config.backup_folder)
  check_writable(add, "state folder", config.state_folder)
  check_writable(add, "log folder", config.log_folder)
  check_permissions(add, config)
  if fs.stat(config.backup_folder) then
    check_space(add, config.backup_folder, 0.85)
  end
  check_ping(add, config)
  return findings
end

return M
