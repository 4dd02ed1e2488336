-- The statements by which a server tells of its own state. Pure.
--
-- One is asked of every server, and only what it says decides whether the others are: a statement
-- costs a new session many times what it costs an old one, and the plainest one least. That is why
-- it reads the functions under the views, and no text of any query.

local M = {}

-- Sessions of clients. Of other roles' sessions a role without pg_read_all_stats sees that they are
-- there, and no more. nightjar's own dumps take as long as they take: they are never too old.
local sessions <const> = [[
pg_stat_get_activity(NULL)
   WHERE backend_type = 'client backend'
      OR backend_type IS NULL AND datid <> 0 AND usesysid <> 0]]

M.overview = [[
SELECT s.*, d.*, pg_is_in_recovery() AS recovery, current_user::text AS role,
  current_setting('max_connections')::int8 AS max_connections,
  current_setting('superuser_reserved_connections')::int8
    + coalesce(current_setting('reserved_connections', true), '0')::int8 AS reserved,
  current_setting('autovacuum_freeze_max_age')::int8 AS freeze_max_age,
  current_setting('autovacuum_multixact_freeze_max_age')::int8 AS multi_freeze_max_age,
  (SELECT extract(epoch FROM now() - min(prepared))::float8 FROM pg_prepared_xact())
    AS prepared_age,
  (SELECT count(*) FROM pg_stat_get_wal_senders()) AS standby_count,
  (SELECT count(*) FROM pg_get_replication_slots()) AS slot_count
FROM (
  SELECT count(*) AS used, count(*) FILTER (WHERE backend_type IS NULL) AS hidden,
    count(*) FILTER (WHERE state LIKE 'idle in tr%') AS idle_count,
    extract(epoch FROM now() - min(xact_start) FILTER (WHERE pid <> pg_backend_pid()
      AND application_name NOT LIKE 'nightjar/%'))::float8 AS xact_age,
    extract(epoch FROM now() - min(state_change) FILTER (WHERE state LIKE 'idle in tr%'
      AND application_name NOT LIKE 'nightjar/%'))::float8 AS idle_age
  FROM ]] .. sessions .. [[) s, (
  SELECT max(age(datfrozenxid))::int8 AS frozen_age, max(mxid_age(datminmxid))::int8 AS multi_age
  FROM pg_database) d]]

-- Who it is, where something is wrong: rows { kind, who, count }.
M.culprits = [[
WITH sessions AS (
  SELECT s.*, concat_ws(' ', r.rolname, 'from', coalesce(host(client_addr), 'its host')) AS who
    FROM (SELECT * FROM ]] .. sessions .. [[) s LEFT JOIN pg_roles r ON r.oid = s.usesysid)
(SELECT 'idle_most' AS kind, who, count(*) FROM sessions
  WHERE state LIKE 'idle in tr%' GROUP BY who ORDER BY 3 DESC, 2 LIMIT 1)
UNION ALL
(SELECT 'idle', who || ', pid ' || pid, 1 FROM sessions
  WHERE state LIKE 'idle in tr%' AND application_name NOT LIKE 'nightjar/%'
  ORDER BY state_change LIMIT 1)
UNION ALL
(SELECT 'xact', who || ', pid ' || pid, 1 FROM sessions
  WHERE pid <> pg_backend_pid() AND application_name NOT LIKE 'nightjar/%'
    AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1)
UNION ALL
(SELECT 'frozen', datname, 1 FROM pg_database ORDER BY age(datfrozenxid) DESC LIMIT 1)
UNION ALL
(SELECT 'multi', datname, 1 FROM pg_database ORDER BY mxid_age(datminmxid) DESC LIMIT 1)]]

-- Standbys: { name, address, state, lag, behind }; state is null where it is hidden.
M.standbys = [[
SELECT coalesce(nullif(application_name, ''), 'without a name') AS name,
       host(client_addr) AS address, state, extract(epoch FROM replay_lag)::float8 AS lag,
       CASE WHEN NOT pg_is_in_recovery()
         THEN pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::int8 END AS behind
  FROM pg_stat_replication WHERE state IS NULL OR state <> 'backup' ORDER BY 1, 2]]

-- Slots: { name, active, status, held }.
function M.slots(version)
  return ([[
SELECT slot_name AS name, active, %s AS status,
       CASE WHEN NOT pg_is_in_recovery()
         THEN pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::int8 END AS held
  FROM pg_replication_slots WHERE NOT temporary ORDER BY 1]]):format(
    version >= 130000 and "wal_status" or "NULL::text")
end

-- On a standby: { visible, receivers, age }, age being nil where it has replayed all that has come.
M.receiving = [[
SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS visible,
       (SELECT count(*) FROM pg_stat_wal_receiver) AS receivers,
       CASE WHEN pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
         THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8 END AS age]]

return M
