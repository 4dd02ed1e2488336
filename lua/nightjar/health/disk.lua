-- Space on disks: from what a file system tells to a finding. Pure.

local finding = require "nightjar.health.finding"
local units = require "nightjar.units"

local M = {}

-- A warning ends only this many points below its limit, so that it does not come and go.
local hysteresis <const> = 2
local far_away <const> = 30 * 86400

-- Percent used as df counts: of what users without privileges can use.
function M.used(space)
  local used <const> = space.total - space.free
  local usable <const> = used + space.available
  return usable > 0 and used * 100 / usable or 0
end

local function inodes_used(space)
  return space.inodes and space.inodes > 0 and (space.inodes - space.inodes_free) * 100
    / space.inodes or 0
end

-- The space in the first line of what `df -P -k` has printed, or nil.
function M.parse_df(text)
  local total <const>, used <const>, available <const> =
    text:match "\n[^\n]-%s(%d+)%s+(%d+)%s+(%-?%d+)%s+%d+%%%s"
  if not total then
    return nil
  end
  local kib <const> = 1024
  return { total = math.tointeger(total) * kib, available = math.max(0, math.tointeger(available))
    * kib, free = (math.tointeger(total) - math.tointeger(used)) * kib }
end

-- ---- the volume of a container ----

local function value_of(environment, name)
  for _, entry in ipairs(environment or {}) do
    local value <const> = entry:match("^" .. name .. "=(.+)$")
    if value then
      return value
    end
  end
end

local function is_below(path, folder)
  folder = folder:gsub("/+$", "")
  return path == folder or path:sub(1, #folder + 1) == folder .. "/"
end

-- All that is mounted in a container: { folder, source, writable }, the source as the engine's
-- machine sees it. A tmpfs of `docker run --tmpfs` has none, and is not among the Mounts.
local function mounts_of(inspected)
  local mounts = {}
  for _, mount in ipairs(type(inspected.Mounts) == "table" and inspected.Mounts or {}) do
    mounts[#mounts + 1] = { folder = mount.Destination, writable = mount.RW ~= false,
      source = mount.Source ~= "" and mount.Source or nil }
  end
  local tmpfs <const> = (inspected.HostConfig or {}).Tmpfs
  for folder in pairs(type(tmpfs) == "table" and tmpfs or {}) do
    mounts[#mounts + 1] = { folder = folder, writable = true }
  end
  return mounts
end

local function mount_of(path, mounts)
  local best
  for _, mount in ipairs(mounts) do
    if is_below(path, mount.folder) and (not best or #mount.folder > #best.folder) then
      best = mount
    end
  end
  return best
end

-- The only mount that can hold data, or nil.
local function only_for_data(mounts)
  local only
  for _, mount in ipairs(mounts) do
    local passing = false
    for _, folder in ipairs { "/tmp", "/run", "/var/run", "/dev", "/etc" } do
      passing = passing or is_below(mount.folder, folder)
    end
    if mount.writable and not passing then
      if only then
        return nil
      end
      only = mount
    end
  end
  return only
end

-- Where PostgreSQL in a container keeps its data: { path, source, guessed }, the folder as the
-- container sees it, and the volume that it is on as the engine's machine does (nil where there is
-- none). folder: what the server itself says, or nil; guessed where nothing else says it either.
function M.volume(inspected, folder)
  local stated <const> = folder or value_of(inspected.Config and inspected.Config.Env, "PGDATA")
  local path, mounts <const> = stated or "/var/lib/postgresql/data", mounts_of(inspected)
  local mount = mount_of(path, mounts)
  if not mount and not stated then
    mount = only_for_data(mounts)
    path = mount and mount.folder or path
  end
  return { path = path, source = mount and mount.source, guessed = not (stated or mount) or nil }
end

-- ---- judgement ----

-- A limit that has been passed holds on until the use is well below it again.
local function passed(used, limit, before)
  return used >= limit or before and used >= limit - hysteresis
end

local graver <const> = { warn = { warn = true, crit = true }, crit = { crit = true } }

local function metrics(used, limits)
  return { { name = "disk", value = math.floor(used * 10 + 0.5) / 10, unit = "%",
    warn = limits.warn, crit = limits.crit, max = 100 } }
end

-- what: the place's name in a sentence. before: the status that it had in the last run, or nil.
-- left: seconds until it is full at the present rate, or nil.
function M.judge(what, space, limits, before, left)
  local used <const> = M.used(space)
  local message = ("%s: %s of %s free, %d %% used"):format(what,
    units.format_size(space.available), units.format_size(space.total), math.floor(used))
  local soon <const> = left and limits.full_within and left < limits.full_within
  if left and left < far_away then
    message = ("%s, full in %s at the present rate"):format(message, left < 3600
      and units.format_duration(left) or ("%d h"):format(math.floor(left / 3600)))
  end
  local fields <const> = { blocks = false, metrics = metrics(used, limits) }
  if passed(used, limits.crit, before and graver.crit[before]) then
    return finding.bad("disk.crit", message, fields)
  elseif passed(used, limits.warn, before and graver.warn[before]) or soon then
    return finding.bad("disk.warn", message, fields)
  elseif inodes_used(space) >= limits.inodes then
    return finding.bad("disk.inodes", ("%s: %d %% of the inodes are used, %d are free"):format(what,
      math.floor(inodes_used(space)), space.inodes_free), fields)
  end
  return finding.ok(message, fields)
end

function M.judge_error(what, err)
  return finding.bad("disk.unreadable", ("%s: its space cannot be read: %s"):format(what,
    err.message), { hint = err.hint, blocks = false })
end

return M
