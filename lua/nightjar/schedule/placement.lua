-- Putting a schedule's files into a folder that is not ours, and taking them out again: by their
-- mark, so that nothing of anybody else's is touched.

local fs = require "nightjar.fs"
local marker = require "nightjar.schedule.marker"

local M = {}

local public_file <const>, public_folder <const> = 420, 493 -- 0644, 0755

local function read(path)
  local status <const> = fs.stat(path, { follow = true })
  return status and status.type == "file" and fs.read(path) or nil
end

-- {name = text} of the files in a folder that bear the mark of this home.
function M.ours(folder, home)
  local found = {}
  local status <const> = fs.stat(folder, { follow = true })
  for _, name in ipairs(status and status.type == "folder" and fs.list(folder) or {}) do
    local text <const> = name:find "^nightjar" and read(folder .. "/" .. name)
    local mark <const> = text and marker.read(text)
    if mark and mark.home == home then
      found[name] = text
    end
  end
  return found
end

-- What each wanted file is now, by marker.compare.
function M.states(folder, wanted, home)
  local states = {}
  for name, text in pairs(wanted) do
    states[name] = marker.compare(read(folder .. "/" .. name), text, home)
  end
  return states
end

local function refuse(folder, name, state)
  local path <const> = folder .. "/" .. name
  if state == "foreign" then
    fail("DENIED", ("'%s' is there, and not nightjar's"):format(path), "Move it away first.")
  elseif state == "other" then
    fail("DENIED", ("'%s' serves another home: '%s'"):format(path, marker.read(read(path)).home),
      "Two homes on one machine need folders of different names.")
  elseif state == "edited" then
    fail("DENIED", ("'%s' was changed by hand"):format(path),
      "nightjar schedule status --verbose shows how. --force writes it anew; what is to stay "
        .. "belongs into policy.lua, or beside it: systemctl edit.")
  end
end

-- What has to be done: {{name=, action = "write" or "remove" or "keep", text = of what goes}…}, by
-- name. Fails where something is in the way; force: changes made by hand are not.
function M.plan(folder, wanted, home, force)
  local plan = {}
  for name, state in pairs(M.states(folder, wanted, home)) do
    if not (force and state == "edited") then
      refuse(folder, name, state)
    end
    plan[#plan + 1] = { name = name, action = state == "same" and "keep" or "write",
      state = state }
  end
  for name, text in pairs(M.ours(folder, home)) do
    if not wanted[name] then
      if not force and not marker.read(text).intact then
        refuse(folder, name, "edited")
      end
      plan[#plan + 1] = { name = name, action = "remove", text = text }
    end
  end
  table.sort(plan, function(one, other) return one.name < other.name end)
  return plan
end

-- Do it. Each file is there whole, or as it was.
function M.apply(folder, wanted, plan)
  for _, step in ipairs(plan) do
    local path <const> = folder .. "/" .. step.name
    if step.action == "write" then
      fs.mkdir(folder, { mode = public_folder })
      fs.write(path, wanted[step.name], { mode = public_file })
    elseif step.action == "remove" then
      fs.remove(path)
    end
  end
end

return M
