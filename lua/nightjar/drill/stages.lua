-- The stages of a drill: what was done, how long it took, and how it ended.

local host = require "nightjar.host"

local M = {}

local stages = {}
stages.__index = stages

-- Do one stage. f returns nothing, or a status and a message; what it raises ends it, and is raised
-- on. options: counts = false where the time is none of the recovery's.
function stages:run(name, f, options)
  local entry <const> = { name = name, status = "ok" }
  self.list[#self.list + 1] = entry
  local began <const> = host.now()
  local status, message = try(f)
  local err <const> = type(message) == "table" and message or nil
  entry.seconds = host.now() - began
  entry.counts = not options or options.counts ~= false
  if err then
    entry.status, entry.message = "crit", err.message
  else
    entry.status, entry.message = status or "ok", message
  end
  self.context.log[err and "error" or "info"](self.context.log, "drill.stage",
    { stage = name, seconds = entry.seconds, status = entry.status, message = entry.message })
  if err then
    error(err, 0)
  end
end

-- The seconds that a recovery would have taken: of the stages that are part of one.
function stages:recovery_seconds()
  local seconds = 0
  for _, entry in ipairs(self.list) do
    seconds = seconds + (entry.counts and entry.seconds or 0)
  end
  return seconds
end

-- The stages as a document has them.
function stages:document()
  local list = {}
  for index, entry in ipairs(self.list) do
    list[index] = { name = entry.name, seconds = entry.seconds, status = entry.status,
      message = entry.message }
  end
  return list
end

function M.new(context)
  return setmetatable({ context = context, list = {} }, stages)
end

return M
