-- How a mail reads: subject, sentence and sections, what the policy makes of them, and no secrets.

local decide = require "nightjar.alert.decide"
local mail_of = require "nightjar.alert.mail"

local epoch <const> = 1795486500 -- 2026-11-24 02:15 UTC

local facts <const> = { host = "db1", home = "/srv/nightjar", version = "0.1.0", task = "health-check",
  containers = { main = "ra-postgres" }, to = { "ops@example.org" },
  backups = { { target = "main", time = epoch - 3600, proven = true } } }

local auth <const> = { target = "main", check = "query", class = "pg.auth", status = "crit",
  message = 'password authentication failed for user "postgres"' }
local fine <const> = { target = "main", check = "query", status = "ok" }
local disk <const> = { target = "main", check = "disk:backups", class = "disk.warn", status = "warn",
  message = "'/srv' is 88 % full", hint = "It will be full in 31 h." }

local function with(finding, fields)
  local made = {}
  for _, source in ipairs { finding, fields } do
    for name, value in pairs(source) do
      made[name] = value
    end
  end
  return made
end

-- The last mail of some runs, which are lists of findings, so many minutes apart; rendered.
local function last_mail(runs, options)
  options = options or {}
  local state, now, told = decide.fresh(), epoch, nil
  for _, findings in ipairs(runs) do
    local decision <const> = decide.decide(state, findings, now, { interval = 900,
      ladder = options.ladder or { 900, 3600 }, bypass = 3, task = "health-check", complete = true,
      message_id = "<1@test>", unreadable = options.unreadable })
    told = decision.mail or told
    state = decision.delivered or decision.state
    now = now + (runs.minutes or 5) * 60
  end
  return mail_of.render(told, with(facts, options.facts or {}), options.alerts or {},
    options.secrets or {})
end

local function again(finding, times)
  local runs = {}
  for index = 1, times do
    runs[index] = { finding }
  end
  return runs
end

