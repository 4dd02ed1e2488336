-- The jobs as tasks of the Windows Task Scheduler: an XML file each, and two .cmd files that create
-- and delete the tasks. Pure.

local quoting = require "nightjar.schedule.quoting"
local when_of = require "nightjar.schedule.when"

local M = {}

local longest_command <const> = 260 -- the schema's limit of a path
local longest_arguments <const> = 8000 -- of the 8191 characters of a command line
local logon_delay <const> = "PT2M" -- Docker Desktop needs as long to start with its user
local long_ago <const> = "2024-01-01"

local why_logon <const> = "Docker Desktop starts with its user's logon, and not with Windows: "
  .. "therefore this runs after the logon, two minutes later."

-- ---- text ----

local function escape(text)
  local names <const> = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
  return (text:gsub('[&<>"]', names))
end

-- schtasks takes UTF-16LE with its mark, and lines that end in CR LF.
function M.utf16(text)
  local units = { "\xff\xfe" }
  for _, code in utf8.codes((text:gsub("\n", "\r\n"))) do
    if code >= 0x10000 then
      code = code - 0x10000
      units[#units + 1] = ("<I2I2"):pack(0xd800 | code >> 10, 0xdc00 | code & 0x3ff)
    else
      units[#units + 1] = ("<I2"):pack(code)
    end
  end
  return table.concat(units)
end

-- One word of a command line, as CommandLineToArgvW takes it apart, which wsl.exe --exec calls too.
function M.argument(text)
  if text ~= "" and not text:find('[%s"]') then
    return text
  end
  local doubled <const> = text:gsub('(\\*)"', '%1%1\\"'):gsub("(\\+)$", "%1%1")
  return '"' .. doubled .. '"'
end

-- 14400 → "PT4H", 90 → "PT1M30S".
function M.duration(seconds)
  local parts = { "PT" }
  for _, unit in ipairs { { 3600, "H" }, { 60, "M" }, { 1, "S" } } do
    local count <const> = seconds // unit[1]
    if count > 0 then
      parts[#parts + 1] = ("%d%s"):format(count, unit[2])
      seconds = seconds - count * unit[1]
    end
  end
  return #parts > 1 and table.concat(parts) or "PT0S"
end

-- What would be replaced before the program sees it, and cannot be escaped.
local function demand_literal(what, text)
  quoting.demand_text(what, text)
  local found <const> = text:match("%%[^%%]+%%") or text:match("%$%([^)]*%)")
  if found then
    fail("CONFIG", ("%s has '%s' in its path: '%s'"):format(what, found, text),
      "The Task Scheduler replaces that by a value of its own; move it to another path.")
  end
end

-- ---- elements ----

local function element(name, text)
  return ("<%s>%s</%s>"):format(name, escape(text), name)
end

local function indented(depth, ...)
  local lines = {}
  for _, line in ipairs { ... } do
    lines[#lines + 1] = ("  "):rep(depth) .. line
  end
  return table.concat(lines, "\n") .. "\n"
end

local english <const> = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  "Sunday" }
local months <const> = { "January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December" }

local function each(names)
  local tags = {}
  for index, name in ipairs(names) do
    tags[index] = ("<%s />"):format(name)
  end
  return table.concat(tags)
end

local function by_calendar(when)
  if when.day then
    return indented(3, "<ScheduleByMonth>", "  <DaysOfMonth>" .. element("Day", tostring(when.day))
      .. "</DaysOfMonth>", "  <Months>" .. each(months) .. "</Months>", "</ScheduleByMonth>")
  elseif when.weekdays then
    local names = {}
    for index, number in ipairs(when.weekdays) do
      names[index] = english[number]
    end
    return indented(3, "<ScheduleByWeek>", "  <WeeksInterval>1</WeeksInterval>",
      "  <DaysOfWeek>" .. each(names) .. "</DaysOfWeek>", "</ScheduleByWeek>")
  end
  return indented(3, "<ScheduleByDay>", "  <DaysInterval>1</DaysInterval>", "</ScheduleByDay>")
end

local function random_delay(job)
  return job.jitter > 0 and indented(3, element("RandomDelay", M.duration(job.jitter))) or ""
end

-- The order of the elements is the schema's.
local function trigger(job, facts)
  local when <const> = job.when
  if when.boot then
    return indented(2, "<LogonTrigger>") .. indented(3, element("Enabled", "true"))
      .. (facts.user and indented(3, element("UserId", facts.user)) or "")
      .. indented(3, element("Delay", logon_delay)) .. indented(2, "</LogonTrigger>")
  elseif when.every then
    return indented(2, "<TimeTrigger>") .. indented(3, element("Enabled", "true"),
      element("StartBoundary", long_ago .. "T00:00:00"),
      "<Repetition>" .. element("Interval", M.duration(when.every)) .. "</Repetition>")
      .. random_delay(job) .. indented(2, "</TimeTrigger>")
  end
  return indented(2, "<CalendarTrigger>") .. indented(3, element("Enabled", "true"),
    element("StartBoundary", ("%sT%02d:%02d:00"):format(long_ago, when.at.hour, when.at.minute)))
    .. random_delay(job) .. by_calendar(when) .. indented(2, "</CalendarTrigger>")
end

-- ---- the action ----

local function is_windows_path(path)
  return path:find("^%a:[\\/]") ~= nil or path:find("^\\\\") ~= nil
end

local function demand_wsl(facts)
  if facts.distro and not facts.distro:find("^[%w._-]+$") then
    fail("USAGE", ("'%s' cannot be the name of a WSL distribution"):format(facts.distro),
      "wsl.exe -l lists them.")
  elseif is_windows_path(facts.home) then
    fail("USAGE", ("the home '%s' is a Windows path, and the program '%s' is none"):format(
      facts.home, facts.program), "Give both as WSL sees them, or both as Windows does.")
  end
end

-- A command and its words: nightjar.exe itself, or nightjar inside WSL.
local function command(job, facts)
  local words = { "--home", facts.home, "--quiet" }
  table.move(job.words, 1, #job.words, #words + 1, words)
  for index, word in ipairs(words) do
    words[index] = M.argument(word)
  end
  if is_windows_path(facts.program) then
    return facts.program, table.concat(words, " ")
  end
  demand_wsl(facts)
  -- NIGHTJAR_JOB is how the history knows which job a run belonged to.
  local before <const> = ("%s-e /usr/bin/env NIGHTJAR_JOB=%s %s "):format(
    facts.distro and "-d " .. facts.distro .. " " or "", job.name, M.argument(facts.program))
  return "%SystemRoot%\\System32\\wsl.exe", before .. table.concat(words, " ")
end

local function demand_lengths(job, program, arguments)
  if utf8.len(program) > longest_command then
    fail("CONFIG", ("the program's path is too long for the Task Scheduler: %d characters, %d at "
      .. "most"):format(utf8.len(program), longest_command), "Move it to a shorter path.")
  elseif utf8.len(arguments) > longest_arguments then
    fail("CONFIG", ("the command line of '%s' is too long for Windows: %d characters, %d at most")
      :format(job.name, utf8.len(arguments), longest_arguments), "Give it fewer words.")
  end
end

-- ---- a task ----

-- Its user's own token, because WSL starts no distribution without its user being logged on, and
-- Docker Desktop runs for its user alone.
local function principal(facts)
  return indented(1, "<Principals>", '  <Principal id="Author">')
    .. (facts.user and indented(3, element("UserId", facts.user)) or "")
    .. indented(3, element("LogonType", "InteractiveToken"), element("RunLevel", "LeastPrivilege"))
    .. indented(1, "  </Principal>", "</Principals>")
end

-- Every setting whose default would silently keep a job from running is said.
local function settings(job)
  return indented(1, "<Settings>") .. indented(2,
    element("AllowHardTerminate", "true"),
    element("DisallowStartIfOnBatteries", "false"),
    element("Enabled", "true"),
    element("ExecutionTimeLimit", M.duration(job.limit)),
    element("MultipleInstancesPolicy", "IgnoreNew"),
    element("RunOnlyIfIdle", "false"),
    element("RunOnlyIfNetworkAvailable", "false"),
    element("StartWhenAvailable", tostring(job.catch_up)),
    element("StopIfGoingOnBatteries", "false"),
    element("WakeToRun", "false")) .. indented(1, "</Settings>")
end

local function document(job, facts)
  local program <const>, arguments <const> = command(job, facts)
  demand_lengths(job, program, arguments)
  local what <const> = ("nightjar %s, %s. %s"):format(job.name,
    job.when.boot and "after logon" or when_of.describe(job.when),
    job.when.boot and why_logon or "")
  return '<?xml version="1.0" encoding="UTF-16"?>\n'
    .. '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
    .. indented(1, "<RegistrationInfo>", "  " .. element("Author", "nightjar"),
      "  " .. element("Description", (what:gsub("%s+$", ""))), "</RegistrationInfo>")
    .. indented(1, "<Triggers>") .. trigger(job, facts) .. indented(1, "</Triggers>")
    .. principal(facts) .. settings(job)
    .. indented(1, '<Actions Context="Author">', "  <Exec>", "    " .. element("Command", program),
      "    " .. element("Arguments", arguments), "  </Exec>", "</Actions>")
    .. "</Task>\n"
end

-- ---- the .cmd files ----

local install_head <const> = [[
@echo off
rem Creates the tasks of the XML files beside this file. Run it as the user that they are to run as.
setlocal
set failed=0
]]

local uninstall_head <const> = [[
@echo off
rem Deletes the tasks that install-tasks.cmd has created, and no other.
setlocal
set failed=0
]]

local tail <const> = [[
if %failed%==1 exit /b 1
]]

local no_user <const> = [[
rem A task that starts at logon needs an administrator, unless it was exported with --as USER.
]]

local function install_commands(jobs, facts)
  local text = { install_head, facts.user and "" or no_user }
  for _, job in ipairs(jobs) do
    text[#text + 1] = ('schtasks /create /tn "\\%s\\%s" /xml "%%~dp0%s.xml" /f || set failed=1\n')
      :format(facts.name, job.name, job.name)
  end
  return table.concat(text) .. tail
end

-- The folder goes when it is empty; schtasks has no word for that.
local function uninstall_commands(jobs, facts)
  local text = { uninstall_head }
  for _, job in ipairs(jobs) do
    local task <const> = ("\\%s\\%s"):format(facts.name, job.name)
    text[#text + 1] = ('schtasks /query /tn "%s" >nul 2>nul && (schtasks /delete /tn "%s" /f || '
      .. 'set failed=1)\n'):format(task, task)
  end
  text[#text + 1] = ("powershell -NoProfile -Command \"$s = New-Object -ComObject "
    .. "Schedule.Service; $s.Connect(); try { $s.GetFolder('\\').DeleteFolder('%s', 0) } catch "
    .. "{ }\"\n"):format(facts.name)
  return table.concat(text) .. tail
end

-- {file name = bytes} of the active jobs. facts: program and home as the machine sees that runs
-- them, name (the folder of the tasks), distro (of WSL, or nil for its default one), user (Windows'
-- name for it, or nil for whoever installs).
function M.files(jobs, facts)
  demand_literal("the home", facts.home)
  demand_literal("the program", facts.program)
  quoting.demand_text("the user", facts.user or "")
  local files = {}
  for _, job in ipairs(jobs) do
    files[job.name .. ".xml"] = M.utf16(document(job, facts))
  end
  files["install-tasks.cmd"] = install_commands(jobs, facts):gsub("\n", "\r\n")
  files["uninstall-tasks.cmd"] = uninstall_commands(jobs, facts):gsub("\n", "\r\n")
  return files
end

return M
