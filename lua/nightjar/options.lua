-- Tables of options: what nobody knows is an error, with "did you mean".

local suggest = require "nightjar.suggest"

local M = {}

-- Raise at the caller's caller when the table has a key that is not in the list `known`; nil is no
-- options.
function M.only(options, known, level)
  if options ~= nil and type(options) ~= "table" then
    error(("a table of options expected, got a %s"):format(type(options)), (level or 1) + 2)
  end
  for key in pairs(options or {}) do
    local found = false
    for _, name in ipairs(known) do
      found = found or key == name
    end
    if not found then
      local near <const> = suggest(tostring(key), known)
      error(("unknown option '%s'%s"):format(tostring(key),
        near and (" (did you mean '%s'?)"):format(near) or ""), (level or 1) + 2)
    end
  end
  return options or {}
end

return M
