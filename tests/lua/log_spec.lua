-- The log's lines, its rotation, and what it keeps out of itself.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local log_of = require "nightjar.log"

describe("the log", function()
  local folder

  before_each(function()
    folder = "/tmp/nightjar-log-spec-" .. host.random(8)
  end)

  after_each(function()
    fs.remove(folder, { recursive = true })
  end)

  local function open(secrets, level)
    return log_of.open { folder = folder, family = "backup", task = "backup", secrets = secrets,
      level = level }
  end

  local function written()
    return fs.read(folder .. "/backup.log")
  end

  it("has time, level, task, event, and sorted values, quoted where needed", function()
    assert.equal('2026-11-23T02:15:00Z INFO backup dump.done bytes=12 database="a b" seconds=13.1',
      log_of.line(1795400100, "info", "backup", "dump.done",
        { seconds = 13.1, database = "a b", bytes = 12 }))
  end)

  it("cannot be made to show lines that nobody wrote", function()
    local line <const> = log_of.line(0, "warn", "backup", "x", { message = "a\nb\r\27[31m\"c\\" })
    assert.equal([[message="a\nb\r\x1b[31m\"c\\"]], line:match("message=.*"))
  end)

  it("says why it has no folder, and not that it has none", function()
    fs.write(folder, "in the way")
    local log <const> = open()
    log.echo = true
    log:info "lost"
    assert.equal(("could not make the folder '%s': File exists"):format(folder), log.problem)
    fs.remove(folder)
    fs.mkdir(folder)
    log:info "kept"
    assert.truthy(written():find("INFO backup kept", 1, true))
  end)

  it("holds no secret, whatever characters it is made of", function()
    local secrets <const> = { 'pa"ss\\w%ord', "plain-secret" }
    open(secrets):error("failed", { message = "password " .. secrets[1] .. " or " .. secrets[2] })
    assert.truthy(written():find('message="password *** or ***"', 1, true))
  end)

  it("is for its owner alone, and leaves out what is below its level", function()
    local log <const> = open()
    log:debug("small")
    log:info("large")
    assert.is_nil(written():find("small", 1, true))
    assert.truthy(written():find("INFO backup large", 1, true))
    assert.equal(384, fs.stat(folder .. "/backup.log").mode)
    open(nil, "debug"):debug("small")
    assert.truthy(written():find("DEBUG backup small", 1, true))
  end)

  it("begins anew at 5 MB and keeps five old ones", function()
    for number = 1, 7 do
      fs.mkdir(folder)
      fs.write(folder .. "/backup.log", number .. ("x"):rep(5000000))
      open():info("again")
    end
    assert.same({ "backup.log", "backup.log.1", "backup.log.2", "backup.log.3", "backup.log.4",
      "backup.log.5" }, fs.list(folder))
    assert.equal("7", fs.read(folder .. "/backup.log.1"):sub(1, 1))
    assert.equal("3", fs.read(folder .. "/backup.log.5"):sub(1, 1))
    assert.equal(1, select(2, written():gsub("\n", "")))
  end)

  it("gives every event to the policy's hook, without secrets, until the hook fails", function()
    local events = {}
    local log <const> = log_of.open { folder = folder, family = "backup", task = "backup",
      secrets = { "hunter22" }, hook = function(event)
        events[#events + 1] = event
        assert(#events < 2, "enough")
      end }
    log:info("first", { text = "it was hunter22", rows = 3 })
    log:info("second")
    log:info("third")
    assert.equal(2, #events)
    assert.same({ "first", "info", "backup", "it was ***", 3 }, { events[1].event,
      events[1].level, events[1].task, events[1].text, events[1].rows })
    local _, failures = written():gsub("policy.failed", "")
    assert.equal(1, failures)
    local twice <const> = log_of.open { folder = folder, family = "backup", task = "backup", hook = function() return 1, 2 end }
    twice:info("first")
    assert.same({}, twice.faults)
    assert.matches("^hooks.event %(.*log_spec.lua:%d+%): enough$", table.concat(log.faults, "; "))
  end)
end)
