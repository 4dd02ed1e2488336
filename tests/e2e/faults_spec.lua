-- What goes wrong while a backup is made: it is told, nothing half-made is left, and the last good backup stays.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local server, home, good

local function sums(folder)
  return process.run({ "sh", "-c", "cd \"$0\" && sha256sum *", folder }).stdout
end

setup(function()
  server = support.server()
  home = support.home(server, { policy = [[return { backup = { stall = "2s", lock_wait = "1s" } }]] })
  server:database("shop", [[
    CREATE TABLE goods AS SELECT n, md5(n::text) AS name, repeat(md5(n::text), 20) AS text
      FROM generate_series(1, 20000) AS n;
    CREATE TABLE secret AS SELECT 1 AS a;]])
  server:database("other", "CREATE TABLE t AS SELECT 1 AS a;")
  home:expect(0, { "backup" })
  local ids <const>, _, where <const> = home:sets()
  good = { id = ids[1], folder = where .. "/" .. ids[1] }
  good.sums = sums(good.folder)
end)

teardown(function()
  home:close()
  server:close()
end)

-- After a failure: the last good backup is what `latest` means, untouched, and nothing half-made is about.
local function demand_last_good()
  local _, others, where = home:sets()
  assert.same({}, others)
  assert.equal(good.sums, sums(good.folder))
  for _, set in ipairs(home:json({ "backups" }).sets) do
    if set.id == good.id then
      assert.is_true(set.proven)
    else
      assert.equal("failed", set.state)
      assert.is_false(set.proven)
      assert.equal("string", type(set.problem))
      local listed = { ["manifest.json"] = true }
      for _, file in ipairs(json.decode(fs.read(where .. "/" .. set.id .. "/manifest.json")).files) do
        listed[file.name] = true
      end
      for _, name in ipairs(fs.list(where .. "/" .. set.id)) do
        assert.is_true(listed[name], "half-made: " .. name)
      end
    end
  end
  local plan <const> = home:json({ "restore", "--database", "shop", "--replace", "--dry-run" }).plan
  assert.is_not_nil(json.encode(plan):find(good.id, 1, true))
  assert.same({}, server:made_databases())
  assert.equal(0, server:backends())
end

