-- Whether a file of the home's may run as Lua: none that anybody, or somebody other than root where
-- root runs it, could have written.

local fs = require "nightjar.fs"
local host = require "nightjar.host"

local M = {}

local writable_by_all <const>, sticky <const> = 0x02, 0x200 -- 0002, 01000
local root <const> = 0

-- What speaks against a file or folder of this status, for this user: words, and what to do with
-- its path; or nil. Pure.
function M.problem(status, user)
  if status.mode & writable_by_all ~= 0 and status.mode & sticky == 0 then
    return "everybody may write to it", "Look at what it holds, then: chmod o-w '%s'"
  elseif user == root and status.uid ~= root then
    return ("it belongs to user %d, and root would run it"):format(status.uid),
      ("Run nightjar as that user (sudo -u '#%d' nightjar …), or look at what it holds, then: "
        .. "chown root '%%s'"):format(status.uid)
  end
end

local function demand_one(path, shown)
  local status <const> = fs.stat(path, { follow = true })
  local words, hint
  if status then
    words, hint = M.problem(status, host.user)
  end
  if words then
    fail("CONFIG", ("%s: %s"):format(shown, words), hint:format(path))
  end
end

-- Demand it of the file `name` below `home`, and of the folders that lead there.
function M.demand(home, name)
  demand_one(home, "the home")
  for position in (name .. "/"):gmatch "()/" do
    local part <const> = name:sub(1, position - 1)
    demand_one(home .. "/" .. part, part)
  end
end

return M
