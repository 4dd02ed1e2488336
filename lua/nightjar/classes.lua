-- The closed list of what can be wrong: how bad it is, when it is certain, and what to do about it.
--
-- A class is a record:
--   severity    crit, unknown or warn
--   hard        the severity once it is certain, where that is another one
--   network     true for what may be a hiccup: tried three times in a run, certain after two runs
--   good_runs   how many good runs end it
--   event       true for what has happened and is not going on: told once, and then no more
--   phrase      what is said of a target: "main " .. phrase, or the phrase alone
--   advice      one line of a runbook; {container} and {target} stand for the finding's own
--   outside     the same for a server that runs in no container, where it is another line

local function crit(phrase, advice, more)
  local class = { severity = "crit", good_runs = 2, phrase = phrase, advice = advice }
  for name, value in pairs(more or {}) do
    class[name] = value
  end
  return class
end

local function warn(phrase, advice, more)
  local class <const> = crit(phrase, advice, more)
  class.severity = "warn"
  return class
end

local network <const> = { network = true }

return {
  -- ---- the Docker engine ----

  ["engine.unreachable"] = crit("Docker engine cannot be reached",
    "Is it running? systemctl status docker; journalctl -u docker -n 50", network),
  ["engine.denied"] = crit("Docker engine refuses this user",
    "Let the user read its socket: usermod -aG docker USER, then log in anew (or set DOCKER_HOST)"),
  ["engine.timeout"] = crit("Docker engine does not answer in time",
    "Look at its load and disk: docker info; journalctl -u docker -n 50; df -h /var/lib/docker",
    network),
  ["engine.stuck"] = crit("Docker engine answers a ping and hangs on everything else",
    "Usually a deadlock or a full disk: journalctl -u docker -n 50; then systemctl restart docker",
    network),
  ["engine.api"] = {
    severity = "unknown", good_runs = 2, phrase = "Docker engine speaks another API",
    advice = "Compare the versions: docker version; DOCKER_API_VERSION must not be set too low",
  },

  -- ---- the container ----

  ["container.missing"] = crit("container does not exist",
    "docker ps -a shows what there is; POSTGRES_CONTAINER has to name it: now {container}"),
  ["container.exited"] = crit("container has stopped",
    "docker logs --tail 50 {container}; then docker start {container}"),
  ["container.oom"] = crit("container was killed for want of memory",
    "docker inspect -f '{{.HostConfig.Memory}}' {container}; raise it, or lower work_mem and "
      .. "shared_buffers; then docker start {container}"),
  ["container.restarting"] = crit("container restarts over and over",
    "docker logs --tail 100 {container} says why it ends each time"),
  ["container.paused"] = warn("container is paused", "docker unpause {container}"),
  ["container.unhealthy"] = crit("container's health check fails",
    "docker inspect -f '{{json .State.Health.Log}}' {container} shows its last five tries",
    network),
  ["container.starting"] = warn("container is still starting",
    "docker logs --tail 50 {container}; recovery after a crash can take minutes", network),

  ["container.healed"] = warn("container was restarted by nightjar",
    "docker logs --tail 100 {container} says what it was at; health.heal in policy.lua switches "
      .. "restarts off", { event = true }),

  -- ---- the server, from outside ----

  ["pg.refused"] = crit("database accepts no connections",
    "Is it running and listening? docker logs --tail 50 {container}; SHOW listen_addresses",
    { network = true,
      outside = "Does it run and listen? systemctl status postgresql; SHOW listen_addresses" }),
  ["pg.no_response"] = crit("database does not answer",
    "Is the network or the server stuck? docker stats {container}; docker logs -n 50 {container}",
    { network = true,
      outside = "Is the network or the server stuck? ping its host; look at its load and log" }),
  ["pg.rejecting"] = warn("database turns connections away",
    "It is starting up, shutting down or recovering: docker logs --tail 50 {container}",
    { network = true, hard = "crit",
      outside = "It is starting up, shutting down or recovering: the server's log says which" }),
  ["pg.auth"] = crit("database refuses the password",
    "Compare PGUSER and PGPASSWORD with the server: ALTER ROLE … PASSWORD '…', or look at "
      .. "pg_hba.conf: SELECT * FROM pg_hba_file_rules"),
  ["pg.no_database"] = crit("database does not exist",
    "psql -l shows what there is; PGDATABASE has to name one. Is it gone? nightjar backups, then "
      .. "nightjar restore"),
  ["pg.too_many"] = crit("database has no connection left",
    "SELECT state, usename, client_addr, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY "
      .. "4 DESC; end idle ones: SELECT pg_terminate_backend(pid) …", network),
  ["pg.query_timeout"] = crit("database does not answer a query in time",
    "SELECT pid, wait_event, now() - query_start AS runs, query FROM pg_stat_activity WHERE state "
      .. "<> 'idle' ORDER BY 3 DESC", network),
  ["pg.protocol"] = crit("database speaks no PostgreSQL",
    "Does another program listen there? Compare PGHOST and PGPORT with docker port {container}",
    { network = true,
      outside = "Does another program listen there? Compare PGHOST and PGPORT; ss -ltnp" }),
  ["pg.recovery"] = warn("database is in recovery",
    "A standby? Then point PGHOST at the primary. Else wait: SELECT pg_last_wal_replay_lsn()"),
  ["pg.readonly"] = warn("database is read-only",
    "SHOW default_transaction_read_only; SHOW transaction_read_only: who has set it?"),

  -- ---- what a server tells of itself: crit where a second threshold is passed ----

  ["pg.connections"] = warn("connections are running out",
    "SELECT usename, client_addr, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY "
      .. "4 DESC; is a pool too large, or does it leak?"),
  ["pg.transactions"] = warn("transaction stays open",
    "It keeps VACUUM from its work. SELECT pid, usename, now() - xact_start AS age, state FROM "
      .. "pg_stat_activity ORDER BY 3 DESC; end it: SELECT pg_terminate_backend(PID)"),
  ["pg.wraparound"] = warn("transaction ids are running out",
    "VACUUM (FREEZE, VERBOSE) in the oldest database: SELECT datname, age(datfrozenxid) FROM "
      .. "pg_database ORDER BY 2 DESC; what holds it back is an old transaction, or a slot"),
  ["pg.replication"] = warn("replication is behind",
    "SELECT * FROM pg_stat_replication; SELECT * FROM pg_replication_slots; and the standby's log"),
  ["check.failed"] = warn("check of your own is not content",
    "It is a function in config/policy.lua, health.checks"),

  -- ---- disks ----

  ["disk.warn"] = warn("disk is filling up",
    "df -h; du -xh --max-depth=2 / | sort -h | tail; nightjar prune --dry-run shows what could go"),
  ["disk.crit"] = crit("disk is nearly full",
    "PostgreSQL stops when its disk is full. df -h; docker system df; nightjar prune --dry-run"),
  ["disk.inodes"] = warn("disk is running out of inodes",
    "df -i; du --inodes -x --max-depth=2 / | sort -n | tail finds the many small files"),
  ["disk.unreadable"] = {
    severity = "unknown", good_runs = 2, phrase = "disk cannot be looked at",
    advice = "Is it mounted, and may this user read it? findmnt; ls -ld; dmesg | tail",
  },

  -- ---- backups ----

  ["backup.missing"] = crit("has no good backup", "nightjar backup --target {target}"),
  ["backup.stale"] = warn("backup is too old",
    "nightjar schedule status; logs/backup.log says why; then nightjar backup --target {target}"),
  ["backup.small"] = warn("backup is much smaller than those before",
    "Has data been lost? nightjar backups --target {target}; compare the rows in the manifests"),
  ["backup.unverified"] = warn("backup is not proven",
    "nightjar verify --target {target} restores it again and says what differs"),
  ["remote.stale"] = warn("has no recent off-site copy",
    "nightjar upload --target {target} says why; logs/backup.log; nightjar backups --remote"),
  ["schedule.missing"] = warn("schedule is not installed",
    "nightjar schedule status; nightjar schedule install"),

  -- ---- nightjar itself ----

  ["task.failed"] = crit("task failed",
    "The folder logs/ says more; nightjar doctor looks for what stands in its way",
    { good_runs = 1 }),
  ["self.state"] = warn("could not read or keep its own state",
    "df -h; ls -l state/; a damaged file is kept beside it; is the disk all right?"),
  ["self.log"] = warn("cannot write its log",
    "ls -ld logs/; df -h; who owns the folder, and is the disk full?"),
  ["self.lock"] = warn("waits for a lock that another run holds",
    "ps -ef | grep nightjar; a run that hangs can be ended: its locks go with it"),
  ["self.clock"] = warn("clock has gone back",
    "timedatectl; chronyc tracking: ages and reminders count from a clock that can be trusted"),
  ["self.mail"] = warn("mail could not be delivered",
    "nightjar test-alert shows what the mail server answers"),
  ["self.policy"] = warn("configuration has a fault",
    "nightjar doctor names the file, the line and the key, and what it expects there"),
}
