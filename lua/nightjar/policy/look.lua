-- A context for looking at what is and would be: without log, healing or anything that changes.

local M = {}

-- Where a task would write its log, here is none: what is found is shown.
local silent_log <const> = setmetatable({}, { __index = function()
  return function() end
end })
rawset(silent_log, "problem", false)

-- Everything but healing.
local function looking(config)
  local policy <const> = setmetatable({
    health = setmetatable({ heal = false }, { __index = config.policy.health }),
  }, { __index = config.policy })
  return setmetatable({ policy = policy }, { __index = config })
end

function M.context(config)
  return { config = looking(config), log = silent_log, history = {}, say = function() end }
end

return M
