-- What a server tells of itself, judged by thresholds: connections, transactions, wraparound, replication.

local replication = require "nightjar.health.replication"
local server = require "nightjar.health.server"
local settings = require "nightjar.health.settings"

local limits <const> = settings.defaults()

-- The row of a quiet server, with what a case changes.
local function row(changes)
  local all = { used = 10, hidden = 0, idle_count = 0, max_connections = 100, reserved = 3, frozen_age = 1000000,
    multi_age = 0, freeze_max_age = 200000000, multi_freeze_max_age = 400000000, role = "app", recovery = false }
  for key, value in pairs(changes or {}) do
    all[key] = value
  end
  return all
end

local function check(found, class, status, text)
  assert.same({ class, status }, { found.class, found.status }, found.message)
  assert.truthy(found.message:find(text or "", 1, true), found.message)
  assert.is_true(found.blocks == nil or found.blocks == false)
end

-- name, what is changed | class, status, part of the message
local connections <const> = {
  { "few", {}, nil, "ok", "10 of 97 connections are used (10 %)" },
  { "at the first threshold", { used = 80, max_connections = 103 }, "pg.connections", "warn", "80 of 100" },
  { "at the second threshold", { used = 95, max_connections = 103 }, "pg.connections", "crit", "95 of 100" },
  { "just below the threshold", { used = 77 }, nil, "ok", "79 %" },
  { "at the threshold", { used = 78 }, "pg.connections", "warn", "78 of 97" },
  { "nearly all", { used = 93 }, "pg.connections", "crit", "(95 %)" },
  { "more than there are, with the reserved", { used = 100 }, "pg.connections", "crit", "100 of 97" },
  { "many idle in transaction", { used = 93, idle_count = 61, idle_most = "app from 10.0.0.7", idle_most_count = 60 },
    "pg.connections", "crit", "61 idle in transaction, most of them app from 10.0.0.7 (60)" },
  { "many that cannot be seen", { used = 93, hidden = 90 }, "pg.connections", "crit", "what 90 of them do is hidden from 'app'" },
  { "all reserved", { used = 1, max_connections = 3 }, "pg.connections", "crit", "1 of 1" },
}

local transactions <const> = {
  { "none", {}, nil, "ok", "no transaction is open" },
  { "a short one", { xact_age = 5 }, nil, "ok", "open for 5 s" },
  { "a long one", { xact_age = 4000, xact_who = "app from 10.0.0.7, pid 12" }, "pg.transactions", "warn",
    "open for 1 h 6 min (app from 10.0.0.7, pid 12)" },
  { "a very long one", { xact_age = 22000 }, "pg.transactions", "crit", "open for 6 h 6 min" },
  { "one that idles", { xact_age = 700, idle_age = 700, idle_who = "app, pid 1" }, "pg.transactions", "warn",
    "idle in transaction for 11 min 40 s (app, pid 1)" },
  { "one that idles long beside one that is long", { xact_age = 4000, idle_age = 3700 }, "pg.transactions", "crit", "idle" },
  { "a prepared one that nobody ends", { prepared_age = 30000 }, "pg.transactions", "crit", "prepared transaction" },
  { "a clock that went back", { xact_age = -5 }, nil, "ok", "0 s" },
  { "none that can be seen", { hidden = 9, used = 10 }, nil, "unknown", "9 of 10 sessions are hidden from 'app'" },
  { "a long one that can be seen, and others", { xact_age = 22000, hidden = 3 }, "pg.transactions", "crit", "6 h" },
}

local wraparound <const> = {
  { "far away", {}, nil, "ok", "0.0 % of the transaction ids" },
  { "where autovacuum acts", { frozen_age = 210000000 }, nil, "ok", "9.8 %" },
  { "half way", { frozen_age = 1100000000, frozen_who = "shop" }, "pg.wraparound", "warn",
    "51.2 % of the transaction ids are used up, most in database 'shop'; autovacuum should have freed some at 9.3 %" },
  { "nearly there", { frozen_age = 1700000000 }, "pg.wraparound", "crit", "79.2 %" },
  { "multixact ids", { multi_age = 1700000000, multi_who = "shop" }, "pg.wraparound", "crit", "multixact ids" },
  { "an autovacuum that is told to wait", { frozen_age = 1200000000, freeze_max_age = 1200000000 }, nil, "ok", "55.9 %" },
  { "an autovacuum that waits too long", { frozen_age = 1700000000, freeze_max_age = 2000000000 }, "pg.wraparound", "crit", "" },
}

