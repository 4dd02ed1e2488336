-- state/spool/: the mail that has not been delivered yet, as it was last rendered. There is one at
-- most: what it says is decided anew by each run, so it never tells of a past that is over.

local fs = require "nightjar.fs"
local reserve = require "nightjar.alert.reserve"

local M = {}

local function folder_of(state_folder)
  return state_folder .. "/spool"
end

-- Where it is.
function M.path(state_folder)
  return folder_of(state_folder) .. "/pending.eml"
end

-- Write the bytes of a mail before it is sent. Returns true, or nil and the error: the mail is
-- tried all the same.
function M.put(state_folder, bytes)
  return reserve.attempt(state_folder, function()
    fs.mkdir(folder_of(state_folder), { parents = true, mode = 448 })
    fs.write(M.path(state_folder), bytes, { mode = 384 })
  end)
end

-- The bytes of the mail that is there, or nil.
function M.get(state_folder)
  local bytes, err = try(fs.read, M.path(state_folder))
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  return bytes
end

-- It has been delivered, or nothing is owed any more; and what writes were cut off goes too.
function M.clear(state_folder)
  local folder <const> = folder_of(state_folder)
  try(function()
    for _, name in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
      fs.remove(folder .. "/" .. name)
    end
  end)
end

return M
