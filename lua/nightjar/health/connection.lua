-- Looks at a server through libpq: the authenticated query, and what the server then tells.

local finding = require "nightjar.health.finding"
local host = require "nightjar.host"
local probe = require "nightjar.health.probe"
local query = require "nightjar.health.query"
local replication = require "nightjar.health.replication"
local server = require "nightjar.health.server"
local statistics = require "nightjar.health.statistics"
local target_of = require "nightjar.target"
local task = require "nightjar.task"

local M = {}

local application_name <const> = "nightjar/health-check"

-- The checks that need nothing but what the server tells.
M.derived = { "connections", "transactions", "wraparound", "replication" }

-- What a target is connected as, for people: libpq knows more places where it may stand.
function M.who(target)
  return { user = target.user or host.environment().USER or "the default user",
    dbname = target_of.maintenance_database(target) }
end

-- A connection to the target for a check of one's own.
function M.open(target)
  return target_of.connect(target, { application_name = application_name })
end

-- Connect and ask, in `state`, which says how far it came.
local function ask(state, target)
  state.connection = M.open(target)
  return state.connection:query [[
    SELECT 1 AS one, pg_is_in_recovery() AS recovery,
           current_setting('transaction_read_only') = 'on' AS readonly]][1]
end

-- The finding of the check `query`, and the connection, where there is one that can be asked more.
function M.query(run, target)
  local who <const>, state = M.who(target), {}
  local found <const> = probe.look(run.attempts, function()
    state = {}
    local began <const> = host.now()
    local answer, err = probe.attempt(task.timeout, run.timeout, ask, state, target)
    if not answer then
      return query.judge_error(err, state.connection ~= nil, who, run.timeout)
    end
    answer.version = target_of.version_text(state.connection:version())
    return query.judge_answer(answer, who, host.now() - began, target.standby)
  end)
  return found, state.connection
end

-- ---- what is derived ----

local function name_culprits(connection, row)
  for _, culprit in ipairs(connection:query(statistics.culprits)) do
    if culprit.kind == "idle_most" then
      row.idle_most, row.idle_most_count = culprit.who, culprit.count
    else
      row[culprit.kind .. "_who"] = culprit.who
    end
  end
end

local function see_replication(connection, row)
  local seen <const> = { standbys = {}, slots = {}, role = row.role }
  if row.standby_count > 0 then
    seen.standbys = connection:query(statistics.standbys)
  end
  if row.slot_count > 0 then
    seen.slots = connection:query(statistics.slots(connection:version()))
  end
  if row.recovery then
    seen.receiving = connection:query(statistics.receiving)[1]
  end
  return seen
end

local judges <const> = {
  connections = server.connections, transactions = server.transactions,
  wraparound = server.wraparound,
}

local function judge(row, settings)
  local found, all_well = {}, true
  for name, of in pairs(judges) do
    if settings[name] then
      found[name] = of(row, settings[name])
      all_well = all_well and found[name].status == "ok"
    end
  end
  return found, all_well
end

-- Who is to blame is asked only where something is wrong.
local function derive(connection, settings)
  local row <const> = connection:query(statistics.overview)[1]
  local found, all_well = judge(row, settings)
  if not all_well then
    name_culprits(connection, row)
    found = judge(row, settings)
  end
  if settings.replication then
    found.replication = replication.judge(see_replication(connection, row), settings.replication)
  end
  return found
end

-- The findings of the derived checks that have settings (a table of thresholds each), by name.
function M.derive(run, connection, settings)
  local began <const> = host.now()
  local found, err = probe.attempt(task.timeout, run.timeout, derive, connection, settings)
  if not found then
    found = {}
    for name in pairs(settings) do
      found[name] = finding.unknown("the server's statistics cannot be read: " .. err.message,
        { hint = err.hint, blocks = false })
    end
  end
  for _, each in pairs(found) do
    each.seconds = host.now() - began
  end
  return found
end

return M
