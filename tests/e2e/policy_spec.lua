-- Policies and tasks of one's own: begun with nightjar new, checked, explained, and used by what they are for.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local mail_server = require "tests.e2e.mail"
local process = require "nightjar.process"
local support = require "tests.e2e.support"
local units = require "nightjar.units"

local server, home

setup(function()
  server = support.server()
  server:database("app", "CREATE TABLE orders AS SELECT generate_series(1, 100) AS n;")
  server:database("test_app", "CREATE TABLE t (n int);")
end)

teardown(function()
  server:close()
end)

before_each(function()
  home = support.home(server)
end)

after_each(function()
  home:close()
end)

local function write_policy(text)
  fs.write(home.path .. "/config/policy.lua", text, { mode = 384 })
end

-- What nightjar policy says, where it ends with this status.
local function policy(exit, ...)
  return home:expect(exit, { "policy", ... }).stdout
end

describe("nightjar new", function()
  it("makes a task that works as it stands", function()
    home:expect(0, { "new", "task", "census" })
    assert.matches("census", home:expect(0, { "tasks" }).stdout)
    assert.matches("--limit <integer>", home:expect(0, { "census", "--help" }).stdout, 1, true)
    assert.matches("^%d+ sessions\n$", home:expect(0, { "census" }).stdout)
    local document <const> = home:json { "census", "--limit", "0" }
    assert.equal("warn", document.status)
    assert.is_true(document.sessions >= 1)
    assert.matches("INFO census counted sessions=%d+\n", fs.read(home.path .. "/logs/census.log"))
    local again <const> = home:expect(64, { "new", "task", "census" })
    assert.matches("is there already", again.stderr)
    assert.matches("nightjar eject backup", home:expect(64, { "new", "task", "backup" }).stderr)
    assert.matches("is a command of nightjar's own", home:expect(64, { "new", "task", "help" }).stderr)
    assert.matches("cannot be a name", home:expect(64, { "new", "task", "../x" }).stderr)
    assert.matches("did you mean 'task'", home:expect(64, { "new", "tsak", "x" }).stderr)
  end)

  it("makes a check, and every function of a policy, that work where it says that they go", function()
    local uses = {}
    local function add(...)
      local said <const> = home:expect(0, { "new", ... }).stdout
      uses[#uses + 1] = said:match "in config/policy.lua: (%w+ = [^\n]*)"
    end
    add("check", "idle")
    for _, hook in ipairs(require "nightjar.policy.hooks") do
      if hook ~= "targets.databases" then
        add("policy", (hook:gsub("%.", "-")), "--hook", hook)
      end
    end
    local sections = {}
    for _, use in ipairs(uses) do
      local section <const>, rest <const> = use:match "^(%w+) = { (.*) }$"
      sections[section] = (sections[section] and sections[section] .. ", " or "") .. rest
    end
    local parts = {}
    for section, rest in pairs(sections) do
      parts[#parts + 1] = ("%s = { %s }"):format(section, rest)
    end
    write_policy("return { " .. table.concat(parts, ", ") .. " }")
    local said <const> = policy(0, "check")
    for _, line in ipairs { "config/policy.lua is right", "health.checks.idle       config/checks/idle.lua:",
      "restore.accept           config/policies/restore-accept.lua:", "alerts.when              config/policies/alerts-when.lua:" } do
      assert.matches(line, said, 1, true)
    end
    assert.is_nil(said:find("note", 1, true), said)
    assert.equal("0 sessions are idle in a transaction", (function()
      for _, found in ipairs(home:json({ "health-check" }).findings) do
        if found.check == "idle" then
          return found.message
        end
      end
    end)())
  end)
end)

describe("nightjar policy check", function()
  it("says what is wrong, with file and line", function()
    local cases <const> = {
      { "return {\n  retention = { keap = 3 },\n}", "config/policy.lua:2: 'retention.keap' is unknown (did you mean 'keep'?)" },
      { "return {\n  restore = {\n    accept = 5 },\n}", "config/policy.lua:3: 'restore.accept': expected a function, got 5" },
      { "return {", "config/policy.lua:1:" },
      { "return require 'policies.none'", "there is no file 'config/policies/none.lua'" },
    }
    for _, case in ipairs(cases) do
      write_policy(case[1])
      assert.matches(case[2], home:expect(78, { "policy", "check" }).stderr, 1, true)
    end
  end)

  it("tells of files that nothing comes from, and runs none that everybody could have written", function()
    home:expect(0, { "new", "policy", "gfs" })
    assert.matches("note: no function of the policy comes from config/policies/gfs.lua", policy(0, "check"), 1, true)
    write_policy "return { retention = { keep = require 'policies.gfs' } }"
    assert.is_nil(policy(0, "check"):find("note", 1, true))
    process.run { "chmod", "o+w", home.path .. "/config/policies/gfs.lua" }
    assert.matches("everybody may write to it", home:expect(78, { "policy", "check" }).stderr)
  end)
end)

-- A copy of the set, made so many days ago, proven or not.
local function aged(id, days)
  local folder <const> = home.path .. "/backups/main/"
  local started <const> = host.time() // 1 - days * 86400
  local made <const> = units.id(started)
  process.run { "cp", "-R", folder .. id, folder .. made }
  local manifest = json.decode(fs.read(folder .. made .. "/manifest.json"))
  manifest.id, manifest.started, manifest.verification = made, units.iso(started), json.array {}
  fs.write(folder .. made .. "/manifest.json", json.encode(manifest))
  return made
end

describe("nightjar policy explain", function()
  it("says what would be kept and deleted, now and at another time, and deletes nothing", function()
    home:expect(0, { "backup" })
    local ids <const> = home:sets()
    local old <const>, older <const> = aged(ids[1], 3), aged(ids[1], 30)
    write_policy [[return { retention = { keep_min = 1, keep = function(set, now)
      return now - set.started < 10 * 86400, "ten days" end } }]]
    local now <const> = policy(0, "explain")
    assert.matches("main\n  backed up: app, postgres, test_app\n", now, 1, true)
    assert.matches(("keep    %s: the newest complete backup"):format(ids[1]), now, 1, true)
    assert.matches(("keep    %s: the policy says: ten days"):format(old), now, 1, true)
    assert.matches(("keep    %s: the newest one older than"):format(older), now, 1, true)
    local later <const> = policy(0, "explain", "--at", "20d")
    assert.matches(("delete  %s: the policy says: ten days"):format(older), later, 1, true)
    assert.matches("What the policy decides at " .. units.iso(host.time() + 20 * 86400):sub(1, 10), later, 1, true)
    assert.equal(3, #home:sets())
    assert.matches("is no time", home:expect(64, { "policy", "explain", "--at", "soon" }).stderr)
  end)

  it("says which mail would go out, why, and to whom, and sends none", function()
    local mail <close> = setmetatable({ it = mail_server.server() }, { __close = function(self) self.it:close() end })
    fs.write(home.path .. "/config/monitoring.env", table.concat(mail.it:env("PGHOST=" .. server.host, "PGPORT=" .. server.port,
      "PGUSER=" .. server.user, "PGPASSWORD=" .. server.password), "\n"), { mode = 384 })
    write_policy [[return { startup = { start = function() return { "pgbouncer" } end },
      alerts = { subject = function(mail) return "Look: " .. mail.subject end, to = { "night@example.org" } } }]]
    local said <const> = policy(0, "explain")
    assert.matches("crit    main backup: there is no good backup", said, 1, true)
    assert.matches("one would go out (first)", said, 1, true)
    assert.matches("subject: Look: [nightjar] CRIT", said, 1, true)
    assert.matches("to: night@example.org", said, 1, true)
    assert.matches("started where they do not run: pgbouncer", said, 1, true)
    assert.same({}, mail.it:received())
    assert.is_nil(fs.stat(home.path .. "/state/alerts.json"))
    home:expect(2, { "health-check" })
    assert.equal(1, #mail.it:received())
    write_policy "return { alerts = { subject = function() return 1 end, body = function() error 'no' end } }"
    local faulty <const> = policy(1, "explain", "--at", "2h")
    assert.matches("warning: policy alerts.subject (config/policy.lua:1): a subject is one line of text", faulty, 1, true)
    assert.matches("warning: policy alerts.body (config/policy.lua:1): no", faulty, 1, true)
    write_policy "return {}"
    assert.matches("none: nothing that has not been told", policy(0, "explain"), 1, true)
    assert.matches("one would go out (reminder)", policy(0, "explain", "--at", "2h"), 1, true)
  end)

  it("says which functions cannot be used", function()
    write_policy "return { startup = { start = function() error 'no' end } }"
    assert.matches("warning: policy startup.start (config/policy.lua:1): no; the default was used", policy(1, "explain"), 1, true)
  end)
end)

describe("a policy's function", function()
  it("chooses the databases; one that cannot be used is a warning, and chooses none away", function()
    home:expect(0, { "new", "policy", "ours", "--hook", "targets.databases" })
    write_policy "return { targets = { main = { databases = require 'policies.ours' } } }"
    assert.same({ "app", "postgres" }, home:json({ "backup", "--no-verify" }).sets[1].databases[1] and (function()
      local names = {}
      for index, database in ipairs(home:json({ "backups" }).sets[1].databases) do
        names[index] = database
      end
      return names
    end)())
    write_policy "return { targets = { main = { databases = function() return nonsense.x end } } }"
    local document <const>, result <const> = home:json { "backup", "--no-verify" }
    assert.same({ "warn", 1 }, { document.status, result.exit })
    assert.equal(3, #home:json({ "backups" }).sets[1].databases)
    assert.matches('policy.failed message="targets.main.databases (config/policy.lua:1): ', home:written(), 1, true)
  end)

  it("says what a restored database must satisfy, for the proof and for a restore", function()
    write_policy [[return { restore = { accept = function(database)
      if database.name ~= "app" then return true end
      local n = database:query("select count(*) as n from orders")[1].n
      return n >= 1000, "orders has only " .. n .. " rows" end } }]]
    local document <const>, result <const> = home:json { "backup" }
    assert.equal(2, result.exit)
    local verification <const> = document.sets[1].verification[1]
    assert.equal("differs", verification.verdict)
    assert.matches("app: the policy does not accept it: orders has only 100 rows", verification.reason, 1, true)
    local refused <const> = home:expect(2, { "restore", "latest-verified", "--database", "app", "--as", "app2", "--yes" })
    assert.matches("there is no proven backup", refused.stderr)
    write_policy [[return { restore = { accept = function(database)
      if database.name == "app" then database:query "delete from orders" end return true end } }]]
    assert.matches("read-only transaction", home:expect(1, { "backup" }).stdout, 1, true)
    write_policy "return { restore = { accept = function() error 'oh' end } }"
    assert.equal("warn", home:json({ "backup" }).status)
    assert.is_true(home:json({ "backups" }).sets[1].proven)
    write_policy "return { restore = { accept = function(database) return false, 'not today' end } }"
    local stopped <const> = home:expect(2, { "restore", "latest-verified", "--database", "app", "--as", "app2", "--yes" })
    assert.matches("the policy does not accept it: not today (POLICY)", stopped.stderr, 1, true)
    assert.same({}, server:made_databases())
    assert.is_nil(server:value("postgres", "select datname from pg_database where datname = 'app2'"))
  end)

  it("holds mails back, and lets them go when it is time", function()
    local mail <close> = setmetatable({ it = mail_server.server() }, { __close = function(self) self.it:close() end })
    fs.write(home.path .. "/config/monitoring.env", table.concat(mail.it:env("PGHOST=" .. server.host, "PGPORT=" .. server.port,
      "PGUSER=" .. server.user, "PGPASSWORD=" .. server.password), "\n"), { mode = 384 })
    write_policy "return { alerts = { when = function(finding) return finding.check ~= 'backup', 'not now' end } }"
    local held <const> = home:json { "health-check" }
    assert.same({ "none", "crit" }, { held.alert.action, held.status })
    assert.same({}, mail.it:received())
    assert.matches("alert.held check=backup class=backup.missing reason=\"not now\" target=main", home:written(), 1, true)
    write_policy "return { alerts = { when = function() return 'perhaps' end } }"
    local sent <const> = home:json { "health-check" }
    assert.equal("sent", sent.alert.action)
    local text <const> = mail.it:received()[1].text
    assert.matches("there is no good backup", text, 1, true)
    assert.matches("self.policy", text, 1, true)
    local faults = {}
    for _, found in ipairs(sent.findings) do
      faults[#faults + 1] = found.class == "self.policy" and found.message or nil
    end
    assert.same({ "alerts.when (config/policy.lua:1): it gave 'perhaps', not true or false" }, faults)
  end)

  it("decides what is uploaded", function()
    local there <const> = home.path .. "/there"
    fs.write(home.path .. "/config/rclone.conf", ("[disk]\ntype = alias\nremote = %s\n"):format(there), { mode = 384 })
    home:expect(0, { "backup" })
    local ids <const> = home:sets()
    write_policy "return { remote = { to = 'disk:', upload = function(set) return set.bytes < 10, 'too much' end } }"
    local refused <const> = home:expect(2, { "upload" })
    assert.matches("there is no proven backup", refused.stderr)
    assert.matches("upload.not_wanted id=" .. ids[1] .. ' reason="too much" target=main', home:written(), 1, true)
    write_policy "return { remote = { to = 'disk:', upload = function(set) return set.bytes > 10 end } }"
    assert.equal(ids[1], home:json({ "upload" }).uploads[1].id)
    assert.is_not_nil(fs.stat(("%s/main/%s/manifest.json"):format(there, ids[1])))
  end)
end)
