-- Runs every example of lua/meta, at a prompt of its own each: for api_spec.lua, by nightjar -e. What stands for the
-- world in the examples is replaced by what the environment names.

local library = require "nightjar.help.library"
local ready = require "nightjar.repl.ready"
local host = require "nightjar.host"

local world <const> = host.environment()

local function real(example)
  return (example:gsub('"db"', '"' .. world.TEST_CONTAINER .. '"')
    :gsub("https://hooks%.example%.org", world.TEST_WEBHOOK)
    :gsub('host = "mail%.example%.org"', '%0, port = ' .. world.TEST_MAIL_PORT)
    :gsub('SMTP_HOST = "mail%.example%.org"', '%0, SMTP_PORT = "' .. world.TEST_MAIL_PORT .. '"')
    :gsub('"mail%.example%.org"', '"127.0.0.1"'))
end

local function run(name, example, environment)
  local chunk <const>, syntax <const> = load(real(example), "=" .. name, "t", environment)
  local _, err = try(chunk or function() error(syntax, 0) end, environment.context)
  print(err and ("not ok %s: %s"):format(name, tostring(err):gsub("\n", " ")) or "ok " .. name)
end

for _, file in ipairs(library.get().files) do
  for _, entry in ipairs(file.name ~= "policy" and file.functions or {}) do
    run(entry.name, entry.example, setmetatable({}, { __index = _ENV }))
  end
  for _, topic in ipairs(file.topics) do
    if topic.example then
      run("topic " .. topic.name, topic.example, setmetatable({}, { __index = _ENV }))
    end
  end
end
return ready and "done"
