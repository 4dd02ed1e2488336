-- A manifest survives being written and read, and one that is damaged is not taken for a good one.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local manifest = require "nightjar.manifest"

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value)
  return err
end

local function example()
  return manifest.make {
    id = "2026-11-23T02-15-00Z", target = "main", host = "host", started = "2026-11-23T02:15:00Z",
    finished = "2026-11-23T02:16:00Z", server_version = 150020, client_version = "15.20",
    databases = { { name = "app", encoding = "UTF8", extensions = {}, roles = { "me" } } },
    files = {
      { name = "app.sql.gz", kind = "database", database = "app", bytes = 10, raw_bytes = 100,
        sha256 = "s", md5 = "m",
        fingerprint = { hash = "h", tables = {}, sequences = {}, objects = {},
          statements = { "s1" } } },
    },
  }
end

describe("a manifest", function()
  local folder

  before_each(function()
    folder = ("%s/nightjar-spec-%s"):format(os.getenv("TMPDIR") or "/tmp", host.random(6))
    fs.mkdir(folder, { mode = 448 })
  end)

  after_each(function()
    fs.remove(folder, { recursive = true })
  end)

  it("comes back as it was written, empty lists included", function()
    manifest.write(folder, example())
    local value = manifest.read(folder)
    assert.equal("app", value.files[1].database)
    assert.same({}, value.files[1].fingerprint.tables)
    assert.equal(100, value.files[1].raw_bytes)
    assert.truthy(fs.read(folder .. "/manifest.json"):find('"uploads":%s*%[%s*%]'))
  end)

  it("is for its owner alone", function()
    manifest.write(folder, example())
    assert.equal(384, fs.stat(folder .. "/manifest.json").mode & 511)
  end)

  it("can be written again with a verdict", function()
    local value = example()
    value.verification[1] = { verdict = "proven", at = "2026-11-23T02:17:00Z", databases = {} }
    manifest.write(folder, value)
    value = manifest.read(folder)
    value.verification[2] = { verdict = "differs", reason = "x", databases = {} }
    manifest.write(folder, value)
    assert.equal("differs", manifest.verdict(manifest.read(folder)))
  end)

  it("that is missing or no JSON is an error that names it", function()
    assert.equal("NOT_FOUND", failing(manifest.read, folder).code)
    fs.write(folder .. "/manifest.json", "{ \"id\": ")
    local err = failing(manifest.read, folder)
    assert.equal("FORMAT", err.code)
    assert.matches(folder, err.message, 1, true)
  end)
end)

describe("a manifest is not valid", function()
  local cases <const> = {
    { "begun on a day that there is not", function(value) value.started = "2026-11-31T02:15:00Z" end,
      "started '2026-11-31T02:15:00Z' is no time" },
    { "without a field", function(value) value.target = nil end,
      "target is missing, not a string" },
    { "with a number for a string", function(value) value.id = 7 end,
      "id is a integer, not a string" },
    { "from a newer nightjar", function(value) value.schema_version = 99 end,
      "it has schema version 99, and this nightjar knows up to 1" },
    { "in an unknown state", function(value) value.state = "great" end,
      "state 'great' is unknown" },
    { "with a file outside its folder", function(value) value.files[1].name = "../x" end,
      "files[1].name '../x' is not a plain file name" },
    { "with a dump that has no fingerprint", function(value) value.files[1].fingerprint = nil end,
      "files[1].fingerprint or database is missing" },
    { "with an unknown verdict", function(value) value.verification[1] = { verdict = "fine" } end,
      "verification[1].verdict is unknown" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local value = example()
      case[2](value)
      assert.equal(case[3], manifest.problem(value))
    end)
  end
end)
