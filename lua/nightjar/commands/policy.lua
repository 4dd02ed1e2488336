-- nightjar policy: whether config/policy.lua is right, and what it decides now.

local M = {
  name = "policy", summary = "check config/policy.lua, or explain what it decides",
  description = "check loads the policy, and says of each of its functions where it is. explain "
    .. "says what it decides at this moment, or --at another: which databases are backed up, what "
    .. "would be kept and deleted, which mail would go out and why. Neither changes anything.",
  arguments = {
    { "ACTION", type = "string", choices = { "check", "explain" }, help = "what to do" },
    { "--target", type = "string", help = "explain only this target" },
    { "--at", type = "string", help = "explain for this time: 2026-11-23T02:15:00Z, or 3d for in "
      .. "three days" },
  },
}

-- What runs either knows a lot: it is loaded when it is asked for.
function M.run(run, arguments)
  return require("nightjar.policy." .. arguments.ACTION)(run, arguments)
end

return M
