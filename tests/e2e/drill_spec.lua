-- A recovery rehearsed on a server of this machine's programs: from the remote alone, timed, proven, and nothing of it left.

local fs = require "nightjar.fs"
local offsite = require "tests.e2e.offsite"
local process = require "nightjar.process"
local remotes = require "tests.fixture.remotes"
local support = require "tests.e2e.support"

local scene, tower, place, bare

-- Roles with everything that a role can have.
local roles <const> = [[
  CREATE ROLE readers NOLOGIN;
  CREATE ROLE alice LOGIN PASSWORD 'alice-secret' CONNECTION LIMIT 3 VALID UNTIL '2030-01-01';
  GRANT readers TO alice;
  ALTER ROLE postgres SET lock_timeout TO '1min';
  ALTER DATABASE shop OWNER TO alice;
  ALTER DATABASE shop SET search_path TO shop, public;
  CREATE SCHEMA shop AUTHORIZATION alice;
  CREATE TABLE shop.orders AS SELECT n, md5(n::text) AS code FROM generate_series(1, 1000) AS n;
  ALTER TABLE shop.orders OWNER TO alice;
  GRANT SELECT ON shop.orders TO readers;]]

setup(function()
  place = support.folder()
  scene = offsite.scene { prepare = function(server) server:play("shop", roles) end,
    policy = ('return { drill = { place = "cluster", folder = %q } }'):format(place.path) }
  tower = remotes.sftp "tower"
  local vault <const> = remotes.crypt("vault", "tower:vault", "a secret of ours")
  scene:configure({ tower }, vault)
  for _, remote in ipairs { "tower:backups", "vault:" } do
    assert.equal("ok", scene:upload(remote).status)
  end
  bare = support.home(scene.server, { env = { "RCLONE_REMOTE=tower:backups" },
    policy = fs.read(scene.home.path .. "/config/policy.lua") })
  remotes.configure(bare, tower.section, vault)
end)

teardown(function()
  bare:close()
  scene:close()
  place:close()
end)

-- Processes that know of the drill's folder.
local function servers()
  return process.run({ "pgrep", "-f", place.path, check = false }).stdout
end

local function demand_nothing_left(home)
  assert.equal("", servers())
  assert.same({}, fs.list(place.path))
  for _, name in ipairs(fs.stat(home.path .. "/backups") and fs.list(home.path .. "/backups") or {}) do
    assert.equal("main", name)
  end
  assert.same({}, scene.server:made_databases())
end

local function stage_names(document)
  local names = {}
  for index, stage in ipairs(document.stages) do
    names[index] = stage.name
  end
  return table.concat(names, ", ")
end

describe("a drill", function()
  it("brings everything back from the remote alone, through its encryption, proves it, and times it", function()
    local document, result = bare:json { "drill", env = { RCLONE_REMOTE = "vault:" } }
    assert.equal(0, result.exit, result.stdout)
    assert.equal("cluster", document.place)
    assert.equal("vault:", document.from)
    assert.equal("fetch, check, server, roles, restore postgres, restore shop, prove postgres, prove shop, teardown",
      stage_names(document))
    local seconds = 0
    for _, stage in ipairs(document.stages) do
      assert.equal("ok", stage.status)
      local counts <const> = not stage.name:find "^prove" and stage.name ~= "teardown"
      seconds = seconds + (counts and stage.seconds or 0)
    end
    assert.is_true(math.abs(document.recovery_seconds - seconds) < 0.001)
    assert.equal(scene:manifest().started, document.recovery_point)
    assert.same({}, document.missing)
    for _, database in ipairs(document.databases) do
      assert.equal("proven", database.verdict)
    end
    local report <const> = fs.read(document.report)
    assert.truthy(report:find("Everything came back, and is the same.", 1, true), report)
    assert.truthy(report:find("shop: proven, 2 tables, 6000 rows", 1, true), report)
    demand_nothing_left(bare)
    local history <const> = fs.read(bare.path .. "/state/history.jsonl")
    assert.truthy(history:find('"recovery_point":"' .. document.recovery_point, 1, true), history)
  end)

  it("takes the backup folder's set where it is told to", function()
    local document <const> = scene:json("tower:backups", "drill", "--local")
    assert.equal("ok", document.status)
    assert.equal(scene.home.path .. "/backups", document.from)
    demand_nothing_left(scene.home)
  end)

  it("tells what a new server would lack, and rehearses the rest all the same", function()
    local id <const> = offsite.aged(scene.set, 1, function(value, path)
      local globals <const> = path .. "/globals.sql.gz"
      process.run { "sh", "-c", 'gunzip "$0" && sed -i /alice/d "${0%.gz}" && gzip "${0%.gz}"', globals }
      for _, file in ipairs(value.files) do
        if file.kind == "globals" then
          file.bytes = fs.stat(globals).size
          file.sha256 = process.run({ "sha256sum", globals }).stdout:match "%x+"
        end
      end
      table.insert(value.databases[2].extensions, { name = "nowhere", version = "1" })
    end)
    local document, result = scene:json("tower:backups", "drill", id, "--local")
    assert.equal(2, result.exit)
    local missing = {}
    for index, entry in ipairs(document.missing) do
      missing[index] = entry.kind .. " " .. entry.name
    end
    assert.same({ "role alice", "extension nowhere" }, missing)
    for _, database in ipairs(document.databases) do
      assert.equal("proven", database.verdict)
    end
    assert.truthy(fs.read(document.report):find("missing: role 'alice', which owns", 1, true))
    demand_nothing_left(scene.home)
  end)

  it("stops at a copy that is damaged, and reports that", function()
    local path <const> = ("%s/backups/main/%s/shop.sql.gz"):format(tower.folder, scene.id)
    offsite.damage(path)
    local document, result = bare:json { "drill" }
    offsite.damage(path)
    assert.equal(2, result.exit)
    assert.equal("fetch, check", stage_names(document))
    assert.equal("CHECKSUM", document.error.code)
    assert.is_nil(document.recovery_seconds)
    assert.truthy(fs.read(document.report):find("FAILED", 1, true))
    demand_nothing_left(bare)
  end)
end)

describe("a drill without a place of its own", function()
  it("proves in scratch databases, and says that the roles were not rehearsed", function()
    local policy <const> = fs.read(bare.path .. "/config/policy.lua")
    fs.write(bare.path .. "/config/policy.lua", 'return { drill = { place = "scratch" } }')
    local document, result = bare:json { "drill" }
    fs.write(bare.path .. "/config/policy.lua", policy)
    assert.equal(1, result.exit, result.stdout)
    assert.equal("scratch", document.place)
    assert.equal("fetch, check, server, roles, restore and prove", stage_names(document))
    assert.equal("proven", document.databases[2].verdict)
    demand_nothing_left(bare)
  end)
end)
