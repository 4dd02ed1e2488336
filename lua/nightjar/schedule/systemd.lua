-- The jobs as systemd units: for the system, or for one user's own manager. Pure.

local marker = require "nightjar.schedule.marker"
local quoting = require "nightjar.schedule.quoting"

local M = {}

-- ---- quoting ----

-- Specifiers are expanded everywhere, variables on command lines alone.
local function setting_word(text)
  text = text:gsub("%%", "%%%%")
  if text:find("^[%w@%%+=:,./_-]+$") then
    return text
  end
  return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
end

local function command_word(text)
  return (setting_word(text):gsub("%$", "$$"))
end

local function command_line(facts, words)
  local all = { facts.program, "--home", facts.home, "--quiet" }
  table.move(words, 1, #words, #all + 1, all)
  for index, word in ipairs(all) do
    all[index] = command_word(word)
  end
  return table.concat(all, " ")
end

-- ---- units ----

local day_names <const> = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" }

-- OnCalendar of a time that is not boot.
function M.calendar(when)
  if when.every then
    local minutes <const> = when.every // 60
    return minutes < 60 and ("*:0/%d"):format(minutes)
      or ("*-*-* 0/%d:00:00"):format(minutes // 60)
  end
  local clock <const> = ("%02d:%02d:00"):format(when.at.hour, when.at.minute)
  if when.day then
    return ("*-*-%02d %s"):format(when.day, clock)
  end
  local days = {}
  for index, number in ipairs(when.weekdays or {}) do
    days[index] = day_names[number]
  end
  return (#days > 0 and table.concat(days, ",") .. " " or "") .. "*-*-* " .. clock
end

local function lines(...)
  return table.concat({ ... }, "\n") .. "\n"
end

local function writable(facts)
  local paths = {}
  for index, path in ipairs(facts.writable) do
    paths[index] = setting_word("-" .. path)
  end
  return table.concat(paths, " ")
end

-- A drill may start a server of its own: as the user that servers run as, whose processes it looks
-- at, and with a compiler in it that makes code at run time.
local function may_start_a_server(words)
  return words[1] == "drill"
end

-- What works without privileges, in a user's own manager. A user's manager that may not make
-- namespaces goes on without those that need them.
local function common_hardening(facts, words)
  return lines("UMask=0077", "NoNewPrivileges=yes",
    "# Left open: the home and the backup folder to write, home folders to read (.pgpass,",
    "# .docker), the network, and the sockets of Docker and PostgreSQL.",
    "ProtectSystem=strict", "ReadWritePaths=" .. writable(facts), "ProtectHome=read-only",
    "PrivateTmp=" .. (facts.private_tmp and "yes" or "no"), "ProtectControlGroups=yes",
    "LockPersonality=yes", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native", "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM") .. (may_start_a_server(words) and ""
      or lines("ProtectProc=invisible", "MemoryDenyWriteExecute=yes"))
end

-- Root keeps what reads and writes other users' files, for that is what it does at a prompt; the
-- other capabilities go.
local function capabilities(facts, words)
  if facts.user ~= "root" then
    return ""
  end
  return "CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH"
    .. (may_start_a_server(words) and " CAP_CHOWN CAP_KILL CAP_SETGID CAP_SETUID" or "")
end

local function system_hardening(facts, words)
  return lines("User=" .. facts.user) .. (facts.docker_group and lines(
    "# Whoever may talk to Docker's socket is as good as root on this machine.",
    "SupplementaryGroups=" .. facts.docker_group) or "")
    .. lines("CapabilityBoundingSet=" .. capabilities(facts, words), "PrivateDevices=yes",
      "ProtectClock=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes",
      "ProtectKernelModules=yes", "ProtectKernelTunables=yes")
end

-- Docker is waited for and not demanded: an engine that does not run is what is to be told.
local function unit_section(facts, description, more)
  local system <const> = facts.scope == "system"
  return lines("[Unit]", ("Description=nightjar %s (%s)"):format(description,
    (facts.home:gsub("%%", "%%%%"))))
    .. (system and lines("Wants=network-online.target",
      "After=network-online.target remote-fs.target docker.service") or "") .. (more or "")
end

-- NIGHTJAR_JOB is how the history knows which job a run belonged to. Without a job it is the
-- instance of the unit that the command is told.
local function service_section(facts, words, kind, job)
  return lines("", "[Service]") .. kind
    .. (job and lines("Environment=NIGHTJAR_JOB=" .. job.name) or "")
    .. lines("ExecStart=" .. command_line(facts, words) .. (job and "" or " %i"),
    "# nightjar has mailed what it found; the rest is a failure of its own.",
    "SuccessExitStatus=1 2 3", "TimeoutStopSec=30", "KillMode=mixed")
    .. (facts.scope == "system" and system_hardening(facts, words) or "")
    .. common_hardening(facts, words)
end

local function on_failure(facts, job)
  return lines(("OnFailure=%s-failed@%s.service"):format(facts.name, job.name))
end

-- A boot is not held up by a job that waits for what is still starting: hence exec, and the limit
-- of a run instead of that of a start.
local function boot_service(facts, job)
  return unit_section(facts, job.name, on_failure(facts, job))
    .. service_section(facts, job.words,
      lines("Type=exec", "RuntimeMaxSec=" .. job.limit), job)
    .. lines("", "[Install]", "WantedBy="
      .. (facts.scope == "system" and "multi-user.target" or "default.target"))
end

local function timed_service(facts, job)
  return unit_section(facts, job.name, on_failure(facts, job))
    .. service_section(facts, job.words,
      lines("Type=oneshot", "TimeoutStartSec=" .. job.limit), job)
end

local function timer(facts, job)
  return lines("[Unit]", ("Description=nightjar %s, its time (%s)"):format(job.name,
    (facts.home:gsub("%%", "%%%%"))), "", "[Timer]", "OnCalendar=" .. M.calendar(job.when),
    "AccuracySec=10s", "RandomizedDelaySec=" .. job.jitter, "FixedRandomDelay=yes",
    "Persistent=" .. (job.catch_up and "yes" or "no"), "", "[Install]", "WantedBy=timers.target")
end

-- What mails when a job crashed, took too long or could not be started at all.
local function failure_service(facts)
  return unit_section(facts, "reports that %i failed")
    .. service_section(facts, { "report-failure" },
      lines("Type=oneshot", "TimeoutStartSec=120"))
end

-- ---- all of them ----

function M.unit(facts, job)
  return ("%s-%s.%s"):format(facts.name, job.name, job.when.boot and "service" or "timer")
end

-- {file name = text} of the active jobs. facts: program, home, name (what units are called after),
-- scope ("system" or "user"), user, docker_group, writable (paths), private_tmp.
function M.files(jobs, facts)
  quoting.demand_text("the home", facts.home)
  quoting.demand_text("the program", facts.program)
  local files = { [facts.name .. "-failed@.service"] = failure_service(facts) }
  for _, job in ipairs(jobs) do
    local base <const> = ("%s-%s"):format(facts.name, job.name)
    if job.when.boot then
      files[base .. ".service"] = boot_service(facts, job)
    else
      files[base .. ".service"], files[base .. ".timer"] = timed_service(facts, job),
        timer(facts, job)
    end
  end
  for name, text in pairs(files) do
    files[name] = marker.seal(facts.home, text)
  end
  return files
end

return M