-- A backup with a pg_dump that does `script` instead; the problem that its manifest tells.
local function backup_with(script)
  local place <const> = support.stand_ins { pg_dump = [[
    case "$*" in *shop*) ;; *) exec "$real" "$@";; esac
    ]] .. script }
  local document <const>, result = home:json { "backup", env = { PATH = place.PATH } }
  place:close()
  assert.equal(2, result.exit, result.stdout .. result.stderr)
  assert.equal("crit", document.status)
  local set <const> = document.sets[1]
  assert.equal("failed", set.state)
  assert.equal(1, #set.problems)
  assert.equal("shop", set.problems[1].database)
  return set.problems[1], set
end

describe("a pg_dump that", function()
  it("dies half-way with exit 1", function()
    local problem <const>, set = backup_with [["$real" "$@" | head -c 300000; echo "pg_dump: error: no more" >&2; exit 1]]
    assert.equal("EXIT", problem.code)
    assert.matches("pg_dump", problem.message)
    assert.matches("exit", problem.message)
    assert.equal("other", set.databases[1].name)
    demand_last_good()
  end)

  it("tells why on its standard error: the reason is in the message", function()
    local problem <const> = backup_with [[echo "pg_dump: error: the disk has left" >&2; exit 1]]
    assert.matches("the disk has left", problem.message .. (problem.hint or ""), 1, true)
    demand_last_good()
  end)

  it("is killed by a signal", function()
    local problem <const> = backup_with [["$real" "$@" | head -c 300000; kill -SEGV $$]]
    assert.equal("SIGNAL", problem.code)
    assert.matches("signal 11", problem.message)
    demand_last_good()
  end)

  it("exits 0 with nothing", function()
    local problem <const> = backup_with "exit 0"
    assert.equal("FORMAT", problem.code)
    assert.matches("end marker", problem.message)
    demand_last_good()
  end)

  it("exits 0 without the end marker", function()
    local problem <const> = backup_with [["$real" "$@" | head -c 300000; exit 0]]
    assert.equal("FORMAT", problem.code)
    assert.matches("end marker", problem.message)
    demand_last_good()
  end)

  it("exits 0 with a whole dump that lacks a table", function()
    local problem <const> = backup_with [["$real" "$@" --exclude-table=secret]]
    assert.equal("FORMAT", problem.code)
    assert.matches("public.secret", problem.message, 1, true)
    demand_last_good()
  end)

  it("hangs", function()
    local problem <const> = backup_with [["$real" "$@" | head -c 300000; sleep 600]]
    assert.equal("TIMEOUT", problem.code)
    assert.matches("no byte", problem.message)
    demand_last_good()
  end)

  it("waits for a lock longer than backup.lock_wait", function()
    local connection <close> = server:connect "shop"
    connection:query "BEGIN; LOCK TABLE goods IN ACCESS EXCLUSIVE MODE"
    local document <const>, result = home:json { "backup", "--database", "shop" }
    assert.equal(2, result.exit)
    assert.matches("lock", json.encode(document.sets[1].problems))
    connection:query "ROLLBACK"
    demand_last_good()
  end)

  it("is older than the server", function()
    local place <const> = support.stand_ins { pg_dump = [[echo "pg_dump (PostgreSQL) 9.6.24"]] }
    local result <const> = home:run { "backup", env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, result.exit)
    assert.matches("9.6.24", result.stderr, 1, true)
    assert.matches("older", result.stderr)
    assert.matches("Install PostgreSQL's client programs, version %d+", result.stderr)
    demand_last_good()
  end)

  it("is not there", function()
    local place <const> = support.path_without_postgres()
    local result <const> = home:run { "backup", env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, result.exit)
    assert.matches("no pg_dump on this host's PATH", result.stderr, 1, true)
    demand_last_good()
  end)
end)

describe("a pg_dumpall that fails", function()
  it("fails the set", function()
    local place <const> = support.stand_ins { pg_dumpall = [[
      case "$*" in *--version*) exec "$real" "$@";; esac; echo "pg_dumpall: error: no" >&2; exit 1]] }
    local document <const>, result = home:json { "backup", env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, result.exit)
    assert.equal("failed", document.sets[1].state)
    assert.matches("pg_dumpall", document.sets[1].problems[1].message)
    demand_last_good()
  end)
end)

describe("a server that", function()
  it("ends the dump's connection", function()
    local place <const> = support.stand_ins { pg_dump = [[
      case "$*" in *shop*) ;; *) exec "$real" "$@";; esac
      "$real" "$@" | { head -c 100000; sleep 600 | cat; } & sleep 0.5
      psql -qXAtc "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'nightjar%'
        AND query LIKE 'COPY%'" -o /dev/null postgres
      exit 1]] }
    local document <const>, result = home:json { "backup", env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, result.exit)
    assert.equal("failed", document.sets[1].state)
    demand_last_good()
  end)

  it("is not there", function()
    local result <const> = home:run { "backup", env = { PGPORT = "1" } }
    assert.equal(2, result.exit)
    assert.matches("refused", result.stderr)
    assert.matches("127.0.0.1", result.stderr, 1, true)
  end)

  it("does not answer", function()
    local result <const> = home:run { "backup", env = { PGHOST = "nowhere.invalid" } }
    assert.equal(2, result.exit)
    assert.matches("nowhere.invalid", result.stderr, 1, true)
  end)
end)

