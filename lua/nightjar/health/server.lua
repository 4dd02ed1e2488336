-- What a server that answers tells of itself: connections, transactions, wraparound. From the row
-- of statistics.overview, with the culprits where they are known, and limits to findings. Pure.

local finding = require "nightjar.health.finding"
local units = require "nightjar.units"

local M = {}

local wrap <const> = 2 ^ 31 -- transactions until the oldest would seem to lie in the future

-- "crit", "warn" or "ok": what a value means by its limits.
function M.level(value, warn, crit)
  return value >= crit and "crit" or value >= warn and "warn" or "ok"
end

-- A finding of this status, which is of the class when it is not ok.
function M.judged(status, class, message, fields)
  if status == "ok" then
    return finding.ok(message, fields)
  end
  local bad <const> = finding.bad(class, message, fields)
  bad.status, bad.blocks = status, false
  return bad
end

-- How a role gets to see what it does not.
function M.grant(role)
  return ('As a superuser: GRANT pg_monitor TO "%s";'):format((role:gsub('"', '""')))
end

function M.connections(row, limits)
  local most <const> = math.max(1, row.max_connections - row.reserved)
  local share <const> = row.used * 100 / most
  local status <const> = M.level(share, limits.warn, limits.crit)
  local message = ("%d of %d connections are used (%d %%)"):format(row.used, most,
    math.floor(share))
  local hidden <const> = status ~= "ok" and row.hidden > 0
  if status ~= "ok" and row.idle_count > 0 then
    message = ("%s; %d idle in transaction%s"):format(message, row.idle_count,
      row.idle_most and (", most of them %s (%d)"):format(row.idle_most, row.idle_most_count)
        or "")
  elseif hidden then
    message = ("%s; what %d of them do is hidden from '%s'"):format(message, row.hidden, row.role)
  end
  return M.judged(status, "pg.connections", message, {
    hint = hidden and M.grant(row.role) or nil,
    metrics = { { name = "connections", value = row.used, unit = "", max = most,
      warn = most * limits.warn / 100, crit = most * limits.crit / 100 } },
  })
end

local function who(text)
  return text and (" (%s)"):format(text) or ""
end

-- The worst of the kinds of old transactions, or nil.
local function old_transaction(row, limits)
  local kinds <const> = {
    { row.idle_age, limits.idle_warn, limits.idle_crit, "a session is idle in transaction for %s"
      .. "%s", who(row.idle_who) },
    { row.xact_age, limits.warn, limits.crit, "a transaction is open for %s%s", who(row.xact_who) },
    { row.prepared_age, limits.warn, limits.crit, "a prepared transaction waits for %s%s",
      " (SELECT * FROM pg_prepared_xacts)" },
  }
  local worst
  for index = 1, 3 do
    local age <const>, warn <const>, crit <const>, text <const>, whose <const> =
      table.unpack(kinds[index], 1, 5)
    local status <const> = age and M.level(age, warn, crit) or "ok"
    if status ~= "ok" then
      local found <const> = M.judged(status, "pg.transactions",
        text:format(units.format_duration(age), whose))
      worst = worst and finding.worse(worst, found) or found
    end
  end
  return worst
end

function M.transactions(row, limits)
  local longest <const> = math.max(0, row.xact_age or 0)
  local metrics <const> = { { name = "longest_transaction", value = longest, unit = "s",
    warn = limits.warn, crit = limits.crit } }
  local worst <const> = old_transaction(row, limits)
  if worst then
    worst.metrics = metrics
    return worst
  elseif row.hidden > 0 then
    return finding.unknown(("the transactions of %d of %d sessions are hidden from '%s'"):format(
      row.hidden, row.used, row.role), { hint = M.grant(row.role), blocks = false })
  end
  return finding.ok(row.xact_age and ("the longest transaction is open for %s"):format(
    units.format_duration(longest)) or "no transaction is open", { metrics = metrics })
end

function M.wraparound(row, limits)
  local ids = { name = "transaction ids", age = row.frozen_age, freeze = row.freeze_max_age,
    database = row.frozen_who }
  if row.multi_age > row.frozen_age then
    ids = { name = "multixact ids", age = row.multi_age, freeze = row.multi_freeze_max_age,
      database = row.multi_who }
  end
  -- Autovacuum acts only when an age reaches its own limit: below that nothing is late.
  local warn <const> = math.min(limits.crit, math.max(limits.warn, ids.freeze * 110 / wrap))
  local share <const> = ids.age * 100 / wrap
  local status <const> = M.level(share, warn, limits.crit)
  local message = ("%.1f %% of the %s are used up"):format(share, ids.name)
  if status ~= "ok" then
    message = ("%s%s; autovacuum should have freed some at %.1f %%"):format(message, ids.database
      and (", most in database '%s'"):format(ids.database) or "", ids.freeze * 100 / wrap)
  end
  return M.judged(status, "pg.wraparound", message, {
    metrics = { { name = "wraparound", value = math.floor(share * 10 + 0.5) / 10, unit = "%",
      warn = warn, crit = limits.crit, max = 100 } },
  })
end

return M
