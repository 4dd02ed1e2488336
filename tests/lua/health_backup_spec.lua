-- Whether the newest backup will do, a case a row; and what nightjar finds wrong with itself.

local freshness = require "nightjar.health.freshness"
local own_state = require "nightjar.health.self"

local now <const>, hour <const> = 1800000000, 3600
local limits <const> = { warn = 26 * hour, proof = true }

-- "3 100 good proven": a set that is 3 hours old and has 100 MiB.
local function set(text)
  local age, size, words = text:match "^(%S+) (%S+) ?(.*)$"
  local made = { id = text, bytes = math.floor(tonumber(size) * 2 ^ 20), started = tonumber(age)
    and now - math.floor(tonumber(age) * hour), problem = words:match "problem=(.*)$" }
  for word in words:gsub("problem=.*", ""):gmatch "%a+" do
    made[word] = true
  end
  return made
end

local function sets(texts)
  local made = {}
  for index, text in ipairs(texts) do
    made[index] = set(text)
  end
  return made
end

local function daily(size, from)
  local made = {}
  for day = from, from + 5 do
    made[#made + 1] = ("%d %s good proven"):format(day * 24 + 3, size)
  end
  return made
end

local function with(first, others)
  return table.move(others, 1, #others, 2, { first })
end

local cases <const> = {
  { "none", {}, nil, "backup.missing", "crit", "there is no good backup" },
  { "none that is good", { "3 10 problem=disk full" }, nil, "backup.missing", "crit", "failed: disk full" },
  { "none that holds all databases", { "3 10 good proven narrowed" }, nil, "backup.missing", "crit", "" },
  { "a first one", { "3 10 good proven" }, nil, nil, "ok", "the newest backup is 3 h old, 10.0 MiB, proven" },
  { "one a day", daily(100, 0), nil, nil, "ok", "3 h old" },
  { "none since yesterday morning", daily(100, 1), nil, "backup.stale", "warn",
    "the newest good backup is 1 d 3 h old (the limit is 1 d 2 h)" },
  { "one that has failed since", with("3 0 problem=no space", daily(100, 1)), nil, "backup.stale", "warn",
    "failed: no space" },
  { "one that has failed, while the one before will do", with("1 0 problem=no space", daily(100, 0)), nil, nil, "ok",
    "failed: no space" },
  { "one that is good after one that failed", { "3 10 good proven", "27 0 problem=no space" }, nil, nil, "ok",
    "3 h old, 10.0 MiB, proven" },
  { "one that is smaller than the five before, whatever was before them",
    with("1 40 good proven", with("13 100 good proven", with("25 100 good proven", with("37 100 good proven",
      with("49 100 good proven", with("61 100 good proven", daily(1, 3))))))), nil, "backup.small", "warn",
    "those before it have 100.0 MiB" },
  { "one that is smaller than the middle of two", { "1 14 good proven", "25 10 good proven", "49 50 good proven" }, nil,
    "backup.small", "warn", "those before it have 30.0 MiB" },
  { "one of one database alone", with("1 1 good proven narrowed", daily(100, 1)), nil, "backup.stale", "warn", "" },
  { "one far too old", daily(100, 9), { warn = 26 * hour, crit = 72 * hour, proof = true }, "backup.stale", "crit", "" },
  { "one that is half as large", with("1 50 good proven", daily(100, 1)), nil, nil, "ok", "" },
  { "one that is smaller than half", with("1 49 good proven", daily(100, 1)), nil, "backup.small", "warn",
    "the newest good backup has 49.0 MiB, those before it have 100.0 MiB" },
  { "one that is smaller than the only other", with("1 4 good proven", { "25 10 good proven" }), nil, "backup.small",
    "warn", "" },
  { "one of usual size after an odd one", with("1 100 good proven", with("25 900 good proven", daily(100, 2))), nil, nil,
    "ok", "" },
  { "old, small and unproven at once", { "40 1 good", "64 10 good proven" }, nil, "backup.stale", "warn",
    "those before it have 10.0 MiB; the newest good backup is not proven" },
  { "one that is not proven", { "3 10 good problem=no room" }, nil, "backup.unverified", "warn", "not proven: no room" },
  { "one that nobody wanted proven", { "3 10 good" }, { warn = 26 * hour, proof = false }, nil, "ok", "3 h old, 10.0 MiB" },
  { "one from the future beside an old one", with("-5 100 good proven", daily(100, 1)), nil, "backup.stale", "warn", "" },
  { "one of a clock that differs by seconds", { "-0.01 10 good proven" }, nil, nil, "ok", "0 s old" },
}

describe("the judgement on backups:", function()
  for _, case in ipairs(cases) do
    it(case[1], function()
      local found <const> = freshness.judge(sets(case[2]), case[3] or limits, now)
      assert.same({ case[4], case[5] }, { found.class, found.status }, found.message)
      assert.truthy(found.message:find(case[6], 1, true), found.message)
      assert.is_false(found.blocks or false)
    end)
  end

  it("one that failed before the newest is not worth a word", function()
    assert.is_nil(freshness.judge(sets { "3 10 good proven", "27 0 problem=no space" }, limits, now).message:find "failed")
  end)

  it("as many are looked at as are compared, and the newest", function()
    assert.equal(6, freshness.wanted)
  end)

  it("the newest good one is told for mails", function()
    local newest <const> = freshness.newest(sets { "1 1", "2 1 good narrowed", "3 1 good proven" }, now)
    assert.same({ id = "3 1 good proven", started = now - 3 * hour, bytes = 1048576, proven = true }, newest)
    assert.is_nil(freshness.newest({}, now))
  end)

  it("one from the future is found", function()
    assert.equal("-5 1", freshness.from_the_future(sets { "-5 1", "3 1" }, now).id)
    assert.is_nil(freshness.from_the_future(sets { "? 1", "-0.01 1", "3 1" }, now))
  end)
end)

local function classes_of(facts)
  facts.now = now
  local classes = {}
  for index, found in ipairs(own_state.judge(facts)) do
    classes[index] = found.class or found.status
    assert.is_false(found.blocks or false)
  end
  return classes
end

describe("nightjar", function()
  it("is content with itself", function()
    assert.same({ "ok" }, classes_of {})
    assert.same({ "ok" }, classes_of { last_run = now + 5 })
  end)

  it("notices that the clock went back", function()
    assert.same({ "self.clock" }, classes_of { last_run = now + 3600 })
    assert.same({ "self.clock" }, classes_of { future = { id = "x", target = "main" } })
  end)

  it("tells once that the clock went back", function()
    assert.same({ "self.clock" }, classes_of { last_run = now + 3600, future = { id = "x", target = "main" } })
  end)

  it("notices what it cannot write", function()
    assert.same({ "self.log", "self.state" }, classes_of { log_problem = "full", state_problem = "full" })
  end)
end)
