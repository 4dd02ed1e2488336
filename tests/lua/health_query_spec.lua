-- What an authenticated query says of a server, and what pg_isready is worth beside it.

local engine = require "nightjar.health.engine"
local query = require "nightjar.health.query"
local ready = require "nightjar.health.ready"

local who <const> = { user = "app", dbname = "shop" }

-- name, error, was it connected | class, part of the message
local cases <const> = {
  { "a wrong password", { code = "AUTH", sqlstate = "28P01", message = "x" }, false, "pg.auth",
    "PostgreSQL refuses the password of 'app'" },
  { "no password at all", { code = "AUTH", message = "no password is given for user 'app'" }, false, "pg.auth",
    "no password is given" },
  { "pg_hba.conf", { code = "AUTH", sqlstate = "28000", message = "no pg_hba.conf entry for host" }, false, "pg.auth",
    "does not let 'app' in: no pg_hba.conf entry" },
  { "no right to connect", { code = "DENIED", sqlstate = "42501", message = "permission denied for database" }, false,
    "pg.auth", "permission denied" },
  { "a missing database", { code = "NOT_FOUND", sqlstate = "3D000", message = "x" }, false, "pg.no_database",
    "has no database 'shop'" },
  { "too many clients", { code = "PG", sqlstate = "53300", message = "sorry, too many clients already" }, false,
    "pg.too_many", "takes no more connections: sorry" },
  { "starting up", { code = "PG", sqlstate = "57P03", message = "the database system is starting up" }, false,
    "pg.rejecting", "starting up" },
  { "shut down under us", { code = "CLOSED", sqlstate = "57P01", message = "terminating connection" }, true,
    "pg.rejecting", "terminating" },
  { "nobody listens", { code = "REFUSED", message = "no PostgreSQL answers at 'h' port 1" }, false, "pg.refused",
    "no PostgreSQL answers" },
  { "it hangs up", { code = "CLOSED", message = "the connection was lost" }, true, "pg.refused", "lost" },
  { "silence while connecting", { code = "TIMEOUT", message = "did not end within 5 s" }, false, "pg.no_response",
    "does not answer within 5 s" },
  { "no address", { code = "SYSTEM", message = "could not translate host name" }, false, "pg.no_response", "host name" },
  { "silence after that", { code = "TIMEOUT", message = "x" }, true, "pg.query_timeout",
    "SELECT 1 did not end within 5 s" },
  { "the server's own limit", { code = "PG", sqlstate = "57014", message = "canceling statement" }, true,
    "pg.query_timeout", "SELECT 1" },
  { "no PostgreSQL there", { code = "PG", message = "expected authentication request from server, but received H" },
    false, "pg.protocol", "expected authentication request" },
  { "an option that libpq does not know", { code = "CONFIG", message = "invalid sslmode value" }, false, "pg.protocol",
    "sslmode" },
}

describe("the judgement on a query", function()
  for _, case in ipairs(cases) do
    it(case[1], function()
      local found <const> = query.judge_error(case[2], case[3], who, 5)
      assert.equal(case[4], found.class)
      assert.truthy(found.message:find(case[5], 1, true), found.message)
      assert.is_true(found.blocks)
    end)
  end

  it("tells a limit that is what was left of another in round numbers", function()
    local found <const> = query.judge_error({ code = "TIMEOUT", message = "x" }, false, who, 3.99968)
    assert.equal("PostgreSQL does not answer within 4 s", found.message)
  end)

  it("lets a standby pass with a warning, and one that is meant to be without", function()
    local standby <const> = { recovery = true, readonly = true, version = "15.18" }
    local found <const> = query.judge_answer(standby, who, 0.01, nil)
    assert.same({ "pg.recovery", "warn", false }, { found.class, found.status, found.blocks })
    assert.equal("ok", query.judge_answer(standby, who, 0.01, true).status)
  end)

  it("tells of a standby that was promoted", function()
    assert.equal("pg.recovery", query.judge_answer({ version = "15" }, who, 0.01, true).class)
  end)

  it("tells of a server that is read-only", function()
    local found <const> = query.judge_answer({ readonly = true, version = "15" }, who, 0.01)
    assert.same({ "pg.readonly", "warn", false }, { found.class, found.status, found.blocks })
  end)

  it("is content with an answer", function()
    assert.equal("PostgreSQL 15.18 answers 'app' within 12 ms",
      query.judge_answer({ version = "15.18" }, who, 0.0113).message)
  end)
end)

