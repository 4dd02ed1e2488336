-- What a restore will say to the server: the database made again, and the swap.

local creation = require "nightjar.creation"
local markers = require "nightjar.markers"
local swap = require "nightjar.swap"

local function described(changes)
  local made = {
    name = "app", owner = "me", encoding = "UTF8", collation = "C.UTF-8", ctype = "C.UTF-8",
    provider = "c",
    tablespace = "pg_default", connection_limit = -1, template = false, has_privileges = false,
    privileges = {}, settings = {}, labels = {},
  }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

local function has(changes, line)
  local text = creation.render(described(changes))
  assert.is_truthy(("\n" .. text):find("\n" .. line .. "\n", 1, true), line .. "\nis not in\n"
    .. text)
end

describe("create.sql", function()
  it("makes the database with its encoding and locale", function()
    has({}, [[CREATE DATABASE :"database" WITH TEMPLATE = template0 ENCODING = 'UTF8' ]]
      .. [[LOCALE_PROVIDER = libc ]]
      .. [[LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';]])
    has({ provider = "i", locale = "de-DE", tablespace = "fast" },
      [[CREATE DATABASE :"database" WITH TEMPLATE = template0 ENCODING = 'UTF8' ]]
      .. [[LOCALE_PROVIDER = icu ]]
      .. [[LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8' ICU_LOCALE = 'de-DE' TABLESPACE = "fast";]])
  end)

  it("carries names and values with any character", function()
    has({ name = [[a b'"; \x]] }, [[\set database 'a b''"; \\x']])
    has({ owner = 'o"r' }, [[ALTER DATABASE :"database" OWNER TO "o""r";]])
    has({ comment = [[it's \ here]] }, [[COMMENT ON DATABASE :"database" IS E'it''s \\ here';]])
  end)

  it("carries privileges, settings and limits", function()
    local changes = {
      has_privileges = true, connection_limit = 5, template = true,
      privileges = { { privilege = "CONNECT", role = "app", grantable = true },
        { privilege = "TEMPORARY", public = true } },
      settings = { { name = "search_path", value = '"$user", public, "My ""S"' },
        { name = "work_mem", value = "64MB", role = "app" } },
    }
    has(changes, [[REVOKE ALL ON DATABASE :"database" FROM PUBLIC;]])
    has(changes, [[GRANT CONNECT ON DATABASE :"database" TO "app" WITH GRANT OPTION;]])
    has(changes, [[GRANT TEMPORARY ON DATABASE :"database" TO PUBLIC;]])
    has(changes, [[ALTER DATABASE :"database" SET "search_path" TO '$user', 'public', 'My "S';]])
    has(changes, [[ALTER ROLE "app" IN DATABASE :"database" SET "work_mem" TO '64MB';]])
    has(changes, [[ALTER DATABASE :"database" WITH CONNECTION LIMIT = 5;]])
  end)

  it("leaves privileges alone that were never changed", function()
    assert.is_nil(creation.render(described()):find("REVOKE", 1, true))
  end)
end)

describe("the swap", function()
  it("puts the live database aside with its comment, and gives the restored one its own", function()
    local statements = swap.statements("app", "app__restore_x", "app__before_y",
      "2026-11-23T02:15:00Z", "live", "stored")
    assert.equal('ALTER DATABASE "app" RENAME TO "app__before_y"', statements[1])
    assert.equal('ALTER DATABASE "app__restore_x" RENAME TO "app"', statements[2])
    assert.matches('COMMENT ON DATABASE "app__before_y" IS', statements[3], 1, true)
    assert.matches("live", statements[3], 1, true)
    assert.matches("stored", statements[4], 1, true)
  end)

  it("finds the newest that was put aside for a database, and only by its marker", function()
    local databases = {
      { name = "app__before_1", comment = markers.aside("2026-11-21T00:00:00Z", "app") },
      { name = "app__before_2", comment = markers.aside("2026-11-22T00:00:00Z", "app") },
      { name = "other__before_3", comment = markers.aside("2026-11-23T00:00:00Z", "other") },
      { name = "app__before_4", comment = "my own" },
    }
    assert.equal("app__before_2", swap.newest_aside(databases, "app").name)
    local value, err = try(swap.newest_aside, databases, "shop")
    assert.is_nil(value)
    assert.equal("NOT_FOUND", err.code)
  end)
end)
