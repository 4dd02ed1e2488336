-- What the health check tells of real servers: refusing, full, stuck, standing by, and seen by a role without rights.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local leaks = require "tests.lua.leaks"
local process = require "nightjar.process"
local peers = require "tests.fixture.peers"
local support = require "tests.e2e.support"

local server, home, standby_port, closed, mute
local programs <const> = require("tests.e2e.containers").server_programs()

local function as_server_user(...)
  local command = { "runuser", "-u", "postgres", "--", ... }
  command.timeout = 60
  return process.run(process.run({ "id", "-u" }).stdout == "0\n" and command or table.move(command, 5, #command, 1,
    { timeout = 60 }))
end

local function control_standby(...)
  as_server_user(programs .. "/pg_ctl", "--silent", "--pgdata", server.folder .. "/standby", ...)
end

local function start_standby_at(port, settings, ...)
  control_standby("start", "--log", server.folder .. "/standby.log", "--options",
    ("-p %d -c unix_socket_directories='' -c hot_standby=%s"):format(port, settings), ...)
end

-- A copy of the server that follows it. Returns its port: the first after the server's that is free.
local function make_standby()
  as_server_user("env", "PGPASSWORD=" .. server.password, programs .. "/pg_basebackup", "--pgdata",
    server.folder .. "/standby", "--host",
    server.host, "--port", tostring(server.port), "--username", server.user, "--checkpoint", "fast", "--write-recovery-conf",
    "--slot", "follower", "--create-slot")
  for port = server.port + 1, server.port + 8 do
    if select(2, try(start_standby_at, port, "on", "--wait")) == nil then
      return port
    end
  end
  error("no port is free for a standby")
end

local function stop_standby()
  control_standby("stop", "--wait", "--mode", "immediate")
end

-- A policy with one target on the server: fields of it, and of health.
local function write_policy(target, health)
  fs.write(home.path .. "/config/policy.lua", ("return { targets = { main = { %s } }, health = { attempts = 1, timeout = "
    .. "'2s', %s } }"):format(target, health or ""), { mode = 384 })
end

local function look(target, health)
  write_policy(target, health)
  local document <const>, result = home:json { "health-check" }
  local found = {}
  for _, finding in ipairs(document.findings) do
    found[finding.check] = finding
  end
  return found, result
end

local function of_query(target)
  local found <const> = look(target)
  return found.query.class, found.query.status, found.query.message, found
end

setup(function()
  server = support.server("max_connections=20", "wal_level=replica", "max_wal_senders=5", "max_replication_slots=5",
    "max_prepared_transactions=5")
  server:play("postgres", "CREATE ROLE app LOGIN PASSWORD 'app'; CREATE DATABASE shop;")
  home = support.home(server)
  standby_port = make_standby()
  closed = peers.start("tests/fixture/postgres_peer.py", "%PORT%", "hangs-up")
  mute = peers.start("tests/fixture/postgres_peer.py", "%PORT%", "stops-after-login", "--to",
    tostring(server.port))
end)

teardown(function()
  closed:close()
  mute:close()
  stop_standby()
  server:close()
  home:close()
end)

describe("a server that answers", function()
  it("is told to be well, layer by layer", function()
    local found <const>, result = look ""
    for _, check in ipairs { "query", "connections", "transactions", "wraparound", "replication" } do
      assert.equal("ok", found[check].status, found[check].message)
    end
    assert.matches("^PostgreSQL %d+%.%d+ answers 'postgres' within %d+ ms$", found.query.message)
    assert.matches("1 standby keeps up, 1 slot", found.replication.message)
    assert.is_nil(found.engine)
    assert.is_nil(found.container)
    assert.is_nil(found.pg_isready)
    assert.equal(2, result.exit) -- there is no backup yet
  end)
end)