describe("the subject", function()
  local function subject(runs, options)
    return last_mail(runs, options).subject
  end

  it("has the worst state, the host, what, and how many more", function()
    assert.equal("[nightjar] CRIT db1: main database refuses the password (+1)", subject {
      { auth, disk } })
  end)

  it("says what is new, whatever else is open", function()
    assert.equal("[nightjar] CRIT db1: main disk is filling up (backups) (+1)",
      subject { { auth }, { auth, disk } })
  end)

  it("says for how long in a reminder", function()
    assert.equal("[nightjar] CRIT db1: main database refuses the password, for 15 min",
      subject(again(auth, 4)))
  end)

  it("says that all is well again, and after how long", function()
    assert.equal("[nightjar] OK db1: main database is fine again after 10 min",
      subject { { auth }, { auth }, { fine }, { fine } })
  end)

  it("says that one is well again, and how many are not", function()
    assert.equal("[nightjar] CRIT db1: main disk (backups) is fine again after 15 min, 1 still open",
      subject { minutes = 15, { auth, disk }, { auth, with(disk, { status = "ok" }) },
        { auth, with(disk, { status = "ok" }) } })
  end)

  it("says what failed of a task", function()
    assert.equal("[nightjar] CRIT db1: main backup failed", subject { {
      { target = "main", check = "task:backup", class = "task.failed", status = "crit" } } })
  end)

  it("says what a user's own check says, not all of it", function()
    assert.matches("^%[nightjar%] WARN db1: main queue: it is a long story about a queue.*…$", subject { {
      { target = "main", check = "queue", class = "check.failed", status = "warn",
        message = "it is a long story about a queue that has grown over weeks and months" } } })
  end)

  it("says what could not be observed", function()
    assert.equal("[nightjar] UNKNOWN db1: main query could not be observed",
      subject(again({ target = "main", check = "query", status = "unknown" }, 2)))
  end)

  it("says that something comes and goes, and that it is steady again", function()
    local runs = {}
    for _ = 1, 2 do
      table.move({ { auth }, { fine }, { fine } }, 1, 3, #runs + 1, runs)
    end
    assert.equal("[nightjar] OK db1: main database comes and goes", subject(runs))
    table.move(again(fine, 8), 1, 8, #runs + 1, runs)
    assert.equal("[nightjar] OK db1: main database is steady again", subject(runs))
  end)

  it("speaks of nightjar itself where nothing else is wrong", function()
    assert.equal("[nightjar] OK db1: nightjar could not read or keep its own state",
      subject({ {} }, { unreadable = "the state is no JSON" }))
  end)
end)

describe("the text", function()
  it("begins with the sentence, and has everything that somebody needs at night", function()
    assert.equal([[
main database refuses the password, since 02:15 UTC. One more problem is open.

NEW
CRIT  main query (pg.auth), since 02:15 UTC
    password authentication failed for user "postgres"
WARN  main disk:backups (disk.warn), since 02:15 UTC
    '/srv' is 88 % full
    It will be full in 31 h.

NOT CHECKED
connections, transactions, because of main query

LAST GOOD BACKUP
main: 01:15 UTC (1 h ago), proven by test restore

WHAT TO DO
pg.auth
    Compare PGUSER and PGPASSWORD with the server: ALTER ROLE … PASSWORD '…', or look at pg_hba.conf: SELECT * FROM pg_hba_file_rules
disk.warn
    df -h; du -xh --max-depth=2 / | sort -h | tail; nightjar prune --dry-run shows what could go

If nothing changes, the next reminder comes 02:30 UTC.
nightjar 0.1.0 on db1, health-check, home /srv/nightjar, 2026-11-24 02:15 UTC
]], last_mail({ { auth, disk, { target = "main", check = "connections", status = "skipped", blocked_by = "query" },
      { target = "main", check = "transactions", status = "skipped", blocked_by = "query" } } }).text)
  end)

  it("says since when, what has ended, and what it was", function()
    local text <const> = last_mail({ { auth }, { auth }, { fine }, { fine } }).text
    assert.matches("^main database is fine again after 10 min. No problem is open.\n", text)
    assert.matches("OK  main query (pg.auth), 02:15 UTC – 02:25 UTC (10 min)\n    it was: password", text, 1, true)
  end)

  it("puts the container's name into the command", function()
    local text <const> = last_mail({ { with(auth, { check = "container", class = "container.exited" }) } }).text
    assert.matches("docker logs --tail 50 ra-postgres; then docker start ra-postgres", text, 1, true)
  end)

  it("names the class's advice once for many of the class", function()
    local text <const> = last_mail({ { auth, with(auth, { target = "b" }), with(auth, { target = "c" }) } }).text
    assert.equal(1, select(2, text:gsub("Compare PGUSER", "")))
  end)

  it("says that there is no backup, or that it is not known", function()
    local text <const> = last_mail({ { auth } }, { facts = { backups = { { target = "main" },
      { target = "b", problem = "the disk is gone" }, { target = "c", time = epoch - 200000 } } } }).text
    assert.matches("main: there is none", text, 1, true)
    assert.matches("b: not known (the disk is gone)", text, 1, true)
    assert.matches("c: 2026-11-21 18:41 UTC (2 d 7 h ago), not proven", text, 1, true)
  end)

  it("shows some of thousands, and counts the rest", function()
    local findings = {}
    for index = 1, 3000 do
      findings[index] = with(auth, { target = ("t%04d"):format(index) })
    end
    local mail <const> = last_mail { findings }
    assert.matches("and 2970 more", mail.text, 1, true)
    assert.matches("(+2999)", mail.subject, 1, true)
    assert.is_true(#mail.html < 60000)
  end)
end)

describe("the HTML", function()
  it("says the same as the text, escaped", function()
    local mail <const> = last_mail { { with(auth, { message = 'a <b> & "c"' }) } }
    assert.matches("a &lt;b&gt; &amp; &quot;c&quot;", mail.html, 1, true)
    assert.matches("main database refuses the password, since 02:15 UTC", mail.html, 1, true)
    assert.is_nil(mail.html:find("<b>", 1, true))
  end)

  it("loads nothing, and runs nothing", function()
    local html <const> = last_mail({ { auth, disk } }).html:lower()
    for _, word in ipairs { "<img", "<script", "http://", "https://", "url(", "<link" } do
      assert.is_nil(html:find(word, 1, true), word)
    end
  end)
end)

describe("what the policy makes of it", function()
  local function mail(alerts, options)
    options = options or {}
    options.alerts = alerts
    return last_mail({ { auth } }, options)
  end

  it("may be another subject, body and recipients", function()
    local made <const> = mail {
      subject = function(told) return "! " .. told.subject end,
      body = function(told) return told.new[1].check .. " is <down>\n" .. told.reason end,
      to = function(told) return told.status == "crit" and { "boss@example.org" } or told.to end,
    }
    assert.equal("! [nightjar] CRIT db1: main database refuses the password", made.subject)
    assert.equal("query is <down>\nfirst", made.text)
    assert.matches("query is &lt;down&gt;", made.html, 1, true)
    assert.same({ "boss@example.org" }, made.to)
    assert.same({}, made.faults)
  end)

  it("may be a list of recipients", function()
    assert.same({ "a@example.org", "b@example.org" }, mail({ to = { "a@example.org", "b@example.org" } }).to)
  end)

  local nonsense <const> = {
    { "a subject of two lines", { subject = function() return "a\r\nBcc: x@example.org" end } },
    { "no subject", { subject = function() return nil end } },
    { "an empty body", { body = function() return " \n" end } },
    { "a body that is none", { body = function() return { "text" } end } },
    { "no recipients", { to = function() return {} end } },
    { "a recipient that is none", { to = function() return { "x@example.org>\r\nDATA" } end } },
    { "an error", { subject = function() error("no") end } },
    { "a loop", { body = function() while true do end end } },
    { "what it was given, changed", { subject = function(told) told.new[1] = nil; return told.new[1].check end } },
  }
  for _, case in ipairs(nonsense) do
    it("is the default instead of " .. case[1] .. ", and that is told", function()
      local made <const> = mail(case[2])
      assert.equal(1, #made.faults)
      assert.equal("[nightjar] CRIT db1: main database refuses the password", made.subject)
      assert.same({ "ops@example.org" }, made.to)
      assert.matches("NIGHTJAR ITSELF\nWARN  nightjar (self.policy)\n    alerts.", made.text, 1, true)
      assert.matches("password authentication failed", made.text, 1, true)
    end)
  end
end)

describe("secrets", function()
  it("are in no part, whoever wrote it", function()
    local mail <const> = last_mail({ { with(auth, { message = "tried with hunter2&co", hint = "hunter2&co" }) } }, {
      secrets = { "hunter2&co" }, facts = { backups = { { target = "main", problem = "hunter2&co" } } },
      alerts = { subject = function() return "it is hunter2&co" end } })
    for _, part in ipairs { mail.subject, mail.text, mail.html } do
      assert.is_nil(part:find("hunter2", 1, true))
    end
    assert.equal("it is ***", mail.subject)
  end)

  it("that are words of HTML leave it whole", function()
    local html <const> = last_mail({ { auth } }, { secrets = { "table", "style" } }).html
    assert.matches("<table role=", html, 1, true)
  end)
end)

describe("a mail that could not be made", function()
  it("is a bare one", function()
    local decision <const> = decide.decide(decide.fresh(), { auth }, epoch, { interval = 900, ladder = {},
      bypass = 3, task = "health-check", complete = true, message_id = "<1@test>" })
    local mail <const> = mail_of.bare(decision.mail, facts, { message = "it broke" }, { "postgres" })
    assert.equal("[nightjar] CRIT db1: first", mail.subject)
    assert.matches("new: main query pg.auth: password authentication failed for user \"***\"", mail.text, 1, true)
  end)
end)
