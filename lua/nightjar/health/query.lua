-- The verdict on a server: from how an authenticated SELECT 1 went to a finding. Pure.

local finding = require "nightjar.health.finding"
local units = require "nightjar.units"

local M = {}

local class_of_state <const> = {
  ["28P01"] = "pg.auth", ["28000"] = "pg.auth", ["42501"] = "pg.auth",
  ["3D000"] = "pg.no_database", ["53300"] = "pg.too_many", ["57P03"] = "pg.rejecting",
  ["57P01"] = "pg.rejecting", ["57P02"] = "pg.rejecting", ["57014"] = "pg.query_timeout",
}
local class_of_code <const> = {
  AUTH = "pg.auth", REFUSED = "pg.refused", TIMEOUT = "pg.no_response", SYSTEM = "pg.no_response",
  CLOSED = "pg.refused",
}

-- What PostgreSQL does, for each class that it does something in.
local sentences <const> = {
  ["pg.auth"] = "PostgreSQL does not let '%s' in: %s",
  ["pg.no_database"] = "PostgreSQL has no database '%s'",
  ["pg.too_many"] = "PostgreSQL takes no more connections: %s",
  ["pg.rejecting"] = "PostgreSQL takes no connections yet: %s",
}

-- The class of what went wrong while connecting, or after that.
function M.class_of(err, connected)
  if connected and err.code == "TIMEOUT" then
    return "pg.query_timeout"
  end
  return class_of_state[err.sqlstate] or class_of_code[err.code] or "pg.protocol"
end

-- who: { user, dbname } as the connection had them, seconds: the limit.
local function message_of(class, err, who, seconds)
  local sentence <const> = sentences[class]
  if err.sqlstate == "28P01" then
    return ("PostgreSQL refuses the password of '%s'"):format(who.user)
  elseif class == "pg.no_database" then
    return sentence:format(who.dbname)
  elseif class == "pg.auth" then
    return sentence:format(who.user, err.message)
  elseif class == "pg.query_timeout" then
    return ("PostgreSQL lets '%s' in, but SELECT 1 did not end within %s"):format(who.user,
      units.format_duration(seconds))
  elseif err.code == "TIMEOUT" then
    return ("PostgreSQL does not answer within %s"):format(units.format_duration(seconds))
  end
  return sentence and sentence:format(err.message) or err.message
end

-- The finding for an error.
function M.judge_error(err, connected, who, seconds)
  local class <const> = M.class_of(err, connected)
  return finding.bad(class, message_of(class, err, who, seconds), { hint = err.hint })
end

-- The finding for an answer: { recovery, readonly, version }. A standby is one that is meant to be.
function M.judge_answer(answer, who, seconds, standby)
  local passable <const> = { blocks = false }
  if answer.recovery and not standby then
    return finding.bad("pg.recovery",
      "PostgreSQL is in recovery: it is a standby, or still replays what a crash left", passable)
  elseif standby and not answer.recovery then
    return finding.bad("pg.recovery",
      "PostgreSQL is no standby, though the policy says that it is one: was it promoted?", passable)
  elseif answer.readonly and not answer.recovery then
    return finding.bad("pg.readonly",
      ("PostgreSQL lets '%s' read, but not write (default_transaction_read_only)"):format(who.user),
      passable)
  end
  return finding.ok(("PostgreSQL %s answers '%s' within %s%s"):format(answer.version, who.user,
    seconds < 0.9995 and ("%d ms"):format(math.ceil(seconds * 1000))
      or units.format_duration(seconds), answer.recovery and ", as a standby" or ""))
end

return M
