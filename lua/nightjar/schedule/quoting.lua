-- What every scheduler's files have in common: which texts can stand in them at all, and how a
-- shell is given one. Pure.

local M = {}

-- Refuse what cannot be written into a line of any scheduler's file.
function M.demand_text(what, text)
  if text:find("%c") then
    fail("CONFIG", ("%s has a control character in its path: '%s'"):format(what,
      (text:gsub("%c", "?"))), "No scheduler can be told of it; move it to another path.")
  elseif not utf8.len(text) then
    fail("CONFIG", ("%s has a path that is not UTF-8: '%s'"):format(what,
      (text:gsub("[\x80-\xff]", "?"))), "Move it to another path.")
  end
end

-- One word of a POSIX shell's command line.
function M.shell_word(text)
  if text:find("^[%w@%+=:,./_-]+$") then
    return text
  end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

return M
