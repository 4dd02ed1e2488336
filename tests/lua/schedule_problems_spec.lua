-- When a schedule is not what it should be, what a home's units are called, and how a difference is shown.

local diff = require "nightjar.schedule.diff"
local facts_of = require "nightjar.schedule.facts"
local failure = require "nightjar.schedule.failure"
local health = require "nightjar.health.schedule"
local problems = require "nightjar.schedule.problems"

local minute <const>, hour <const>, day <const> = 60, 3600, 86400
local now <const> = 1000 * day
local night <const> = { hour = 2, minute = 15 }

local jobs <const> = {
  check = { name = "check", when = { every = 300 }, jitter = 0, limit = 240 },
  backup = { name = "backup", when = { at = night }, jitter = 300, limit = 43200 },
  weekly = { name = "weekly", when = { at = night, weekdays = { 7 } }, jitter = 0, limit = 60 },
  drill = { name = "drill", when = { at = night, day = 1 }, jitter = 0, limit = 60 },
  startup = { name = "startup", when = { boot = true }, jitter = 0, limit = 1200 },
}

-- { title, job, observed, kind or nil, a part of the message }
local cases <const> = {
  { "in order", "backup", { installed = true, enabled = true, active = true, last_run = now - hour } },
  { "not there", "backup", { installed = false, drift = "missing" }, "missing", "is not installed" },
  { "in whose place something else is", "backup", { installed = false, drift = "foreign" }, "missing", "not nightjar's" },
  { "in whose place another home is", "backup", { installed = false, drift = "other" }, "missing", "another home's" },
  { "disabled", "backup", { installed = true, enabled = false, last_run = now }, "disabled", "disabled" },
  { "stopped", "backup", { installed = true, enabled = true, active = false, last_run = now }, "disabled", "stopped" },
  { "of an older nightjar", "backup", { installed = true, enabled = true, drift = "outdated", last_run = now }, "drift", "older" },
  { "edited by hand", "backup", { installed = true, enabled = true, drift = "edited", last_run = now }, "drift", "by hand" },
  { "late and edited: late is worse", "backup",
    { installed = true, enabled = true, drift = "edited", last_run = now - 3 * day }, "late", "3 d ago" },
  { "a day old", "backup", { last_run = now - day - hour } },
  { "more than a day old", "backup", { last_run = now - day - 3 * hour }, "late", "ran last 1 d 3 h ago, and is to run daily at 02:15" },
  { "a day old, of a run that takes hours", "backup", { last_run = now - day - 3 * hour, last_seconds = 5 * hour } },
  { "that has never run, just installed", "backup", { since = now - hour } },
  { "that has never run, installed long ago", "backup", { since = now - 2 * day }, "late", "since it was installed 2 d ago" },
  { "that ran before it was installed anew", "backup", { last_run = now - 9 * day, since = now - hour } },
  { "that nobody knows anything of", "backup", {}, "late", "never been run by a schedule" },
  { "of minutes, missed once", "check", { last_run = now - 11 * minute } },
  { "of minutes, missed for long", "check", { last_run = now - 20 * minute }, "late", "20 min ago, and is to run every 5 min" },
  { "of a week", "weekly", { last_run = now - 7 * day - hour } },
  { "of a week, missed", "weekly", { last_run = now - 8 * day }, "late", "Sunday at 02:15" },
  { "of a month", "drill", { last_run = now - 31 * day } },
  { "of a month, missed", "drill", { last_run = now - 32 * day }, "late", "on day 1" },
  { "of the boot, run since", "startup", { boot = now - day, last_run = now - day + 60 } },
  { "of the boot, not run since", "startup", { boot = now - day, last_run = now - 2 * day, since = now - 9 * day },
    "late", "since the machine started 1 d ago" },
  { "of the boot, which was just now", "startup", { boot = now - 600, since = now - 9 * day } },
  { "of the boot, installed since", "startup", { boot = now - day, since = now - hour } },
  { "of the boot, where that is not known", "startup", { since = now - day } },
}

