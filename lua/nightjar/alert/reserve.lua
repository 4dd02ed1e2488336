-- A little room on the disk, kept so that there is some when everything else is full.

local fs = require "nightjar.fs"

local M = {}

local no_space <const>, no_quota <const> = 28, 122
local smallest <const>, block <const> = 16384, 4096

local function path_of(folder)
  return folder .. "/reserve"
end

-- Bytes that no file system makes smaller.
local function noise(size)
  local words = {}
  for index = 1, size // 8 do
    words[index] = string.pack("<i8", math.random(0))
  end
  return table.concat(words)
end

-- Do f(...); on a full disk give up the reserve in `folder`, and do it again. Returns true, or nil
-- and the error; being cancelled is raised.
function M.attempt(folder, f, ...)
  local _, err = try(f, ...)
  if err and (err.errno == no_space or err.errno == no_quota)
      and try(fs.remove, path_of(folder)) then
    _, err = try(f, ...)
  end
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  return not err or nil, err
end

-- Keep `size` bytes in `folder` for the next time, or as much of that as there is.
function M.keep(folder, size)
  local wanted = (size // block + 1) * block
  local there <const> = try(fs.stat, path_of(folder))
  if there and there.size >= wanted then
    return
  end
  repeat
    local _, err = try(fs.write, path_of(folder), noise(wanted))
    if err and err.code == "CANCELLED" then
      error(err, 0)
    end
    wanted = wanted // 2
  until not err or wanted < smallest
end

return M
