-- Which sick containers are restarted, and why others are not.

local heal = require "nightjar.health.heal"

local now <const> = 1000000

local function container(state)
  local made = { Status = "running", Running = true, Paused = false, Restarting = false, OOMKilled = false, ExitCode = 0,
    StartedAt = "2026-11-27T10:00:00Z" }
  for name, value in pairs(state or {}) do
    made[name] = value
  end
  return { Id = "abc", State = made }
end

local function ended(code, more)
  local state = { Status = "exited", Running = false, ExitCode = code }
  for name, value in pairs(more or {}) do
    state[name] = value
  end
  return state
end

describe("a container that could be restarted", function()
  local cases <const> = {
    { "is unhealthy", "container.unhealthy", {}, true },
    { "has crashed", "container.exited", ended(1), true },
    { "was killed for lack of memory", "container.oom", ended(137, { OOMKilled = true }), true },
    { "ran when the machine went down", "container.exited", ended(255), true },
  }
  local never <const> = {
    { "is starting", "container.starting", {} },
    { "is paused", "container.paused", { Paused = true, Status = "paused" } },
    { "is paused and unhealthy", "container.unhealthy", { Paused = true } },
    { "is restarted by Docker", "container.restarting", { Restarting = true } },
    { "is restarted by Docker, and out of memory", "container.oom", { Restarting = true, OOMKilled = true,
      Status = "restarting", ExitCode = 137 } },
    { "was stopped by hand", "container.exited", ended(0) },
    { "was stopped by hand, and did not listen", "container.exited", ended(137) },
    { "was ended by a signal", "container.exited", ended(143) },
    { "was never started", "container.exited", { Status = "created", Running = false } },
    { "lost a process for lack of memory, and runs", "container.oom", { OOMKilled = true } },
    { "is all right", nil, {} },
  }
  for _, case in ipairs(cases) do
    it(case[1], function() assert.is_true(heal.is_sick(case[2], container(case[3]))) end)
  end
  for _, case in ipairs(never) do
    it("is none that " .. case[1], function() assert.is_falsy(heal.is_sick(case[2], container(case[3]))) end)
  end
end)

describe("the memory", function()
  local function after(...)
    local memory
    for index, sick in ipairs { ... } do
      memory = heal.remember(memory, sick, container(), now + index * 300)
    end
    return memory
  end

  it("counts the runs in which it was sick, one after another", function()
    assert.equal(2, after(true, true).bad)
    assert.equal(1, after(true, false, true).bad)
    assert.equal(0, after(true, true, false).bad)
  end)

  it("begins anew when the container was started or made anew", function()
    local memory <const> = after(true)
    assert.equal(1, heal.remember(memory, true, container { StartedAt = "2026-11-27T11:00:00Z" }, now).bad)
    local other <const> = container()
    other.Id = "def"
    assert.equal(1, heal.remember(memory, true, other, now).bad)
  end)

  it("keeps the restarts of an hour, whatever becomes of the container", function()
    local memory <const> = { id = "gone", bad = 2, restarts = { now - 3601, now - 3599, now - 10 } }
    assert.same({ now - 3599, now - 10 }, heal.remember(memory, true, container(), now).restarts)
  end)

  it("is not fooled by a clock that has gone back", function()
    assert.same({ now }, heal.remember({ bad = 0, restarts = { now + 90000 } }, true, container(), now).restarts)
  end)
end)

describe("a restart", function()
  it("comes with the second bad run, and at most twice an hour", function()
    local cases <const> = {
      { 1, {}, false, "early" }, { 2, {}, true }, { 2, { now - 5 }, true }, { 2, { now - 900, now - 5 }, false, "spent" },
      { 1, { now - 900, now - 5 }, false, "early" }, { 9, {}, true },
    }
    for _, case in ipairs(cases) do
      local due <const>, why <const> = heal.is_due { bad = case[1], restarts = case[2] }
      assert.equal(case[3], due)
      assert.equal(case[4], why)
    end
  end)

  it("does not come where the memory was lost", function()
    local memory <const> = heal.remember(heal.lost(now), true, container(), now + 300)
    memory.bad = 2
    assert.is_false((heal.is_due(memory)))
  end)

  it("does not come while PostgreSQL lives, or its disk is full", function()
    local cases <const> = {
      { "ok", "ok", "its health check is wrong" },
      { "pg.rejecting", "ok", "starting or recovering" },
      { "pg.recovery", "ok", "in recovery" },
      { "pg.auth", "ok", "lives" }, { "pg.too_many", "ok", "lives" }, { "pg.no_database", "ok", "lives" },
      { "pg.refused", "disk.crit", "disk is full" }, { nil, "disk.crit", "disk is full" },
      { "pg.refused", "disk.inodes", "disk is full" }, { nil, "disk.unreadable", "cannot be seen" },
      { "pg.refused", "ok" }, { "pg.no_response", "ok" }, { "pg.query_timeout", "ok" }, { "pg.protocol", "ok" },
      { nil, "ok" },
    }
    for _, case in ipairs(cases) do
      local refusal <const> = heal.refusal { query = case[1], disk = case[2] }
      if case[3] then
        assert.matches(case[3], refusal)
      else
        assert.is_nil(refusal)
      end
    end
  end)
end)
