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
           current_setting('transaction_read_only') = 'on' AS readonly,
           CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
             THEN current_setting('data_directory') END AS folder]][1]
end

-- The finding of the check `query`; the connection, where there is one that can be asked more; and
-- where the server says that its data is, nil where it keeps that from the role.
function M.query(run, target)
  local who <const>, state, folder = M.who(target), {}, nil
  local found <const> = probe.look(run.attempts, function()
    state = {}
    local began <const> = host.now()
    local answer, err = probe.attempt(task.timeout, run.timeout, ask, state, target)
    if not answer then
      return query.judge_error(err, state.connection ~= nil, who, run.timeout)
    end
    folder = answer.folder
    answer.version = target_of.version_text(state.connection:version())
    return query.judge_answer(answer, who, host.now() - began, target.standby)
  end)
  return found, state.connection, folder
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
local function observe(connection, settings)
  local row <const> = connection:query(statistics.overview)[1]
  local _, all_well <const> = judge(row, settings)
  if not all_well then
    name_culprits(connection, row)
  end
  row.replication = settings.replication and see_replication(connection, row)
  return row
end

-- All of it is the server's own, whatever the database: another target of the same server and role
-- that has it already will do.
local function derive(run, target, connection, settings)
  local key <const> = ("%s %s %s"):format(target.host, target.port, target.user)
  local row <const> = run.servers[key] or observe(connection, settings)
  run.servers[key] = row
  local found <const> = judge(row, settings)
  found.replication = settings.replication
    and replication.judge(row.replication, settings.replication) or nil
  return found
end

-- The derived checks where the server's statistics could not be read, as it says in `found`.
function M.unseen(settings, found)
  local unseen = {}
  for name in pairs(settings) do
    unseen[name] = finding.unknown("the server's statistics cannot be read: " .. found.message,
      { hint = found.hint, blocks = false })
  end
  return unseen
end

-- The findings of the derived checks that have settings (a table of thresholds each), by name.
function M.derive(run, target, connection, settings)
  local began <const> = host.now()
  local found, err = probe.attempt(task.timeout, run.timeout, derive, run, target, connection,
    settings)
  found = found or M.unseen(settings, err)
  for _, each in pairs(found) do
    each.seconds = host.now() - began
  end
  return found
end

return M
