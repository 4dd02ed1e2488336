-- nightjar completion: what a shell needs so that TAB completes tasks, options and their values.
-- The scripts ask nightjar itself, so that tasks of one's own are there too.

local arguments_of = require "nightjar.arguments"
local completion = require "nightjar.completion"
local host = require "nightjar.host"
local script = require "nightjar.script"

-- ---- names that are looked up ----

-- Nothing may disturb who types: what cannot be looked up is none.
local function quietly(f)
  return function()
    return try(f) or {}
  end
end

local function plain(names)
  local list = {}
  for index, name in ipairs(names) do
    list[index] = { name, "" }
  end
  return list
end

local function config_of(run)
  return require("nightjar.config").load { home = run.home }
end

local function targets(run)
  return quietly(function()
    local names = {}
    for index, target in ipairs(config_of(run).targets) do
      names[index] = target.name
    end
    return plain(names)
  end)
end

local function sets_of(run)
  return require("nightjar.backups").list { config = config_of(run) }
end

local function backups(run)
  return quietly(function()
    local list = { { "latest", "the newest good one" }, { "latest-verified", "the newest proven" } }
    for _, set in ipairs(sets_of(run)) do
      list[#list + 1] = { set.id, ("%s%s"):format(set.target, set.proven and ", proven" or "") }
    end
    return list
  end)
end

local function databases(run)
  return quietly(function()
    local names, known = {}, {}
    for _, set in ipairs(sets_of(run)) do
      for _, name in ipairs(set.databases) do
        names[#names + 1] = not known[name] and name or nil
        known[name] = true
      end
    end
    return plain(names)
  end)
end

local function tasks(run, all)
  return function()
    local list = {}
    for _, name in ipairs((script.names(run.home))) do
      local task <const> = try(function() return script.load(script.find(run.home, name)) end)
      list[#list + 1] = { name, task and task.summary or "" }
    end
    for name, command in pairs(all or {}) do
      list[#list + 1] = { name, command.summary }
    end
    return list
  end
end

local function topics(run, all)
  return function()
    local list <const> = tasks(run, all)()
    for _, name in ipairs(require("nightjar.help").names()) do
      list[#list + 1] = { name, "" }
    end
    return list
  end
end

-- What completion.candidates wants to know.
local function world_of(run)
  local all <const> = require("nightjar.commands").all
  return {
    names = tasks(run, all), global = arguments_of.global,
    task = function(name)
      return all[name] or try(function() return script.load(script.find(run.home, name)) end)
    end,
    values = { ["--target"] = targets(run), backup = backups(run), ["--database"] = databases(run),
      TASK = tasks(run), NAME = topics(run, all) },
  }
end

-- ---- the command ----

-- --home among the words is that of who will press Enter.
local function home_of(run, words)
  for index, word in ipairs(words) do
    run.home = word == "--home" and words[index + 1] or word:match("^%-%-home=(.+)$") or run.home
  end
end

local function say_candidates(run, words)
  home_of(run, words)
  local found <const> = completion.candidates(words, world_of(run))
  if found == "files" then
    io.write(":files\n")
    return
  end
  for _, candidate in ipairs(found) do
    io.write(candidate[1], "\t", (candidate[2]:gsub("%c", " ")), "\n")
  end
end

local M = {
  name = "completion", summary = "what a shell needs to complete nightjar's words", raw = true,
  description = "Writes a script for the shell to standard output. bash: put it into "
    .. "/etc/bash_completion.d/nightjar, or eval \"$(nightjar completion bash)\" in ~/.bashrc. "
    .. "zsh: into a file _nightjar in a folder of $fpath. fish: into "
    .. "~/.config/fish/completions/nightjar.fish.",
  arguments = { { "SHELL", type = "string", choices = { "bash", "zsh", "fish" },
    help = "whose words" } },
}

-- `nightjar completion words -- WORD...` is what the scripts ask.
function M.run(run, _, words)
  if words[1] == "words" then
    return say_candidates(run, table.move(words, 3, #words, 1, {}))
  end
  local shell <const> = arguments_of.parse(M, words).SHELL
  io.write(host.source("config/completion/nightjar." .. shell))
end

return M
