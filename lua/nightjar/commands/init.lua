-- nightjar init: a home, with its configuration to be filled in, and what an editor needs to know.

local fs = require "nightjar.fs"
local host = require "nightjar.host"

local templates <const> = {
  { file = "config/monitoring.env", from = "config/monitoring.env.example" },
  { file = "config/policy.lua", from = "config/policy.lua" },
  { file = "config/rclone.conf.example", from = "config/rclone.conf.example" },
  { file = ".luarc.json", from = "config/luarc.json" },
}

local function say(run, fmt, ...)
  if not run.quiet then
    io.write(fmt:format(...), "\n")
  end
end

-- The API as the Lua language server reads it: of this version of nightjar, so written anew.
local function write_meta(home)
  fs.mkdir(home .. "/.nightjar/meta")
  for _, name in ipairs(host.embedded_names "meta/") do
    if name ~= "meta/topics.lua" then
      fs.write(home .. "/.nightjar/" .. name, host.source(name))
    end
  end
end

local function make_home(run, arguments)
  local home <const> = fs.absolute(arguments.DIR)
  fs.mkdir(home .. "/config/tasks")
  for _, template in ipairs(templates) do
    local path <const> = home .. "/" .. template.file
    if fs.stat(path) then
      say(run, "%s is there already, and stays as it is.", path)
    else
      fs.write(path, host.embedded(template.from))
      say(run, "%s written.", path)
    end
  end
  write_meta(home)
  say(run, "\nNow say in %s/config/monitoring.env where the server is:", home)
  say(run, "PGHOST, PGPORT, PGUSER, PGPASSWORD, and POSTGRES_CONTAINER where it runs in Docker.")
  say(run, "And where copies go off-site: RCLONE_REMOTE; config/rclone.conf.example shows remotes.")
  say(run, "Then: nightjar --home '%s' doctor", home)
end

return {
  name = "init", summary = "make a home: its configuration, with comments", run = make_home,
  arguments = { { "DIR", type = "path", help = "the folder, made where it is missing" } },
}
