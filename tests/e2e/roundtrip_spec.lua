-- Every kind of object goes into a backup, is proven, and comes back the same.

local fs = require "nightjar.fs"
local support = require "tests.e2e.support"

local server, home

setup(function()
  server = support.server()
  home = support.home(server)
  server:play("postgres", 'CREATE ROLE "zoo keeper";')
end)

teardown(function()
  home:close()
  server:close()
end)

-- A list of varchars in a CHECK is printed in another form once it has been restored.
local function less_known_rewording(schema)
  return (schema:gsub("::character varying", ""):gsub("::text%[%]", ""):gsub("::text", "")
    :gsub("[()]", ""))
end

-- Back up and prove, restore beside, and compare by pg_dump alone.
local function round_trip(name)
  local document <const>, result = home:json { "backup", "--database", name }
  assert.equal("ok", document.status, result.stdout .. result.stderr)
  assert.equal(0, result.exit)
  local set <const> = document.sets[1]
  assert.equal("complete", set.state)
  assert.equal("proven", set.verification[1].verdict)
  home:expect(0, { "restore", set.id, "--database", name, "--as", name .. " again", "--yes" })
  assert.is_true(server:dump(name, "--data-only") == server:dump(name .. " again", "--data-only"))
  assert.equal(less_known_rewording(server:dump(name, "--schema-only")),
    less_known_rewording(server:dump(name .. " again", "--schema-only")))
  assert.same({}, server:made_databases())
  return set, document
end

local function file_of(set, kind)
  for _, file in ipairs(set.files) do
    if file.kind == kind then
      return file
    end
  end
end

