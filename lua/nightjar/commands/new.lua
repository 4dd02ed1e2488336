-- nightjar new: a task, a check or a policy's function to begin with, commented and working.

local config_of = require "nightjar.config"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local hooks = require "nightjar.policy.hooks"
local script = require "nightjar.script"

local function entry_of(hook)
  return require("nightjar.help.library").get().by_name[hook]
end

-- How `text` begins as a comment, and how policy.lua uses the file.
local function commented(entry, name)
  local lines <const> = { "-- " .. entry.summary }
  for line in (entry.more .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = ("-- " .. line):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n" .. entry.example:gsub("NAME", name) .. "\n"
end

-- "policies.NAME" → how a key called so is written in a table.
local function key(name)
  return name:find("^[%a_][%w_]*$") and name or ('["%s"]'):format(name)
end

local kinds <const> = {
  task = function(name, run)
    if script.built_in(name) then
      fail("USAGE", ("'%s' is a task of nightjar's own"):format(name),
        ("nightjar eject %s copies it, to be changed."):format(name))
    end
    if require("nightjar.commands").all[name] then
      fail("USAGE", ("'%s' is a command of nightjar's own"):format(name), "Take another name.")
    end
    return script.folder(run.home) .. "/" .. name .. ".lua",
      host.source("config/templates/task.lua"):gsub("NAME", name),
      ("Try it: nightjar %s --help, then nightjar %s"):format(name, name)
  end,
  check = function(name, run)
    local entry <const> = entry_of "health.checks"
    return ("%s/config/checks/%s.lua"):format(run.home, name), commented(entry, name),
      ('To use it, in config/policy.lua: health = { checks = { %s = require "checks.%s" } }\n'
        .. "Then: nightjar policy check"):format(key(name), name)
  end,
  policy = function(name, run, arguments)
    local entry <const> = entry_of(arguments.hook)
    return ("%s/config/policies/%s.lua"):format(run.home, name), commented(entry, name),
      ("To use it, in config/policy.lua: %s\nThen: nightjar policy check"):format(
        entry.example:match("%-%- config/policy%.lua: ([^\n]*)"):gsub("NAME", name))
  end,
}

local function make(run, arguments)
  local name <const> = arguments.NAME
  if not name:find("^%a[%w_-]*$") then
    fail("USAGE", ("'%s' cannot be a name"):format(name),
      "It begins with a letter, and is of letters, digits, '_' and '-'.")
  end
  config_of.demand_home(run.home)
  local path <const>, text <const>, advice <const> = kinds[arguments.KIND](name, run, arguments)
  if fs.stat(path) then
    fail("USAGE", ("'%s' is there already"):format(path), "Take another name, or remove it first.")
  end
  fs.mkdir(path:match("^(.*)/"))
  fs.write(path, text)
  if not run.quiet then
    io.write(path, " written.\n", advice, "\n")
  end
end

return {
  name = "new", summary = "a task, a check or a policy of one's own, to begin with", run = make,
  arguments = {
    { "KIND", type = "string", choices = { "task", "check", "policy" }, help = "what it is to be" },
    { "NAME", type = "string", help = "what it is to be called" },
    { "--hook", type = "string", choices = hooks, default = "retention.keep",
      help = "for a policy: what it decides" },
  },
}
