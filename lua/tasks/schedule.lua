-- nightjar schedule: put the jobs into systemd, cron or the Task Scheduler, take them out, and see
-- whether they are there and run.

local diff = require "nightjar.schedule.diff"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local schedule = require "nightjar.schedule"
local rows_of = require "nightjar.schedule.rows"
local table_text = require "nightjar.table_text"
local when_of = require "nightjar.schedule.when"

local verbs <const> = { write = "written", remove = "removed", keep = "unchanged" }

local function options_of(arguments)
  return {
    kind = arguments["for"], user = arguments.user, as = arguments.as, root = arguments.root
      and fs.absolute(arguments.root), program = arguments.program, folder = arguments.folder,
    distro = arguments.distro, force = arguments.force,
  }
end

local function say_jobs(context)
  local rows = {}
  for _, job in ipairs(schedule.jobs(context.config)) do
    rows[#rows + 1] = { "  " .. job.name, job.off and "off: " .. job.off
      or when_of.describe(job.when) }
  end
  for _, line in ipairs(table_text(rows)) do
    context.say("%s", line)
  end
end

-- What was done to which file.
local function changes_document(context, done)
  local document <const> = { status = "ok", kind = done.kind, folder = done.folder or json.null,
    files = json.array {}, notes = json.array(done.notes) }
  for _, step in ipairs(done.plan) do
    document.files[#document.files + 1] = { name = step.name, action = verbs[step.action] }
    context.log:info("schedule." .. verbs[step.action], { name = step.name, folder = done.folder })
  end
  return document
end

local function say_changes(context, document)
  context.say("%s%s", document.kind, document.folder ~= json.null
    and ", in " .. document.folder or "")
  for _, file in ipairs(document.files) do
    context.say("  %-9s  %s", file.action, file.name)
  end
  for _, note in ipairs(document.notes) do
    context.say("%s", note)
  end
end

local function install(arguments, context)
  local document <const> = changes_document(context, schedule.install(context.config,
    options_of(arguments)))
  say_changes(context, document)
  context.say("Jobs:")
  say_jobs(context)
  return document
end

local function remove(arguments, context)
  local document <const> = changes_document(context, schedule.remove(context.config,
    options_of(arguments)))
  say_changes(context, document)
  if #document.files == 0 then
    context.say("Nothing of this home was installed.")
  end
  return document
end

-- ---- export ----

-- A file of ours may be written anew; any other is left alone.
local function demand_ours(path, force)
  local text <const> = fs.stat(path, { follow = true }) and fs.read(path)
  if text and not force and not text:gsub("%z", ""):find("nightjar", 1, true) then
    fail("DENIED", ("'%s' is there, and not nightjar's"):format(path),
      "Choose an empty folder, or say --force.")
  end
end

local function sorted_names(files)
  local names = {}
  for name in pairs(files) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function write_files(folder, files, names, force)
  fs.mkdir(folder, { mode = 493 })
  for _, name in ipairs(names) do
    demand_ours(folder .. "/" .. name, force)
  end
  for _, name in ipairs(names) do
    fs.write(folder .. "/" .. name, files[name], { mode = 420 })
  end
end

local function export(arguments, context)
  local files <const>, kind <const> = schedule.export(context.config, options_of(arguments))
  local names <const> = sorted_names(files)
  local document <const> = { status = "ok", kind = kind, folder = json.null,
    files = json.array {} }
  if arguments.out then
    document.folder = fs.absolute(arguments.out)
    write_files(document.folder, files, names, arguments.force)
  elseif kind == "taskscheduler" then
    fail("USAGE", "the tasks are several files: where are they to go?", "Say it with --out DIR.")
  end
  for _, name in ipairs(names) do
    document.files[#document.files + 1] = { name = name, action = "written" }
    if arguments.out then
      context.say("%s", document.folder .. "/" .. name)
    else
      context.say("# ---- %s ----\n%s", name, files[name])
    end
  end
  return document
end

-- ---- status ----

local function say_diffs(context, files)
  for _, name in ipairs(sorted_names(files.wanted or {})) do
    local state <const> = files.states[name]
    if state ~= "same" and state ~= "missing" then
      local path <const> = (files.folder and files.folder .. "/" or "") .. name
      context.say("\n%s is %s (- as it is, + as it would be):", path, state)
      local found <const> = files.found and files.found[name] or fs.read(path)
      for _, line in ipairs(diff(found, files.wanted[name])) do
        context.say("  %s", line)
      end
    end
  end
end

local function status(arguments, context)
  local now <const> = host.time()
  local observed <const> = schedule.observe(context.config, options_of(arguments), now)
  local document <const> = { status = #observed.problems > 0 and "warn" or "ok",
    kind = observed.kind, jobs = rows_of.documents(observed),
    problems = json.array(observed.problems) }
  for _, line in ipairs(table_text(rows_of.cells(observed))) do
    context.say("%s", line)
  end
  for _, problem in ipairs(observed.problems) do
    context.say("%s %s %s", context.color("yellow", "warning:"), problem.job, problem.message)
  end
  if context.verbose then
    say_diffs(context, observed.files)
  end
  return document
end

local actions <const> = { install = install, remove = remove, status = status, export = export }

return {
  name = "schedule",
  summary = "have the jobs run by systemd, cron or the Task Scheduler, and see that they do",
  description = "Writes the jobs (health-check, verify-startup, backup, drill, and what policy.lua "
    .. "adds) for a scheduler of this machine. install and remove touch nothing that is not "
    .. "nightjar's; what was changed by hand is not overwritten without --force. export writes the "
    .. "files anywhere, and needs no privileges. As root the system's scheduler is meant, else the "
    .. "user's own.",
  log = "schedule",
  arguments = {
    { "action", type = "string", choices = { "install", "remove", "status", "export" },
      help = "install, remove, status or export" },
    { "--for", type = "string", choices = { "systemd", "cron", "taskscheduler" },
      help = "the scheduler (default: the one that this machine has)" },
    { "--user", type = "flag", help = "the user's own units or crontab, also as root" },
    { "--as", type = "string", help = "the user that the jobs run as (default: the home's owner)" },
    { "--root", type = "path", help = "install below this folder instead of /" },
    { "--out", type = "path", help = "the folder that export writes to" },
    { "--program", type = "path", help = "nightjar, as the machine that runs the jobs sees it" },
    { "--folder", type = "path", help = "the home, as the machine that runs the jobs sees it" },
    { "--distro", type = "string", help = "the WSL distribution that nightjar is in" },
    { "--force", type = "flag", help = "write anew what was changed by hand" },
    { "--json", type = "flag", help = "print the result as JSON" },
  },
  run = function(arguments, context)
    return actions[arguments.action](arguments, context)
  end,
}
