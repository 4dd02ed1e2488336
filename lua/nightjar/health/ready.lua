-- pg_isready inside the container: what its exit status says, and what that is worth beside the
-- query. Pure.

local finding = require "nightjar.health.finding"

local M = {}

local says <const> = { [0] = "accepting connections", [1] = "rejecting connections",
  [2] = "no response", [3] = "no attempt" }
local class_of_exit <const> = { [1] = "pg.rejecting", [2] = "pg.no_response" }
local off <const> = "pg_isready = false in policy.lua does without it: the query is the verdict."

-- The words that are run in the container: on TCP, because the socket answers while an image sets
-- its database up. It gives up a little before the limit, so as to say that it did.
function M.command(who, seconds)
  return { "pg_isready", "-h", "127.0.0.1", "-t", tostring(math.max(1, math.floor(seconds) - 1)),
    "-U", who.user, "-d", who.dbname }
end

local function could_not(reason)
  return finding.unknown(("pg_isready could not be run in the container: %s"):format(reason),
    { hint = off, blocks = false })
end

-- result: { exit, stderr }, or nil and the error of the call.
function M.judge(result, err)
  if not result then
    return could_not(err.message)
  elseif class_of_exit[result.exit] then
    return finding.bad(class_of_exit[result.exit],
      ("pg_isready in the container says: %s"):format(says[result.exit]), { blocks = false })
  elseif result.exit ~= 0 then
    local said <const> = (result.stderr .. result.stdout):match "[^\r\n]+"
    return could_not(said or ("it ended with status %s"):format(result.exit))
  end
  return finding.ok "pg_isready in the container says: accepting connections"
end

-- What both say together: either finding may get another message, and the weaker evidence another
-- status.
function M.compare(ready, query)
  local answers <const> = query.status == "ok" or query.blocks == false
  if ready.status == "ok" and not answers then
    query.message = query.message .. " (pg_isready in the container says: accepting connections)"
  elseif ready.class and answers then
    ready.status = "warn"
    ready.message = ready.message .. ", but the query from outside is answered"
    ready.hint = "Does the server listen on 127.0.0.1 in its container? " .. off
  end
end

return M
