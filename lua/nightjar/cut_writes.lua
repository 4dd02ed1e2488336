-- What is left of a file that was being written when its run was killed: NAME.<hex digits>.tmp
-- beside it. Who holds the lock of the file's writers knows that none of them lives.

local fs = require "nightjar.fs"

local M = {}

-- Paths of what is left of `folder`/`name`.
function M.of(folder, name)
  local pattern <const> = "^" .. name:gsub("%p", "%%%0") .. "%.%x+%.tmp$"
  local paths = {}
  for _, found in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
    paths[#paths + 1] = found:find(pattern) and folder .. "/" .. found or nil
  end
  return paths
end

function M.remove(folder, name)
  for _, path in ipairs(M.of(folder, name)) do
    fs.remove(path)
  end
end

return M