describe("a database with one of everything", function()
  local set

  setup(function()
    server:database("zoo", fs.read "tests/e2e/zoo.sql")
    set = round_trip "zoo"
  end)

  it("has every table in its manifest, with the number of its rows", function()
    local rows = {}
    for _, entry in ipairs(file_of(set, "database").fingerprint.tables) do
      rows[entry.name] = entry.rows
    end
    assert.equal(1511, rows["public.escapes"])
    assert.equal(51, rows["public.every_type"])
    assert.equal(0, rows["public.empty_table"])
    assert.equal(10, rows["public.unlogged"])
    assert.equal(20, rows['"Mixed Case"."Table ""with"" quotes"'])
    assert.equal(3, rows['"ünïcödé 数据"."täble.with.dots"'])
    assert.equal(1, rows[ [["quo""te's; \slash"."-- Name: x; Type: TABLE"]] ])
    assert.equal(3, rows["pg_largeobject"])
    assert.is_nil(rows["public.nothing"])
    local measured = 0
    for _, name in ipairs { "measured_2025_north", "measured_2025_other", "measured_2026_0",
        "measured_2026_1" } do
      measured = measured + rows["public." .. name]
    end
    assert.equal(701, measured)
  end)

  it("has its sequences in the manifest, called or not", function()
    local sequences = {}
    for _, sequence in ipairs(file_of(set, "database").fingerprint.sequences) do
      sequences[sequence.name] = ("%s %s"):format(sequence.value, sequence.called)
    end
    assert.equal("4712 true", sequences["public.used"])
    assert.equal("7 false", sequences["public.fresh"])
    assert.equal("-1 true", sequences["public.downward"])
  end)

  it("keeps what PostgreSQL prints in other words, and calls it proven all the same", function()
    local differing <const> = set.verification[1].databases[1].definitions_differ
    assert.is_true(#differing > 0)
    assert.matches("character varying", differing[1].stored)
    assert.matches("character varying", differing[1].restored)
  end)

  it("names the extensions and roles that a restore will need", function()
    local described <const> = set.databases[1]
    local extensions = {}
    for index, extension in ipairs(described.extensions) do
      extensions[index] = extension.name
    end
    assert.same({ "citext", "hstore", "pgcrypto", "plpgsql", "postgres_fdw" }, extensions)
    assert.is_not_nil(table.concat(described.roles, ","):find("zoo keeper", 1, true))
  end)

  it("can be brought back without nightjar, by gunzip and psql", function()
    local _, _, where = home:sets()
    server:database "by hand"
    local played <const> = require "nightjar.process".run { "bash", "-c",
      [[set -o pipefail; gunzip -c "$0" | psql -Xqb -v ON_ERROR_STOP=1 -o /dev/null 'by hand']],
      ("%s/%s/%s"):format(where, set.id, file_of(set, "database").name),
      env = server:environment(), timeout = 60 }
    assert.equal(0, played.exit)
    assert.is_true(server:dump("zoo", "--data-only") == server:dump("by hand", "--data-only"))
  end)
end)

describe("rows and tables of unusual size", function()
  it("takes rows of 200 MB", function()
    server:database("wide", [[
      CREATE TABLE wide (id integer, body text, raw bytea);
      ALTER TABLE wide ALTER body SET STORAGE EXTERNAL, ALTER raw SET STORAGE EXTERNAL;
      INSERT INTO wide VALUES (1, repeat('0123456789abcde' || chr(10), 200 * 65536), NULL);
      INSERT INTO wide VALUES (2, 'small', decode(repeat('00ff5c', 32 * 1048576), 'hex'));
      INSERT INTO wide VALUES (3, NULL, NULL);]])
    local document <const>, result = home:json { "backup", "--database", "wide" }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.equal("proven", document.sets[1].verification[1].verdict)
    home:expect(0, { "restore", "--database", "wide", "--as", "wide again", "--yes" })
    local query <const> = [[SELECT string_agg(concat_ws(' ', id, length(body), md5(body),
      length(raw), md5(raw)), ', ' ORDER BY id) FROM wide]]
    assert.equal(server:value("wide", query), server:value("wide again", query))
  end)

  it("takes a database with nothing in it", function()
    server:database "bare"
    local set <const> = round_trip "bare"
    assert.equal(0, set.databases[1].tables)
  end)

  it("takes a thousand tables", function()
    server:database("many", [[DO $$ BEGIN FOR n IN 1..1000 LOOP
      EXECUTE format('CREATE TABLE t%s AS SELECT %s AS n', n, n); END LOOP; END $$]])
    assert.equal(1000, round_trip "many".databases[1].tables)
  end)
end)

describe("what belongs to a database and not into its dump", function()
  it("comes back: owner, encoding, locale, settings, privileges, comment, limit", function()
    server:play("postgres", [[
      CREATE ROLE clerk;
      CREATE DATABASE settled OWNER clerk ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 CONNECTION LIMIT 17;
      ALTER DATABASE settled SET search_path = "a b", public;
      ALTER DATABASE settled SET timezone = 'Asia/Kathmandu';
      ALTER ROLE clerk IN DATABASE settled SET work_mem = '7MB';
      REVOKE CONNECT ON DATABASE settled FROM PUBLIC;
      GRANT CONNECT ON DATABASE settled TO clerk WITH GRANT OPTION;
      COMMENT ON DATABASE settled IS 'the books, 50%';]])
    server:play("settled", "CREATE TABLE public.t AS SELECT 'é' AS e;")
    round_trip "settled"
    local query <const> = [[SELECT concat_ws(' | ', r.rolname, pg_encoding_to_char(d.encoding), d.datcollate, d.datconnlimit,
      (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(d.datacl) a), shobj_description(d.oid, 'pg_database'),
      (SELECT string_agg(concat(setrole::regrole, ' ', c), ', ' ORDER BY setrole, c) FROM pg_db_role_setting,
        unnest(setconfig) AS c WHERE setdatabase = d.oid)) FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE datname = $1]]
    local before <const> = server:value("postgres", query, { "settled" })
    assert.matches("clerk | LATIN1 | C | 17", before, 1, true)
    assert.equal(before, server:value("postgres", query, { "settled again" }))
  end)
end)

describe("a proof", function()
  it("finds a dump that cannot be restored, and does not call it a backup", function()
    -- pg_dump empties search_path, so a function that relies on it fails at the index.
    server:database("unrestorable", [[
      CREATE TABLE helper AS SELECT 1 AS x;
      CREATE FUNCTION look_up(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
        'BEGIN RETURN $1 + (SELECT x FROM helper); END';
      CREATE TABLE goods AS SELECT generate_series(1, 10) AS n;
      CREATE INDEX ON goods (look_up(n));]])
    local document <const>, result = home:json { "backup", "--database", "unrestorable" }
    assert.equal(2, result.exit)
    local entry <const> = document.sets[1].verification[1]
    assert.equal("differs", entry.verdict)
    assert.matches("does not restore", entry.reason)
    assert.matches("helper", entry.reason)
    local refused <const> = home:run { "restore", "latest", "--database", "unrestorable", "--as", "x",
      "--yes" }
    assert.equal(2, refused.exit)
    assert.same({}, server:made_databases())
  end)

  it("finds a row that has changed on its way", function()
    server:database("altered", "CREATE TABLE fruit AS SELECT n, 'apple' AS kind FROM generate_series(1, 9) n;")
    local place <const> = support.stand_ins { psql = [[sed '0,/\tapple$/s//\tpear/' | exec "$real" "$@"]] }
    local document <const>, result = home:json { "backup", "--database", "altered",
      env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, result.exit)
    local entry <const> = document.sets[1].verification[1]
    assert.equal("differs", entry.verdict)
    assert.matches("public.fruit has other content", entry.reason, 1, true)
  end)

  it("finds a row that is missing", function()
    server:database("robbed", "CREATE TABLE fruit AS SELECT n, 'apple' AS kind FROM generate_series(1, 9) n;")
    local place <const> = support.stand_ins { psql = [[sed '/^5\tapple$/d' | exec "$real" "$@"]] }
    local document <const>, result = home:json { "backup", "--database", "robbed",
      env = { PATH = place.PATH } }
    place:close()
    assert.equal(2, result.exit)
    assert.matches("public.fruit has 8 rows, not 9", document.sets[1].verification[1].reason, 1, true)
  end)
end)
