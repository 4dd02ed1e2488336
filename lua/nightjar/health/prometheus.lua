-- The findings as a file for Prometheus' textfile collector. Pure.

local M = {}

local values <const> = { ok = 0, warn = 1, crit = 2, unknown = 3 }
local gravity <const> = { ok = 0, warn = 1, unknown = 2, crit = 3 }

local function escaped(text)
  return (text:gsub('[\\"\n]', { ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n" }))
end

local function labels(pairs_of)
  local parts = {}
  for index, pair in ipairs(pairs_of) do
    parts[index] = ('%s="%s"'):format(pair[1], escaped(pair[2]))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function family(lines, name, help, samples)
  if #samples == 0 then
    return
  end
  lines[#lines + 1] = ("# HELP %s %s"):format(name, help)
  lines[#lines + 1] = ("# TYPE %s gauge"):format(name)
  for _, sample in ipairs(samples) do
    lines[#lines + 1] = name .. sample
  end
end

-- The worst status of each target and check. What was skipped has none: only its root tells.
local function statuses(findings)
  local order, worst = {}, {}
  for _, found in ipairs(findings) do
    local key <const> = labels { { "target", found.target or "" }, { "check", found.check } }
    if values[found.status] then
      order[#order + 1] = not worst[key] and key or nil
      if not worst[key] or gravity[found.status] > gravity[worst[key]] then
        worst[key] = found.status
      end
    end
  end
  for index, key in ipairs(order) do
    order[index] = ("%s %d"):format(key, values[worst[key]])
  end
  return order
end

-- backups: { [target] = { started =, bytes = } }, now: seconds since 1970.
function M.text(findings, backups, now)
  local lines, names, ages, sizes = {}, {}, {}, {}
  for name in pairs(backups) do
    names[#names + 1] = name
  end
  table.sort(names)
  for index, name in ipairs(names) do
    local of <const> = labels { { "target", name } }
    ages[index] = ("%s %d"):format(of, math.max(0, math.floor(now - backups[name].started)))
    sizes[index] = ("%s %d"):format(of, backups[name].bytes)
  end
  family(lines, "nightjar_check_status", "0 ok, 1 warning, 2 critical, 3 could not observe",
    statuses(findings))
  family(lines, "nightjar_last_run_timestamp_seconds", "when the health check ran",
    { (" %d"):format(math.floor(now)) })
  family(lines, "nightjar_backup_age_seconds", "age of the newest good backup", ages)
  family(lines, "nightjar_backup_bytes", "size of the newest good backup", sizes)
  return table.concat(lines, "\n") .. "\n"
end

return M
