-- systemd's manager, of the system or of a user, by systemctl: also where systemd does not run, as
-- far as that goes.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"

local M = {}

local manager = {}
manager.__index = manager

local function call(self, check, ...)
  local words = { "systemctl", "--no-pager", "--quiet" }
  words[#words + 1] = self.scope == "user" and "--user" or nil
  words[#words + 1] = self.root ~= "" and "--root=" .. self.root or nil
  table.move({ ... }, 1, select("#", ...), #words + 1, words)
  words.check, words.timeout, words.env = false, 60, { LC_ALL = "C" }
  local result <const> = process.run(words)
  if check and result.exit ~= 0 then
    fail("EXIT", ("systemctl %s failed: %s"):format((...), result.stderr:match "[^\n]+"
      or ("exit status %s"):format(tostring(result.exit))),
      "The files are in place; nightjar schedule install can be said again.")
  end
  return result
end

-- The folder of the units that an administrator, or a user, adds.
local function folder_of(scope, root)
  if scope == "system" then
    return root .. "/etc/systemd/system"
  end
  local environment <const> = host.environment()
  local config <const> = environment.XDG_CONFIG_HOME
    or environment.HOME and environment.HOME .. "/.config"
    or fail("CONFIG", "this user has no home folder (HOME)", "Set HOME.")
  return config .. "/systemd/user"
end

-- scope: "system" or "user". root: the folder that is / to be, or "".
function M.open(scope, root)
  local self <const> = setmetatable({ scope = scope, root = root,
    folder = folder_of(scope, root) }, manager)
  self.there = fs.find_program "systemctl" ~= nil
  if self.there and root == "" then
    local state <const> = call(self, false, "is-system-running").stdout:match "%a+"
    self.runs = state ~= nil and state ~= "offline" and state ~= "unknown"
  end
  return self
end

function manager:enable(names)
  if self.there and #names > 0 then
    call(self, true, "enable", table.unpack(names))
  end
end

-- Also where a unit has never been there.
function manager:disable(names)
  if self.there and #names > 0 then
    call(self, false, "disable", table.unpack(names))
  end
end

function manager:reload()
  if self.runs then
    call(self, true, "daemon-reload")
  end
end

function manager:start(names)
  if self.runs and #names > 0 then
    call(self, true, "start", table.unpack(names))
  end
end

function manager:restart(names)
  if self.runs and #names > 0 then
    call(self, true, "restart", table.unpack(names))
  end
end

function manager:stop(names)
  if self.runs and #names > 0 then
    call(self, false, "stop", table.unpack(names))
  end
end

-- What systemd keeps of timers that go: when they last ran, and that they failed.
function manager:forget(names)
  if self.runs and #names > 0 then
    call(self, false, "clean", "--what=state", table.unpack(names))
    call(self, false, "reset-failed", table.unpack(names))
  end
end

-- Whether a unit starts by itself: there is a link to it where its [Install] section puts one.
function manager:is_enabled(name)
  local wanted_by <const> = name:find "%.timer$" and "timers.target"
    or self.scope == "system" and "multi-user.target" or "default.target"
  return fs.stat(("%s/%s.wants/%s"):format(self.folder, wanted_by, name)) ~= nil
end

local shown <const> = "--property=Id,ActiveState,LastTriggerUSec,NextElapseUSecRealtime,"
  .. "NeedDaemonReload"

local function parse_time(text)
  local seconds <const> = (text or ""):match "^@(%d+)"
  return seconds and math.tointeger(tonumber(seconds)) or nil
end

-- {name = {active=, last=, next=, stale=}} as systemd sees the units, or nil where it does not run.
function manager:show(names)
  if not self.runs or #names == 0 then
    return nil
  end
  local result <const> = call(self, false, "show", "--timestamp=unix", shown, "--",
    table.unpack(names))
  local found = {}
  for block in (result.stdout .. "\n\n"):gmatch "(.-)\n\n" do
    local values = {}
    for key, value in block:gmatch "(%w+)=([^\n]*)" do
      values[key] = value
    end
    if values.Id then
      found[values.Id] = { active = values.ActiveState == "active",
        last = parse_time(values.LastTriggerUSec), next = parse_time(values.NextElapseUSecRealtime),
        stale = values.NeedDaemonReload == "yes" }
    end
  end
  return found
end

-- Whether the user's units run while the user is not logged in; nil where that cannot be told.
function M.lingers(user)
  local result <const> = try(process.run, { "loginctl", "show-user", "--property=Linger", "--",
    user, check = false, timeout = 10 })
  local answer <const> = result and result.stdout:match "Linger=(%a+)"
  return answer and answer == "yes"
end

return M
