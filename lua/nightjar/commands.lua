-- What the command line does itself, because it is about tasks, scripts and homes.

local arguments_of = require "nightjar.arguments"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local script = require "nightjar.script"
local suggest = require "nightjar.suggest"

local M = { all = {} }

local function say(run, fmt, ...)
  if not run.quiet then
    io.write(fmt:format(...), "\n")
  end
end

-- ---- scripts ----

local function print_values(...)
  for index = 1, select("#", ...) do
    local value <const> = select(index, ...)
    io.write(type(value) == "string" and value or inspect(value), "\n")
  end
end

-- Run each piece of code in one environment, and print what it returns.
function M.evaluate(run, pieces, words)
  local environment <const> = require("nightjar.repl.ready").environment(run)
  for index, code in ipairs(pieces) do
    local name <const> = #pieces == 1 and "=-e" or ("=-e %d"):format(index)
    local chunk = load("return " .. code, name, "t", environment)
    local syntax
    if not chunk then
      chunk, syntax = load(code, name, "t", environment)
    end
    if not chunk then
      fail("USAGE", syntax)
    end
    print_values(chunk(table.unpack(words)))
  end
  return 0
end

local function is_task(value)
  return type(value) == "table" and type(value.run) == "function"
end

local function read_file(path)
  if path == "-" then
    return io.read("a"), "standard input"
  end
  local text <const>, why = try(fs.read, path)
  if not text then
    fail("USAGE", ("cannot read '%s': %s"):format(path, why.message), nil, { cause = why })
  end
  return text, path
end

local function run_file(run, _, words)
  local given <const> = table.remove(words, 1)
  run.name = nil
  if not given then
    fail("USAGE", "missing argument 'FILE'", "nightjar run FILE.lua [ARGUMENTS]")
  end
  local text <const>, path <const> = read_file(given)
  local chunk <const>, syntax <const> = load(text:gsub("^#[^\n]*", ""), "@" .. path, "t")
  if not chunk then
    fail("LUA", syntax)
  end
  local as_json <const> = run.json
  run.json = false
  local result <const> = chunk(table.unpack(words))
  if is_task(result) then
    run.json = as_json
    run.name = result.name
    local source <const> = { text = text, chunk = "@" .. path, shown = path }
    return run.run_task(run, script.check(source, result), words)
  end
  return math.type(result) == "integer" and result & 0xff or 0
end

M.all.run = {
  name = "run", raw = true, summary = "run a Lua file; a task file as a task", run = run_file,
  arguments = {
    { "FILE", type = "path", help = "the file; - for standard input" },
    { "ARGUMENTS", type = "string", optional = true, many = true, help = "what it finds in ..." },
  },
}

-- ---- the prompt ----

-- A prompt for people; what comes from elsewhere than a terminal is a script, and runs as one,
-- unless -i says that a prompt is meant.
function M.prompt(run, options)
  run.json = false
  if options.file or host.terminal(0) or host.environment().NIGHTJAR_REPL == "plain" then
    return require "nightjar.repl".run(run, options)
  end
  return run_file(run, nil, { "-" })
end

M.all.repl = {
  name = "repl", summary = "a prompt with everything at hand: help() explains it", arguments = {},
  run = function(run)
    return M.prompt(run, {})
  end,
}

-- ---- tasks ----

local function tasks_of(home)
  local names <const>, own <const> = script.names(home)
  local tasks, width = {}, 0
  for index, name in ipairs(names) do
    local loaded <const>, why <const> = try(function()
      return script.load(script.find(home, name))
    end)
    tasks[index] = { name = name, own = own[name],
      summary = loaded and loaded.summary or "cannot be loaded: " .. why.message }
    width = math.max(width, #name)
  end
  return tasks, width
end

local function list_tasks(run)
  local tasks <const>, width <const> = tasks_of(run.home)
  for _, task in ipairs(tasks) do
    io.write(("  %-" .. width .. "s  %s%s\n"):format(task.name, task.summary,
      task.own and " [config/tasks]" or ""))
  end
  return 0
end

M.all.tasks = { name = "tasks", summary = "list the tasks that there are", run = list_tasks }

-- What nightjar says of itself.
function M.overview(run)
  io.write("Usage: nightjar [--home DIR] [--quiet] [--verbose] TASK [ARGUMENTS]\n",
    "       nightjar -e CODE [-e CODE]... [--] [ARGUMENTS]\n",
    "       nightjar [-e CODE]... -i FILE\n\nTasks:\n")
  list_tasks(run)
  io.write("\nAnd:\n")
  local names = {}
  for name in pairs(M.all) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    io.write(("  %-6s  %s\n"):format(name, M.all[name].summary))
  end
  io.write("\nnightjar TASK --help tells what a task takes; nightjar init DIR makes a home.\n")
end

local function unknown(run, what, name, others)
  local names <const> = script.names(run.home)
  for command in pairs(M.all) do
    names[#names + 1] = command
  end
  local near <const> = suggest(name, names) or suggest(name, others or {})
  fail("USAGE", ("%s '%s'"):format(what, name), near and ("Did you mean '%s'?"):format(near)
    or "nightjar tasks and help() list them.")
end

-- The task or command of a name.
function M.find(run, name)
  local source <const> = not M.all[name] and script.find(run.home, name)
  return M.all[name] or source and script.load(source) or unknown(run, "unknown task", name)
end

-- The help that a name has as a task or command, and the one that it has in Lua.
local function explain(run, name)
  local explained <const> = require "nightjar.help".of_name(name)
  local task <const> = (M.all[name] or script.find(run.home, name)) and M.find(run, name)
  if not task and not explained then
    unknown(run, "there is no help for", name, require "nightjar.help".names())
  end
  if task then
    io.write(arguments_of.parser(task):get_help(), "\n")
  end
  io.write(task and explained and "\nIn Lua: " or "", explained and explained .. "\n" or "")
end

M.all.help = {
  name = "help", summary = "what nightjar does; a task, a function, a module, or a topic",
  arguments = {
    { "NAME", type = "string", optional = true, help = "a task such as backup, a function such as "
      .. "postgres.connect, or a topic: see help()" },
    { "--man", type = "flag", help = "write the manual page, nightjar(1), to standard output" },
  },
  run = function(run, arguments)
    if arguments.man then
      io.write(require "nightjar.manual"(M.all))
    elseif arguments.NAME then
      explain(run, arguments.NAME)
    else
      M.overview(run)
    end
  end,
}

M.all.eject = {
  name = "eject", summary = "copy a built-in task into the home, to change it",
  arguments = { { "TASK", type = "string", help = "the built-in task" } },
  run = function(run, arguments)
    local name <const> = arguments.TASK
    local text <const> = script.built_in(name)
    if not text then
      unknown(run, "there is no built-in task", name)
    end
    local path <const> = ("%s/%s.lua"):format(script.folder(run.home), name)
    if fs.stat(path) then
      fail("USAGE", ("'%s' is there already"):format(path), "Remove it first to begin anew.")
    end
    fs.mkdir(script.folder(run.home))
    fs.write(path, text)
    say(run, "%s: from now on this file is the task '%s'.", path, name)
  end,
}

for _, name in ipairs { "completion", "init", "new", "policy" } do
  M.all[name] = require("nightjar.commands." .. name)
end

return M