describe("a server that does not let in:", function()
  it("a wrong password", function()
    local class <const>, status <const>, message <const>, found <const> = of_query "password = 'wrong'"
    assert.same({ "pg.auth", "crit", "PostgreSQL refuses the password of 'postgres'" }, { class, status, message })
    assert.same({ "skipped", "query" }, { found.connections.status, found.connections.blocked_by })
  end)

  it("a database that is missing", function()
    local class <const>, status <const>, message <const> = of_query "dbname = 'shopp'"
    assert.same({ "pg.no_database", "crit", "PostgreSQL has no database 'shopp'" }, { class, status, message })
  end)

  it("a role that may not connect", function()
    server:play("postgres", "REVOKE CONNECT ON DATABASE shop FROM PUBLIC")
    assert.equal("pg.auth", (of_query "user = 'app', password = 'app', dbname = 'shop'"))
  end)

  it("anybody, because it is full", function()
    local held = {}
    while true do
      local connection <const>, err = try(server.connect, server)
      if err then
        assert.equal("53300", err.sqlstate)
        break
      end
      held[#held + 1] = connection
    end
    local class <const>, status <const>, message <const> = of_query ""
    for _, connection in ipairs(held) do
      connection:close()
    end
    assert.same({ "pg.too_many", "crit" }, { class, status })
    assert.matches("takes no more connections", message)
  end)
end)

describe("a server that is not there:", function()
  it("its statistics are unknown where nobody asks for the query", function()
    local found <const> = look("port = 1", "checks = { query = false }")
    assert.is_nil(found.query)
    assert.same({ "unknown", "unknown" }, { found.connections.status, found.replication.status })
    assert.matches("cannot be read: no PostgreSQL answers", found.connections.message)
  end)

  it("nobody listens", function()
    assert.equal("pg.refused", (of_query "port = 1"))
  end)

  it("it hangs up", function()
    assert.equal("pg.refused", (of_query("port = " .. closed.port)))
  end)

  it("it lets in, and never answers the query", function()
    local began <const> = host.now()
    local class <const>, status <const>, message <const> = of_query("port = " .. mute.port)
    assert.same({ "pg.query_timeout", "crit" }, { class, status })
    assert.matches("SELECT 1 did not end within 2 s", message)
    assert.is_true(host.now() - began < 2 + 2)
  end)

  it("it is stopped in its tracks", function()
    local pid <const> = fs.read(server.folder .. "/data/postmaster.pid"):match "%d+"
    support.kill("STOP", pid)
    local began <const> = host.now()
    local class <const>, status <const>, message <const> = of_query ""
    support.kill("CONT", pid)
    assert.same({ "pg.no_response", "crit", "PostgreSQL does not answer within 2 s" }, { class, status, message })
    assert.is_true(host.now() - began < 2 + 2)
  end)

  it("it is asked again before it is called down", function()
    write_policy("port = 1", "attempts = 3")
    local began <const> = host.now()
    local document <const> = home:json { "health-check" }
    assert.is_true(host.now() - began >= 4)
    assert.matches("(3 attempts)", document.findings[1].message, 1, true)
  end)

  it("one that hangs costs the others no time", function()
    fs.write(home.path .. "/config/policy.lua", ([[return { health = { attempts = 1, timeout = "2s" }, targets = {
      a = { port = %d }, b = {}, c = { port = %d }, d = {} } }]]):format(mute.port, mute.port), { mode = 384 })
    local began <const> = host.now()
    local document <const> = home:json { "health-check" }
    assert.is_true(host.now() - began < 2 + 2)
    local seconds = {}
    for _, finding in ipairs(document.findings) do
      if finding.check == "query" then
        seconds[finding.target] = finding.seconds
      end
    end
    assert.is_true(seconds.b < 1.5 and seconds.d < 1.5)
  end)
end)

describe("a standby", function()
  local at

  setup(function()
    at = "port = " .. standby_port
  end)

  it("is a warning, and is looked at all the same", function()
    local class <const>, status <const>, message <const>, found <const> = of_query(at)
    assert.same({ "pg.recovery", "warn" }, { class, status }, message)
    assert.equal("ok", found.replication.status, found.replication.message)
    assert.matches("this standby keeps up", found.replication.message)
  end)

  it("is well where the policy says that it is one", function()
    assert.equal("ok", select(2, of_query(at .. ", standby = true")))
  end)

  it("that is none any more is told of", function()
    assert.equal("pg.recovery", (of_query "standby = true"))
  end)

  it("that has lost its primary is told of, and the slot that holds WAL for it", function()
    stop_standby()
    local slots <const> = "checks = { replication = { slot_warn = 0, slot_crit = '1GiB' } }"
    support.wait_for(10, "the slot is in nobody's use", function()
      return not server:value("postgres", "SELECT active FROM pg_replication_slots")
    end)
    local found <const> = look("", slots)
    assert.same({ "pg.replication", "warn" }, { found.replication.class, found.replication.status })
    assert.matches("replication slot 'follower' is in nobody's use", found.replication.message)
  end)

  it("that does not take connections yet is told as such", function()
    leaks.allow "program"        -- the standby is back, which the test before has stopped
    start_standby_at(standby_port, "off", "--no-wait")
    local class, _, message
    support.wait_for(20, "it turns connections away", function()
      class, _, message = of_query(at)
      return class == "pg.rejecting"
    end)
    assert.matches("takes no connections yet", message)
  end)
end)

describe("what a server tells of itself", function()
  local loose <const> = "checks = { transactions = { idle_warn = 0, idle_crit = '1h' } }"

  it("names who is idle in a transaction", function()
    local idler <close> = server:connect()
    idler:query "BEGIN"
    idler:query "SELECT 1 AS one"
    local found <const> = look("", loose)
    assert.same({ "pg.transactions", "warn" }, { found.transactions.class, found.transactions.status })
    assert.matches("idle in transaction for .* %(postgres from 127%.0%.0%.1, pid %d+%)", found.transactions.message)
  end)

  it("does not hold a backup of its own against it", function()
    local backup <close> = require("nightjar.postgres").connect { host = server.host, port = server.port, user = server.user,
      password = server.password, dbname = "postgres", application_name = "nightjar/2026-11-27T00-00-00Z/abc" }
    backup:query "BEGIN"
    backup:query "SELECT 1 AS one"
    assert.equal("ok", look("", loose).transactions.status)
  end)

  it("tells of a prepared transaction that nobody ends", function()
    server:play("postgres", "BEGIN; CREATE TABLE t (n int); PREPARE TRANSACTION 'left'")
    local found <const> = look("", "checks = { transactions = { warn = 0 } }")
    server:play("postgres", "ROLLBACK PREPARED 'left'")
    assert.equal("pg.transactions", found.transactions.class)
  end)

  it("counts connections, and who keeps them idle", function()
    local held = {}
    for index = 1, 6 do
      held[index] = server:connect()
      held[index]:query "BEGIN"
    end
    local found <const> = look("", "checks = { connections = { warn = 10 } }")
    for _, connection in ipairs(held) do
      connection:close()
    end
    assert.same({ "pg.connections", "warn" }, { found.connections.class, found.connections.status })
    assert.matches("6 idle in transaction, most of them postgres from 127.0.0.1 (6)", found.connections.message, 1, true)
    assert.matches("of 17 connections", found.connections.message)
  end)

  it("tells that it is read-only", function()
    server:play("postgres", "ALTER ROLE app SET default_transaction_read_only = on")
    local class <const>, status <const> = of_query "user = 'app', password = 'app'"
    server:play("postgres", "ALTER ROLE app RESET default_transaction_read_only")
    assert.same({ "pg.readonly", "warn" }, { class, status })
  end)

  it("that cannot be read is not well", function()
    server:play("postgres", "CREATE SCHEMA app; ALTER ROLE app SET search_path = app, pg_catalog")
    server:play("postgres", [[CREATE FUNCTION app.pg_stat_get_wal_senders() RETURNS int LANGUAGE sql AS 'SELECT 1 / 0';
      GRANT USAGE ON SCHEMA app TO app]])
    local found <const> = look "user = 'app', password = 'app'"
    server:play("postgres", "ALTER ROLE app RESET search_path; DROP SCHEMA app CASCADE")
    assert.same({ "ok", "unknown" }, { found.query.status, found.connections.status })
    assert.matches("division by zero", found.connections.message)
  end)
end)

describe("a role without rights", function()
  local app <const> = "user = 'app', password = 'app'"
  local found

  setup(function()
    local other <close> = server:connect()
    other:query "BEGIN"
    found = look(app)
  end)

  it("is let in, and counts connections", function()
    assert.equal("ok", found.query.status)
    assert.equal("ok", found.connections.status)
    assert.matches("^%d+ of %d+ connections", found.connections.message)
  end)

  it("is told what it does not see, and how it would", function()
    assert.equal("unknown", found.transactions.status)
    assert.matches("hidden from 'app'", found.transactions.message)
    assert.equal('As a superuser: GRANT pg_monitor TO "app";', found.transactions.hint)
    assert.same({}, found.transactions.metrics)
  end)

  it("sees it once it has been granted", function()
    server:play("postgres", "GRANT pg_monitor TO app")
    assert.equal("ok", look(app).transactions.status)
    server:play("postgres", "REVOKE pg_monitor FROM app")
  end)
end)

describe("the password", function()
  it("is in no output, log or state", function()
    look "password = 'sesame-and-more'"
    local table_of <const> = home:run { "health-check" }
    local as_json <const> = home:run { "health-check", "--json" }
    local all <const> = table_of.stdout .. table_of.stderr .. as_json.stdout .. home:log "health-check"
      .. fs.read(home.path .. "/state/history.jsonl")
    assert.is_nil(all:find("sesame", 1, true))
    assert.matches("refuses the password", all)
  end)
end)

