-- The manual page nightjar(1), made of what the tasks and commands declare. In man(7), for troff
-- and mandoc.

local arguments_of = require "nightjar.arguments"
local host = require "nightjar.host"
local script = require "nightjar.script"

local longest_line <const> = 78

-- ---- troff ----

-- Text that troff prints as it stands.
local function plain(text)
  return (text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("…", "..."))
end

-- A line that is not a request, on lines of readable length, of which none looks like a request.
local function wrapped(line)
  local lines, width = { "" }, 0
  for word in line:gmatch "%S+" do
    if width > 0 and width + 1 + #word > longest_line then
      lines[#lines + 1], width = "", 0
    end
    word = width == 0 and word:gsub("^([.'])", "\\&%1") or word
    lines[#lines] = lines[#lines] .. (width > 0 and " " or "") .. word
    width = #lines[#lines]
  end
  return table.concat(lines, "\n")
end

local function bold(text)
  return "\\fB" .. plain(text) .. "\\fR"
end

local function italic(text)
  return "\\fI" .. plain(text) .. "\\fR"
end

local page <const> = {}
page.__index = page

function page:add(...)
  for _, line in ipairs { ... } do
    self[#self + 1] = line:find "^%." and line or wrapped(line)
  end
end

-- A paragraph that may begin with anything.
function page:paragraph(text)
  self[#self + 1] = wrapped(plain(text))
end

function page:section(title)
  self:add(".SH " .. title)
end

-- A term, and what it means below it, indented.
function page:item(term, text)
  self:add(".TP", term)
  self:paragraph(text)
end

-- ---- tasks ----

local function is_option(spec)
  return spec[1]:sub(1, 1) == "-"
end

local function term_of(spec)
  if not is_option(spec) then
    return italic(spec[1])
  elseif spec.type == "flag" then
    return bold(spec[1])
  end
  return bold(spec[1]) .. " " .. italic(arguments_of.value_name(spec))
end

local function usage(task)
  local words = { bold("nightjar " .. task.name) }
  for _, spec in ipairs(task.arguments or {}) do
    local needed <const> = spec.required or not is_option(spec) and not spec.optional
    local many <const> = spec.many and " ..." or ""
    words[#words + 1] = needed and term_of(spec) .. many or "[" .. term_of(spec) .. many .. "]"
  end
  return table.concat(words, " ")
end

local function sentence(text)
  return text:gsub("^%l", string.upper) .. (text:find("%.$") and "" or ".")
end

function page:task(task)
  self:add((".SS %s"):format(plain(task.name)), usage(task), ".PP")
  self:paragraph(sentence(task.description or task.summary))
  for _, spec in ipairs(task.arguments or {}) do
    local help <const> = arguments_of.help_of(spec)
    if help ~= "" then
      self:item(term_of(spec), sentence(help))
    end
  end
end

-- The built-in tasks, whatever a home has.
local function built_in()
  local names, tasks = {}, {}
  for _, file in ipairs(host.embedded_names "tasks/") do
    names[#names + 1] = file:match "^tasks/(.*)%.lua$"
  end
  table.sort(names)
  for index, name in ipairs(names) do
    tasks[index] = script.load { text = script.built_in(name), chunk = "@tasks/" .. name .. ".lua",
      shown = name, name = name }
  end
  return tasks
end

local function sorted(commands)
  local list = {}
  for _, command in pairs(commands) do
    list[#list + 1] = command
  end
  table.sort(list, function(one, other) return one.name < other.name end)
  return list
end

-- ---- the page ----

local statuses <const> = {
  { "0", "all is well" }, { "1", "a warning" }, { "2", "a critical finding, or the task failed" },
  { "3", "it could not be observed" },
  { "4", "a needed alert could not be delivered; it waits in the spool" },
  { "64", "the command line is wrong" }, { "75", "another run holds the lock" },
  { "78", "the configuration is wrong" }, { "130", "interrupted by SIGINT" },
  { "143", "ended by SIGTERM" },
}

local files <const> = {
  { "HOME/config/monitoring.env",
    "connections and secrets, KEY=VALUE; the environment overrides it" },
  { "HOME/config/policy.lua", "what to back up, check and keep; every key is optional" },
  { "HOME/config/rclone.conf", "used for rclone where it is there" },
  { "HOME/config/tasks/", "tasks of one's own, and those that take the place of a built-in one" },
  { "HOME/backups/", "the backups, unless BACKUP_DIR says otherwise" },
  { "HOME/logs/", "what happened, a line an event" },
  { "HOME/state/", "the history, open alerts, and the mail that waits to be delivered" },
}

function page:options()
  self:section "OPTIONS"
  self:add "These may stand before the task's name and behind it."
  for _, spec in ipairs(arguments_of.global) do
    self:item(term_of(spec), sentence(spec.help))
  end
  self:item(bold "--version", "Print the version.")
  self:item(bold "-h" .. ", " .. bold "--help", "Print what there is, or what a task takes.")
end

function page:environment()
  self:section "ENVIRONMENT"
  self:item(bold "NIGHTJAR_HOME", "The home, where --home does not say it.")
  self:item(bold "NO_COLOR", "No colours, whatever the terminal can do.")
  self:add ".PP"
  self:paragraph("Every key of monitoring.env can be given in the environment too, and goes before "
    .. "the file. Whoever runs nightjar by a scheduler sets NIGHTJAR_JOB to the job's name, by "
    .. "which the history knows it.")
end

function page:beginning()
  local date <const> = os.date("!%Y-%m-%d",
    math.tointeger(tonumber(host.environment().SOURCE_DATE_EPOCH)) or os.time())
  self:add((".TH NIGHTJAR 1 %s \"nightjar %s\" \"User Commands\""):format(date, host.version))
  self:section "NAME"
  self:add "nightjar \\- watch over, back up and restore PostgreSQL, in Docker or not"
  self:section "SYNOPSIS"
  self:add(("%s [%s %s] [%s] [%s] %s [%s]"):format(bold "nightjar", bold "--home", italic "DIR",
    bold "--quiet", bold "--verbose", italic "TASK", italic "ARGUMENTS"), ".br",
    ("%s %s [%s]"):format(bold "nightjar -e", italic "CODE", italic "ARGUMENTS"))
  self:section "DESCRIPTION"
  self:paragraph("nightjar checks the servers of a home, backs them up, and calls a backup good "
    .. "only after it has been restored and compared, row for row.")
  self:add ".PP"
  self:paragraph("A home is a folder with its configuration, logs, state and backups; nightjar "
    .. "init makes one. Every task is a Lua script, those built in and those in config/tasks/ of "
    .. "the home.")
end

-- commands: what the command line does itself, by name. Returns the page's text.
return function(commands)
  local self <const> = setmetatable({}, page)
  self:beginning()
  self:options()
  self:section "TASKS"
  for _, task in ipairs(built_in()) do
    self:task(task)
  end
  self:section "COMMANDS"
  for _, command in ipairs(sorted(commands)) do
    self:task(command)
  end
  self:section "EXIT STATUS"
  for _, status in ipairs(statuses) do
    self:item(bold(status[1]), sentence(status[2]))
  end
  self:section "FILES"
  for _, file in ipairs(files) do
    self:item(italic(file[1]), sentence(file[2]))
  end
  self:environment()
  self:section "SEE ALSO"
  self:add(".BR psql (1),", ".BR pg_dump (1),", ".BR rclone (1),", ".BR systemd.timer (5),",
    ".BR crontab (5)")
  return table.concat(self, "\n") .. "\n"
end
