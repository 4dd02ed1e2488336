-- What a container's state means: the engine's own answers, a case a row.

local container = require "nightjar.health.container"
local json = require "nightjar.json"
local units = require "nightjar.units"

local now <const> = units.parse_iso "2026-11-27T19:30:00Z"

-- As Docker 20.10 answers to inspect, with what a case changes.
local function inspected(state, more)
  local answer = json.decode [[{
    "Id": "11652dd705a740234a6fc5535ded0c3ebd2c14f41d5df1f5010ed8c7615895a6", "Name": "/pg", "RestartCount": 0,
    "State": {"Status": "running", "Running": true, "Paused": false, "Restarting": false, "OOMKilled": false,
              "Dead": false, "Pid": 2576, "ExitCode": 0, "Error": "", "StartedAt": "2026-11-27T17:28:00.51203127Z",
              "FinishedAt": "0001-01-01T00:00:00Z"},
    "HostConfig": {"Memory": 0}}]]
  for key, value in pairs(state) do
    answer.State[key] = value
  end
  for key, value in pairs(more or {}) do
    answer[key] = value
  end
  return answer
end

local function health(status, output)
  return { Status = status, FailingStreak = 3, Log = { { Output = "older" }, { Output = output } } }
end

local ended <const> = { Status = "exited", Running = false, ExitCode = 1, FinishedAt = "2026-11-27T19:27:00Z" }

local function of(base, changes)
  local copy = {}
  for _, from in ipairs { base, changes } do
    for key, value in pairs(from) do
      copy[key] = value
    end
  end
  return copy
end

local same <const> = { id = "11652dd705a7", restarts = 0, started = "2026-11-27T17:28:00.51203127Z" }
local other <const> = { id = "ffffffffffff", restarts = 0, started = "" }

-- name, State, the rest, what was remembered, killed | class, status, does it block, part of the message
local cases <const> = {
  { "running without a health check", {}, nil, nil, 0, nil, "ok", nil, "running for 2 h 1 min, without a health check" },
  { "running and healthy", { Health = health("healthy", "") }, nil, nil, 0, nil, "ok", nil, "healthy" },
  { "a health check that is switched off", { Health = { Status = "none" } }, nil, nil, 0, nil, "ok", nil, "without" },
  { "a health check without a log", { Health = { Status = "unhealthy", Log = json.null } }, nil, nil, 0,
    "container.unhealthy", "crit", true, "unhealthy" },
  { "unhealthy, with the last probe's words", { Health = health("unhealthy", "no response\nmore") }, nil, nil, 0,
    "container.unhealthy", "crit", true, "3 probes in a row failed: no response" },
  { "starting", { Health = health("starting", "") }, nil, nil, 0, "container.starting", "warn", true, "starting" },
  { "paused", { Status = "paused", Paused = true }, nil, nil, 0, "container.paused", "warn", true, "is paused" },
  { "paused and unhealthy is paused", { Status = "paused", Paused = true, Health = health("unhealthy", "") }, nil, nil, 0,
    "container.paused", "warn", true, "is paused" },
  { "ended", ended, nil, nil, 0, "container.exited", "crit", true, "ended with status 1, 3 min ago" },
  { "ended by a clock ahead of ours", of(ended, { FinishedAt = "2026-11-27T19:40:00Z" }), nil, nil, 0,
    "container.exited", "crit", true, "0 s ago" },
  { "never started", { Status = "created", Running = false, StartedAt = "0001-01-01T00:00:00Z" }, nil, nil, 0,
    "container.exited", "crit", true, "never been started" },
  { "could not be started", of(ended, { Status = "created", Error = "mount missing" }), nil, nil, 0,
    "container.exited", "crit", true, "mount missing" },
  { "dead", of(ended, { Status = "dead", Dead = true }), nil, nil, 0, "container.exited", "crit", true, "dead" },
  { "killed for lack of memory", of(ended, { OOMKilled = true, ExitCode = 137 }), { HostConfig = { Memory = 33554432 } },
    nil, 0, "container.oom", "crit", true, "lack of memory (its limit is 32.0 MiB)" },
  { "between two restarts", { Status = "restarting", Restarting = true, ExitCode = 3 }, { RestartCount = 6 }, nil, 0,
    "container.restarting", "crit", true, "6 times so far, the last time with status 3" },
  { "between two restarts, for lack of memory", { Status = "restarting", Restarting = true, OOMKilled = true },
    { RestartCount = 6 }, nil, 0, "container.oom", "crit", true, "memory" },
  { "up for a moment in a loop", { StartedAt = "2026-11-27T19:29:58Z" }, { RestartCount = 5 }, nil, 0,
    "container.restarting", "crit", true, "in a loop" },
  { "up for a moment for the third time", { StartedAt = "2026-11-27T19:29:01Z" }, { RestartCount = 3 }, nil, 0,
    "container.restarting", "crit", true, "3 times so far" },
  { "up for a minute", { StartedAt = "2026-11-27T19:29:00Z" }, { RestartCount = 3 }, nil, 0, nil, "ok", nil, "" },
  { "up for a moment, as often restarted as in the last run", { StartedAt = "2026-11-27T19:29:58Z" }, { RestartCount = 5 },
    { id = "11652dd705a7", restarts = 5, started = "" }, 0, nil, "ok", nil, "" },
  { "restarted often, long ago", {}, { RestartCount = 5 }, nil, 0, nil, "ok", nil, "running" },
  { "restarted once since the last run", {}, { RestartCount = 1 }, same, 0, "container.restarting", "warn", false,
    "restarted once since the last check" },
  { "restarted three times since the last run", {}, { RestartCount = 3 }, same, 0, "container.restarting", "crit", false,
    "restarted 3 times" },
  { "restarted once, for lack of memory", { OOMKilled = true }, { RestartCount = 1 }, same, 0, "container.oom", "crit",
    false, "memory" },
  { "not restarted since", {}, { RestartCount = 5 }, { id = same.id, restarts = 5, started = "" }, 0, nil, "ok", nil, "" },
  { "counted anew since", {}, { RestartCount = 1 }, { id = same.id, restarts = 5, started = "" }, 0, nil, "ok", nil, "" },
  { "another container of that name", {}, { RestartCount = 2 }, other, 0, nil, "ok", nil, "running" },
  { "a backend was killed", {}, nil, same, 2, "container.oom", "crit", false, "was killed for lack of memory, 2 times" },
}

describe("the judgement on a container", function()
  for _, case in ipairs(cases) do
    local name <const>, state <const>, more <const>, before <const>, killed <const>, class <const>, status <const>,
      blocks <const>, text <const> = table.unpack(case, 1, 9)
    it(name, function()
      local found <const> = container.judge("pg", inspected(state, more), before, killed, now)
      assert.same({ class, status, blocks }, { found.class, found.status, found.blocks })
      assert.truthy(found.message:find(text, 1, true), found.message)
    end)
  end

  it("knows a container that took the place of another", function()
    assert.is_true(container.recreated(inspected {}, other))
    assert.is_false(container.recreated(inspected {}, same))
    assert.is_false(container.recreated(inspected {}, nil))
  end)

  it("remembers what it compares with", function()
    assert.same(same, container.remember(inspected {}))
  end)
end)
