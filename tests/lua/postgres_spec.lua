-- PostgreSQL as a script sees it: values both ways, errors with their codes, shared connections.

local host = require "nightjar.host"
local json = require "nightjar.json"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"
local task = require "nightjar.task"
local patience <const> = require "tests.fixture.patience"

local fixture <const> = "tests/fixture/postgres.sh"
local folder <const> = ("/tmp/nightjar-postgres-spec-%d-%s"):format(host.pid, host.random(4))
local server

local function connect(options)
  local all = { host = server.PGHOST, port = server.PGPORT, user = server.PGUSER,
    password = server.PGPASSWORD, dbname = "postgres" }
  for key, value in pairs(options or {}) do
    all[key] = value
  end
  return postgres.connect(all)
end

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value)
  return err
end

setup(function()
  local started = process.run { fixture, "start", folder, env = { PGPASSWORD = false } }
  server = {}
  for name, value in started.stdout:gmatch("(%w+)=([^\n]*)") do
    server[name] = value
  end
end)

teardown(function()
  process.run { fixture, "stop", folder }
end)

describe("connection:query", function()
  local connection

  before_each(function()
    connection = connect()
  end)

  after_each(function()
    connection:close()
  end)

  it("gives each type its form in Lua", function()
    local row = connection:query([[
      SELECT 1::int2 AS small, 9223372036854775807 AS big, 26::oid AS oid, 2.5::float8 AS float,
             1.10::numeric AS numeric, true AS yes, false AS no, NULL AS nothing, 'ü' AS text]])[1]
    assert.same({ small = 1, big = math.maxinteger, oid = 26, float = 2.5, numeric = "1.10",
      yes = true, no = false, text = "ü" }, row)
    assert.equal("integer", math.type(row.big))
    assert.equal("float", math.type(row.float))
  end)

  it("names the columns in order and counts the rows touched", function()
    local rows = connection:query "SELECT 1 AS b, 2 AS a WHERE false"
    assert.same({ "b", "a" }, rows.columns)
    assert.equal(0, #rows)
    connection:query "CREATE TEMP TABLE t (n int)"
    assert.equal(3, connection:query("INSERT INTO t SELECT generate_series(1, 3)").affected)
  end)

  it("hands parameters over as they are", function()
    local function back(value, type)
      return connection:query(("SELECT $1::%s AS value"):format(type), { value })[1].value
    end
    assert.equal("it's $1 \\ \"", back("it's $1 \\ \"", "text"))
    assert.equal(math.mininteger, back(math.mininteger, "int8"))
    assert.is_true(back(true, "bool"))
    assert.equal("0.1", back(0.1, "numeric"))
    assert.equal(0.1 + 0.2, back(0.1 + 0.2, "float8"))
    assert.equal(math.huge, back(math.huge, "float8"))
    local nan = back(0 / 0, "float8")
    assert.is_true(nan ~= nan)
  end)

  it("takes nil and json.null for NULL, between others and at the end", function()
    local sql = "SELECT $1::text AS a, $2::text AS b, $3::text AS c"
    assert.same({ b = "x" }, connection:query(sql, { nil, "x", nil, n = 3 })[1])
    assert.same({ a = "x", c = "y" }, connection:query(sql, { "x", json.null, "y" })[1])
  end)

  it("refuses what no text in PostgreSQL can hold", function()
    assert.matches("parameter 2 has a NUL",
      failing(connection.query, connection, "SELECT $1, $2", { "a", "b\0c" }).message)
    assert.matches("parameter 1 is a table",
      failing(connection.query, connection, "SELECT $1", { {} }).message)
    assert.matches("did you mean 'timeout'",
      failing(connection.query, connection, "SELECT 1", nil, { timeuot = 1 }).message)
  end)

  it("raises what the server says, with its SQLSTATE", function()
    local err = failing(connection.query, connection, "SELECT * FROM nowhere")
    assert.equal("PG", err.code)
    assert.equal("42P01", err.sqlstate)
    assert.equal("relation \"nowhere\" does not exist", err.message)
    assert.equal("postgres.query", err.op)
  end)

  it("ends in time, and the connection goes on", function()
    local began = host.now()
    local err = failing(connection.query, connection, "SELECT pg_sleep(60)", nil, { timeout = 0.2 })
    assert.equal("TIMEOUT", err.code)
    assert.is_true(host.now() - began < 2 * patience)
    assert.is_true(connection:ready())
    assert.equal(1, connection:query("SELECT 1 AS one")[1].one)
  end)

  it("ends when its task is to end, and the connection goes on", function()
    local began = host.now()
    local err = failing(task.timeout, 0.2, function()
      connection:query "SELECT pg_sleep(60)"
    end)
    assert.equal("TIMEOUT", err.code)
    assert.is_true(host.now() - began < 2 * patience)
    assert.equal(1, connection:query("SELECT 1 AS one")[1].one)
  end)

  it("stops at its limit", function()
    local err = failing(connection.query, connection,
      "SELECT repeat('x', 1000) FROM generate_series(1, 100000)", nil, { limit = 1 << 20 })
    assert.equal("FORMAT", err.code)
    assert.equal(1, connection:query("SELECT 1 AS one")[1].one)
  end)

  it("keeps notices for whoever asks", function()
    connection:query "DROP TABLE IF EXISTS nowhere"
    assert.same({ "NOTICE:  table \"nowhere\" does not exist, skipping" }, connection:notices())
  end)

  it("refuses to be used by two tasks at once, and can be cancelled by another", function()
    local failures = {}
    local outcome
    task.parallel {
      function()
        outcome = failing(connection.query, connection, "SELECT pg_sleep(60)")
      end,
      function()
        local watcher <close> = connect()
        repeat
          local seen = watcher:query "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        until #seen == 1
        failures.query = failing(connection.query, connection, "SELECT 1").code
        failures.close = failing(connection.close, connection).code
        assert.is_false(connection:ready())
        assert.is_true(connection:cancel())
      end,
    }
    assert.same({ query = "BUSY", close = "BUSY" }, failures)
    assert.equal("57014", outcome.sqlstate)
    assert.is_false(connection:cancel())
    assert.is_true(connection:ready())
  end)
end)

describe("postgres.connect", function()
  it("says what is wrong", function()
    assert.equal("AUTH", failing(connect, { password = "wrong" }).code)
    assert.equal("NOT_FOUND", failing(connect, { dbname = "nope" }).code)
    assert.equal("REFUSED", failing(connect, { port = 1 }).code)
    assert.equal("CONFIG", failing(connect, { sslmode = "maybe" }).code)
    assert.matches("did you mean 'dbname'", failing(connect, { dbnam = "x" }).message)
  end)

  it("closes, once or more, and is closed after that", function()
    local connection = connect { application_name = "the spec" }
    assert.equal("the spec", connection:query("SHOW application_name")[1].application_name)
    assert.is_true(connection:version() >= 90000)
    connection:close()
    connection:close()
    assert.is_false(connection:ready())
    assert.equal("CLOSED", failing(connection.query, connection, "SELECT 1").code)
  end)

  it("is closed when it is forgotten", function()
    connect { application_name = "forgotten" }
    collectgarbage()
    collectgarbage()
    local connection <close> = connect()
    local left
    task.timeout(5, function()
      repeat
        left = #connection:query [[
          SELECT 1 FROM pg_stat_activity WHERE application_name = 'forgotten']]
      until left == 0
    end)
    assert.equal(0, left)
  end)

  it("does not let a cancelled task leave it busy", function()
    local connection = connect()
    failing(task.timeout, 0.1, function()
      pcall(task.sleep, 60)
      connection:query "SELECT 1"
    end)
    connection:close()
    assert.is_false(connection:ready())
  end)

  it("is not left busy by rows that there is no memory for", function()
    local connection <close> = connect()
    local err <const> = failing(task.budget, 20, connection.query, connection, "SELECT repeat('x', 70000000)", nil,
      { limit = 80000000 })
    assert.equal("BUDGET", err.code)
    assert.equal(1, connection:query("SELECT 1 AS one")[1].one)
  end)
end)

describe("postgres.ready", function()
  it("answers as pg_isready", function()
    assert.equal("ok",
      postgres.ready { host = server.PGHOST, port = server.PGPORT, user = "nobody" })
    assert.equal("no_response", postgres.ready { host = "127.0.0.1", port = 1 })
    assert.equal("no_attempt", postgres.ready { host = "127.0.0.1", sslmode = "maybe" })
  end)
end)

describe("quoting", function()
  it("survives the server", function()
    local connection <close> = connect()
    for _, text in ipairs { "plain", "it's", "a\"b", "back\\slash\\'", "ü $1 ; --", "" } do
      local sql = ("SELECT %s AS %s"):format(postgres.literal(text),
        postgres.identifier(text .. "."))
      assert.same({ [text .. "."] = text }, connection:query(sql)[1])
    end
    assert.matches("NUL", failing(postgres.literal, "a\0b").message)
    assert.matches("NUL", failing(postgres.identifier, "a\0b").message)
  end)
end)
