-- What policy.health.checks may say, and what a check of the user's own may answer.

local own = require "nightjar.health.own"
local policy_of = require "nightjar.policy"

local function place()
  return "config/monitoring.env: "
end

local function merged(checks, values)
  return policy_of.merge(policy_of.parse(("return { health = { checks = { %s } } }"):format(checks), "policy.lua"),
    values or {}, place)
end

local function refused(checks)
  local _, err = try(merged, checks)
  assert.equal("CONFIG", err and err.code)
  return err.message
end

describe("thresholds of checks", function()
  it("are laid over the defaults, one by one", function()
    local checks <const> = merged("connections = { warn = 60 }, transactions = { warn = '10m' }").health.checks
    assert.same({ warn = 60, crit = 95 }, checks.connections)
    assert.same({ warn = 600, crit = 21600, idle_warn = 600, idle_crit = 3600 }, checks.transactions)
    assert.same({ warn = 50, crit = 75 }, checks.wraparound)
  end)

  it("are read as people write them", function()
    local checks <const> = merged("connections = { warn = '60%' }, replication = { warn = '5s', slot_warn = '100MB' }")
      .health.checks
    assert.equal(60, checks.connections.warn)
    assert.same({ warn = 5, crit = 600, slot_warn = 100000000, slot_crit = 10 << 30 }, checks.replication)
  end)

  it("do not leak from one policy into the next", function()
    merged "connections = { warn = 1 }"
    assert.equal(80, merged("").health.checks.connections.warn)
  end)

  it("may be false, or a function", function()
    local checks <const> = merged("pg_isready = false, connections = function() end, queue = function() end").health.checks
    assert.is_false(checks.pg_isready)
    assert.is_function(checks.connections)
    assert.is_function(checks.queue)
  end)

  local mistakes <const> = {
    { "conections = false", "policy.lua:1: 'health.checks.conections': there is no check 'conections' (did you mean "
      .. "'connections'?); a check of one's own is a function" },
    { "conections = { warn = 1 }", "did you mean 'connections'?" },
    { "connections = { wran = 1 }", "it has no threshold 'wran' (did you mean 'warn'?)" },
    { "connections = { warn = 'many' }", "'warn': expected a percentage such as 85%, got 'many'" },
    { "transactions = { warn = '1 hour' }", "'warn': expected a duration" },
    { "connections = { warn = 99 }", "'warn' (99) is above 'crit' (95)" },
    { "transactions = { idle_warn = '2h' }", "'idle_warn' (7200) is above 'idle_crit' (3600)" },
    { "query = { warn = 1 }", "it has no thresholds: false switches it off, a function takes its place" },
    { "connections = true", "expected false, a table of thresholds or a function" },
  }
  for _, case in ipairs(mistakes) do
    it("are refused: " .. case[1], function()
      assert.truthy(refused(case[1]):find(case[2], 1, true), refused(case[1]))
    end)
  end

  it("name the line they are in", function()
    assert.matches("policy.lua:3: 'health.checks.connections'", refused "\n\nconnections = { crit = 'x' }", 1, true)
  end)
end)

describe("what a check of one's own answers", function()
  it("is a finding", function()
    assert.same({ "ok", "empty" }, { own.judge({ status = "ok", message = "empty" }).status,
      own.judge({ status = "ok", message = "empty" }).message })
    local found <const> = own.judge { status = "warn", message = "12 jobs" }
    assert.same({ "check.failed", "warn", "12 jobs", false }, { found.class, found.status, found.message, found.blocks })
    assert.equal("crit", own.judge({ status = "crit" }).status)
  end)

  it("is a fault where it is nonsense", function()
    for _, value in ipairs { true, 3, "ok", {}, { status = "fine" }, { status = "ok", message = 3 } } do
      local found <const>, why <const> = own.judge(value)
      assert.is_nil(found)
      assert.is_string(why)
    end
    assert.is_nil((own.judge(nil)))
  end)
end)
