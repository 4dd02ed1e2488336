-- Large tables restored by several sessions at once: the same database as by one.

local process = require "nightjar.process"
local support = require "tests.e2e.support"

local server, home

-- Two tables of some 20 MB, and around them what a session's settings and the order decide.
local shop <const> = [[
  CREATE TABLE small AS SELECT n, md5(n::text) AS word FROM generate_series(1, 1000) AS n;
  CREATE TABLE "Große Tabelle" (id integer GENERATED ALWAYS AS IDENTITY, "naïve" text, twice integer GENERATED ALWAYS AS (7) STORED);
  INSERT INTO "Große Tabelle" ("naïve") SELECT repeat(md5(n::text), 10) || E'\t\\.\nä' FROM generate_series(1, 60000) AS n;
  CREATE TABLE moments AS SELECT n AS id, repeat(md5((-n)::text), 10) AS what FROM generate_series(1, 60000) AS n;
  CREATE TABLE between_them AS SELECT lo_from_bytea(0, '\x00ff10') AS object;
  ALTER TABLE moments ADD PRIMARY KEY (id), SET TABLESPACE elsewhere, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  ALTER TABLE small ADD PRIMARY KEY (n);
  ALTER TABLE "Große Tabelle" ADD FOREIGN KEY (id) REFERENCES moments (id) DEFERRABLE;
  CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM moments;
  CREATE INDEX ON moments (what) TABLESPACE elsewhere;]]

setup(function()
  server = support.server()
  local elsewhere <const> = server.place.path .. "/elsewhere"
  process.run { "bash", "-ec", 'mkdir -p "$1" && chown --reference="$0" "$1"', server.folder .. "/data", elsewhere }
  server:query("postgres", ("CREATE TABLESPACE elsewhere LOCATION '%s'"):format(elsewhere))
end)

teardown(function()
  server:close()
end)

local function restored(jobs, env)
  home = support.home(server, { policy = ("return { restore = { jobs = %d } }"):format(jobs) })
  home:expect(0, { "backup", "--database", "shop", "--no-verify" })
  home:expect(0, { "restore", "--database", "shop", "--as", "again", "--yes", env = env })
  local dump <const> = server:dump "again"
  server:play("postgres", "DROP DATABASE again;")
  return dump
end

after_each(function()
  home:close()
end)

describe("several jobs", function()
  it("restore what one does, with all that settings of the session decide", function()
    server:database("shop", shop)
    local before <const> = server:dump "shop"
    assert.is_true(restored(3) == before)
    assert.no.matches("restore.in_order", home:log "backup")
    home:close()
    assert.is_true(restored(1) == before)
  end)

  it("prove a backup", function()
    server:database("shop", shop)
    home = support.home(server)
    home:expect(0, { "backup", "--database", "shop" })
    assert.same({}, server:made_databases())
  end)

  it("give way to one where a table can only be loaded after another", function()
    server:database("shop", shop .. [[
      CREATE FUNCTION is_known(integer) RETURNS boolean LANGUAGE sql AS
        'SELECT EXISTS (SELECT FROM public."Große Tabelle" WHERE id = $1 OFFSET 0)';
      ALTER TABLE moments ADD CHECK (id > 10 OR is_known(id));]])
    local place <const> = support.stand_ins { psql = [[
      case "$*" in *TRUNCATE*Tabelle*) sleep 1;; esac; exec "$real" "$@"]] }
    local dump <const> = restored(2, { PATH = place.PATH })
    place:close()
    assert.is_true(dump == server:dump "shop")
    assert.matches("restore.in_order", home:log "backup")
  end)

  it("leave nothing when the file is damaged, or a program dies", function()
    server:database("shop", shop)
    home = support.home(server)
    home:expect(0, { "backup", "--database", "shop", "--no-verify" })
    local place <const> = support.stand_ins { psql = [[
      case "$*" in *TRUNCATE*moments*) head -c 100000 >/dev/null; kill -KILL $$;; esac; exec "$real" "$@"]] }
    local died <const> = home:run { "restore", "--database", "shop", "--as", "again", "--yes", env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, died.exit)
    assert.matches("psql was ended by signal 9", died.stderr)
    process.run { "dd", "of=" .. home:file "shop.sql.gz", "bs=1", "seek=2000000", "conv=notrunc", "status=none", stdin = "U" }
    local damaged <const> = home:run { "restore", "--database", "shop", "--as", "again", "--yes" }
    assert.equal(2, damaged.exit)
    assert.matches("shop.sql.gz", damaged.stderr)
    assert.same({}, server:made_databases())
    assert.equal(0, server:backends())
  end)
end)
