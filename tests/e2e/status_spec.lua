-- What status tells of a home: what ran, what is open, what waits; and that a crash is mailed.

local fs = require "nightjar.fs"
local mail = require "tests.e2e.mail"
local support = require "tests.e2e.support"

local server, home

before_each(function()
  server = mail.server()
  home = support.home(nil, { policy = 'return { schedule = { greet = { at = "04:00", limit = "90s" } } }',
    env = { "SMTP_HOST=" .. server.host, "SMTP_PORT=" .. server.port, "SMTP_SECURITY=none",
      "SMTP_FROM=nightjar@example.com", "SMTP_TO=me@example.com" } })
  fs.mkdir(home.path .. "/config/tasks")
  fs.write(home.path .. "/config/tasks/greet.lua", 'return { name = "greet", summary = "hello", alert = "until_success",'
    .. ' arguments = { { "--target", type = "string" } }, run = function() end }')
  home:expect(0, { "schedule", "install", "--for", "cron", "--root", home.path })
end)

after_each(function()
  home:close()
  server:close()
end)

local function crash(result, status)
  return home:expect(0, { "report-failure", "greet",
    env = { MONITOR_SERVICE_RESULT = result, MONITOR_EXIT_STATUS = status } })
end

describe("status", function()
  it("of a home where nothing has happened says so", function()
    fs.remove(home.path .. "/state/history.jsonl")
    local said <const> = home:expect(0, { "status" }).stdout
    assert.matches("Nothing is open.", said, 1, true)
    assert.matches("Nothing has run here yet.", said, 1, true)
    assert.matches("greet%s+daily at 04:00%s+yes%s+yes", said)
  end)

  it("tells of a job that systemd had to end, until a later run succeeds", function()
    crash("timeout", "TERM")
    local received <const> = server:received()
    assert.equal(1, #received)
    assert.matches("systemd ended it after 1 min 30 s", received[1].text)
    local document <const>, result = home:json { "status" }
    assert.same({ "crit", 2 }, { document.status, result.exit })
    local alert <const> = document.alerts[1]
    assert.same({ "task:greet", "task.failed", "crit", true }, { alert.check, alert.class, alert.status, alert.told })
    assert.matches("crit%s+main task:greet: it did not end in time", home:expect(2, { "status" }).stdout)
    home:expect(0, { "greet", env = { NIGHTJAR_JOB = "greet" } })
    local after <const> = home:json { "status" }
    assert.same({ "ok", 0 }, { after.status, #after.alerts })
    local found
    for _, task in ipairs(after.tasks) do
      found = task.name == "greet" and task or found
    end
    assert.same({ "ok", "greet" }, { found.last_result, found.job })
  end)

  it("tells of a mail that could not be delivered", function()
    server:stop()
    home:run { "report-failure", "greet", env = { MONITOR_SERVICE_RESULT = "signal", MONITOR_EXIT_STATUS = "SEGV" } }
    local document <const> = home:json { "status" }
    assert.is_false(document.alerts[1].told)
    assert.equal(1, document.undelivered.attempts)
    assert.matches("a mail waits since", home:expect(2, { "status" }).stdout)
  end)

  it("leaves out what was told already: a mail that waits is no second failure", function()
    crash("exit-code", "4")
    assert.equal(0, #server:received())
    assert.equal(0, #home:json({ "status" }).alerts)
  end)

  it("of a job that there is not is refused", function()
    assert.matches("there is no job 'nothing'", home:expect(64, { "report-failure", "nothing" }).stderr)
  end)
end)