local function judge(exit, said)
  return ready.judge { exit = exit, stdout = "", stderr = said or "" }
end

describe("pg_isready", function()
  it("is judged by its exit status", function()
    assert.equal("ok", judge(0).status)
    assert.equal("pg.rejecting", judge(1).class)
    assert.equal("pg.no_response", judge(2).class)
  end)

  it("that could not be run says nothing of the server", function()
    for _, found in ipairs { judge(3, "bad option"), judge(127, "sh: pg_isready: not found"), ready.judge(nil, { message = "403" }) } do
      assert.same({ "unknown", false }, { found.status, found.blocks })
    end
  end)

  it("asks on TCP as the target's role, and gives up in time to say so", function()
    assert.same({ "pg_isready", "-h", "127.0.0.1", "-t", "4", "-U", "app", "-d", "shop" }, ready.command(who, 5))
    assert.equal("1", ready.command(who, 0.5)[5])
  end)

  it("never blocks the query", function()
    assert.is_false(judge(2).blocks)
  end)

  it("that contradicts an answered query is a warning that says so", function()
    local weak <const>, strong <const> = judge(2), query.judge_answer({ version = "15" }, who, 0.01)
    ready.compare(weak, strong)
    assert.equal("warn", weak.status)
    assert.matches("no response, but the query from outside is answered", weak.message, 1, true)
    assert.equal("ok", strong.status)
  end)

  it("that is content while the query fails is told with the query", function()
    local weak <const>, strong <const> = judge(0), query.judge_error(cases[1][2], false, who, 5)
    ready.compare(weak, strong)
    assert.equal("crit", strong.status)
    assert.matches("refuses the password of 'app' (pg_isready in the container says: accepting connections)",
      strong.message, 1, true)
  end)

  it("that fails with the query is as bad", function()
    local weak <const>, strong <const> = judge(2), query.judge_error(cases[9][2], false, who, 5)
    ready.compare(weak, strong)
    assert.same({ "crit", "crit" }, { weak.status, strong.status })
  end)
end)

describe("the judgement on an engine", function()
  local endpoint <const> = "unix:///var/run/docker.sock"

  local function class_of(code, missing)
    return engine.judge_ping(endpoint, nil, { code = code, missing = missing, message = "m" }).class
  end

  it("tells how it cannot be reached", function()
    assert.equal("engine.unreachable", class_of "REFUSED")
    assert.equal("engine.unreachable", class_of("NOT_FOUND", "engine"))
    assert.equal("engine.denied", class_of "DENIED")
    assert.equal("engine.timeout", class_of "TIMEOUT")
    assert.equal("engine.api", class_of "FORMAT")
    assert.equal("engine.api", class_of "VERSION")
  end)

  it("does not call an engine down whose language it does not understand", function()
    assert.equal("unknown", engine.judge_ping(endpoint, nil, { code = "VERSION", message = "m" }).status)
  end)

  local late <const> = { code = "TIMEOUT", message = "m" }
  local version <const> = { Version = "29.1.0" }
  local judged <const> = {
    { "all answered", version, nil, { "answered", "refused" }, nil },
    { "nothing was asked", version, nil, {}, nil },
    { "no container was told of", version, nil, { "silent", "silent" }, "engine.stuck" },
    { "one of several was told of", version, nil, { "silent", "answered" }, nil },
    { "the version was not told", nil, late, { "answered" }, "engine.stuck" },
    { "the version was refused", nil, { code = "DENIED", message = "403" }, { "answered" }, "engine.denied" },
  }
  for _, case in ipairs(judged) do
    it("where " .. case[1], function()
      local found <const> = engine.judge(endpoint, case[2], case[3], case[4], 5)
      assert.equal(case[5], found.class)
      assert.equal(case[5] and "crit" or "ok", found.status)
    end)
  end

  it("tells a container that is missing from an engine that is", function()
    local hint <const> = "Did you mean 'pg-main'?"
    local found <const> = engine.judge_inspection("pg", { code = "NOT_FOUND", missing = "container", message = "m", hint = hint }, 5)
    assert.same({ "container.missing", hint }, { found.class, found.hint })
    assert.equal("engine.stuck", engine.judge_inspection("pg", late, 5).class)
  end)
end)
