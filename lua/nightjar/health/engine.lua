-- The Docker engine: what its answers say about it, and about what was asked through it. Pure.

local finding = require "nightjar.health.finding"

local M = {}

local class_of_code <const> = {
  REFUSED = "engine.unreachable", NOT_FOUND = "engine.unreachable", CLOSED = "engine.unreachable",
  SYSTEM = "engine.unreachable", DENIED = "engine.denied", AUTH = "engine.denied",
  TIMEOUT = "engine.timeout",
}

-- The finding that an error of a call means.
local function failed(err, class)
  return finding.bad(class or class_of_code[err.code] or "engine.api", err.message,
    { hint = err.hint })
end

-- After the first call: ping is its answer, or nil and the error.
function M.judge_ping(endpoint, ping, err)
  if not ping then
    return failed(err)
  end
  return finding.ok(("the Docker engine answers at %s"):format(endpoint))
end

-- An engine that answers a ping and then nothing else is stuck.
local function stuck(endpoint, seconds, what)
  return finding.bad("engine.stuck", ("the Docker engine at %s answers a ping, but not %s within "
    .. "%g s"):format(endpoint, what, seconds),
    { hint = "Its daemon is blocked: look at its log (journalctl -u docker), and restart it." })
end

-- After all: version is its answer, or nil and the error; inspections says of each container
-- whether the engine "answered", "refused" it, or said nothing within the limit ("silent").
function M.judge(endpoint, version, err, inspections, seconds)
  if not version and err.code == "TIMEOUT" then
    return stuck(endpoint, seconds, "a question for its version")
  end
  local silent, spoke = 0, 0
  for _, outcome in ipairs(inspections) do
    if outcome == "silent" then
      silent = silent + 1
    else
      spoke = spoke + 1
    end
  end
  if silent > 0 and spoke == 0 then
    return stuck(endpoint, seconds, "a question for a container")
  elseif not version then
    return failed(err)
  end
  return finding.ok(("Docker %s answers at %s"):format(version.Version or "?", endpoint))
end

-- The finding of the container for an error of inspect.
function M.judge_inspection(name, err, seconds)
  if err.code == "NOT_FOUND" and err.missing ~= "engine" then
    return finding.bad("container.missing", err.message, { hint = err.hint })
  elseif err.code == "TIMEOUT" then
    return finding.bad("engine.stuck",
      ("the Docker engine does not tell of container '%s' within %g s"):format(name, seconds),
      { hint = "docker inspect would hang as well: restart the engine when that stays so." })
  end
  return failed(err)
end

return M
