-- Alerts with a real mail server: what arrives, what waits, and that nothing is lost on the way.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local mail = require "tests.e2e.mail"
local peers = require "tests.fixture.peers"
local process = require "nightjar.process"
local support = require "tests.e2e.support"
local task = require "nightjar.task"

local server, home

-- A policy with checks of the user's own, {name = "ok" | "warn" | "crit"}, and none of nightjar's.
local function policy(checks, alerts)
  local lines = {}
  for name, status in pairs(checks) do
    lines[#lines + 1] = ("%s = function() return %s('it is %s') end,"):format(name, status, status)
  end
  for _, name in ipairs { "engine", "container", "pg_isready", "query", "connections", "transactions",
    "wraparound", "replication", "disk", "backup", "schedule" } do
    lines[#lines + 1] = name .. " = false,"
  end
  return ("return { health = { attempts = 1, checks = { %s } }, alerts = { %s } }"):format(table.concat(lines, " "),
    alerts or "")
end

local function make_home(options)
  options = options or {}
  local made <const> = support.home(nil, { env = server:env(table.unpack(options.env or {})),
    policy = policy(options.checks or { queue = "crit" }, options.alerts) })
  made.alerts = options.alerts
  return made
end

-- From now on the user's checks say this.
local function set(checks, of)
  fs.write((of or home).path .. "/config/policy.lua", policy(checks, (of or home).alerts), { mode = 384 })
end

-- Let a run of health-check happen; what it says of the mail, and its exit status.
local function check(of)
  local document <const>, result <const> = (of or home):json { "health-check" }
  return document.alert, result.exit, document, result
end

local function state_path(of)
  return (of or home).path .. "/state/alerts.json"
end

local function state(of)
  return json.decode(fs.read(state_path(of)))
end

-- As if everything that has happened had happened so many seconds earlier.
local function age(seconds, of)
  local function older(value)
    for name, content in pairs(value) do
      if type(content) == "table" then
        older(content)
      elseif math.type(content) and content > 1e9 then
        value[name] = content - seconds
      end
    end
    return value
  end
  fs.write(state_path(of), json.encode(older(state(of))), { mode = 384 })
end

local function subjects()
  local list = {}
  for index, message in ipairs(server:received()) do
    list[index] = message.text:match("\nSubject: %[nightjar%] (.-)\r?\n"):gsub(host.hostname, "HOST")
  end
  return list
end

local function ids()
  local list = {}
  for index, message in ipairs(server:received()) do
    list[index] = message.text:match("\nMessage%-ID: (<.->)")
  end
  return list
end

local function spooled(of)
  local path <const> = (of or home).path .. "/state/spool/pending.eml"
  return fs.stat(path) and fs.read(path)
end

-- Nobody listens any more, or somebody who behaves so: at the same place, with what has been received.
local function stop()
  server:stop()
  server.stopped = true
end

local function restart(options)
  options = options or {}
  if not server.stopped then
    server:stop()
  end
  server = mail.server { place = server.place, port = server.port, answers = options.answers,
    user = options.user, password = options.password }
  server.strange = next(options) ~= nil
end

setup(function()
  server = mail.server()
end)

teardown(function()
  server:close()
end)

before_each(function()
  for _, name in ipairs(fs.list(server.folder)) do
    if name:find "^%d+%.%a+$" or name == "dialogue" then
      fs.remove(server.folder .. "/" .. name)
    end
  end
  home = make_home()
end)

after_each(function()
  home:close()
  if server.stopped or server.strange then
    restart()
  end
end)

describe("a problem", function()
  it("is one mail, with a reminder after 15 minutes and not before, and one when it is over", function()
    local alert <const>, exit <const> = check()
    assert.same({ "sent", "first", true, 2 }, { alert.action, alert.reason, alert.delivered, exit })
    assert.same({ address = "ops@example.org", code = 250, accepted = true,
      reply = alert.recipients[1].reply }, alert.recipients[1])
    age(880)
    assert.equal("none", check().action)
    age(30)
    assert.equal("reminder", check().reason)
    set { queue = "ok" }
    assert.equal("none", check().action)
    assert.equal("recovered", check().reason)
    assert.equal("none", check().action)
    assert.same({ "CRIT HOST: main queue: it is crit", "CRIT HOST: main queue: it is crit, for 15 min",
      "OK HOST: main queue is fine again after 15 min" }, subjects())
    local id <const> = ids()[1]
    assert.matches("References: " .. id, server:received()[3].text, 1, true)
  end)

  it("of another kind is told at once, but not with strict = true", function()
    for _, case in ipairs { { "", "sent" }, { "strict = true", "deferred" } } do
      home.alerts = case[1]
      set { queue = "crit" }
      fs.remove(home.path .. "/state", { recursive = true })
      check()
      set { queue = "crit", other = "crit" }
      local alert <const> = check()
      assert.same({ case[2], "new_kind" }, { alert.action, alert.reason })
    end
    age(900)
    assert.equal("sent", check().action)
    assert.equal(4, #subjects())
  end)

  it("is told to whom, and in the words, that the policy says", function()
    home.alerts = [[to = { "a@example.org", "b@example.org" },
      subject = function(told) return "Look: " .. told.subject end,
      body = function(told) error("no") end]]
    set { queue = "crit" }
    local _, _, document <const> = check()
    local message <const> = server:received()[1]
    assert.same({ "a@example.org", "b@example.org" }, message.to)
    assert.matches("Subject: Look: [nightjar] CRIT", message.text, 1, true)
    assert.matches("alerts.body (config", message.text, 1, true)
    assert.matches("alerts.body (config/policy.lua:", json.encode(document.findings), 1, true)
  end)

  it("without a mail server is no error, and mailed when there is one", function()
    local bare <const> = support.home(nil, { policy = policy { queue = "crit" } })
    local alert <const>, exit <const> = check(bare)
    assert.same({ "none", "not_configured", 2 }, { alert.action, alert.reason, exit })
    fs.write(bare.path .. "/config/monitoring.env", table.concat(server:env(), "\n"), { mode = 384 })
    assert.equal("sent", check(bare).action)
    bare:close()
  end)
end)

describe("a mail server that is down", function()
  it("has the mail spooled, exit 4, and one combined mail when it is back", function()
    stop()
    local alert <const>, exit <const>, document, result <const> = check()
    assert.same({ "spooled", "first", false, 4 }, { alert.action, alert.reason, alert.delivered, exit })
    assert.equal("crit", document.status)
    assert.matches("the mail could not be delivered", result.stderr, 1, true)
    assert.matches("Subject: [nightjar] CRIT", spooled(), 1, true)
    set { queue = "ok", other = "crit" }
    for _ = 1, 3 do
      assert.equal(4, select(2, check()))
    end
    age(3600)
    restart()
    assert.equal("sent", check().action)
    assert.is_nil(spooled())
    local received <const> = server:received()
    assert.equal(1, #received)
    local text <const> = received[1].text:gsub("=\r?\n", "")
    assert.matches("NEW\r?\nCRIT  main other", text)
    assert.matches("OVER BEFORE IT COULD BE TOLD\r?\nOK  main queue", text)
    assert.matches("This mail comes late: it could not be delivered since %d+:%d+ UTC %(4 tries%)", text)
  end)

  it("is told of a refused login once in 15 minutes, or when something was changed", function()
    restart { user = "nightjar", password = "right" }
    home:close()
    home = make_home { env = {} }
    local env <const> = table.concat(server:env(), "\n"):gsub("right", "wrong") .. "\n"
    fs.write(home.path .. "/config/monitoring.env", env, { mode = 384 })
    local function logins()
      return select(2, server:dialogue():gsub("AUTH", ""))
    end
    local function advised()
      local _, exit <const>, document <const> = check()
      assert.equal(4, exit)
      for _, finding in ipairs(document.findings) do
        if finding.class == "self.mail" then
          return assert.matches("SMTP_PASSWORD", finding.hint, 1, true)
        end
      end
      error "there is no finding of the mail"
    end
    advised()
    local tried <const> = logins()
    assert.is_true(tried > 0)
    advised()
    assert.equal(tried, logins())
    assert.is_nil(home:written():find("wrong", 1, true))
    age(901)
    assert.equal(4, select(2, check()))
    assert.equal(2 * tried, logins())
    fs.write(home.path .. "/config/monitoring.env", env:gsub("wrong", "right"), { mode = 384 })
    assert.equal("sent", check().action)
  end)

  it("may refuse one of the recipients: the mail has been sent", function()
    restart { answers = { ["RCPT:gone@example.org"] = "550 5.1.1 no such mailbox" } }
    home.alerts = [[to = { "gone@example.org", "ops@example.org" }]]
    set { queue = "crit" }
    local alert <const>, exit <const> = check()
    assert.same({ "sent", 2, false, 550, true }, { alert.action, exit, alert.recipients[1].accepted,
      alert.recipients[1].code, alert.recipients[2].accepted })
    assert.matches("alert.refused recipient=gone@example.org", home:written(), 1, true)
    set { queue = "crit", other = "crit" }
    check()
    local text <const> = server:received()[2].text:gsub("=\r?\n", "")
    assert.matches("did not reach gone@example.org: 550 5.1.1 no such mailbox", text, 1, true)
  end)

  it("that says nothing more holds nobody up for ever, and is not taken at its word", function()
    restart { answers = { GREETING = "421 4.3.2 too busy" } }
    local alert <const>, exit <const> = check()
    assert.same({ "spooled", 4 }, { alert.action, exit })
  end)
end)

describe("a kill", function()
  it("between the sending and the state makes the mail come twice, with the same id", function()
    restart { answers = { SENT = "swallow" } }
    local ended <const> = home:during({ "health-check" }, function(pid)
      support.wait_for(20, "the mail has been taken", function()
        return #server:received() == 1
      end)
      support.kill("KILL", pid)
    end)
    assert.equal(9, ended.signal)
    restart()
    assert.equal("sent", check().action)
    local seen <const> = ids()
    assert.equal(2, #seen)
    assert.equal(seen[1], seen[2])
    assert.is_nil(spooled())
  end)

  it("at any moment loses no problem, and leaves a state that can be read", function()
    local began <const> = host.now()
    check()
    local whole <const> = host.now() - began
    fs.remove(home.path .. "/state", { recursive = true })
    local before <const> = #ids()
    for turn = 1, 12 do
      home:during({ "health-check" }, function(pid)
        task.sleep(whole * turn / 12)
        process.run { "kill", "-KILL", tostring(pid), check = false } -- it may have ended
      end)
      if fs.stat(state_path()) then
        assert.equal(1, state().version)
      end
    end
    set { queue = "ok" }
    check()
    check()
    assert.is_true(#ids() > before)
    assert.is_nil(spooled())
    for _, entry in ipairs(state().entries) do
      assert.is_nil(entry.untold)
      assert.is_nil(entry.told)
    end
    for _, name in ipairs(fs.list(home.path .. "/state")) do
      assert.is_nil(name:find("^alerts.*%.tmp$"), name)
    end
  end)
end)

describe("the state", function()
  it("that cannot be read is told, kept aside, and begun anew", function()
    check()
    fs.write(state_path(), "{ no JSON", { mode = 384 })
    assert.equal("sent", check().action)
    assert.equal("{ no JSON", fs.read(state_path() .. ".unreadable"))
    local text <const> = server:received()[2].text:gsub("=\r?\n", "")
    assert.matches("alerts.json' could not be read", text, 1, true)
    assert.equal("none", check().action)
  end)

  it("of a newer nightjar is left alone in the same way", function()
    check()
    fs.write(state_path(), [[{ "version": 2, "entries": "otherwise" }]], { mode = 384 })
    assert.equal("sent", check().action)
    assert.matches("otherwise", fs.read(state_path() .. ".unreadable"))
  end)

  it("that is lost with a mail in the spool says so", function()
    stop()
    check()
    fs.remove(state_path())
    set { queue = "ok" }
    restart()
    assert.equal("sent", check().action)
    local text <const> = server:received()[1].text:gsub("=\r?\n", "")
    assert.matches("a mail may not have been delivered: '[nightjar] CRIT", text, 1, true)
    assert.equal("none", check().action)
  end)

  it("from the future opens the limiter, and that is said", function()
    check()
    age(-86460)
    local alert <const> = check()
    assert.equal("sent", alert.action)
    assert.matches("clock has gone back by 1 d", server:received()[2].text:gsub("=\r?\n", ""), 1, true)
    assert.equal("none", check().action)
  end)

  it("is shared by runs at the same time: there is one mail", function()
    fs.mkdir(home.path .. "/config/tasks")
    fs.write(home.path .. "/config/tasks/boom.lua", [[return { name = "boom", summary = "fails",
      alert = "until_success", arguments = { { "--json", type = "flag" } },
      run = function() fail("SYSTEM", "it went boom") end }]], { mode = 384 })
    local runs = {}
    for index = 1, 4 do
      runs[index] = function() return home:json({ "boom" }).alert.action end
    end
    local outcomes <const> = task.parallel(runs)
    table.sort(outcomes)
    assert.same({ "none", "none", "none", "sent" }, outcomes)
    assert.same({ "CRIT HOST: boom failed" }, subjects())
  end)
end)

describe("a full disk", function()
  it("does not keep a mail from being sent, nor make it be sent with every run", function()
    local folder <const> = home.path .. "/state"
    fs.mkdir(folder)
    process.run { "mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", folder }
    local _, err = try(function()
      check()                                     -- makes the reserve
      set { queue = "ok" }
      check()
      check()
      process.run { "sh", "-c", 'cat /dev/zero >"$0"', folder .. "/filler", check = false }
      set { queue = "crit", other = "crit" }
      local alert <const> = check()
      assert.equal("sent", alert.action)
      for _ = 1, 3 do
        process.run { "sh", "-c", 'cat /dev/zero >>"$0"', folder .. "/filler", check = false }
        assert.equal("none", check().action)
      end
    end)
    process.run { "umount", folder }
    if err then
      error(err, 0)
    end
  end)

  it("that was full from the first moment does not keep a mail from being tried", function()
    local folder <const> = home.path .. "/state"
    fs.mkdir(folder)
    process.run { "mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", folder }
    local _, err = try(function()
      process.run { "sh", "-c", 'cat /dev/zero >"$0"', folder .. "/filler", check = false }
      local alert <const>, _, document = check()
      assert.equal("sent", alert.action)
      local text <const> = server:received()[1].text:gsub("=\r?\n", "")
      assert.matches("what has been told cannot be kept", text, 1, true)
      local own <const> = document.findings[#document.findings]
      assert.same({ "self", "self.state" }, { own.check, own.class })
      stop()
      assert.same({ "spooled" }, { check().action })
    end)
    process.run { "umount", folder }
    if err then
      error(err, 0)
    end
  end)
end)

describe("a configuration with a fault", function()
  it("is mailed, and exit 78", function()
    fs.write(home.path .. "/config/policy.lua", "return { healt = {} }", { mode = 384 })
    home:expect(78, { "health-check" })
    home:expect(78, { "health-check" })
    home:expect(78, { "backup" })
    assert.same({ "CRIT HOST: nightjar configuration has a fault" }, subjects())
    local text <const> = server:received()[1].text:gsub("=\r?\n", "")
    assert.matches("config/policy.lua:1: 'healt' is unknown (did you mean 'health'?)", text, 1, true)
    set { queue = "ok" }
    check()
    assert.equal("recovered", check().reason)
  end)

  it("in monitoring.env is mailed with what can still be read of it", function()
    local path <const> = home.path .. "/config/monitoring.env"
    fs.write(path, "PGHSOT=x\n" .. fs.read(path), { mode = 384 })
    home:expect(78, { "health-check" })
    assert.matches("monitoring.env:1: 'PGHSOT' is unknown", server:received()[1].text:gsub("=\r?\n", ""), 1, true)
  end)
end)

describe("a setting that is found wrong when it is used", function()
  it("is mailed in the same way", function()
    home:close()
    home = make_home { env = { "POSTGRES_CONTAINER=db" } }
    fs.write(home.path .. "/config/policy.lua", "return {}", { mode = 384 })
    for _, name in ipairs { "health-check", "health-check", "verify-startup" } do
      home:expect(78, { name, env = { DOCKER_HOST = "ssh://me@example.com" } })
    end
    assert.same({ "CRIT HOST: nightjar configuration has a fault" }, subjects())
    local text <const> = server:received()[1].text:gsub("=\r?\n", "")
    assert.matches("health-check cannot run: 'ssh://me@example.com'", text, 1, true)
  end)
end)

describe("test-alert", function()
  it("sends one mail, shows the answers, and touches no state", function()
    check()
    local before <const> = fs.read(state_path())
    local document <const>, result <const> = home:json { "test-alert" }
    assert.equal(0, result.exit)
    assert.same({ { address = "ops@example.org", accepted = true, code = 250,
      reply = document.recipients[1].reply } }, document.recipients)
    assert.matches("^250 ", document.recipients[1].reply)
    assert.equal(before, fs.read(state_path()))
    assert.equal("TEST HOST: mails reach you", subjects()[2])
    assert.matches("accepted  ops@example.org  250", home:expect(0, { "test-alert" }).stdout, 1, true)
  end)

  it("exits 1 when one recipient is refused, 2 when all are, 78 without a mail server", function()
    home.alerts = [[to = { "gone@example.org", "ops@example.org" }]]
    set { queue = "ok" }
    restart { answers = { ["RCPT:gone@example.org"] = "550 5.1.1 no such mailbox" } }
    local said <const> = home:expect(1, { "test-alert" }).stdout
    assert.matches("refused   gone@example.org  550 5.1.1 no such mailbox", said, 1, true)
    restart { answers = { RCPT = "550 5.1.1 no such mailbox" } }
    home:expect(2, { "test-alert" })
    stop()
    home:expect(2, { "test-alert", "--json" })
    local bare <const> = support.home(nil)
    assert.matches("SMTP_HOST is not set", bare:expect(78, { "test-alert" }).stderr, 1, true)
    bare:close()
  end)
end)

describe("the dead man's switch", function()
  -- What it was asked for so far.
  local function asked(peer)
    local paths = {}
    for path in peer:log():gmatch('"POST (%S+)') do
      paths[#paths + 1] = path
    end
    table.sort(paths)
    return paths
  end

  it("is told of the start and of the end, and of a failure with the log", function()
    local peer <close> = peers.http()
    home:close()
    home = make_home { env = { ("PING_URL=http://127.0.0.1:%d/hello/secret-id"):format(peer.port) },
      checks = { queue = "ok" } }
    home:expect(0, { "health-check" })
    assert.same({ "/hello/secret-id", "/hello/secret-id/start" }, asked(peer))
    set { queue = "crit" }
    home:expect(2, { "health-check" })
    assert.equal("/hello/secret-id/fail", asked(peer)[2])
  end)

  it("that does not answer changes nothing, and its address is told to nobody", function()
    home:close()
    home = make_home { env = { "PING_URL=http://127.0.0.1:1/secret-id/" }, checks = { queue = "ok" } }
    home:expect(0, { "health-check" })
    assert.matches("ping.failed", home:written(), 1, true)
    assert.is_nil(home:written():find("secret-id", 1, true))
  end)
end)
