-- Replication, as a primary and as a standby see it: from what the server tells to a finding. Pure.

local finding = require "nightjar.health.finding"
local server = require "nightjar.health.server"
local units = require "nightjar.units"

local M = {}

local class <const> = "pg.replication"

local function judge_standby(standby, limits)
  local lag <const> = math.max(0, standby.lag or 0)
  local status <const> = server.level(lag, limits.warn, limits.crit)
  if status ~= "ok" then
    return server.judged(status, class, ("standby '%s'%s is %s behind%s"):format(standby.name,
      standby.address and " at " .. standby.address or "", units.format_duration(lag),
      (standby.behind or 0) > 0 and (" (%s)"):format(units.format_size(standby.behind)) or ""))
  end
end

local function judge_slot(slot, limits)
  local held <const> = math.max(0, slot.held or 0)
  if slot.status == "lost" then
    return server.judged("crit", class,
      ("replication slot '%s' is lost: WAL that it needs has been removed"):format(slot.name),
      { hint = "Its standby has to be made anew; then drop the slot." })
  elseif slot.active then
    return nil
  end
  local status = server.level(held, limits.slot_warn, limits.slot_crit)
  status = status == "ok" and slot.status == "unreserved" and "warn" or status
  if status ~= "ok" then
    return server.judged(status, class, ("replication slot '%s' is in nobody's use, and holds %s "
      .. "of WAL"):format(slot.name, units.format_size(held)),
      { hint = ("If nothing will use it again: SELECT pg_drop_replication_slot('%s');"):format(
        (slot.name:gsub("'", "''"))) })
  end
end

-- On a standby.
local function judge_receiving(receiving, limits)
  if receiving.visible and receiving.receivers == 0 then
    return server.judged("warn", class,
      "this standby is not connected to a primary (or replays archived WAL)")
  end
  local age <const> = math.max(0, receiving.age or 0)
  local status <const> = server.level(age, limits.warn, limits.crit)
  if status ~= "ok" then
    return server.judged(status, class, ("this standby is %s behind"):format(
      units.format_duration(age)))
  end
end

local function count(number, what)
  return ("%d %s%s"):format(number, what, number == 1 and "" or "s")
end

local function summary(seen)
  local parts = {}
  if seen.receiving then
    parts[1] = "this standby keeps up"
  end
  if #seen.standbys > 0 then
    parts[#parts + 1] = count(#seen.standbys, "standby") .. (#seen.standbys == 1
      and " keeps up" or " keep up")
  end
  if #seen.slots > 0 then
    parts[#parts + 1] = count(#seen.slots, "slot")
  end
  return #parts > 0 and table.concat(parts, ", ") or "no standby, and no slot"
end

-- seen: standbys and slots (lists), receiving (nil on a primary), role.
function M.judge(seen, limits)
  local worst
  local function take(found)
    worst = found and (worst and finding.worse(worst, found) or found) or worst
  end
  local lag, hidden = seen.receiving and seen.receiving.age or 0, 0
  for _, standby in ipairs(seen.standbys) do
    take(judge_standby(standby, limits))
    lag = math.max(lag, standby.lag or 0)
    hidden = hidden + (standby.state and 0 or 1)
  end
  for _, slot in ipairs(seen.slots) do
    take(judge_slot(slot, limits))
  end
  take(seen.receiving and judge_receiving(seen.receiving, limits) or nil)
  if not worst and (hidden > 0 or seen.receiving and not seen.receiving.visible) then
    worst = finding.unknown(("how far replication is behind is hidden from '%s'"):format(seen.role),
      { hint = server.grant(seen.role), blocks = false })
  end
  local judged <const> = worst or finding.ok(summary(seen))
  judged.metrics = { { name = "replication_lag", value = math.max(0, lag), unit = "s",
    warn = limits.warn, crit = limits.crit } }
  return judged
end

return M
