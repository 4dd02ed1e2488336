-- Runs that are ended in the middle, and runs that meet: what they leave, and what the next one does.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local support = require "tests.e2e.support"
local task = require "nightjar.task"

local server, home, stuck

setup(function()
  server = support.server()
  server:database("shop", [[
    CREATE TABLE goods AS SELECT n, md5(n::text) AS name, repeat(md5((n * 7)::text), 10) AS text
      FROM generate_series(1, 50000) AS n;]])
  -- Programs that do half of their work, and then stand still while nightjar lives.
  stuck = {
    dump = support.stand_ins { pg_dump = [[
      case "$*" in *shop*) ;; *) exec "$real" "$@";; esac
      "$real" "$@" | { head -c 2000000; while kill -0 $PPID; do sleep 0.05; done 2>&-; }]] },
    restore = support.stand_ins { psql = [[
      case "$*" in *--set=part*|*--version*) exec "$real" "$@";; esac
      { head -c 100000; while kill -0 $PPID; do sleep 0.05; done 2>&-; } | "$real" "$@"]] },
  }
end)

teardown(function()
  stuck.dump:close()
  stuck.restore:close()
  server:close()
end)

before_each(function()
  home = support.home(server)
end)

after_each(function()
  home:close()
end)

-- Processes of a session that began with `pid`, or below it, by their command lines.
local function left_over(marker)
  local found <const> = process.run({ "sh", "-c",
    "grep -lzF -e \"$0\" /proc/[0-9]*/environ 2>/dev/null | grep -v \"/$$/\"", marker, check = false }).stdout
  local pids = {}
  for pid in found:gmatch "/proc/(%d+)/" do
    if support.is_running(math.tointeger(tonumber(pid))) then
      pids[#pids + 1] = pid
    end
  end
  return pids
end

-- Start the program so that it stands still in the middle, do `f(pid)`, and give what it ended with.
local function interrupted(where, arguments, f)
  local marker <const> = home.path
  arguments.env = { PATH = stuck[where].PATH, NIGHTJAR_TEST_MARKER = marker }
  local result <const> = home:during(arguments, function(pid)
    support.wait_for(30, "it is in the middle", function()
      if where == "restore" then
        return #server:made_databases() > 0 and server:backends() > 1
      end
      local _, others, folder = home:sets()
      local stat <const> = others[1] and fs.stat(("%s/%s/shop.sql.gz"):format(folder, others[1]))
        or others[1] and fs.stat(("%s/%s/shop.sql.gz.partial"):format(folder, others[1]))
      return stat and stat.size > 0
    end)
    f(pid)
  end)
  return result, marker
end

local function demand_nothing_left(marker)
  support.wait_for(5, "its programs are gone", function() return #left_over(marker) == 0 end)
  support.wait_for(5, "its backends are gone", function() return server:backends() == 0 end)
  local ids <const>, others <const> = home:sets()
  assert.same({}, others)
  assert.same({}, server:made_databases())
  return ids
end

describe("a backup that is told to end", function()
  for signal, exit in pairs { TERM = 143, INT = 130 } do
    it("by SIG" .. signal .. " in the middle of the dump leaves nothing", function()
      local result <const>, marker = interrupted("dump", { "backup" }, function(pid)
        support.kill(signal, pid)
      end)
      assert.equal(exit, result.exit, result.stderr)
      assert.same({}, demand_nothing_left(marker))
      assert.matches("interrupted", home:log "backup")
      local history <const> = home.path .. "/state/history.jsonl"
      assert.is_table(fs.stat(history), home:log "backup" .. result.stderr)
      assert.matches('"code":"CANCELLED"', fs.read(history))
      home:expect(0, { "backup" })
    end)
  end

  it("in the middle of the proof keeps the set, unproven, and drops the scratch database", function()
    local result <const>, marker = interrupted("restore", { "backup", "--database", "shop" }, function(pid)
      support.kill("TERM", pid)
    end)
    assert.equal(143, result.exit, result.stderr)
    assert.equal(1, #demand_nothing_left(marker))
    local set <const> = home:json({ "backups" }).sets[1]
    assert.equal("complete", set.state)
    assert.is_false(set.proven)
    assert.equal("proven", home:json({ "verify" }).verification.verdict)
  end)

  it("again and again ends all the same", function()
    local result <const>, marker = interrupted("restore", { "backup", "--database", "shop" }, function(pid)
      for _ = 1, 5 do
        try(support.kill, "TERM", pid)
        task.sleep(0.02)
      end
    end)
    assert.is_true(result.exit == 143 or result.signal == 15)
    support.wait_for(10, "its programs are gone", function() return #left_over(marker) == 0 end)
    home:expect(0, { "backup" })
    assert.same({}, server:made_databases())
  end)
end)

describe("a backup that is killed", function()
  it("in the middle of the dump is never listed, and the next run clears up", function()
    local result <const> = interrupted("dump", { "backup" }, function(pid) support.kill("KILL", pid) end)
    assert.equal(9, result.signal)
    local ids <const>, others <const> = home:sets()
    assert.same({}, ids)
    assert.equal(1, #others)
    assert.same({}, home:json({ "backups" }).sets)
    assert.matches("no complete backup", home:run({ "restore", "--database", "shop", "--as", "x", "--yes" }).stderr)
    home:expect(0, { "backup" })
    local again <const>, rest <const> = home:sets()
    assert.equal(1, #again)
    assert.same({}, rest)
  end)

  it("in the middle of writing a manifest leaves a file that the next run removes, unless an upload may be writing it", function()
    home:expect(0, { "backup", "--no-verify" })
    local ids <const>, _, where <const> = home:sets()
    local cut <const> = ("%s/%s/manifest.json.dca1b896148065df.tmp"):format(where, ids[1])
    fs.write(cut, "{")
    do
      local _ <close> = fs.lock(home.path .. "/state/remote-main.lock")
      home:expect(0, { "prune" })
      assert.is_table(fs.stat(cut))
    end
    home:expect(0, { "prune" })
    assert.is_nil(fs.stat(cut))
  end)

  it("in the middle of the proof leaves a scratch database that the next run drops", function()
    local result <const> = interrupted("restore", { "backup", "--database", "shop" },
      function(pid) support.kill("KILL", pid) end)
    assert.equal(9, result.signal)
    support.wait_for(10, "the server has noticed", function() return server:backends() == 0 end)
    assert.equal(1, #server:made_databases())
    assert.matches("left of a run that died", home:run({ "doctor" }).stdout)
    home:expect(0, { "backup", "--no-verify" })
    assert.same({}, server:made_databases())
  end)
end)

describe("two runs at once", function()
  it("the second ends at once with 75 and says who holds the lock; the first goes on", function()
    interrupted("dump", { "backup" }, function(pid)
      for _, arguments in ipairs { { "backup" }, { "prune" },
          { "restore", "--undo", "--database", "shop", "--yes" } } do
        local second <const> = home:expect(75, arguments)
        assert.matches("pid " .. pid, second.stderr)
        assert.matches("backup", second.stderr)
      end
      assert.equal(0, home:run({ "backups" }).exit)
      assert.is_true(support.is_running(pid))
      local _, others = home:sets()
      assert.equal(1, #others)
      support.kill("TERM", pid)
    end)
  end)

  it("of two targets do not meet", function()
    fs.write(home.path .. "/config/policy.lua", ([[
      local function target(container) return { host = %q, port = %d, user = "postgres", password = %q,
        databases = { "shop" } } end
      return { targets = { one = target(), two = target() } }]]):format(server.host, server.port, server.password),
      { mode = 384 })
    local results <const> = task.parallel {
      function() return home:run { "backup", "--target", "one" } end,
      function() return home:run { "backup", "--target", "two" } end,
    }
    assert.equal(0, results[1].exit, results[1].stderr)
    assert.equal(0, results[2].exit, results[2].stderr)
    assert.equal(1, #home:sets "one")
    assert.equal(1, #home:sets "two")
  end)

  it("a lock that a killed run held is free", function()
    interrupted("dump", { "backup" }, function(pid) support.kill("KILL", pid) end)
    home:expect(0, { "prune" })
  end)
end)
