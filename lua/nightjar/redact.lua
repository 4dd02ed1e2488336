-- Text without the secrets in it.

-- A shorter one is replaced only where it stands alone: "ab" must not turn "table" into "t***le".
local shortest <const> = 4

-- redact(text, secrets) → text in which each secret of the list is ***
return function(text, secrets)
  local sorted <const> = table.move(secrets, 1, #secrets, 1, {})
  table.sort(sorted, function(a, b)
    return #a > #b
  end)
  for _, secret in ipairs(sorted) do
    if secret ~= "" then
      local pattern = secret:gsub("%p", "%%%0"):gsub("%z", "%%z")
      if #secret < shortest then
        pattern = (secret:find("^%w") and "%f[%w]" or "") .. pattern
          .. (secret:find("%w$") and "%f[%W]" or "")
      end
      text = text:gsub(pattern, "***")
    end
  end
  return text
end