describe("a role that", function()
  it("has another password", function()
    local result <const> = home:run { "backup", env = { PGPASSWORD = "guessed" } }
    assert.equal(2, result.exit)
    assert.matches("password", result.stderr)
    assert.matches("PGPASSWORD", result.stderr)
    assert.is_nil((result.stdout .. result.stderr):find("guessed", 1, true))
    demand_last_good()
  end)

  it("may not read one table", function()
    server:play("shop", [[
      CREATE ROLE reader LOGIN CREATEDB PASSWORD 'r';
      GRANT SELECT ON goods TO reader;]])
    local document <const>, result = home:json { "backup", "--database", "shop",
      env = { PGUSER = "reader", PGPASSWORD = "r" } }
    assert.equal(2, result.exit)
    local problem <const> = document.sets[1].problems[1]
    assert.equal("DENIED", problem.code)
    assert.matches("public.secret", problem.message, 1, true)
    assert.matches([[GRANT SELECT ON TABLE "public"."secret" TO "reader"]], problem.hint, 1, true)
    demand_last_good()
  end)

  it("may read everything and make no database: the backup is whole, and not proven", function()
    server:play("shop", [[
      CREATE ROLE lowly LOGIN PASSWORD 'l'; GRANT pg_read_all_data TO lowly;]])
    local other <const> = support.home(server)
    local document <const>, result = other:json { "backup", "--database", "shop",
      env = { PGUSER = "lowly", PGPASSWORD = "l" } }
    other:close()
    assert.equal(1, result.exit, result.stdout .. result.stderr)
    assert.equal("warn", document.status)
    assert.equal("complete", document.sets[1].state)
    local entry <const> = document.sets[1].verification[1]
    assert.equal("not_verified", entry.verdict)
    assert.matches("CREATEDB", entry.reason)
  end)
end)

describe("a database that", function()
  it("does not exist", function()
    local result <const> = home:run { "backup", "--database", "shpo" }
    assert.equal(2, result.exit)
    assert.matches("no database 'shpo'", result.stderr, 1, true)
    assert.matches("Did you mean 'shop'", result.stderr, 1, true)
    demand_last_good()
  end)

  it("is to be connected to first and does not exist", function()
    local result <const> = home:run { "backup", env = { PGDATABASE = "nowhere" } }
    assert.equal(2, result.exit)
    assert.matches("nowhere", result.stderr)
  end)
end)

describe("a disk that", function()
  -- A file system of a few megabytes: mounting it needs root.
  local function small_disk(megabytes)
    local place <const> = support.folder()
    local mounted <const> = process.run { "mount", "-t", "tmpfs", "-o", ("size=%dm"):format(megabytes), "tmpfs",
      place.path, check = false }
    return mounted.exit == 0 and place or error "mounting a tmpfs needs root"
  end

  local function unmount(place)
    process.run { "umount", place.path }
    place:close()
  end

  it("becomes full half-way", function()
    server:database("bulky", [[
      CREATE TABLE noise AS SELECT string_agg(md5(random()::text), '') AS text
        FROM generate_series(1, 200000) AS n GROUP BY n / 100;]])
    local disk <const> = small_disk(3)
    local document <const>, result = home:json { "backup", "--database", "bulky", env = { BACKUP_DIR = disk.path } }
    assert.equal(2, result.exit, result.stdout .. result.stderr)
    local problem <const> = document.error or document.sets[1].problems[1]
    assert.matches("[Nn]o space left", problem.message)
    assert.matches(disk.path, problem.message .. (problem.hint or ""), 1, true)
    local bytes <const> = process.run({ "du", "-sb", disk.path }).stdout:match "%d+"
    assert.is_true(tonumber(bytes) < 100000, "the partial files are still there: " .. bytes)
    unmount(disk)
    server:play("postgres", "DROP DATABASE bulky;")
    demand_last_good()
  end)

  it("has too little room from the start", function()
    local disk <const> = small_disk(1)
    process.run { "sh", "-c", "head -c 1000000 /dev/zero >\"$0/filler\"", disk.path }
    local result <const> = home:run { "backup", env = { BACKUP_DIR = disk.path } }
    unmount(disk)
    assert.equal(2, result.exit)
    assert.matches("free", result.stderr)
    assert.matches("BACKUP_DIR", result.stderr)
  end)

  it("is not to be written", function()
    local result <const> = home:run { "backup", env = { BACKUP_DIR = "/proc/nightjar" } }
    assert.equal(2, result.exit)
    assert.matches("/proc/nightjar", result.stderr, 1, true)
  end)
end)
