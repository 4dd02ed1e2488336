-- Which databases are meant, and how their names reach files, connection strings and comments
-- unharmed.

local markers = require "nightjar.markers"
local names = require "nightjar.names"
local preflight = require "nightjar.preflight"
local target_of = require "nightjar.target"

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value)
  return err
end

local function database(name, changes)
  local made = { name = name, connectable = true }
  for key, value in pairs(changes or {}) do
    made[key] = value
  end
  return made
end

local there <const> = {
  database "app", database "postgres", database "template1",
    database("template0", { connectable = false }),
  database("nightjar_verify_x", { comment = markers.scratch("host", 7, "nightjar/x/abc") }),
  database("app__before_x", { comment = markers.aside("2026-11-23T02:15:00Z", "app", "hello") }),
}

local function chosen(target, only)
  local list = {}
  for index, one in ipairs(target_of.choose(target, there, only)) do
    list[index] = one.name
  end
  return list
end

describe("the databases of a target", function()
  it("are all that allow connections, but for templates and what nightjar made itself", function()
    assert.same({ "app", "postgres" }, chosen { name = "main" })
  end)

  it("are fewer by what the target excludes", function()
    assert.same({ "app" }, chosen { name = "main", exclude = { "postgres" } })
  end)

  it("are those that the target names", function()
    assert.same({ "postgres" }, chosen { name = "main", databases = { "postgres" } })
    assert.same({ "app" }, chosen({ name = "main", databases = { "postgres" } }, "app"))
    assert.same({ "app", "postgres" }, chosen { name = "main", databases = { "app", "postgres", "app" } })
  end)

  it("are an error when one of them is not there, with the name that may be meant", function()
    local err = failing(chosen, { name = "main" }, "postgre")
    assert.equal("NOT_FOUND", err.code)
    assert.matches("postgres", err.hint, 1, true)
  end)

  it("are an error when none is left", function()
    local err = failing(chosen, { name = "main", exclude = { "app", "postgres" } })
    assert.equal("target 'main' has no database to back up", err.message)
  end)

  it("are compared with those of the last backup", function()
    assert.same({ new = { "c" }, vanished = { "a" } }, target_of.changes({ "a", "b" },
      { "b", "c" }))
  end)
end)

describe("a name", function()
  local cases <const> = {
    { "app", "app", "dbname='app'" },
    { "-Fc", "%2DFc", "dbname='-Fc'" },
    { "../x", "%2E.%2Fx", "dbname='../x'" },
    { [[a b'"; x]], "a%20b%27%22%3B%20x", [[dbname='a b\'"; x']] },
    { "ünï", "%C3%BCn%C3%AF", "dbname='ünï'" },
    { [[back\slash]], "back%5Cslash", [[dbname='back\\slash']] },
    { "globals", "%67lobals", "dbname='globals'" },
    { "host=evil", "host%3Devil", "dbname='host=evil'" },
  }
  for _, case in ipairs(cases) do
    it(("'%s' is a plain file name and a connection string"):format(case[1]), function()
      assert.equal(case[2], names.encode(case[1]))
      assert.equal(case[3], names.conninfo(case[1]))
    end)
  end

  it("is cut between characters where a suffix would make it too long", function()
    local fitted = names.fit(("ü"):rep(31), "__restore_2026-11-23T02-15-00Z")
    assert.is_true(#fitted <= 63)
    assert.truthy(utf8.len(fitted))
    assert.matches("__restore_2026-11-23T02-15-00Z", fitted, 1, true)
  end)

  it("is taken apart as SQL writes it", function()
    assert.same({ "public", "t" }, names.parts("public.t"))
    assert.same({ "my.schema", 'a"b' }, names.parts('"my.schema"."a""b"'))
  end)
end)

describe("a marker", function()
  local function read(comment, name)
    return markers.read { name = name or "app", comment = comment }
  end

  it("comes back from its comment", function()
    local scratch = read(markers.scratch("host", 7, "nightjar/id/abc"))
    assert.same({ kind = "scratch", host = "host", pid = 7, application_name = "nightjar/id/abc" },
      scratch)
    local aside = read(markers.aside("2026-11-23T02:15:00Z", "a b", "two\nlines"))
    assert.same({ kind = "before", time = "2026-11-23T02:15:00Z", database = "a b",
      comment = "two\nlines" }, aside)
    assert.is_nil(read(markers.aside("2026-11-23T02:15:00Z", "a b")).comment)
  end)

  it("is not seen in other comments", function()
    assert.is_nil(read(nil))
    assert.is_nil(read "nightjar is great")
    assert.is_nil(read "nightjar scratch host 7 other/id")
  end)

  it("is the name, where a run died before there was a comment, or after its own was restored", function()
    local run <const> = "nightjar/2026-11-23T02-15-00Z/0a1b2c"
    local made <const> = { kind = "scratch", application_name = run }
    for _, of in ipairs { run, run .. "/proof" } do
      assert.same(made, read(nil, "nightjar_verify_" .. markers.suffix(of)))
      assert.same(made, read("my shop", "shop__restore_" .. markers.suffix(of)))
    end
    for _, name in ipairs { "nightjar_verify_mine", "nightjar_verify_2026_ab", "shop__restore_old",
      "x_nightjar_verify_2026-11-23T02-15-00Z_0a1b2c", "shop__restore_2026-11-23T02-15-00Z_0a1b2c_" } do
      assert.is_nil(read(nil, name), name)
    end
  end)
end)

describe("missing privileges", function()
  local server <const> = { role = "backup", major = 15 }
  local function relation(changes)
    local made = { schema = "public", name = "t", kind = "r", usage = true, readable = true,
      rows_hidden = false }
    for key, value in pairs(changes) do
      made[key] = value
    end
    return made
  end
  local function missing(relations, hidden)
    return preflight.missing_privileges({ unreadable = relations, hidden_large_objects = hidden
      or 0 }, server)
  end

  it("are none where everything can be read", function()
    assert.is_nil(missing {})
  end)

  it("come with the grants that would help", function()
    local found = missing { relation { readable = false },
      relation { name = "s", kind = "S", readable = false } }
    assert.equal("role 'backup' may not read public.t and 1 more", found.message)
    assert.same({ 'GRANT SELECT ON TABLE "public"."t" TO "backup";',
      'GRANT SELECT ON SEQUENCE "public"."s" TO "backup";' }, found.grants)
  end)

  it("include rows that row-level security hides", function()
    local found = missing { relation { rows_hidden = true } }
    assert.matches("row-level security", found.message, 1, true)
    assert.same({ 'ALTER ROLE "backup" BYPASSRLS;' }, found.grants)
  end)

  it("are put shortly where they are many", function()
    local many = {}
    for index = 1, 30 do
      many[index] = relation { name = "t" .. index, readable = false }
    end
    assert.same({ 'GRANT pg_read_all_data TO "backup";' }, missing(many).grants)
  end)
end)
