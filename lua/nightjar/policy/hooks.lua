-- The functions that policy.lua may hold, by the path of their key. What each one is given and
-- gives is in lua/meta/policy.lua; checks of one's own (health.checks) have names of their own.
return {
  "targets.databases", "alerts.when", "alerts.subject", "alerts.body", "alerts.to",
  "retention.keep", "remote.keep", "remote.upload", "restore.accept", "startup.start",
  "hooks.event",
}
