-- Which jobs a policy means, and when: tables of cases.

local host = require "nightjar.host"
local jobs_of = require "nightjar.schedule.jobs"
local policy <const> = require("tests.fixture.schedule").policy
local when_of = require "nightjar.schedule.when"

-- "backup: daily at 02:15, 12 h" for each job that is to run.
local function described(schedule, values)
  local texts = {}
  for _, job in ipairs(jobs_of.active(jobs_of.list(policy(schedule, values)))) do
    texts[job.name] = ("%s: %s"):format(table.concat(job.words, " "), when_of.describe(job.when))
  end
  return texts
end

local function job(name, schedule, values)
  for _, candidate in ipairs(jobs_of.list(policy(schedule, values))) do
    if candidate.name == name then
      return candidate
    end
  end
end

local with_remote <const> = { RCLONE_REMOTE = "gdrive:x" }

describe("the jobs", function()
  it("are check, startup, backup and drill, where there is no remote", function()
    assert.same({
      ["health-check"] = "health-check: every 5 min", ["verify-startup"] = "verify-startup: at boot",
      backup = "backup: daily at 02:15", drill = "drill: on day 1 of the month at 05:00",
    }, described())
    assert.matches("RCLONE_REMOTE", job("backup-upload").off)
  end)

  it("upload once a week where there is one, and make one backup a night", function()
    local texts <const> = described(nil, with_remote)
    assert.equal("backup --upload: Sunday at 02:15", texts["backup-upload"])
    assert.equal("backup: Monday, Tuesday, Wednesday, Thursday, Friday, Saturday at 02:15", texts.backup)
    assert.equal("drill: on day 1 of the month at 05:00", texts.drill)
  end)

  it("back up each day when the upload has another time", function()
    local texts <const> = described('["backup-upload"] = { at = "04:00" }', with_remote)
    assert.equal("backup: daily at 02:15", texts.backup)
    assert.equal("backup --upload: Sunday at 04:00", texts["backup-upload"])
  end)

  it("may be changed, switched off and added to", function()
    local texts <const> = described([[
      ["health-check"] = { every = "15m" }, backup = { at = "3:30" }, drill = false,
      ["verify-startup"] = { limit = "1h" }, tidy = { on = { "tue", "friday" }, at = "23:59" },
      check2 = { every = "1h", run = { "health-check", "--target", "two" } }]])
    assert.same({
      ["health-check"] = "health-check: every 15 min", ["verify-startup"] = "verify-startup: at boot",
      backup = "backup: daily at 03:30", tidy = "tidy: Tuesday, Friday at 23:59",
      check2 = "health-check --target two: every 1 h",
    }, texts)
    assert.equal("the policy has it off", job("drill", "drill = false").off)
  end)

  it("keep a default's day or time when only the other is said", function()
    assert.equal("drill: on day 15 of the month at 05:00", described("drill = { on = 15 }").drill)
    assert.equal("drill: on day 1 of the month at 06:00", described('drill = { at = "06:00" }').drill)
    assert.equal("drill: Sunday at 05:00", described('drill = { on = "sunday" }').drill)
  end)

  it("have limits that end what hangs, and catch up on what was missed", function()
    for name, expected in pairs {
      ["health-check"] = { 240, false }, ["verify-startup"] = { 1200, false }, backup = { 43200, true },
    } do
      assert.same(expected, { job(name).limit, job(name).catch_up })
    end
    assert.equal(90, job("backup", 'backup = { limit = "90s" }').limit)
    assert.is_false(job("backup", "backup = { catch_up = false }").catch_up)
    assert.equal(60, job("backup", 'backup = { jitter = "1m" }').jitter)
    local patient <const> = policy()
    patient.startup.wait = 3600
    assert.equal(4200, jobs_of.list(patient)[2].limit)
  end)

  it("are those that the policy of nightjar init shows", function()
    local shown <const> = host.embedded("config/policy.lua"):match "\n  %-%- schedule = {\n(.-)\n  %-%- },"
    local text <const> = shown:gsub("\n  %-%-", "\n"):gsub("^  %-%-", "")
    assert.same(jobs_of.list(policy(nil, with_remote)), jobs_of.list(policy(text, with_remote)))
  end)

  local refused <const> = {
    { "backup = { evry = '5m' }", "'schedule.backup.evry' is unknown (did you mean 'every'?)" },
    { "backup = { every = '7m' }", "divides an hour or a day evenly, such as 5m, 15m, 1h or 6h, got '7m'" },
    { "backup = { every = '30s' }", "got '30s'" },
    { "backup = { every = '5h' }", "got '5h'" },
    { "backup = { every = '1d' }", "got '1d'" },
    { "backup = { every = '90m' }", "got '90m'" },
    { "backup = { at = '24:00' }", "'schedule.backup.at': expected a time of day such as 02:15, got '24:00'" },
    { "backup = { at = 215 }", "got '215'" },
    { "backup = { at = '2:5' }", "got '2:5'" },
    { "drill = { on = 31 }", "a day of the month from 1 to 28, got '31'" },
    { "drill = { on = 'sumday' }", "got 'sumday' (did you mean 'sunday'?)" },
    { "drill = { on = {} }", "got an empty list" },
    { "drill = { on = { 'monday', 3 } }", "got '3'" },
    { "drill = { on = true }", "got a boolean" },
    { "backup = { every = '5m', at = '02:15' }", "'schedule.backup': every goes with neither at nor on" },
    { "backup = { on = 'boot', at = '02:15' }", 'on = "boot" goes without at' },
    { "tidy = {}", "'schedule.tidy': it says not when" },
    { "tidy = { on = 'monday' }", "at = \"02:15\" is missing" },
    { "['a/b'] = { every = '5m' }", "it cannot be a job's name" },
    { "backup = { limit = '1s' }", "at least 10 s" },
    { "tidy = { every = '5m', run = {} }", "got an empty list" },
    { "backup = true", "expected a table, got true" },
  }
  it("are refused with the line and what was expected", function()
    for _, case in ipairs(refused) do
      local value, err = try(policy, case[1])
      assert.is_nil(value, case[1])
      assert.equal("CONFIG", err.code)
      assert.matches("^policy.lua:1: ", err.message, nil, case[1])
      assert.is_not_nil(err.message:find(case[2], 1, true), err.message)
    end
  end)
end)

