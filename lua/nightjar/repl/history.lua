-- What was typed at the prompt before: kept in a file, each line once, and none with a secret.

local fs = require "nightjar.fs"
local secrecy = require "nightjar.secrecy"

local M = {}

local kept <const> = 2000 -- lines
local file_mode <const> = 384 -- 0600

-- The file, by the environment's variables; nil where nobody has a home.
function M.path(environment)
  local state <const> = environment.XDG_STATE_HOME
  if state and state:sub(1, 1) == "/" then
    return state .. "/nightjar/history"
  elseif environment.HOME and environment.HOME ~= "" then
    return environment.HOME .. "/.local/state/nightjar/history"
  end
end

-- What stands on several lines, on one, where that means the same; else nil.
function M.on_one_line(code)
  if not code:find("\n", 1, true) then
    return code
  elseif code:find("--", 1, true) or code:find("%[=*%[") or code:find("\\\n", 1, true) then
    return nil
  end
  return (code:gsub("%s*\n%s*", " "))
end

-- The lines with this one behind them, and nowhere else: pure.
function M.merge(lines, line)
  local merged = {}
  for _, other in ipairs(lines) do
    if other ~= line then
      merged[#merged + 1] = other
    end
  end
  merged[#merged + 1] = line
  return table.move(merged, math.max(1, #merged - kept + 1), #merged, 1, {})
end

local function split(text)
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    lines[#lines + 1] = line
  end
  return lines
end

local history = {}
history.__index = history

function history:read()
  return fs.stat(self.path, { follow = true }) and split(fs.read(self.path)) or {}
end

-- Keep the code that was entered. Returns what is to be found by arrow up, or nil. Another prompt
-- may have written to the file meanwhile.
function history:add(code, secrets)
  local line <const> = M.on_one_line(code:gsub("^%s+", ""):gsub("%s+$", ""))
  if not line or line == "" or secrecy.may_hold_secret(code, secrets) then
    return nil
  end
  if self.path then
    fs.write(self.path, table.concat(M.merge(self:read(), line), "\n") .. "\n",
      { mode = file_mode })
  end
  return line
end

-- The history in that file, and its lines, oldest first. Without a path nothing is kept.
function M.open(path)
  local opened <const> = setmetatable({ path = path }, history)
  if not path then
    return opened, {}
  end
  fs.mkdir(path:match("^(.*)/"))
  return opened, opened:read()
end

return M
