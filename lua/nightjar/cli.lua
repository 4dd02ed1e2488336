-- The command line: which task is meant, what is told of its end, and the exit status.

local arguments_of = require "nightjar.arguments"
local commands = require "nightjar.commands"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local report = require "nightjar.report"
local units = require "nightjar.units"

local M = {}

-- What may stand before the name of a task.
local leading <const> = { name = "[TASK]", summary = "runs a task", arguments = {
  { "--version", type = "flag", help = "print the version" },
} }

local function take_value(words, index, list)
  list[#list + 1] = words[index]
  if not words[index + 1] then
    fail("USAGE", ("option '%s' requires an argument"):format(words[index]),
      "nightjar --help tells what there is.")
  end
  list[#list + 1] = words[index + 1]
  return index + 2
end

-- The words before the task's name, the code of each -e, the file of -i, and the rest: the name
-- comes first in it.
local function split(words)
  local before, code, index = {}, {}, 1
  local file
  while words[index] and words[index]:find("^%-.") do
    local word <const> = words[index]
    if word == "-e" then
      local pair = {}
      index = take_value(words, index, pair)
      code[#code + 1] = pair[2]
    elseif word == "-i" then
      local pair = {}
      index = take_value(words, index, pair)
      file = pair[2]
    elseif word == "--" and #code > 0 then
      index = index + 1 -- what follows is for the code
      break
    elseif word == "--home" then
      index = take_value(words, index, before)
    else
      before[#before + 1], index = word, index + 1
    end
  end
  return before, code, file, table.move(words, index, #words, 1, {})
end

local function set_home(options)
  local home <const> = fs.absolute(options.home or host.environment().NIGHTJAR_HOME or ".")
  local config <const> = home .. "/config"
  local status <const> = fs.stat(config, { follow = true })
  host.config_folder = status and status.type == "folder" and config or nil
  host.home = home
  return home
end

-- Give the options before the name to those behind it: they mean the same in both places.
local function merge(run, options)
  for _, key in ipairs { "home", "quiet", "verbose" } do
    if options[key] ~= nil then
      run[key] = options[key]
    end
  end
end

-- A document that did not arrive whole is not one.
local function print_document(document)
  local written, why = io.stdout:write(json.encode(document), "\n")
  if written then
    written, why = host.flush()
  end
  if not written then
    fail("SYSTEM", ("cannot write to standard output: %s"):format(why))
  end
end

-- A task, from its words to its status.
local function run_task(run, task, words)
  local arguments <const> = arguments_of.parse(task, words)
  if arguments.help then
    io.write(arguments_of.parser(task):get_help(), "\n")
    return 0
  end
  merge(run, arguments)
  run.home = set_home(run)
  local document <const> = require "nightjar.execution".run(run, task, arguments)
  if run.json then
    print_document(document)
  end
  return document.exit_status or report.status_of_alert(document.alert)
    or report.status_of_word(document.status)
end

local function run_command(run, command, words)
  local arguments <const> = command.raw and {} or arguments_of.parse(command, words)
  if arguments.help or command.raw and (words[1] == "--help" or words[1] == "-h") then
    io.write(arguments_of.parser(command):get_help(), "\n")
    return 0
  end
  merge(run, arguments)
  run.home = set_home(run)
  return command.run(run, arguments, words) or 0
end

local function dispatch(run, words)
  local before <const>, code <const>, file <const>, rest <const> = split(words)
  local options <const> = arguments_of.parse(leading, before)
  merge(run, options)
  if options.version then
    io.write("nightjar ", host.version, "\n")
    return 0
  end
  run.home, run.run_task = set_home(run), run_task
  if file then
    return commands.prompt(run, { pieces = code, file = file })
  elseif #code > 0 then
    run.json = false
    return commands.evaluate(run, code, rest)
  elseif options.help or #rest == 0 then
    commands.overview(run)
    return options.help and 0 or report.status_of_error { code = "USAGE" }
  end
  run.name = table.remove(rest, 1)
  local found <const> = commands.find(run, run.name)
  return (found == commands.all[run.name] and run_command or run_task)(run, found, rest)
end

-- Whether a program reads our standard output, also when the words cannot be understood.
local function wants_json(words)
  for _, word in ipairs(words) do
    if word == "--" then
      return false
    elseif word == "--json" then
      return true
    end
  end
  return false
end

local function failed(run, err)
  if run.json then
    local document <const> = {
      task = run.name or json.null, status = "crit", started = units.iso(run.started),
      seconds = host.now() - run.began, error = report.document(err, run.secrets),
      alert = err.alert,
    }
    try(print_document, document) -- what cannot be told there is told below
  end
  if err.code ~= "CANCELLED" then
    io.stderr:write(report.text(err, run.name, run.verbose, run.secrets))
    return report.status_of_alert(err.alert) or report.status_of_error(err)
  end
  error(err, 0)
end

-- Run the command line's words; returns the exit status.
function M.main(words)
  local run <const> = { started = host.time(), began = host.now(), json = wants_json(words) }
  local status, err = try(dispatch, run, words)
  if err then
    status = failed(run, err)
  end
  local flushed <const>, why <const> = host.flush()
  if not flushed and status == 0 then
    io.stderr:write(("nightjar: cannot write to standard output: %s\n"):format(why))
    return report.status_of_error { code = "SYSTEM" }
  end
  return status
end

return M
