-- nightjar's policy: what to back up, how, and what to keep. Every key is optional; what is
-- commented out shows the default. A value here wins over the one in monitoring.env.
--
-- Durations are texts such as "90s", "15m", "6h", "7d", "4w".
--
-- Where a function may stand, it is given 2 seconds, and takes the place of the default only where
-- it answers as it should; else that is a warning (self.policy). A longer one has a file of its
-- own: nightjar new policy NAME --hook retention.keep writes config/policies/NAME.lua, and here
-- stands keep = require "policies.NAME". nightjar policy check says whether all is right, nightjar
-- policy explain what is decided now; nightjar help policies lists the functions.

return {
  -- Several servers, or one with more to say than monitoring.env can. A field that is left out has
  -- the value of monitoring.env (PGHOST, PGPORT, PGUSER, PGPASSWORD, ...). The name is that of the
  -- folder in the backup folder, and what --target takes.
  --
  -- targets = {
  --   main = {
  --     host = "localhost", port = 5432, user = "postgres",
  --     container = "my-postgres",         -- where it runs in Docker
  --     databases = { "app", "crm" },      -- default: all that allow connections; or a function
  --     exclude = { "scratch" },           -- never these
  --     backup = false,                    -- it is not backed up, and no backup is missed
  --     standby = true,                    -- it is one: to be in recovery is no warning
  --     dump = "auto",                     -- pg_dump of this "host", of the "container", or
  --   },                                   --   "auto": the host's where it is new enough
  -- },

  health = {
    -- timeout = "5s",                      -- for one look at one thing
    -- attempts = 3,                        -- 2 s apart, where it may be a hiccup
    --
    -- Thresholds, the first for a warning. false switches a check off, a function takes its place;
    -- a function of another name is a check of one's own, asked for each target, with 2 seconds.
    --
    -- checks = {
    --   pg_isready   = false,
    --   connections  = { warn = 80, crit = 95 },        -- percent of those there are
    --   transactions = { warn = "1h", crit = "6h", idle_warn = "10m", idle_crit = "1h" },
    --   wraparound   = { warn = 50, crit = 75 },        -- percent of the ids there are
    --   replication  = { warn = "1m", crit = "10m", slot_warn = "1GiB", slot_crit = "10GiB" },
    --   disk         = { warn = 85, crit = 95, inodes = 95, full_within = "12h" },
    --   backup       = { warn = "26h", crit = "7d" },   -- no default for crit
    --   queue = function(target)
    --     local jobs = target:query("SELECT count(*) AS n FROM jobs")[1].n
    --     return jobs < 1000 and ok(jobs .. " jobs") or warn(jobs .. " jobs")
    --   end,
    -- },
    --
    -- heal = true,                         -- restart a container that stays unhealthy, or has
    --                                      --   crashed: twice an hour at most, and only where
    --                                      --   PostgreSQL does not answer, is not recovering, and
    --                                      --   its disk is not full. Default: false
  },

  alerts = {
    -- One mail about everything: docs/operations.md says when.
    --
    -- interval = "15m",                    -- as ALERT_INTERVAL: at most one mail in that time, but
    -- bypass = 3,                          --   for so many about what is new, or has got worse
    -- strict = false,                      -- true: literally one, whatever happens
    -- ladder = { "15m", "1h", "4h", "24h" },   -- reminders, from the first mail on
    --
    -- Functions get the mail as a table: subject, text (as they would be), to, reason, status (the
    -- worst that is open: "crit", "unknown", "warn" or "ok"), host, and lists of problems { target,
    -- check, class, status, message, first (since when) }: new, escalated, open, recovered, past
    -- (over before it was told), flapping, settled, watched (not certain yet).
    --
    -- when = function(finding, now)        -- false holds one back, until it is true
    --   local hour = tonumber(os.date("%H", now))
    --   return finding.status == "crit" or hour >= 7 and hour < 22
    -- end,
    -- to = { "ops@example.com" },          -- instead of SMTP_TO; or, by what it is about:
    -- to = function(mail)
    --   return mail.status == "crit" and { "pager@example.com" } or mail.to
    -- end,
    -- subject = function(mail) return mail.subject .. " @customer" end,
    -- body = function(mail) return mail.text .. "\nRunbook: https://wiki.example.com/db\n" end,
  },

  startup = {
    -- For nightjar verify-startup, after a boot.
    --
    -- wait = "5m",                         -- for engine, containers and servers, in all
    -- start = { "my-postgres" },           -- containers to start where they do not run; others
    --                                      --   stay as they were left, and are reported; or a
    --                                      --   function(containers) that gives such a list
  },

  backup = {
    -- level = 1,                           -- of compression: 1 is fastest, 12 smallest
    -- proof = true,                        -- restore each backup, and compare it
    -- timeout = "6h",                      -- for one database
    -- stall = "5m",                        -- without a byte moved
    -- lock_wait = "30s",                   -- for a table that somebody else has locked
    -- verify_dsn = "host=... port=...",    -- prove on another server
  },

  retention = {
    -- keep = "7d",
    -- keep_min = 3,                        -- newest complete sets, whatever their age
    --
    -- Or a function of one's own, asked for each set that is not protected anyway (the newest
    -- complete ones, the newest proven one, the newest one older than the window, the pinned):
    --
    -- keep = function(set, now)
    --   if os.date("!%d", set.started) == "01" then
    --     return true, "the first of the month"
    --   end
    --   return now - set.started < 7 * 86400, "a week"
    -- end,
  },

  remote = {
    -- to = "gdrive:ra-infrastructure",     -- as RCLONE_REMOTE: NAME:FOLDER of config/rclone.conf
    -- keep = "4w",                         -- as RCLONE_KEEP; or a function, as for retention
    -- confirm = "auto",                    -- by the remote's hashes; "download": read all back
    -- max_age = "8d",                      -- of the newest copy there, before health-check warns
    -- hold = "14d",                        -- while uploads fail, how old a backup gets here before
    --                                      --   it goes although it has not been uploaded
    -- timeout = "6h", stall = "5m",        -- for one transfer, and without a byte moved
    -- hosts = { "old-name" },              -- other names of this machine, whose sets there are
    --                                      --   also this home's to delete; "*" for any
    -- flags = { "--bwlimit=4M" },          -- more of rclone's options
  },

  drill = {
    -- place = "auto",                      -- "container" of the target's image, "cluster" of
    --                                      --   this machine's programs, "scratch" databases;
    --                                      --   or the first of them that can be had
    -- image = "postgres:16",               -- instead of that of the target's container
    -- folder = "/srv/drill",               -- for a cluster: default BACKUP_DIR, for root /var/tmp
    -- settings = { "shared_preload_libraries=timescaledb" },   -- of the throwaway server
    -- timeout = "6h",
  },

  hooks = {
    -- Called with every event of the log as a table: { time, level, task, event, and its fields }.
    --
    -- event = function(event) end,
  },

  restore = {
    -- keep_old = "7d",                     -- how long what restore --replace replaced is kept
    -- jobs = 2,                            -- large tables loaded at once, 1 to 16; by a proof too
    --
    -- What a restored database must satisfy beside being the same, before it counts as proven and
    -- before a restore puts it in place:
    --
    -- accept = function(database)
    --   local orders = database:query("SELECT count(*) AS n FROM orders")[1].n
    --   return orders > 0, "there are no orders"
    -- end,
  },

  -- What nightjar schedule install has run, and when. A time is every = "5m" (a part of an hour or
  -- of a day), at = "02:15" (local time; on = "sunday", { "monday", "thursday" } or a day of the
  -- month from 1 to 28 says the days), or on = "boot". false switches a job off. A job of one's own
  -- is called after its task, or run = { "backup", "--target", "crm" } says what it runs.
  --
  -- schedule = {
  --   ["health-check"]   = { every = "5m", limit = "4m" },
  --   ["verify-startup"] = { on = "boot" },
  --   backup             = { at = "02:15", limit = "12h", jitter = "5m", catch_up = true },
  --   ["backup-upload"]  = { on = "sunday", at = "02:15" },   -- where there is a remote
  --   drill              = { on = 1, at = "05:00" },
  -- },
}
