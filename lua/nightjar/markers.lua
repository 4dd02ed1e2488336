-- The comments by which nightjar knows databases that it made itself, or has put aside: pure.

local M = {}

-- A scratch database, or one that is being restored: it may be dropped once its run is dead.
function M.scratch(host_name, pid, application_name)
  return ("nightjar scratch %s %d %s"):format(host_name, pid, application_name)
end

-- A live database that a restore has put aside; what follows the first line is its own comment.
function M.aside(time, database, comment)
  return ("nightjar before %s %s"):format(time, database) .. (comment and "\n" .. comment or "")
end

-- {kind="scratch", host=, pid=, application_name=} or {kind="before", time=, database=, comment=},
-- or nil.
function M.parse(comment)
  local host_name, pid, application_name = (comment
    or ""):match("^nightjar scratch (%S+) (%d+) (nightjar/%S+)$")
  if host_name then
    return { kind = "scratch", host = host_name, pid = math.tointeger(pid),
      application_name = application_name }
  end
  local time, rest = (comment or ""):match("^nightjar before (%d%S+Z) (.+)$")
  if time then
    local database, original = rest:match("^([^\n]*)\n(.*)$")
    return { kind = "before", time = time, database = database or rest, comment = original }
  end
end

return M
