-- How nightjar knows databases that it made itself, or has put aside: by a comment, and a scratch
-- database by its name too, for a run can die before the comment is there. Pure.

local M = {}

-- A scratch database, or one that is being restored: it may be dropped once its run is dead.
function M.scratch(host_name, pid, application_name)
  return ("nightjar scratch %s %d %s"):format(host_name, pid, application_name)
end

-- A live database that a restore has put aside; what follows the first line is its own comment.
function M.aside(time, database, comment)
  return ("nightjar before %s %s"):format(time, database) .. (comment and "\n" .. comment or "")
end

local function of_comment(comment)
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

-- What the end of a scratch database's name says of the run that made it.
function M.suffix(application_name)
  return (application_name:match("^nightjar/([^/]+/[^/]+)"):gsub("/", "_"))
end

local function of_name(name)
  local id, token = name:match("^nightjar_verify_(%d[%d%-]+T[%d%-]+Z)_(%x+)$")
  if not id then
    id, token = name:match("__restore_(%d[%d%-]+T[%d%-]+Z)_(%x+)$")
  end
  return id and { kind = "scratch", application_name = ("nightjar/%s/%s"):format(id, token) }
end

-- What a database {name=, comment=} is: {kind="scratch", application_name=, host=, pid=} (the last
-- two from its comment only) or {kind="before", time=, database=, comment=}, or nil.
function M.read(database)
  return of_comment(database.comment) or of_name(database.name) or nil
end

return M
