-- nightjar health-check as people and programs use it: what it prints, how it ends, and what a home may say of it.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local units = require "nightjar.units"
local support = require "tests.e2e.support"

local server, home

local function write_policy(text)
  fs.write(home.path .. "/config/policy.lua", text, { mode = 384 })
end

setup(function()
  server = support.server()
  home = support.home(server)
  home:expect(0, { "backup" })
end)

teardown(function()
  home:close()
  server:close()
end)

before_each(function()
  write_policy "return {}"
end)

-- The findings of a run by check (of a target: by "target/check"), the result and the document.
local function look(...)
  local document <const>, result = home:json { "health-check", ... }
  local found = {}
  for _, finding in ipairs(document.findings) do
    found[finding.check] = found[finding.check] or finding
    found[(finding.target or "") .. "/" .. finding.check] = finding
  end
  return found, result, document
end

describe("the health check", function()
  it("tells on one screen that all is well", function()
    local result <const> = home:expect(0, { "health-check" })
    local lines = {}
    for line in result.stdout:gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    assert.matches("^ok       main: PostgreSQL %d+%.%d+ answers 'postgres' within .*; the newest backup is .* old", lines[1])
    assert.is_true(#lines <= 24)
    assert.is_nil(result.stdout:find "\27")
  end)

  it("says in the first line what is wrong, and at which layer", function()
    write_policy "return { targets = { main = { password = 'wrong' } }, health = { attempts = 1 } }"
    local result <const> = home:expect(2, { "health-check" })
    assert.matches("^CRIT     main: PostgreSQL refuses the password of 'postgres'\n", result.stdout)
    assert.matches("not checked because of 'query': connections, transactions, wraparound, replication\n", result.stdout, 1, true)
  end)

  it("says nothing with --quiet", function()
    assert.equal("", home:expect(0, { "--quiet", "health-check" }).stdout)
  end)

  it("prints one JSON document, with every field", function()
    local result <const> = home:expect(0, { "health-check", "--json" })
    local document <const> = json.decode(result.stdout, { nulls = true })
    assert.same({ "health-check", "ok" }, { document.task, document.status })
    assert.is_number(document.seconds)
    assert.is_number(units.parse_iso(document.started))
    assert.is_table(document.alert.recipients)
    for _, finding in ipairs(document.findings) do
      for _, field in ipairs { "target", "check", "class", "status", "message", "seconds", "blocked_by" } do
        assert.is_not_nil(finding[field], field)
      end
    end
  end)

  it("looks at one target alone when it is named", function()
    write_policy "return { targets = { main = {}, other = { port = 1 } }, health = { attempts = 1 } }"
    local found <const>, result = look("--target", "main")
    assert.equal(0, result.exit)
    assert.is_nil(found["other/query"])
    assert.equal("pg.refused", look()["other/query"].class)
    assert.equal(64, home:run({ "health-check", "--target", "othre" }).exit)
  end)

  it("is a plugin for Nagios", function()
    local result <const> = home:expect(0, { "health-check", "--nagios" })
    assert.matches("^NIGHTJAR OK %- %d+ checks are well | .*'main connections'=%d+;77.6;92.15;0;97.*\n$", result.stdout)
    write_policy "return { targets = { main = { port = 1 } }, health = { attempts = 1 } }"
    assert.matches("^NIGHTJAR CRITICAL %- main: no PostgreSQL answers[^\n]*\n$", home:expect(2,
      { "health-check", "--nagios" }).stdout)
    assert.equal(64, home:run({ "health-check", "--nagios", "--json" }).exit)
  end)

  it("writes a file for Prometheus, which others may read", function()
    local path <const> = home.path .. "/nightjar.prom"
    fs.write(path, "old", { mode = 384 })
    home:expect(0, { "health-check", "--prometheus", path })
    local text <const> = fs.read(path)
    assert.matches('nightjar_check_status{target="main",check="query"} 0\n', text, 1, true)
    assert.matches('nightjar_backup_age_seconds{target="main"} %d+\n', text)
    assert.matches('nightjar_backup_bytes{target="main"} %d+\n', text)
    assert.equal(420, fs.stat(path).mode)
    assert.is_nil(table.concat(fs.list(home.path), " "):find "%.tmp")
  end)

  it("says that it cannot write that file, and all the rest as well", function()
    local nowhere <const> = home.path .. "/nowhere/nightjar.prom"
    local found <const>, result, document = look("--prometheus", nowhere)
    assert.same({ 1, "warn" }, { result.exit, document.status })
    assert.equal("ok", found.query.status)
    assert.equal("warn", found.prometheus.status)
    assert.matches("could not be written: .*No such file or directory", found.prometheus.message)
    assert.matches(nowhere, found.prometheus.hint, 1, true)
    local screen <const> = home:expect(1, { "health-check", "--prometheus", nowhere }).stdout
    assert.matches("PostgreSQL %d+%.%d+ answers 'postgres'", screen)
    assert.matches("WARN +prometheus +the file for Prometheus could not be written", screen)
    assert.matches("^NIGHTJAR WARNING %- the file for Prometheus could not be written[^\n]*|.*connections[^\n]*\n$",
      home:expect(1, { "health-check", "--nagios", "--prometheus", nowhere }).stdout)
    write_policy "return { targets = { main = { port = 1 } }, health = { attempts = 1 } }"
    home:expect(2, { "health-check", "--prometheus", nowhere })
  end)

  it("runs once at a time", function()
    local held <close> = fs.lock(home.path .. "/state/health-check.lock", { note = "health-check, pid 7", timeout = 0 })
    local result <const> = home:run { "health-check" }
    assert.equal(75, result.exit)
    assert.matches("health-check, pid 7", result.stderr, 1, true)
    local plugin <const> = home:run { "health-check", "--nagios" }
    assert.equal(3, plugin.exit)
    assert.matches("^NIGHTJAR UNKNOWN %- .*held by another run", plugin.stdout)
    held:release()
  end)

  it("refuses a policy with a mistake, by file, line and key", function()
    write_policy "return {\n  health = { checks = {\n    conections = false } } }"
    local result <const> = home:run { "health-check" }
    assert.equal(78, result.exit)
    assert.matches("config/policy.lua:3: .*'conections' %(did you mean 'connections'%?%)", result.stderr)
  end)

  it("keeps in the history how it ended", function()
    look()
    local last
    for line in fs.read(home.path .. "/state/history.jsonl"):gmatch "[^\n]+" do
      last = json.decode(line)
    end
    assert.same({ "health-check", "ok" }, { last.task, last.status })
    assert.is_number(last.disk.disk.used)
  end)
end)

describe("a backup", function()
  it("that is missing is told of, and mailed about as such", function()
    local found <const>, result = look()
    assert.equal(0, result.exit)
    assert.matches("proven", found.backup.message)
    write_policy "return { targets = { main = {}, other = {} } }"
    assert.same({ "backup.missing", "crit" }, { look()["other/backup"].class, look()["other/backup"].status })
  end)

  it("that is too old is told of", function()
    local document <const> = home:json { "health-check", env = { BACKUP_MAX_AGE = "1s" } }
    local status
    for _, finding in ipairs(document.findings) do
      status = finding.check == "backup" and finding.class .. " " .. finding.status or status
    end
    assert.equal("backup.stale warn", status)
  end)

  it("that is not proven is told of", function()
    home:expect(0, { "backup", "--no-verify" })
    assert.equal("backup.unverified", look().backup.class)
    write_policy "return { backup = { proof = false } }"
    assert.equal("ok", look().backup.status)
    home:expect(0, { "verify" })
  end)
end)

describe("a disk", function()
  it("that is fuller than it should be is told of, once for all that is on it", function()
    local document <const> = home:json { "health-check", env = { DISK_WARN = "0%" } }
    local of_disk = {}
    for _, finding in ipairs(document.findings) do
      of_disk[#of_disk + 1] = finding.class == "disk.warn" and finding or nil
    end
    assert.equal(1, #of_disk)
    assert.same({ "disk", "warn" }, { of_disk[1].check, of_disk[1].status })
    assert.is_nil(of_disk[1].target)
    assert.matches("^the backup folder and the home: ", of_disk[1].message)
  end)

  it("has a finding of its own beside others", function()
    if fs.stat("/dev/shm").device == fs.stat(home.path).device then
      return -- there is one disk alone here
    end
    local other <const> = "/dev/shm/nightjar-health-" .. host.random(4)
    local document <const> = home:json { "health-check", env = { BACKUP_DIR = other } }
    local checks = {}
    for _, finding in ipairs(document.findings) do
      checks[finding.check] = finding.status
    end
    assert.same({ "ok", "ok" }, { checks["disk:backups"], checks["disk:home"] })
    assert.is_nil(fs.stat(other))
  end)

  it("may have thresholds in the policy", function()
    write_policy "return { health = { checks = { disk = { crit = 0, warn = 0 } } } }"
    assert.equal("disk.crit", look().disk.class)
  end)
end)

describe("a check of one's own", function()
  it("is asked for each target, and can ask its server", function()
    write_policy [[return { health = { checks = {
      queue = function(target)
        local rows = target:query("SELECT count(*) AS n FROM pg_database WHERE datname = $1", { target.dbname or "postgres" })
        return rows[1].n == 1 and warn(target.name .. " has one") or crit "none"
      end,
      fine = function() return ok "as it should be" end } } }]]
    local found <const>, result = look()
    assert.equal(1, result.exit)
    assert.same({ "main", "check.failed", "warn", "main has one" }, { found.queue.target, found.queue.class,
      found.queue.status, found.queue.message })
    assert.same({ "ok", "as it should be" }, { found.fine.status, found.fine.message })
  end)

  it("sees no password", function()
    write_policy [[return { health = { checks = { nosy = function(target)
      return crit(tostring(target.password) .. " " .. tostring(target.passfile)) end } } }]]
    assert.equal("nil nil", look().nosy.message)
  end)

  it("has one line to say, and no word to the terminal", function()
    write_policy [[return { health = { checks = { odd = function() return warn "one\n\27[31mtwo" end } } }]]
    assert.equal("one [31mtwo", look().odd.message)
  end)

  it("is skipped where its server cannot be asked", function()
    write_policy [[return { targets = { main = { port = 1 } }, health = { attempts = 1, checks = {
      queue = function() return ok "never" end } } }]]
    assert.same({ "skipped", "query" }, { look().queue.status, look().queue.blocked_by })
  end)

  it("may take the place of nightjar's", function()
    write_policy [[return { health = { checks = { connections = function() return crit "too many for me" end } } }]]
    local found <const> = look()
    assert.same({ "crit", "too many for me" }, { found.connections.status, found.connections.message })
  end)

  local faults <const> = {
    { "fails", "function() error 'oh no' end", "oh no" },
    { "returns nonsense", "function() return 'ok' end", "it returned 'ok', not ok(), warn() or crit()" },
    { "never ends", "function() while true do end end", "did not end within" },
    { "never ends, and will not be told", "function() while true do pcall(function() while true do end end) end end",
      "did not end within" },
    { "waits for ever", "function(target) target:query 'SELECT pg_sleep(60)' end", "within 2 s" },
  }
  for _, case in ipairs(faults) do
    it("that " .. case[1] .. " is a fault of the policy, and nightjar's takes its place", function()
      write_policy(("return { health = { checks = { connections = %s, own = function() return ok '' end } } }")
        :format(case[2]))
      local began <const> = host.now()
      local found <const>, result = look()
      assert.equal(1, result.exit)
      assert.same({ "self.policy", "warn" }, { found["/self"].class, found["/self"].status })
      assert.matches("health.checks.connections for 'main'", found["/self"].message, 1, true)
      assert.truthy(found["/self"].message:find(case[3], 1, true), found["/self"].message)
      assert.matches("of 97 connections are used", found.connections.message)
      assert.equal("ok", found.own.status)
      assert.is_true(host.now() - began < 2 + 3)
    end)
  end
end)

describe("nightjar's own state", function()
  it("is a finding where the clock went back", function()
    local own <const> = support.home(server, { policy = "return { health = { checks = { backup = false } } }" })
    fs.mkdir(own.path .. "/state")
    fs.write(own.path .. "/state/history.jsonl", json.encode { time = units.iso(host.time() + 86400), task = "health-check",
      status = "ok", seconds = 1 } .. "\n")
    local result <const> = own:run { "health-check" }
    own:close()
    assert.equal(1, result.exit)
    assert.matches("WARN +self +the last check was at .*, which is yet to come", result.stdout)
  end)

  it("is a finding where the log cannot be written, and changes no other verdict", function()
    local own <const> = support.home(server, { policy = "return { health = { checks = { backup = false } } }" })
    fs.mkdir(own.path .. "/logs/health-check.log", { parents = true })
    local result <const> = own:run { "health-check" }
    own:close()
    assert.equal(1, result.exit)
    assert.matches("WARN +self +the log cannot be written: ", result.stdout)
    assert.matches("the log cannot be written, and comes here", result.stderr)
  end)

  it("is a finding where there is no place for it", function()
    local own <const> = support.home(server, { policy = "return { health = { checks = { backup = false } } }" })
    fs.write(own.path .. "/state", "in the way")
    local result <const> = own:run { "health-check" }
    own:close()
    assert.matches("WARN +self +the folder for state cannot be used: ", result.stdout)
    assert.matches("ok +query ", result.stdout)
  end)

  it("is looked at only if somebody wants it", function()
    write_policy "return { health = { checks = { self = false, disk = false } } }"
    local found <const> = look()
    assert.is_nil(found.self)
    assert.is_nil(found.disk)
  end)
end)