describe("a job", function()
  for _, case in ipairs(cases) do
    it(case[1] .. (case[4] and " is a problem" or " is none"), function()
      local job <const> = jobs[case[2]]
      local found <const> = problems.find({ job }, { [job.name] = case[3] }, now)
      assert.equal(case[4], found[1] and found[1].kind)
      if case[4] then
        assert.equal(job.name, found[1].job)
        assert.is_not_nil(found[1].message:find(case[5], 1, true), found[1].message)
      end
    end)
  end

  it("that is there and not wanted is told", function()
    assert.same({ { job = "old", kind = "drift", message = "is installed, and no longer wanted" } },
      problems.find({}, {}, now, { "old" }))
  end)

  it("of several is told one by one", function()
    local found <const> = problems.find({ jobs.check, jobs.backup }, { check = { installed = false } }, now)
    assert.same({ "check", "backup" }, { found[1].job, found[2].job })
  end)
end)

describe("the finding of the health check", function()
  local list <const> = { { name = "backup" }, { name = "upload", off = "no remote" } }

  it("is about what does not run, and not about what only differs", function()
    local found <const> = health.judge { kind = "cron", jobs = list, problems = {
      { job = "backup", kind = "late", message = "ran last 3 d ago" },
      { job = "drill", kind = "drift", message = "was changed by hand" },
      { job = "check", kind = "disabled", message = "is installed, and disabled" } } }
    assert.same({ "warn", "schedule.missing", "backup ran last 3 d ago; check is installed, and disabled" },
      { found.status, found.class, found.message })
  end)

  it("is ok when all run", function()
    assert.equal("1 job is scheduled by systemd",
      health.judge({ kind = "systemd", jobs = list, problems = {} }).message)
  end)
end)

describe("a job that systemd ended", function()
  local ended <const> = {
    { { result = "timeout", limit = 14400 }, "ended it after 4 h" },
    { { result = "oom-kill" }, "for want of memory" },
    { { result = "signal", status = "SEGV" }, "killed by a signal (SEGV)" },
    { { result = "core-dump", status = "ABRT" }, "killed by a signal (ABRT)" },
    { { result = "exit-code", status = "75" }, "another run at work" },
    { { result = "exit-code", status = "203" }, "could not start the program" },
    { { result = "exit-code", status = "99" }, "it failed (exit-code, exit status 99)" },
    { { result = "resources" }, "it failed (resources, exit status ?)" },
    { {}, "no reason known" },
    { { result = "exit-code", status = "4" }, nil }, -- its mail waits in the spool, and another would too
  }
  it("is told in words, where somebody can be told", function()
    for _, case in ipairs(ended) do
      local message <const>, hint <const> = failure.describe(case[1])
      assert.equal(case[2] ~= nil, message ~= nil)
      assert.is_true(not message or message:find(case[2], 1, true) ~= nil and #hint > 10, message)
    end
  end)
end)

describe("the name of a home's units", function()
  it("is that of its folder, and never one that a shell, a unit or cron minds", function()
    for home, name in pairs {
      ["/srv/nightjar"] = "nightjar", ["/home/me/nightjar-prod"] = "nightjar-prod", ["/srv/shop"] = "nightjar-shop",
      ["/srv/my shop.old/"] = "nightjar-my-shop-old", ["/srv/häuser"] = "nightjar-h-user", ["/"] = "nightjar",
      ["/srv/..."] = "nightjar", [ [[D:\data\shop]] ] = "nightjar-shop",
    } do
      assert.equal(name, facts_of.name(home))
    end
  end)
end)

describe("a difference", function()
  it("is the lines that went and came", function()
    for _, case in ipairs {
      { "a\nb\n", "a\nb\n", {} }, { "", "a\n", { "+a" } }, { "a\n", "", { "-a" } }, { "a\nb\nc\n", "a\nx\nc\n", { "-b", "+x" } },
      { "a\nc\n", "a\nb\nc\n", { "+b" } }, { "a\nb", "a\nb\n", {} }, { "a\n\nb\n", "a\nb\n", { "-" } },
      { "1\n2\n3\n4\n", "2\n4\n5\n", { "-1", "-3", "+5" } },
    } do
      assert.same(case[3], diff(case[1], case[2]))
    end
  end)
end)
