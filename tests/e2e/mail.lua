-- A real mail server for a spec, and what it was given.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local M = {}

local server = {}
server.__index = server

local function add_options(command, options, folder)
  command[#command + 1] = folder
  for _, name in ipairs { "port", "name", "days", "user", "password", "slow" } do
    if options[name] then
      table.move({ "--" .. name, tostring(options[name]) }, 1, 2, #command + 1, command)
    end
  end
  for _, name in ipairs { "starttls", "tls" } do
    command[#command + 1] = options[name] and "--" .. name or nil
  end
  for name, reply in pairs(options.answers or {}) do
    table.move({ "--answer", name .. "=" .. reply }, 1, 2, #command + 1, command)
  end
end

-- Several at once, in less time than one after the other. To close the first one ends them all.
function M.servers(list)
  local place <const> = list.place or support.folder()
  local command = { "/usr/bin/python3", "tests/fixture/smtp.py", timeout = 60 }
  local function folder_of(index)
    return #list == 1 and place.path or ("%s/%d"):format(place.path, index)
  end
  for index, options in ipairs(list) do
    command[#command + 1] = index > 1 and "--" or nil
    add_options(command, options, folder_of(index))
  end
  local ports <const> = process.run(command).stdout:gmatch "PORT=(%d+)"
  local servers = {}
  for index, options in ipairs(list) do
    servers[index] = setmetatable({ place = place, folder = folder_of(index), host = "localhost", options = options,
      port = math.tointeger(tonumber(ports())), user = options.user, password = options.password,
      ca_file = folder_of(index) .. "/ca.pem" }, server)
  end
  return servers
end

-- options: starttls, tls, name, days, user, password, port, slow as of tests/fixture/smtp.py, and answers =
-- {COMMAND = reply} for what no well-behaved server does. Fields: host, port, user, password, ca_file, folder.
function M.server(options)
  return M.servers({ options or {}, place = options and options.place })[1]
end

-- Nobody listens any more. What was received stays until close.
function server:stop()
  local pid <const> = fs.read(self.folder .. "/pid")
  process.run { "kill", pid, check = false }
  support.wait_for(10, "the mail server ends", function()
    return not support.is_running(math.tointeger(tonumber(pid)))
  end)
end

function server:close()
  self:stop()
  self.place:close()
end

-- The messages it took, in order: {from, to = {...}, user, tls, text}.
function server:received()
  local messages = {}
  for _, name in ipairs(fs.list(self.folder)) do
    if name:find "^%d+%.json$" then
      local message = json.decode(fs.read(self.folder .. "/" .. name))
      message.text = fs.read(self.folder .. "/" .. name:gsub("json$", "eml"))
      messages[#messages + 1] = message
    end
  end
  return messages
end

-- The commands it was given since it began, a line each; a line GREETING for each connection.
function server:dialogue()
  local path <const> = self.folder .. "/dialogue"
  return fs.stat(path) and fs.read(path) or ""
end

-- Lines for monitoring.env, with further ones behind.
function server:env(...)
  local security <const> = self.options.tls and "tls" or self.options.starttls and "starttls" or "none"
  local lines = { "SMTP_HOST=" .. self.host, "SMTP_PORT=" .. self.port, "SMTP_SECURITY=" .. security,
    "SMTP_FROM=nightjar@example.org", "SMTP_TO=ops@example.org" }
  lines[#lines + 1] = security ~= "none" and "SMTP_CA_FILE=" .. self.ca_file or nil
  if self.user then
    table.move({ "SMTP_USER=" .. self.user, "SMTP_PASSWORD=" .. self.password }, 1, 2, #lines + 1, lines)
  end
  return table.move({ ... }, 1, select("#", ...), #lines + 1, lines)
end

return M
