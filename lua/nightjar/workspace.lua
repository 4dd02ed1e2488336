-- A private folder for what a run fetches or prepares; gone when it is closed, and after a kill
-- with the next run.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local units = require "nightjar.units"

local M = {}

local prefix <const> = ".partial-remote-"

local workspace = {}
workspace.__index = workspace

function workspace:__close()
  local _, err = try(fs.remove, self.path, { recursive = true })
  self.held:release()
  if err then
    self.log:warn("partial.left", { path = self.path, message = err.message })
  end
end

-- The lock in such a folder is held by its run, and free once that is dead, however it ended.
local function lock(path, purpose)
  return fs.lock(path .. "/lock", { timeout = 0,
    note = ("%s, pid %d on %s, since %s"):format(purpose, host.pid, host.hostname,
      units.iso(host.time())) })
end

-- Remove the folders of dead runs.
local function sweep(folder, log)
  for _, name in ipairs(fs.list(folder)) do
    if name:sub(1, #prefix) == prefix then
      local path <const> = folder .. "/" .. name
      local held <const> = try(lock, path, "sweeping")
      if held then
        local _, err = try(fs.remove, path, { recursive = true })
        held:release()
        log:info(err and "partial.left" or "leftover.removed", { path = path })
      end
    end
  end
end

-- Make one in the backup folder, which has room for a backup; to be closed. Fields: path.
function M.open(context, purpose)
  local folder <const> = context.config.backup_folder
  fs.mkdir(folder, { mode = 448 })
  sweep(folder, context.log)
  local last
  for _ = 1, 3 do
    local path <const> = folder .. "/" .. prefix .. host.random(4)
    fs.mkdir(path, { mode = 448 })
    -- Another run that sweeps may have taken it for a dead one's in this moment.
    local held, err = try(lock, path, purpose)
    if held then
      return setmetatable({ path = path, held = held, log = context.log }, workspace)
    end
    last = err
  end
  error(last, 0)
end

return M