for what, group in pairs { connections = connections, transactions = transactions, wraparound = wraparound } do
  describe("the judgement on " .. what, function()
    for _, case in ipairs(group) do
      it(case[1], function()
        check(server[what](row(case[2]), limits[what]), case[3], case[4], case[5])
      end)
    end
  end)
end

describe("the metrics", function()
  it("have the thresholds in the metric's own unit", function()
    local metric <const> = server.connections(row { max_connections = 103, used = 12 }, limits.connections).metrics[1]
    assert.same({ name = "connections", value = 12, unit = "", warn = 80, crit = 95, max = 100 }, metric)
    assert.equal(51.2, server.wraparound(row { frozen_age = 1100000000 }, limits.wraparound).metrics[1].value)
    assert.equal(90, replication.judge({ slots = {}, standbys = { { name = "b", state = "streaming", lag = 90 } }, role = "app" },
      limits.replication).metrics[1].value)
  end)
end)

describe("what a role does not see", function()
  it("matters to connections only where there are many", function()
    assert.is_nil(server.connections(row { hidden = 9 }, limits.connections).hint)
    assert.is_string(server.connections(row { hidden = 90, used = 93 }, limits.connections).hint)
    assert.is_nil(server.connections(row { used = 93 }, limits.connections).hint)
  end)

  it("comes with the statement that shows it", function()
    local found <const> = server.transactions(row { hidden = 1, role = 'odd"role' }, limits.transactions)
    assert.equal('As a superuser: GRANT pg_monitor TO "odd""role";', found.hint)
  end)

  it("has no metric", function()
    assert.is_nil(server.transactions(row { hidden = 1 }, limits.transactions).metrics)
  end)
end)

local function standby(changes)
  local all = { name = "b", address = "10.0.0.8", state = "streaming", lag = 0.1, behind = 0 }
  for key, value in pairs(changes or {}) do
    all[key] = value
  end
  return all
end

local mebi <const> = 1024 * 1024

local replicas <const> = {
  { "alone", {}, nil, "ok", "no standby, and no slot" },
  { "with a standby", { standbys = { standby() } }, nil, "ok", "1 standby keeps up" },
  { "with one that idles, of which the lag is not told", { standbys = { { name = "b", state = "streaming" } } }, nil, "ok", "" },
  { "with one that is behind", { standbys = { standby { lag = 90, behind = 20 * mebi } } }, "pg.replication", "warn",
    "standby 'b' at 10.0.0.8 is 1 min 30 s behind (20.0 MiB)" },
  { "with one far behind, and another", { standbys = { standby { lag = 90 }, standby { name = "c", lag = 700 } } },
    "pg.replication", "crit", "standby 'c'" },
  { "with one that cannot be seen", { standbys = { { name = "b" } } }, nil, "unknown", "hidden from 'app'" },
  { "with a slot in use", { slots = { { name = "s", active = true, held = 20480 * mebi, status = "extended" } } }, nil,
    "ok", "1 slot" },
  { "with a slot that holds little", { slots = { { name = "s", active = false, held = mebi, status = "reserved" } } }, nil,
    "ok", "" },
  { "with a slot that holds much", { slots = { { name = "s", active = false, held = 2048 * mebi } } }, "pg.replication",
    "warn", "replication slot 's' is in nobody's use, and holds 2.0 GiB of WAL" },
  { "with a slot that holds very much", { slots = { { name = "s", active = false, held = 20480 * mebi } } },
    "pg.replication", "crit", "20.0 GiB" },
  { "with a slot that will be lost", { slots = { { name = "s", active = false, held = 1, status = "unreserved" } } },
    "pg.replication", "warn", "'s'" },
  { "with a slot that is lost", { slots = { { name = "s", active = false, status = "lost" } } }, "pg.replication", "crit",
    "is lost" },
  { "as a standby that follows", { receiving = { visible = true, receivers = 1 } }, nil, "ok", "keeps up" },
  { "as a standby that is late", { receiving = { visible = true, receivers = 1, age = 120 } }, "pg.replication", "warn",
    "2 min behind" },
  { "as a standby without a primary", { receiving = { visible = true, receivers = 0 } }, "pg.replication", "warn",
    "not connected to a primary" },
  { "as a standby of which nothing is seen", { receiving = { visible = false, receivers = 0 } }, nil, "unknown", "hidden" },
}

describe("the judgement on replication", function()
  for _, case in ipairs(replicas) do
    it(case[1], function()
      local seen <const> = { standbys = case[2].standbys or {}, slots = case[2].slots or {}, receiving = case[2].receiving,
        role = "app" }
      check(replication.judge(seen, limits.replication), case[3], case[4], case[5])
    end)
  end
end)
