-- What a drill makes of psql's words about roles, and how its report reads.

local globals = require "nightjar.drill.globals"
local report = require "nightjar.drill.report"

local function said(...)
  return "psql:<stdin>:" .. table.concat({ ... }, "\npsql:<stdin>:") .. "\n"
end

describe("roles played on an empty server", function()
  local cases <const> = {
    { "that go through", "", {} },
    { "whose first one is there already", said [[14: ERROR:  42710: role "postgres" already exists
LOCATION:  CreateRole, user.c:357]], {} },
    { "of which another one is there", said [[14: ERROR:  42710: role "app" already exists]], { 'role "app" already exists' } },
    { "that lean on one that is not there", said [[20: ERROR:  42704: role "alice" does not exist]],
      { 'role "alice" does not exist' } },
    { "with a tablespace whose folder is missing",
      said([[9: ERROR:  58P01: directory "/mnt/fast" does not exist]], [[10: NOTICE:  00000: nothing]],
        [[11: WARNING:  01000: less]]), { 'directory "/mnt/fast" does not exist' } },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local messages = {}
      for index, missing in ipairs(globals.missing(case[2], "postgres")) do
        messages[index] = missing.message
      end
      assert.same(case[3], messages)
    end)
  end

  it("are not called complete when psql had more to say than is kept", function()
    assert.equal(1, #globals.missing(("x"):rep(8192), "postgres"))
  end)

  it("tell their tablespaces and where those are", function()
    local text <const> = [[
CREATE ROLE app;
CREATE TABLESPACE fast OWNER postgres LOCATION '/mnt/fast';
CREATE TABLESPACE "very ""fast""" OWNER "the owner" LOCATION '/mnt/very fast';
]]
    assert.same({ fast = "/mnt/fast", ['very "fast"'] = "/mnt/very fast" }, globals.tablespaces(text))
  end)
end)

describe("a drill's report", function()
  local function lines(changes)
    local result = {
      target = "main", id = "2026-11-23T02-15-00Z", began = 1795500000, status = "ok", bytes = 3 << 20,
      from = "gdrive:backups", place_text = "a throwaway container of 'postgres:16'", recovery_seconds = 95.04,
      recovery_point = "2026-11-23T02:15:00Z", lost = 13500, refused = {}, missing = {},
      stages = { { name = "fetch", seconds = 61.2, status = "ok" } },
      databases = { { name = "app", verdict = "proven", tables = 3, rows = 7 } },
    }
    for key, value in pairs(changes or {}) do
      result[key] = value
    end
    return table.concat(report.lines(result), "\n")
  end

  it("says how long a recovery takes, and what it would lose", function()
    local text <const> = lines()
    for _, words in ipairs { "passed", "recovery time    1 min 35 s", "from gdrive:backups",
      "2026-11-23T02:15:00Z: what was written in the 3 h 45 min before", "app: proven, 3 tables, 7 rows",
      "Everything came back, and is the same." } do
      assert.truthy(text:find(words, 1, true), text)
    end
  end)

  it("says what was missing, and what it stopped at", function()
    local text <const> = lines { status = "crit", recovery_seconds = false,
      missing = { { kind = "role", name = "alice", message = "role 'alice' is not there" } },
      error = { message = "the copy is damaged", hint = "Take another one." } }
    for _, words in ipairs { "FAILED", "recovery time    not known", "missing: role 'alice' is not there",
      "it stopped: the copy is damaged", "Take another one." } do
      assert.truthy(text:find(words, 1, true), text)
    end
  end)
end)
