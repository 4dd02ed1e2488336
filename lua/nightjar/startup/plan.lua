-- What is to become of a container after a boot, and why it does not run: decided from what the
-- engine says of it. Pure.

local M = {}

local function policy_of(inspected)
  local policy <const> = (inspected.HostConfig or {}).RestartPolicy or {}
  local name <const> = policy.Name
  return name and name ~= "" and name or "no", policy.MaximumRetryCount or 0
end

-- The source of a mount that was not there when the engine wanted to start it, or nil.
local function missing_mount(text)
  return text:match("bind source path does not exist: ([^\n\"]+)")
    or text:match('error mounting "([^"]+)".*no such file or directory')
    or text:match("error while creating mount source path '([^']+)'")
end

-- What the engine said when it could not start a container, for people.
function M.start_failure(text)
  local mount <const> = missing_mount(text)
  if mount then
    return ("its mount '%s' is missing"):format(mount)
  end
  return #text > 300 and text:sub(1, 300) .. "…" or text
end

local function own_failure(inspected)
  local text <const> = inspected.State.Error
  return type(text) == "string" and text ~= "" and text:gsub("%c+", " ") or nil
end

-- Why a container that does not run has not been started, and what to do about it; nil where the
-- engine does not tell.
function M.reason(name, inspected)
  local state <const>, policy <const>, retries <const> = inspected.State, policy_of(inspected)
  local failure <const> = own_failure(inspected)
  local lasting <const> = ("docker update --restart unless-stopped %s lets Docker start it at each "
    .. "boot; startup.start in policy.lua lets nightjar do it."):format(name)
  if failure then
    return "Docker could not start it: " .. M.start_failure(failure),
      ("When that is mended: docker start %s"):format(name)
  elseif state.Status == "created" then
    return nil, lasting
  elseif policy == "no" then
    local what <const> = state.ExitCode == 255 and "it ran when the machine went down, and its"
      or "its"
    return what .. " restart policy is 'no': Docker does not start it after a boot", lasting
  elseif policy == "unless-stopped" then
    return "it was stopped by hand, and its restart policy 'unless-stopped' keeps to that",
      ("docker start %s"):format(name)
  elseif policy == "always" then
    return "it was stopped by hand since the engine has started", ("docker start %s"):format(name)
  elseif state.ExitCode == 0 then
    return ("it ended with success, and its restart policy is '%s'"):format(policy), lasting
  end
  return retries > 0 and ("its restart policy '%s' gave up after %d tries"):format(policy, retries)
    or nil, ("docker logs --tail 50 %s tells why it ends."):format(name)
end

-- What to do: "start", or "look" again, or "leave" it as it is.
--   named  policy.startup.start has its name
-- One that was stopped by hand is left so, unless it is named. One that the engine meant to start
-- and could not is started: what it lacked may have come since.
function M.action(inspected, named)
  local state <const> = inspected.State
  if state.Status == "removing" or state.Dead or state.Paused then
    return "leave"
  elseif state.Running or state.Restarting then
    return "look"
  elseif named or own_failure(inspected) and policy_of(inspected) ~= "no" then
    return "start"
  end
  return "leave"
end

-- Containers to look after, in their order: those of the targets, then those that are named and no
-- target's. { name =, target = or nil, named = }
function M.containers(targets, named)
  local is_named, taken, containers = {}, {}, {}
  for _, name in ipairs(named) do
    is_named[name] = true
  end
  for _, target in ipairs(targets) do
    if target.container then
      containers[#containers + 1] = { name = target.container, target = target,
        named = is_named[target.container] or false }
      taken[target.container] = true
    end
  end
  for _, name in ipairs(named) do
    if not taken[name] then
      containers[#containers + 1] = { name = name, named = true }
      taken[name] = true
    end
  end
  return containers
end

-- ---- the whole ----

local order <const> = { crit = 1, unknown = 2, warn = 3 }

-- The worst of a list of stages or findings: of equally bad ones the first, which the others follow
-- from. Nil where all is well.
local function worst_of(list)
  local worst
  for _, entry in ipairs(list) do
    local rank <const> = order[entry.status]
    if rank and (not worst or rank < order[worst.status]) then
      worst = entry
    end
  end
  return worst
end

-- One sentence: what failed, in which stage, and how much else.
function M.summary(stages)
  local worst <const> = worst_of(stages)
  if not worst then
    return "All that should run does, and answers."
  end
  local others = 0
  for _, stage in ipairs(stages) do
    others = others + (stage ~= worst and order[stage.status] and 1 or 0)
  end
  local whose <const> = worst.target or worst.container
  return ("Failed at the stage '%s'%s: %s%s"):format(worst.name,
    whose and (" of '%s'"):format(whose) or "", worst.message,
    others > 0 and (" (and %d more)"):format(others) or "")
end

return M
