-- What the policy demands of a restored database, beside being the same: restore.accept.

local hook = require "nightjar.hook"

local M = {}

local seconds <const>, query_seconds <const> = 60, 55

-- The database as the function sees it: its name in the backup, and a way to ask it. The connection
-- is made when it is used for the first time.
local function view(session, name, place, opened)
  return {
    name = name,
    query = function(_, sql, parameters)
      opened.connection = opened.connection or hook.only_reads(session:connect(place))
      return opened.connection:query(sql, parameters, { timeout = query_seconds })
    end,
  }
end

-- Is database `name`, restored as `place` on the session's server, accepted? Returns true; or false
-- and why not. A function that cannot be used accepts it, and is a fault of the policy.
function M.judge(session, name, place)
  local accept <const> = session.policy.restore.accept
  if not accept then
    return true
  end
  local opened <const> = {}
  local accepted <const>, reason <const> = hook.decide(session.context, {
    name = "restore.accept", f = accept, seconds = seconds, check = hook.yes_or_no,
  }, true, view(session, name, place, opened))
  if opened.connection then
    try(opened.connection.close, opened.connection)
  end
  return accepted, "the policy does not accept it: "
    .. (hook.line(reason) or "restore.accept says no")
end

return M
