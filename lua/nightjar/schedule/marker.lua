-- The mark on files that are nightjar's own: whose home they serve, and whether somebody has
-- changed them since. Pure.

local digest = require "nightjar.digest"

local M = {}

local first <const> = "# Written by nightjar schedule for the home "
local second <const> = "# Do not edit: nightjar would no longer update it. sha256 of the rest: "

local function sum(home, text)
  return digest.of("sha256", home .. "\n" .. text)
end

-- The text with the mark in front. It is for files in which # begins a comment.
function M.seal(home, text)
  return ("%s%s\n%s%s\n%s"):format(first, home, second, sum(home, text), text)
end

-- What a text's mark says: { home=, intact = not changed since }, or nil where it has none.
function M.read(text)
  if text:sub(1, #first) ~= first then
    return nil
  end
  local home <const>, rest <const> = text:match("^([^\n]*)\n(.*)$", #first + 1)
  if not home then
    return { home = text:sub(#first + 1), intact = false }
  end
  local stated <const>, body <const> = rest:sub(#second + 1):match("^(%x+)\n(.*)$")
  return { home = home,
    intact = rest:sub(1, #second) == second and stated ~= nil and stated == sum(home, body) }
end

-- What is to be done about a file that is to hold `wanted` and holds `found`, or nothing (nil):
-- "missing", "same", "outdated" (ours, as we wrote it), "edited" (ours, changed by hand),
-- "other" (of another home), "foreign" (none of ours).
function M.compare(found, wanted, home)
  if not found then
    return "missing"
  elseif found == wanted then
    return "same"
  end
  local mark <const> = M.read(found)
  if not mark then
    return "foreign"
  elseif mark.home ~= home then
    return "other"
  end
  return mark.intact and "outdated" or "edited"
end

return M
