-- Which backups stay and which go: a table of cases for the plan.

local retention = require "nightjar.retention"

local day <const> = 86400
local now <const> = 1000 * day
local week <const> = { keep = 7 * day, keep_min = 3 }

-- "12 good proven pinned narrowed": a set that is 12 days old.
local function set(text)
  local age, words = text:match("^(%S+)%s*(.*)$")
  local made = { id = text, started = tonumber(age) and now - math.floor(tonumber(age) * day) }
  for word in words:gmatch("%S+") do
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

local function deleted(texts, policy)
  local gone = {}
  for _, decision in ipairs(retention.plan(sets(texts), policy or week, now)) do
    if decision.action == "delete" then
      gone[#gone + 1] = decision.id
    end
  end
  return gone
end

local cases <const> = {
  { "nothing at all", {}, {} },
  { "what is younger than the window stays", { "0 good", "3 good", "6.9 good", "7 good" }, {} },
  { "the newest of the old ones stays, the rest goes",
    { "1 good", "2 good", "3 good", "8 good", "9 good", "10 good" }, { "9 good", "10 good" } },
  { "the newest three stay however old they are",
    { "30 good", "31 good", "32 good", "33 good" }, { "33 good" } },
  { "a failed set does not count for the minimum",
    { "1", "2", "3", "30 good", "31 good", "32 good", "33 good" }, { "33 good" } },
  { "a failed set goes when it is old and a newer good one is there", { "1 good", "9" }, { "9" } },
  { "a failed set stays while no newer good one is there", { "9", "10", "11 good" }, {} },
  { "nothing good: nothing goes", { "20", "21", "22" }, {} },
  { "the newest proven one stays",
    { "1 good", "2 good", "3 good", "8 good", "20 good proven", "21 good proven" },
      { "21 good proven" } },
  { "the pinned stay", { "1 good", "2 good", "3 good", "8 good", "50 pinned", "60 good pinned" },
    {} },
  { "what cannot be read is left alone", { "1 good", "2 good", "3 good", "? " }, {} },
  { "a backup of one database alone does not count, and goes by its age",
    { "1 good", "8 good", "9 good narrowed", "10 good", "11 good" },
      { "9 good narrowed", "11 good" } },
  { "a backup of one database alone protects no older whole one from being the last",
    { "1 good narrowed", "20 good" }, {} },
  { "a clock that went back deletes nothing", { "-5 good", "-400 good", "1 good" }, {} },
}

describe("retention", function()
  for _, case in ipairs(cases) do
    it(case[1], function()
      assert.same(case[3], deleted(case[2]))
    end)
  end

  it("does not depend on the order in which the sets come", function()
    assert.same({ "9 good", "10 good" },
      deleted { "10 good", "3 good", "9 good", "1 good", "8 good", "2 good" })
  end)

  it("gives a reason for every decision", function()
    for _, decision in ipairs(retention.plan(sets { "1 good", "9", "?", "50 pinned" }, week,
        now)) do
      assert.is_true(#decision.reason > 5)
    end
  end)

  it("keeps the newest complete one even when the policy would delete all", function()
    local policy = { keep = 0, keep_min = 0, decide = function() return false, "never" end }
    assert.same({ "2 good", "3 good" }, deleted({ "1 good", "2 good", "3 good" }, policy))
  end)

  it("holds back what has not been uploaded while uploads fail, up to an age", function()
    local policy = { keep = 7 * day, keep_min = 1, hold = { since = now - 3 * day, seconds = 14 * day } }
    local texts <const> = { "1 good", "8 good", "9 good", "10", "12 good narrowed", "13 good", "15 good" }
    assert.same({ "10", "12 good narrowed", "15 good" }, deleted(texts, policy))
    policy.hold.uploaded = now - 10 * day
    assert.same({ "10", "12 good narrowed", "13 good", "15 good" }, deleted(texts, policy))
    policy.decide = function() return false, "never" end
    assert.same({ "10", "12 good narrowed", "13 good", "15 good" }, deleted(texts, policy))
    policy.hold = nil
    assert.same({ "9 good", "10", "12 good narrowed", "13 good", "15 good" }, deleted(texts, policy))
  end)

  it("falls back to the age where the policy gives no answer", function()
    local policy = { keep = 7 * day, keep_min = 1, decide = function() return nil end }
    assert.same({ "9 good" }, deleted({ "1 good", "8 good", "9 good" }, policy))
  end)
end)
