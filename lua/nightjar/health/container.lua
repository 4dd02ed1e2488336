-- The container of a target: from what the engine says of it to a finding. Pure.

local finding = require "nightjar.health.finding"
local units = require "nightjar.units"

local M = {}

-- Restarts between two runs that are too many, and so many in all with a short life are a loop.
local too_many <const>, short_life <const> = 3, 60

-- Seconds since 1970, or nil for what never was ("0001-01-01T00:00:00Z").
local function moment(text)
  local time <const> = units.parse_iso(text)
  return time and time > 0 and time or nil
end

local function ago(text, now)
  local time <const> = moment(text)
  return time and (", %s ago"):format(units.format_duration(math.max(0, now - time))) or ""
end

local function last_words(health)
  local log <const> = health.Log
  local last <const> = type(log) == "table" and log[#log]
  local line <const> = last and tostring(last.Output or ""):match "[^\r\n]+"
  return line and (": %s"):format(line:sub(1, 200)) or ""
end

local function memory_limit(inspected)
  local limit <const> = inspected.HostConfig and inspected.HostConfig.Memory or 0
  return limit > 0 and (" (its limit is %s)"):format(units.format_size(limit)) or ""
end

-- What is kept of a container for the next run.
function M.remember(inspected)
  return { id = inspected.Id:sub(1, 12), restarts = inspected.RestartCount or 0,
    started = inspected.State.StartedAt }
end

-- Restarts since `before`, which is what was remembered, or nil where that was another container or
-- none.
function M.restarts_since(inspected, before)
  local count <const> = inspected.RestartCount or 0
  if before and before.id == inspected.Id:sub(1, 12) and count >= before.restarts then
    return count - before.restarts
  end
end

-- Has another container taken the place of the one remembered?
function M.recreated(inspected, before)
  return before ~= nil and before.id ~= inspected.Id:sub(1, 12)
end

local function times(count)
  return count == 1 and "once" or ("%d times"):format(count)
end

local function judge_stopped(name, inspected, now)
  local state <const> = inspected.State
  local hint <const> = ("docker logs --tail 50 %s tells why; docker start %s starts it."):format(
    name, name)
  local said <const> = state.Error and state.Error ~= "" and (" (%s)"):format(state.Error) or ""
  if state.Status == "created" then
    return finding.bad("container.exited", ("container '%s' has never been started%s"):format(name,
      said), { hint = ("docker start %s"):format(name) })
  elseif state.OOMKilled then
    return finding.bad("container.oom",
      ("container '%s' is not running: it was killed for lack of memory%s%s"):format(name,
        memory_limit(inspected), ago(state.FinishedAt, now)),
      { hint = ("Give it more memory, or PostgreSQL less; docker start %s starts it."):format(
        name) })
  end
  return finding.bad("container.exited", ("container '%s' is not running: %s with status %d%s%s")
    :format(name, state.Status == "dead" and "it is dead, it ended" or "it ended", state.ExitCode
      or 0, ago(state.FinishedAt, now), said), { hint = hint })
end

local function judge_loop(name, inspected, what)
  local oom <const> = inspected.State.OOMKilled
  return finding.bad(oom and "container.oom" or "container.restarting",
    ("container '%s' %s%s"):format(name, what, oom
      and "; it was killed for lack of memory" .. memory_limit(inspected) or ""),
    { hint = ("docker logs --tail 50 %s tells why."):format(name) })
end

local function judge_health(name, health, up)
  if health.Status == "unhealthy" then
    return finding.bad("container.unhealthy",
      ("container '%s' is unhealthy: %d probes in a row failed%s"):format(name,
        health.FailingStreak or 0, last_words(health)),
      { hint = ("docker inspect %s shows what its health check says."):format(name) })
  elseif health.Status == "starting" then
    return finding.bad("container.starting",
      ("container '%s' is starting: its health check has not passed yet (%s)"):format(name, up))
  end
end

-- Restarts of one that runs now.
local function judge_restarts(name, inspected, before, age)
  local restarts <const> = M.restarts_since(inspected, before)
  local count <const> = inspected.RestartCount or 0
  if count >= too_many and age and age < short_life and restarts ~= 0 then
    return judge_loop(name, inspected, ("restarts in a loop: %s so far"):format(times(count)))
  elseif restarts and restarts > 0 then
    local bad <const> = judge_loop(name, inspected,
      ("was restarted %s since the last check"):format(times(restarts)))
    bad.blocks = false
    if restarts < too_many and bad.class == "container.restarting" then
      bad.status = "warn"
    end
    return bad
  end
end

-- inspected: what the engine answers. before: what the last run remembered of it, or nil. killed:
-- how often the kernel killed a process in it for lack of memory since the last run.
function M.judge(name, inspected, before, killed, now)
  local state <const> = inspected.State
  local started <const> = moment(state.StartedAt)
  local age <const> = started and math.max(0, now - started)
  if state.Restarting then
    return judge_loop(name, inspected,
      ("restarts in a loop: %s so far, the last time with status %d"):format(
        times(inspected.RestartCount or 0), state.ExitCode or 0))
  elseif not state.Running then
    return judge_stopped(name, inspected, now)
  elseif state.Paused then
    return finding.bad("container.paused", ("container '%s' is paused"):format(name),
      { hint = ("docker unpause %s"):format(name) })
  end
  local up <const> = age and ("for %s"):format(units.format_duration(math.floor(age))) or "now"
  local health <const> = type(state.Health) == "table" and state.Health or {}
  local found <const> = judge_health(name, health, up)
    or judge_restarts(name, inspected, before, age)
  if found then
    return found
  elseif killed > 0 then
    return finding.bad("container.oom",
      ("in container '%s' a process was killed for lack of memory%s, %s since the last check")
        :format(name, memory_limit(inspected), times(killed)), { blocks = false,
        hint = "PostgreSQL then ends every session: give the container more memory." })
  end
  return finding.ok(("container '%s' is running %s%s"):format(name, up, health.Status == "healthy"
    and ", healthy" or ", without a health check"))
end

return M
