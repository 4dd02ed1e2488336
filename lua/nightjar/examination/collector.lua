-- The findings of an examination, in the order in which they are made.

-- collector(target) → add(status, check, message, hint), and the list that it adds to. target is a
-- name, or nil for what concerns the home.
return function(target)
  local findings <const> = {}
  local function add(status, check, message, hint)
    findings[#findings + 1] = { target = target, check = check, status = status, message = message,
      hint = hint }
  end
  return add, findings
end
