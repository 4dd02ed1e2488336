-- Bringing a database back: beside the live one, in its place while it is in use, undone, and never by halves.

local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"
local task = require "nightjar.task"

local server, home

setup(function()
  server = support.server()
end)

teardown(function()
  server:close()
end)

before_each(function()
  home = support.home(server)
  server:database("shop", [[
    CREATE TABLE goods AS SELECT n, repeat(md5(n::text), 10) AS name FROM generate_series(1, 1000) AS n;
    ALTER TABLE goods ADD PRIMARY KEY (n);]])
  home:expect(0, { "backup", "--database", "shop", "--no-verify" })
end)

after_each(function()
  home:close()
  for _, name in ipairs(server:made_databases()) do
    server:play("postgres", ("DROP DATABASE %q WITH (FORCE);"):format(name))
  end
end)

local function count(database)
  return server:value(database or "shop", "SELECT count(*) FROM goods")
end

describe("beside the live database", function()
  it("brings back what was there, analyzed", function()
    server:play("shop", "DELETE FROM goods WHERE n > 10;")
    local document <const> = home:json { "restore", "--database", "shop", "--as", "shop_then", "--yes" }
    assert.equal("shop_then", document.database)
    assert.equal(1000, document.rows)
    assert.equal(1000, count "shop_then")
    assert.equal(10, count())
    assert.equal(1000, server:value("shop_then",
      "SELECT reltuples::integer FROM pg_class WHERE relname = 'goods'"))
    assert.same({}, server:made_databases())
    server:play("postgres", "DROP DATABASE shop_then;")
  end)

  it("never over one that is there", function()
    local result <const> = home:expect(64, { "restore", "--database", "shop", "--yes" })
    assert.matches("already", result.stderr)
    assert.matches("--replace", result.stderr, 1, true)
    home:expect(64, { "restore", "--database", "shop", "--as", "postgres", "--yes" })
  end)

  it("brings back one that is gone", function()
    server:play("postgres", "DROP DATABASE shop;")
    home:expect(0, { "restore", "--database", "shop", "--yes" })
    assert.equal(1000, count())
  end)
end)

describe("in the place of the live database", function()
  it("works while it is in use, and keeps what was live", function()
    server:play("shop", "DELETE FROM goods WHERE n > 10;")
    local idle <close> = server:connect "shop"
    local busy <close> = server:connect "shop"
    idle:query "SELECT 1"
    busy:query "BEGIN; UPDATE goods SET name = 'x'"
    local document <const> = home:json { "restore", "--database", "shop", "--replace", "--yes" }
    assert.equal("ok", document.status)
    assert.equal(1000, count())
    assert.matches("^shop__before_", document.was)
    assert.equal(10, count(document.was))
    assert.is_nil((try(idle.query, idle, "SELECT 1")))
  end)

  it("works while applications connect anew all the time", function()
    server:play("shop", "DELETE FROM goods WHERE n > 10;")
    local result
    local stop = false
    local outcome <const> = task.parallel {
      function()
        result = home:run { "restore", "--database", "shop", "--replace", "--yes" }
        stop = true
      end,
      function()
        local connections = 0
        while not stop do
          connections = connections + (try(server.query, server, "shop", "SELECT count(*) FROM goods") and 1 or 0)
        end
        return connections
      end,
    }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.is_true(outcome[2] > 0)
    assert.equal(1000, count())
  end)

  it("can be swapped back, and forth", function()
    server:play("shop", "DELETE FROM goods WHERE n > 10;")
    home:expect(0, { "restore", "--database", "shop", "--replace", "--yes" })
    local open <close> = server:connect "shop"
    open:query "SELECT 1"
    home:expect(0, { "restore", "--undo", "--database", "shop", "--yes" })
    assert.equal(10, count())
    home:expect(0, { "restore", "--undo", "--database", "shop", "--yes" })
    assert.equal(1000, count())
  end)

  it("says so when there is nothing to swap back", function()
    local result <const> = home:expect(2, { "restore", "--undo", "--database", "shop", "--yes" })
    assert.matches("no database that was put aside for 'shop'", result.stderr, 1, true)
  end)

  it("drops what it has put aside when that is older than restore.keep_old", function()
    local forgetful <const> = support.home(server, { env = { "BACKUP_DIR=" .. home.path .. "/backups" },
      policy = [[return { restore = { keep_old = "0s" } }]] })
    local first <const> = forgetful:json { "restore", "--database", "shop", "--replace", "--yes" }
    support.wait_for(5, "a second has passed", function()
      return server:value("postgres", "SELECT date_trunc('second', now())")
        ~= server:value("postgres", "SELECT date_trunc('second', pg_postmaster_start_time())")
    end)
    local second <const> = forgetful:json { "restore", "--database", "shop", "--replace", "--yes" }
    forgetful:close()
    for _, name in ipairs(server:made_databases()) do
      assert.is_true(name ~= first.was, "still there: " .. name)
    end
    assert.equal(1000, count())
    assert.is_not_nil(second.was)
  end)

  it("keeps the settings, privileges and owner that the backup knew", function()
    server:play("postgres", [[
      ALTER DATABASE shop SET work_mem = '9MB';
      ALTER DATABASE shop CONNECTION LIMIT 33;]])
    home:expect(0, { "backup", "--database", "shop", "--no-verify" })
    server:play("postgres", "ALTER DATABASE shop RESET ALL; ALTER DATABASE shop CONNECTION LIMIT 2;")
    home:expect(0, { "restore", "--database", "shop", "--replace", "--yes" })
    assert.equal("9MB", server:value("shop", "SHOW work_mem"))
    assert.equal(33, server:value("shop", "SELECT datconnlimit FROM pg_database WHERE datname = 'shop'"))
  end)
end)

