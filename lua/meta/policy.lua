---@meta

---The functions that config/policy.lua may hold. Each one's example is a file config/policies/NAME.lua, as
---nightjar new policy NAME --hook HOOK writes it, and its first line says how policy.lua uses it.

local targets, health, alerts, retention, remote, restore, startup, hooks = {}, {}, {}, {}, {}, {}, {}, {}

---@class nightjar.policy.set
---@field id string
---@field target string
---@field started number seconds since 1970
---@field good boolean
---@field proven boolean
---@field pinned boolean
---@field bytes integer
---@field databases string[]

---@class nightjar.policy.database
---@field name string
---@field owner string
---@field encoding string
---@field size? integer bytes; nil where the role may not connect

---@class nightjar.policy.finding
---@field target? string
---@field check string such as query, connections, disk
---@field class? string such as pg.refused: see help "alerts"
---@field status "warn"|"crit"|"unknown"
---@field message string

---Which databases of a target are backed up.
---
---Called with those that allow connections, less the excluded and the templates; within 2 s. The default is all
---of them.
---
---waits: no
---
---```lua
----- config/policy.lua: targets = { main = { databases = require "policies.NAME" } }
---return function(databases)
---  local names = {}
---  for _, database in ipairs(databases) do
---    if not database.name:find "^test_" then
---      names[#names + 1] = database.name
---    end
---  end
---  return names
---end
---```
---@param databases nightjar.policy.database[]
---@return string[] names
function targets.databases(databases) end

---A check of one's own, or in the place of nightjar's of that name; called for each target.
---
---ok, warn and crit make what it returns. Within 2 s, its queries included. The default is that nightjar's own
---check of that name, if there is one, decides.
---
---waits: yes
---
---```lua
----- config/policy.lua: health = { checks = { NAME = require "checks.NAME" } }
---return function(target)
---  local rows = target:query "select count(*) as n from pg_stat_activity where state = 'idle in transaction'"
---  local n = rows[1].n
---  if n > 20 then
---    return crit(n .. " sessions are idle in a transaction")
---  elseif n > 5 then
---    return warn(n .. " sessions are idle in a transaction")
---  end
---  return ok(n .. " sessions are idle in a transaction")
---end
---```
---@param target table name, host, port, user, dbname, container, and query(sql, parameters)
---@return table verdict what ok(message), warn(message) or crit(message) gives
function health.checks(target) end

---Whether a finding may be mailed now.
---
---Called for each finding that is not ok, within 2 s. What is held back with false is told by the first run for
---which it is true, if it is still so. The default is true.
---
---waits: no
---
---```lua
----- config/policy.lua: alerts = { when = require "policies.NAME" }
---return function(finding, now)
---  local hour = tonumber(os.date("%H", now))
---  return finding.status == "crit" or hour >= 7 and hour < 22
---end
---```
---@param finding nightjar.policy.finding
---@param now number seconds since 1970
---@return boolean mailed
---@return string? reason for the log, where it is not
function alerts.when(finding, now) end

---The subject of a mail.
---
---Within 2 s. The default is nightjar's own, which is mail.subject.
---
---waits: no
---
---```lua
----- config/policy.lua: alerts = { subject = require "policies.NAME" }
---return function(mail)
---  return "[db] " .. mail.subject
---end
---```
---@param mail table subject, text, reason, status, host, new, open, recovered and more: see inspect(mail)
---@return string subject one line
function alerts.subject(mail) end

---The body of a mail, as text.
---
---Within 2 s. The default is nightjar's own, which is mail.text.
---
---waits: no
---
---```lua
----- config/policy.lua: alerts = { body = require "policies.NAME" }
---return function(mail)
---  return mail.text .. "\nOn call: see the wiki, page 'databases'.\n"
---end
---```
---@param mail table subject, text, reason, status, host, new, open, recovered and more
---@return string body
function alerts.body(mail) end

---Whom a mail goes to.
---
---Within 2 s. The default is SMTP_TO.
---
---waits: no
---
---```lua
----- config/policy.lua: alerts = { to = require "policies.NAME" }
---return function(mail)
---  local night = tonumber(os.date "%H") < 7
---  return night and { "oncall@example.org" } or { "oncall@example.org", "team@example.org" }
---end
---```
---@param mail table subject, text, reason, status, host, new, open, recovered and more
---@return string[] addresses
function alerts.to(mail) end

---Whether to keep a backup, of those that are not kept anyway.
---
---Kept anyway are the newest good ones, the newest proven one, the newest one older than a week, and the pinned.
---Within 2 s. The default is to keep what is younger than 7 days.
---
---waits: no
---
---```lua
----- config/policy.lua: retention = { keep = require "policies.NAME" }
---return function(set, now)
---  if os.date("!%d", set.started // 1) == "01" then
---    return true, "the first of a month"
---  end
---  return now - set.started < 7 * 86400, "a week"
---end
---```
---@param set nightjar.policy.set
---@param now number seconds since 1970
---@return boolean keep
---@return string? reason
function retention.keep(set, now) end

---Whether to keep a backup at the remote, of those that are not kept anyway.
---
---Within 2 s. The default is to keep what is younger than 28 days.
---
---waits: no
---
---```lua
----- config/policy.lua: remote = { keep = require "policies.NAME" }
---return function(set, now)
---  return now - set.started < 90 * 86400, "a quarter"
---end
---```
---@param set nightjar.policy.set
---@param now number seconds since 1970
---@return boolean keep
---@return string? reason
function remote.keep(set, now) end

---Whether a backup is uploaded, where none is named.
---
---Called for the newest proven one, and where that is not to be uploaded for the one before it. Within 2 s. The
---default is true.
---
---waits: no
---
---```lua
----- config/policy.lua: remote = { upload = require "policies.NAME" }
---return function(set, now)
---  return set.bytes < 20 * 2 ^ 30, "more than the line can take in a night"
---end
---```
---@param set nightjar.policy.set
---@param now number seconds since 1970
---@return boolean upload
---@return string? reason for the log, where it is not
function remote.upload(set, now) end

---What a restored database must satisfy, beside being the same as its backup says.
---
---Called for each database that a test restore or a restore has brought back, before it is proven or put in its
---place; within 60 s, its queries included. The default is true.
---
---waits: yes
---
---```lua
----- config/policy.lua: restore = { accept = require "policies.NAME" }
---return function(database)
---  if database.name ~= "app" then
---    return true
---  end
---  local n = database:query("select count(*) as n from information_schema.tables where table_schema = 'public'")[1].n
---  return n > 0, "the schema public has no table"
---end
---```
---@param database table name, and query(sql, parameters)
---@return boolean accepted
---@return string? reason where it is not
function restore.accept(database) end

---Which containers are started after a boot where they do not run.
---
---Called with the containers of the targets; within 2 s. The default is to start none, and to report those that do
---not run.
---
---waits: no
---
---```lua
----- config/policy.lua: startup = { start = require "policies.NAME" }
---return function(containers)
---  local names = { "pgbouncer" }
---  table.move(containers, 1, #containers, 2, names)
---  return names
---end
---```
---@param containers string[] names
---@return string[] names
function startup.start(containers) end

---Every event of the log, as it is written.
---
---Within 2 s; what it returns is not looked at. One that fails is not called again in that run.
---
---waits: no
---
---```lua
----- config/policy.lua: hooks = { event = require "policies.NAME" }
---local failures = 0
---return function(event)
---  if event.level == "error" then
---    failures = failures + 1
---  end
---end
---```
---@param event table time, level, task, event, and its fields
function hooks.event(event) end
