-- Looks at disks: the folders of this home, and the volumes that containers keep their data on.

local disk = require "nightjar.health.disk"
local forecast = require "nightjar.health.forecast"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local probe = require "nightjar.health.probe"

local M = {}

local most_named <const> = 4 -- of what is on one file system

-- The folder, or the nearest one above it that is there.
local function existing(path)
  while not fs.stat(path, { follow = true }) and path ~= "/" do
    path = path:match "^(.*)/[^/]*$"
    path = path ~= "" and path or "/"
  end
  return path
end

local function observe(path)
  local there <const> = existing(path)
  local status <const> = fs.stat(there, { follow = true })
  return { device = status.device, space = fs.space(there) }
end

-- The finding of a file system, which is also kept for the next run.
local function judge(run, key, what, space, began)
  local before <const> = run.before.disk and run.before.disk[key]
  local samples <const> = run:samples(key)
  samples[#samples + 1] = { time = run.now, used = space.total - space.free }
  local found <const> = disk.judge(what, space, run.limits.disk, before and before.status,
    forecast.seconds_left(samples, space.available))
  found.seconds = host.now() - began
  run.keep.disk[key] = { used = space.total - space.free, status = found.status }
  return found
end

local function failed(what, err, began)
  local found <const> = disk.judge_error(what, err)
  found.seconds = host.now() - began
  return found
end

-- The folders of the home, in the order in which a file system is named after one of them.
local function folders(config)
  return {
    { name = "backups", what = "the backup folder", path = config.backup_folder },
    { name = "home", what = "the home", path = config.home },
  }
end

-- Something else is on the file system of a place: its finding names that too.
local function share(place, what)
  local before <const> = place.what
  place.count = (place.count or 1) + 1
  if place.count <= most_named then
    place.what = ("%s and %s"):format(before:gsub(" and ", ", "), what)
  end
  if place.finding then
    place.finding.message = place.what .. place.finding.message:sub(#before + 1)
  end
end

-- What there is of different file systems, a place each that names all that is on it, and errors.
-- devices: places that are known, by device.
local function look_at_folders(config, devices)
  local places = {}
  for _, folder in ipairs(folders(config)) do
    local seen, err = probe.attempt(observe, folder.path)
    local same <const> = seen and devices[seen.device]
    if same then
      share(same, folder.what)
    else
      folder.space, folder.err = seen and seen.space, err
      places[#places + 1] = folder
      if seen then
        devices[seen.device] = folder
      end
    end
  end
  return places
end

-- The findings of the home's own disks: `disk`, or `disk:WHAT` where there are two.
function M.home(run)
  local began <const> = host.now()
  local places <const> = look_at_folders(run.config, run.devices)
  local found = {}
  for index, place in ipairs(places) do
    local check <const> = #places == 1 and "disk" or "disk:" .. place.name
    found[index] = place.err and failed(place.what, place.err, began)
      or judge(run, check, place.what, place.space, began)
    found[index].check, place.finding = check, found[index]
  end
  return found
end

-- ---- volumes ----

-- Its folder on this machine, if that is where the engine's volumes are and this user sees it.
local function visible_source(volume, engine)
  return engine.endpoint:find("^unix://") and volume.source
    and try(fs.stat, volume.source, { follow = true }) and volume.source or nil
end

-- What df prints inside of the folder's file system, or of the container's own where it is not
-- there, and whether it is that one.
local function space_inside(run, engine, container, volume)
  local result <const> = engine:exec(container, { "df", "-P", "-k", volume.path, "/" },
    { timeout = run.timeout })
  local space <const> = disk.parse_df(result.stdout)
  if not space then
    fail("FORMAT", ("df in container '%s' says: %s"):format(container,
      (result.stderr .. result.stdout):match "[^\r\n]+" or "nothing"))
  end
  return { space = space, is_root = result.exit ~= 0 or volume.guessed }
end

-- What is seen of the file system that a target's container keeps its data on: { space, device,
-- is_root, path }, the device where that is this machine's, is_root where the container's own had
-- to do, because `path` was not found; or nil and the error.
local function look_at_volume(run, target, engine, inspected, folder)
  local volume <const> = disk.volume(inspected, folder)
  local source <const> = visible_source(volume, engine)
  local seen, err
  if source then
    seen, err = probe.attempt(observe, source)
  end
  if not seen then
    seen, err = probe.attempt(space_inside, run, engine, target.container, volume)
  end
  if seen then
    seen.path = volume.path
  end
  return seen, err
end

-- Its space, or nil and the error. folder: where the server says that its data is, or nil.
function M.volume_space(run, target, engine, inspected, folder)
  local seen <const>, err <const> = look_at_volume(run, target, engine, inspected, folder)
  return seen and seen.space, err
end

-- The finding of that file system, or nil where that is one that has its finding already: then that
-- names the volume as well. folder: where the server says that its data is, or nil.
function M.volume(run, target, engine, inspected, folder)
  local began <const> = host.now()
  local what = ("the volume of container '%s'"):format(target.container)
  local seen <const>, err <const> = look_at_volume(run, target, engine, inspected, folder)
  if seen and seen.is_root then
    what = ("the root of container '%s' (its data was not found in '%s')"):format(target.container,
      seen.path)
  end
  local same <const> = seen and seen.device and run.devices[seen.device]
  if not seen then
    return failed(what, err, began)
  elseif same then
    share(same, what)
    return nil
  end
  local found <const> = judge(run, target.name .. "/disk", what, seen.space, began)
  found.hint = seen.is_root and not folder and "The server tells where its data is to a member of "
    .. "pg_read_all_settings or pg_monitor; PGDATA in the container's environment does as well."
    or nil
  if seen.device then
    run.devices[seen.device] = { what = what, finding = found }
  end
  return found
end

return M
