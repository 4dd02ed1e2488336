-- What a program that failed has said of it, in one line: pure.

local prefixes <const> = { "^pg_dumpall: ", "^pg_dump: ", "^psql:[^ ]* ", "^psql: ", "^error: " }

local function first_error(stderr)
  local last
  for line in stderr:gmatch("[^\n]+") do
    if line:find("error:", 1, true) or line:find("ERROR:", 1, true) or line:find("FATAL:", 1, true)
    then
      return line
    end
    last = line:find("%S") and line or last
  end
  return last
end

-- The line of an error's stderr that says why, without the program's name; or nil.
local function complaint(err)
  local line = err.stderr and first_error(err.stderr)
  for _, prefix in ipairs(line and prefixes or {}) do
    line = line:gsub(prefix, "")
  end
  return line
end

return complaint