describe("the time", function()
  local function at(text)
    local year, month, day, hour, min = text:match("(%d+)-(%d+)-(%d+) (%d+):(%d+)")
    return os.time { year = year, month = month, day = day, hour = hour, min = min, sec = 0 }
  end

  local night <const> = { hour = 2, minute = 15 }
  -- 2026-11-27 is a Friday.
  local cases <const> = {
    { { every = 300 }, "2026-11-27 10:01", "2026-11-27 10:05" },
    { { every = 300 }, "2026-11-27 10:05", "2026-11-27 10:10" },
    { { every = 21600 }, "2026-11-27 18:00", "2026-11-28 00:00" },
    { { at = night }, "2026-11-27 02:14", "2026-11-27 02:15" },
    { { at = night }, "2026-11-27 02:15", "2026-11-28 02:15" },
    { { at = night, weekdays = { 7 } }, "2026-11-27 10:00", "2026-11-29 02:15" },
    { { at = night, weekdays = { 5 } }, "2026-11-27 10:00", "2026-12-04 02:15" },
    { { at = night, weekdays = { 1, 5 } }, "2026-11-27 01:00", "2026-11-27 02:15" },
    { { at = night, day = 1 }, "2026-11-27 10:00", "2026-12-01 02:15" },
    { { at = night, day = 28 }, "2026-12-28 10:00", "2027-01-28 02:15" },
    { { at = night, day = 28 }, "2027-01-31 10:00", "2027-02-28 02:15" },
  }
  it("that is next", function()
    for _, case in ipairs(cases) do
      assert.equal(case[3], os.date("%Y-%m-%d %H:%M", when_of.next(case[1], at(case[2]))), case[2])
    end
    assert.is_nil(when_of.next({ boot = true }, 0))
  end)

  it("that lies between two runs", function()
    local day <const> = 86400
    for _, case in ipairs {
      { { every = 300 }, 300 }, { { at = night }, day }, { { at = night, weekdays = { 7 } }, 7 * day },
      { { at = night, weekdays = { 1, 2, 3, 4, 5, 6 } }, 2 * day }, { { at = night, weekdays = { 1, 4 } }, 4 * day },
      { { at = night, day = 1 }, 31 * day },
    } do
      assert.equal(case[2], when_of.period(case[1]))
    end
    assert.is_nil(when_of.period { boot = true })
  end)
end)
