-- What is kept and what goes: by the manifests, with a reason for each, and never the last good one.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"
local units = require "nightjar.units"

local server, home, template
local day <const> = 86400

setup(function()
  server = support.server()
  server:database("shop", "CREATE TABLE goods AS SELECT generate_series(1, 10) AS n;")
end)

teardown(function()
  server:close()
end)

before_each(function()
  home = support.home(server, { env = { "BACKUP_KEEP=7d", "BACKUP_KEEP_MIN=2" } })
  home:expect(0, { "backup" })
  local ids <const>, _, where <const> = home:sets()
  template = where .. "/" .. ids[1]
end)

after_each(function()
  home:close()
end)

-- A set that was made `days` ago. `change` may alter its manifest. Its files' times lie.
local function aged(days, change)
  local started <const> = math.floor(host.time() - days * day)
  local id <const> = units.id(started)
  local path <const> = template:gsub("[^/]*$", id)
  process.run { "cp", "-R", template, path }
  local manifest = json.decode(fs.read(path .. "/manifest.json"))
  manifest.id, manifest.started, manifest.finished = id, units.iso(started), units.iso(started + 1)
  if change then
    change(manifest, path)
  end
  fs.write(path .. "/manifest.json", json.encode(manifest), { mode = 384 })
  process.run { "find", path, "-exec", "touch", "-d", "@" .. math.random(1, 4102444800), "{}", "+" }
  return id
end

local function actions(document)
  local found = {}
  for _, decision in ipairs(document.retention) do
    found[decision.id] = decision
  end
  return found
end

describe("retention", function()
  it("keeps the young, the newest few and one beyond the window, and deletes the rest", function()
    local young <const>, old <const>, older <const>, oldest <const> = aged(3), aged(8), aged(20), aged(400)
    local plan <const> = actions(home:json { "prune", "--dry-run" })
    assert.equal("keep", plan[young].action)
    assert.equal("keep", plan[old].action)
    assert.matches("the newest one older than 7 d", plan[old].reason)
    assert.equal("delete", plan[older].action)
    assert.equal("delete", plan[oldest].action)
    assert.matches("older than 7 d", plan[oldest].reason)
    assert.equal(5, #home:sets())
    local result <const> = home:expect(0, { "prune" })
    assert.matches(older .. "  deleted: older than 7 d", result.stdout, 1, true)
    local ids <const>, others <const> = home:sets()
    assert.same({ ids[1], young, old }, ids)
    assert.same({}, others)
  end)

  it("runs after a backup, and tells its reasons in the document and the log", function()
    aged(3)
    aged(8)
    local gone <const> = aged(30)
    local document <const> = home:json { "backup" }
    assert.equal("delete", actions(document)[gone].action)
    assert.is_nil(fs.stat((template:gsub("[^/]*$", gone))))
    assert.matches("retention.delete [^\n]*" .. gone:gsub("%-", "%%-"), home:written())
  end)

  it("deletes nothing after a backup that failed", function()
    local ancient <const> = aged(300)
    local other <const> = aged(301)
    local place <const> = support.stand_ins { pg_dump = [[
      case "$*" in *--version*) exec "$real" "$@";; esac; exit 1]] }
    home:expect(2, { "backup", env = { PATH = place.PATH } })
    place:close()
    assert.is_not_nil(fs.stat((template:gsub("[^/]*$", ancient))))
    assert.is_not_nil(fs.stat((template:gsub("[^/]*$", other))))
  end)

  it("counts what is not whole for nothing", function()
    local function failed(manifest)
      manifest.state = "failed"
    end
    aged(1, failed)
    aged(2, failed)
    local old <const>, beyond <const>, last <const> = aged(8), aged(9), aged(10)
    local plan <const> = actions(home:json { "prune" })
    assert.matches("newest 2 complete", plan[old].reason)
    assert.equal("delete", plan[beyond].action)
    assert.equal("delete", plan[last].action)
  end)

  it("keeps the pinned, and what it cannot read", function()
    aged(1)
    aged(8)
    local pinned <const> = aged(50, function(manifest) manifest.pinned = true end)
    local unreadable <const> = aged(60)
    fs.write(template:gsub("[^/]*$", unreadable) .. "/manifest.json", "{", { mode = 384 })
    local plan <const> = actions(home:json { "prune" })
    assert.equal("keep", plan[pinned].action)
    assert.equal("pinned", plan[pinned].reason)
    assert.equal("keep", plan[unreadable].action)
    assert.matches("cannot be read", plan[unreadable].reason)
    assert.is_not_nil(fs.stat((template:gsub("[^/]*$", unreadable))))
  end)

  it("keeps the newest proven one where newer ones are not", function()
    local function unproven(manifest)
      manifest.verification = json.array {}
    end
    home:expect(0, { "backup", "--no-verify" })
    fs.remove(template, { recursive = true })
    local ids <const>, _, where <const> = home:sets()
    template = where .. "/" .. ids[1]
    aged(8, unproven)
    aged(9, unproven)
    local proven <const> = aged(40, function(manifest)
      manifest.verification = json.array { { at = manifest.finished, kind = "restore", verdict = "proven",
        seconds = 1, databases = json.array {} } }
    end)
    aged(41, unproven)
    local plan <const> = actions(home:json { "prune" })
    assert.equal("keep", plan[proven].action)
    assert.matches("proven", plan[proven].reason)
    assert.equal(3, #home:sets())
  end)

  it("never deletes the last good one, however old, for bad ones that are newer", function()
    local only <const> = aged(500)
    local bad <const> = aged(300, function(manifest) manifest.state = "failed" end)
    fs.remove(template .. "/shop.sql.gz")
    local plan <const> = actions(home:json { "prune" })
    assert.equal("keep", plan[only].action)
    assert.equal("keep", plan[bad].action)
    assert.matches("no newer good backup", plan[bad].reason)
    assert.is_not_nil(fs.stat((template:gsub("[^/]*$", only))))
  end)
end)

describe("a policy's own function", function()
  it("decides", function()
    fs.write(home.path .. "/config/policy.lua", [[
      return { retention = { keep_min = 1, keep = function(set, now)
        return set.id:find("-01T", 1, true) ~= nil, "first of the month"
      end } }]], { mode = 384 })
    local plan <const> = home:json({ "prune", "--dry-run" }).retention
    assert.equal(1, #plan)
    aged(2)
    local decided <const> = home:json({ "prune", "--dry-run" }).retention[2]
    assert.matches("first of the month", decided.reason)
  end)

  it("that fails, loops or answers nonsense is replaced by the default, and nothing is lost", function()
    aged(3)
    for _, body in ipairs { "error 'no'", "while true do end", "return 'yes'", "return nil" } do
      fs.write(home.path .. "/config/policy.lua", ([[
        return { retention = { keep_min = 1, keep = function(set, now) %s end } }]]):format(body), { mode = 384 })
      aged(2)
      local _, result = home:json { "prune" }
      assert.equal(1, result.exit, result.stdout .. result.stderr)
      assert.is_not_nil(fs.stat(template))
      assert.matches("policy.failed", home:written(), 1, true)
    end
  end)
end)