describe("a restore that fails", function()
  -- Whole, and what its manifest says, and no PostgreSQL can play it: pg_dump empties search_path.
  local function unplayable()
    server:database("shop", [[
      CREATE TABLE first AS SELECT generate_series(1, 1000) AS n;
      CREATE TABLE helper AS SELECT 1 AS x;
      CREATE FUNCTION look_up(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
        'BEGIN RETURN $1 + (SELECT x FROM helper); END';
      CREATE TABLE goods AS SELECT generate_series(1, 7) AS n;
      CREATE INDEX ON goods (look_up(n));]])
    home:expect(0, { "backup", "--database", "shop", "--no-verify" })
  end

  it("half-way through its SQL leaves the live database as it was, in use", function()
    unplayable()
    local before <const> = server:dump "shop"
    local open <close> = server:connect "shop"
    open:query "SELECT 1"
    local result <const> = home:expect(2, { "restore", "--database", "shop", "--replace", "--yes" })
    assert.matches("helper", result.stderr)
    assert.is_true(before == server:dump "shop")
    assert.equal(1, #open:query "SELECT 1 AS one")
    assert.same({}, server:made_databases())
    assert.equal(0, server:backends())
  end)

  it("because psql dies leaves the live database as it was", function()
    local before <const> = server:dump "shop"
    local place <const> = support.stand_ins { psql = [[
      case "$*" in *--set=part*|*--version*) exec "$real" "$@";; esac; head -c 2000 >/dev/null; kill -KILL $$]] }
    local result <const> = home:run { "restore", "--database", "shop", "--replace", "--yes", env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, result.exit)
    assert.matches("psql was ended by signal 9", result.stderr)
    assert.is_true(before == server:dump "shop")
    assert.same({}, server:made_databases())
  end)

  it("because a role is missing says which, and changes nothing", function()
    server:play("postgres", "CREATE ROLE cashier;")
    server:play("shop", "ALTER TABLE goods OWNER TO cashier;")
    home:expect(0, { "backup", "--database", "shop", "--no-verify" })
    server:play("shop", "ALTER TABLE goods OWNER TO postgres;")
    server:play("postgres", "DROP ROLE cashier;")
    local result <const> = home:expect(2, { "restore", "--database", "shop", "--replace", "--yes" })
    assert.matches("no role 'cashier'", result.stderr, 1, true)
    assert.matches("globals.sql.gz", result.stderr, 1, true)
    assert.same({}, server:made_databases())
  end)

  it("because it was killed before its database had a mark is cleared up after as well", function()
    local place <const> = support.stand_ins { psql = [[
      "$real" "$@" || exit; case "$*" in *--set=part=create*) kill -KILL $PPID;; esac]] }
    local killed <const> = home:run { "restore", "--database", "shop", "--replace", "--yes", env = { PATH = place.PATH } }
    place:close()
    assert.equal(9, killed.signal)
    local left <const> = server:made_databases()
    assert.equal(1, #left)
    assert.is_nil(server:value("postgres", "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1",
      left))
    home:expect(0, { "backup", "--no-verify" })
    assert.same({}, server:made_databases())
  end)

  it("because it was killed leaves the live database, and the next run clears up", function()
    server:play("shop", "DELETE FROM goods WHERE n > 10;")
    local place <const> = support.stand_ins { psql = [[
      case "$*" in *--set=part*|*--version*) exec "$real" "$@";; esac
      { head -c 3000; while kill -0 $PPID; do sleep 0.05; done; } 2>&- | "$real" "$@"]] }
    local killed <const> = home:during({ "restore", "--database", "shop", "--replace", "--yes",
      env = { PATH = place.PATH } }, function(pid)
      support.wait_for(30, "it restores", function() return #server:made_databases() > 0 end)
      support.kill("KILL", pid)
    end)
    place:close()
    assert.equal(9, killed.signal)
    assert.equal(10, count())
    home:expect(0, { "restore", "--database", "shop", "--replace", "--yes" })
    assert.equal(1000, count())
    for _, name in ipairs(server:made_databases()) do
      assert.matches("__before_", name)
    end
  end)
end)

describe("before anything is done", function()
  it("--dry-run prints the plan, reads the file, and changes nothing", function()
    local databases <const> = server:databases()
    local result <const> = home:expect(0, { "restore", "--database", "shop", "--replace", "--dry-run" })
    for _, step in ipairs { "check", "create", "restore", "swap", "keep" } do
      assert.matches("%f[%w]" .. step .. "%f[%W]", result.stdout)
    end
    assert.same(databases, server:databases())
  end)

  it("nobody there to ask: it refuses", function()
    local result <const> = home:expect(64, { "restore", "--database", "shop", "--replace", stdin = "y\n" })
    assert.matches("--yes", result.stderr, 1, true)
    assert.same({}, server:made_databases())
  end)

  it("on a terminal it asks, and takes no for an answer", function()
    local function answered(answer)
      return process.run { "script", "--quiet", "--return", "--command",
        ("%s --home %s restore --database shop --replace"):format(support.program, home.path), "/dev/null",
        stdin = answer .. "\n", check = false, env = server:environment(), timeout = 60 }
    end
    local declined <const> = answered "n"
    assert.matches("[y/N]", declined.stdout, 1, true)
    assert.equal(2, declined.exit)
    assert.same({}, server:made_databases())
    assert.equal(0, answered("y").exit)
    assert.equal(1, #server:made_databases())
  end)

  it("on a terminal Ctrl-C ends the question", function()
    local place <const> = support.folder()
    local result <const> = process.run { "bash", "-c", [[
      cd "$0" && mkfifo keys && touch shown
      script --quiet --return --flush --command "$1" /dev/null <keys >shown & exec 3>keys
      until grep -qF '[y/N]' shown || ! kill -0 $!; do sleep 0.05; done
      printf '\003' >&3; wait $!]], place.path,
      ("%s --home %s restore --database shop --replace"):format(support.program, home.path),
      check = false, env = server:environment(), timeout = 60 }
    place:close()
    assert.equal(130, result.exit, result.stdout .. result.stderr)
    assert.same({}, server:made_databases())
  end)

  it("a database that the backup does not hold is named", function()
    local result <const> = home:expect(2, { "restore", "--database", "shpo", "--as", "x", "--yes" })
    assert.matches("shpo", result.stderr)
  end)

  it("options that exclude each other are usage errors", function()
    home:expect(64, { "restore", "--database", "shop", "--as", "x", "--replace", "--yes" })
    home:expect(64, { "restore", "--undo", "--yes" })
  end)

  it("the plan is in the document", function()
    local document <const> = home:json { "restore", "--database", "shop", "--replace", "--dry-run" }
    assert.equal("restore", document.task)
    assert.is_true(#document.plan >= 4)
    assert.is_not_nil(json.encode(document.plan):find("'shop'", 1, true))
  end)
end)
