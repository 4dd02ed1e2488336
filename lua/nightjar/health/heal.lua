-- Whether a sick container is restarted: decided from what was seen of it, in this run and before.
-- Pure. Reluctant: a restart ends every session, and a database that recovers begins anew.

local M = {}

M.most, M.within = 2, 3600 -- restarts, seconds
local bad_runs <const> = 2

-- How a container ends that somebody stops, or whose program ends by itself: not by a crash.
local calm_exits <const> = { [0] = true, [130] = true, [137] = true, [143] = true }

-- What PostgreSQL says while it lives.
local alive <const> = {
  ["pg.auth"] = "PostgreSQL in it lives, and refuses the password",
  ["pg.no_database"] = "PostgreSQL in it lives, and has no such database",
  ["pg.too_many"] = "PostgreSQL in it lives, and takes no more connections",
  ["pg.rejecting"] = "PostgreSQL in it is starting or recovering",
  ["pg.recovery"] = "PostgreSQL in it is in recovery",
  ["pg.readonly"] = "PostgreSQL in it answers",
}

local function is_crashed(state)
  return state.Status == "exited" and not state.Restarting
    and (state.OOMKilled or not calm_exits[state.ExitCode]) or false
end

-- Is it in a state that a restart could mend? class: of the container's finding. One that is
-- starting, paused, in a loop of restarts or stopped by hand is not.
function M.is_sick(class, inspected)
  local state <const> = inspected.State
  if class == "container.unhealthy" then
    return state.Running and not state.Paused and not state.Restarting
  end
  return (class == "container.exited" or class == "container.oom") and is_crashed(state)
end

-- The memory of a container after this run: { id, started, bad, restarts }. Runs in which it was
-- sick count since it was started last.
function M.remember(memory, sick, inspected, now)
  local kept <const> = { id = inspected.Id, started = inspected.State.StartedAt, bad = 0,
    restarts = {} }
  for _, time in ipairs(memory and memory.restarts or {}) do
    time = math.min(time, now) -- the clock may have gone back
    kept.restarts[#kept.restarts + 1] = time > now - M.within and time or nil
  end
  if sick then
    local same <const> = memory and memory.id == kept.id and memory.started == kept.started
    kept.bad = (same and memory.bad or 0) + 1
  end
  return kept
end

-- A memory by which nothing is restarted for a while: for when the true one is lost.
function M.lost(now)
  local restarts <const> = {}
  for index = 1, M.most do
    restarts[index] = now
  end
  return { bad = 0, restarts = restarts }
end

-- May a container that was sick so often be looked at more closely? False and "early" or "spent"
-- where not.
function M.is_due(memory)
  if memory.bad < bad_runs then
    return false, "early"
  elseif #memory.restarts >= M.most then
    return false, "spent"
  end
  return true
end

-- Why it is not restarted after all, or nil where it is. facts:
--   query  the class of the query's finding, or "ok" where it is answered; nil where the container
--          does not run
--   disk   the class of its disk's finding, or "ok"
function M.refusal(facts)
  if facts.query == "ok" then
    return "PostgreSQL in it answers: its health check is wrong"
  elseif facts.query and alive[facts.query] then
    return alive[facts.query]
  elseif facts.disk == "disk.crit" or facts.disk == "disk.inodes" then
    return "its disk is full"
  elseif facts.disk == "disk.unreadable" then
    return "it cannot be seen whether its disk is full"
  end
end

return M
