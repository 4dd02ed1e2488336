-- Where a drill restores to: a throwaway container, a throwaway server on this machine, or, where
-- neither can be had, scratch databases on a server that is there.

local cluster = require "nightjar.drill.cluster"
local container = require "nightjar.drill.container"

local M = {}

local openers <const> = {
  container = container.open,
  cluster = function(context, _, wanted)
    return cluster.open(context, wanted)
  end,
}

-- Remove what dead drills have left, wherever it may be. The drill's lock is held.
function M.sweep(context)
  container.sweep(context)
  cluster.sweep(context)
end

-- Open the first place that can be had, to be closed; nil where only scratch databases are left.
-- wanted: {major=, bytes=, superuser=}. Returns it, its kind, and why those before it would not do:
-- {{place=, reason=}...}. A place that the policy names is the only one that is tried.
function M.open(context, target, wanted)
  local configured <const> = context.config.policy.drill.place
  local kinds <const> = configured == "auto" and { "container", "cluster" } or { configured }
  local reasons = {}
  for _, kind in ipairs(kinds) do
    local opened, err
    if kind ~= "scratch" then
      opened, err = try(openers[kind], context, target, wanted)
    end
    if opened then
      return opened, kind, reasons
    elseif err and (err.code == "CANCELLED" or configured ~= "auto") then
      error(err, 0)
    elseif err then
      reasons[#reasons + 1] = { place = kind, reason = err.message }
      context.log:info("drill.place", { place = kind, reason = err.message })
    end
  end
  return nil, "scratch", reasons
end

return M
