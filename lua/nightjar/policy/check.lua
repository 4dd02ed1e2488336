-- nightjar policy check: loads the policy, and says which functions it has and which files nobody
-- uses.

local config_of = require "nightjar.config"
local fs = require "nightjar.fs"
local hooks = require "nightjar.policy.hooks"

local function say(fmt, ...)
  io.write(fmt:format(...), "\n")
end

local function place_of(f)
  local info <const> = debug.getinfo(f, "S")
  return ("%s:%d"):format(info.short_src, info.linedefined)
end

-- The functions of the policy: { {name, f}... }.
local function functions_of(config)
  local found = {}
  local function add(name, value)
    if type(value) == "function" then
      found[#found + 1] = { name = name, f = value }
    end
  end
  for _, path in ipairs(hooks) do
    local section <const>, key <const> = path:match("^(%w+)%.(%w+)$")
    if section == "targets" then
      for _, target in ipairs(config.targets) do
        add(("targets.%s.%s"):format(target.name, key), target[key])
      end
    else
      add(path, config.policy[section][key])
    end
  end
  local checks = {}
  for name in pairs(config.policy.health.checks) do
    checks[#checks + 1] = name
  end
  table.sort(checks)
  for _, name in ipairs(checks) do
    add("health.checks." .. name, config.policy.health.checks[name])
  end
  return found
end

-- Files of config/checks and config/policies that no function of the policy comes from.
local function unused_files(home, functions)
  local used, unused = {}, {}
  for _, entry in ipairs(functions) do
    used[debug.getinfo(entry.f, "S").short_src] = true
  end
  for _, folder in ipairs { "config/checks", "config/policies" } do
    local path <const> = home .. "/" .. folder
    for _, name in ipairs(fs.stat(path) and fs.list(path) or {}) do
      local file <const> = folder .. "/" .. name
      unused[#unused + 1] = name:find("%.lua$") and not used[file] and file or nil
    end
  end
  return unused
end

return function(run)
  local config <const> = config_of.load { home = run.home }
  local functions <const> = functions_of(config)
  say("%s", fs.stat(run.home .. "/config/policy.lua") and "config/policy.lua is right."
    or "There is no config/policy.lua: monitoring.env and the defaults decide.")
  for _, entry in ipairs(functions) do
    say("  %-24s %s", entry.name, place_of(entry.f))
  end
  local unused <const> = unused_files(run.home, functions)
  for _, file in ipairs(unused) do
    say("note: no function of the policy comes from %s; policy.lua uses it by require \"%s\"", file,
      file:gsub("^config/", ""):gsub("%.lua$", ""):gsub("/", "."))
  end
  return 0
end
