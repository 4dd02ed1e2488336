-- The catalogue shows good and bad sets as what they are, and finds the one that somebody means.

local catalogue = require "nightjar.catalogue"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local manifest = require "nightjar.manifest"

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value)
  return err
end

local function value_of(id, changes)
  local value = manifest.make {
    id = id, target = "main", host = "host", started = (id:gsub("T(%d+)%-(%d+)%-", "T%1:%2:")),
    finished = "",
    server_version = 150020, client_version = "15.20",
    databases = { { name = "app", extensions = {}, roles = {} } },
    files = { { name = "app.sql.gz", kind = "database", database = "app", bytes = 3, raw_bytes = 9,
      sha256 = "s",
      md5 = "m", fingerprint = { tables = {}, sequences = {}, objects = {}, statements = {} } } },
  }
  for name, change in pairs(changes or {}) do
    value[name] = change
  end
  return value
end

local function verdict(word)
  return { verification = { { verdict = word, reason = "because", databases = {} } } }
end

describe("the catalogue", function()
  local folder

  local function store(id, changes)
    local path = folder .. "/main/" .. id
    fs.mkdir(path, { parents = true, mode = 448 })
    fs.write(path .. "/app.sql.gz", "abc")
    manifest.write(path, value_of(id, changes))
    return path
  end

  local function list()
    local found = {}
    for _, set in ipairs(catalogue.list(folder, "main")) do
      found[set.id:sub(9, 10)] = set
    end
    return found
  end

  before_each(function()
    folder = ("%s/nightjar-spec-%s"):format(os.getenv("TMPDIR") or "/tmp", host.random(6))
    fs.mkdir(folder, { mode = 448 })
  end)

  after_each(function()
    fs.remove(folder, { recursive = true })
  end)

  it("is empty where there is no folder yet", function()
    assert.same({}, catalogue.list(folder, "main"))
  end)

  it("tells proven, unproven, disproved and failed ones apart", function()
    store("2026-11-01T02-15-00Z", verdict "proven")
    store("2026-11-02T02-15-00Z")
    store("2026-11-03T02-15-00Z", verdict "differs")
    store("2026-11-04T02-15-00Z", { state = "failed",
      problems = { { database = "app", message = "it broke" } } })
    local found = list()
    assert.is_true(found["01"].good and found["01"].proven)
    assert.is_true(found["02"].good)
    assert.is_false(found["02"].proven)
    assert.is_false(found["03"].good)
    assert.equal("because", found["03"].problem)
    assert.is_false(found["04"].good)
    assert.equal("app: it broke", found["04"].problem)
  end)

  it("does not call a set good that lost a file, or has one of another size", function()
    fs.remove(store("2026-11-01T02-15-00Z", verdict "proven") .. "/app.sql.gz")
    fs.write(store("2026-11-02T02-15-00Z") .. "/app.sql.gz", "abcd")
    local found = list()
    assert.equal("failed", found["01"].state)
    assert.is_false(found["01"].proven)
    assert.equal("file 'app.sql.gz' is missing", found["01"].problem)
    assert.equal("file 'app.sql.gz' has 4 bytes, not 3", found["02"].problem)
  end)

  it("does not call a set good whose manifest is gone, damaged or another's", function()
    fs.remove(store("2026-11-01T02-15-00Z") .. "/manifest.json")
    fs.write(store("2026-11-02T02-15-00Z") .. "/manifest.json", "{")
    fs.rename(store("2026-11-03T02-15-00Z"), folder .. "/main/2026-11-05T02-15-00Z")
    for _, set in pairs(list()) do
      assert.equal("failed", set.state)
      assert.is_nil(set.started)
      assert.truthy(set.problem)
    end
  end)

  it("shows nothing of a run that did not end, and knows it as a leftover", function()
    fs.mkdir(folder .. "/main/.partial-2026-11-01T02-15-00Z", { parents = true, mode = 448 })
    fs.mkdir(folder .. "/main/lost+found", { mode = 448 })
    assert.same({}, catalogue.list(folder, "main"))
    assert.same({ folder .. "/main/.partial-2026-11-01T02-15-00Z" },
      catalogue.leftovers(folder, "main"))
  end)
end)

describe("BACKUP", function()
  local function set(id, changes)
    return catalogue.describe("main", id, value_of(id, changes))
  end

  local sets <const> = {
    set("2026-11-06T02-15-00Z", { state = "failed" }),
    set("2026-11-05T02-15-00Z", verdict "differs"),
    set("2026-11-04T12-00-00Z", { options = { only = "other" },
      databases = { { name = "other", extensions = {}, roles = {} } } }),
    set("2026-11-04T02-15-00Z", verdict "not_verified"),
    set("2026-11-03T02-15-00Z", verdict "proven"),
  }

  it("latest is the newest complete one", function()
    assert.equal("2026-11-04T12-00-00Z", catalogue.resolve(sets, "latest").id)
  end)

  it("latest of a database is the newest complete one that holds it", function()
    assert.equal("2026-11-04T12-00-00Z", catalogue.resolve(sets, "latest", "other").id)
    assert.equal("2026-11-04T02-15-00Z", catalogue.resolve(sets, "latest", "app").id)
  end)

  it("latest-verified is the newest proven one", function()
    assert.equal("2026-11-03T02-15-00Z", catalogue.resolve(sets, "latest-verified").id)
  end)

  it("is an id or a unique prefix of one", function()
    assert.equal("2026-11-06T02-15-00Z", catalogue.resolve(sets, "2026-11-06").id)
    assert.equal("USAGE", failing(catalogue.resolve, sets, "2026-11-04").code)
  end)

  it("is an error that suggests where there is no such one", function()
    local err = failing(catalogue.resolve, sets, "lastest")
    assert.equal("NOT_FOUND", err.code)
    assert.matches("latest", err.hint, 1, true)
    assert.equal("there is no complete backup", failing(catalogue.resolve, {}, "latest").message)
  end)
end)
