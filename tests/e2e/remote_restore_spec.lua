-- The house burnt down: listing, restoring and proving from the remote alone, on a machine with no state of its own.

local fs = require "nightjar.fs"
local offsite = require "tests.e2e.offsite"
local remotes = require "tests.fixture.remotes"
local support = require "tests.e2e.support"

local scene, tower, bare

setup(function()
  scene = offsite.scene()
  tower = remotes.sftp "tower"
  local vault <const> = remotes.crypt("vault", "tower:vault", "a secret of ours")
  scene:configure({ tower }, vault)
  for _, remote in ipairs { "tower:backups", "vault:" } do
    assert.equal("ok", scene:upload(remote).status)
  end
  -- Configuration alone.
  bare = support.home(scene.server)
  remotes.configure(bare, tower.section, vault, remotes.crypt("wrong", "tower:vault", "another secret"))
end)

teardown(function()
  bare:close()
  scene:close()
end)

-- Nothing that was fetched is left.
local function demand_clean()
  for _, name in ipairs(fs.list(bare.path .. "/backups")) do
    assert.equal("main", name)
  end
  local ids <const>, others <const> = bare:sets()
  assert.same({}, ids)
  assert.same({}, others)
end

local function from(remote, ...)
  local arguments = { ... }
  arguments.env = { RCLONE_REMOTE = remote }
  return arguments
end

describe("from the remote alone", function()
  it("the backups are listed, with their proof", function()
    local document <const> = bare:json(from("tower:backups", "backups", "--remote"))
    assert.equal(1, #document.sets)
    assert.equal("tower:backups", document.remote)
    assert.equal(scene.id, document.sets[1].id)
    assert.equal("complete", document.sets[1].state)
    assert.is_true(document.sets[1].proven)
    assert.same({ "postgres", "shop" }, document.sets[1].databases)
    demand_clean()
  end)

  it("what is not whole there is listed as such", function()
    local there <const> = ("%s/backups/main/%s"):format(tower.folder, scene.id)
    local unfinished <const>, cut <const> = offsite.aged(there, 1), offsite.aged(there, 2)
    fs.remove(there:gsub("[^/]*$", unfinished) .. "/manifest.json")
    fs.write(there:gsub("[^/]*$", cut) .. "/shop.sql.gz", "cut")
    local sets <const> = bare:json(from("tower:backups", "backups", "--remote")).sets
    assert.equal("interrupted", sets[2].state)
    assert.truthy(sets[2].problem:find "no manifest")
    assert.equal("failed", sets[3].state)
    assert.truthy(sets[3].problem:find("it has 3 bytes there", 1, true), sets[3].problem)
    for _, id in ipairs { unfinished, cut } do
      fs.remove(there:gsub("[^/]*$", id), { recursive = true })
    end
  end)

  it("a database is restored, and is the same", function()
    local document <const>, result = bare:json(from("tower:backups", "restore", "--from-remote", "latest", "--database",
      "shop", "--as", "shop2", "--yes"))
    assert.equal(0, result.exit, result.stdout)
    assert.equal("fetch", document.plan[1].step)
    assert.equal(5000, document.rows)
    assert.equal(scene.server:dump "shop", scene.server:dump "shop2")
    demand_clean()
  end)

  it("the same through encryption, and not with another password", function()
    bare:expect(0, from("vault:", "restore", "--from-remote", "--database", "shop", "--as", "shop3", "--yes"))
    assert.equal(scene.server:dump "shop", scene.server:dump "shop3")
    local err <const> = bare:json(from("wrong:", "backups", "--remote")).error
    assert.equal("CHECKSUM", err.code)
    assert.truthy(err.hint:find("password", 1, true))
  end)

  it("a backup is proven again", function()
    local document <const> = bare:json(from("tower:backups", "verify", "--from-remote"))
    assert.equal("proven", document.verification.verdict)
    demand_clean()
  end)

  it("a copy that is damaged there is neither proven nor restored", function()
    local path <const> = ("%s/backups/main/%s/shop.sql.gz"):format(tower.folder, scene.id)
    offsite.damage(path)
    local document <const>, result = bare:json(from("tower:backups", "verify", "--from-remote"))
    local restored <const> = bare:json(from("tower:backups", "restore", "--from-remote", "--database", "shop", "--as",
      "shop4", "--yes"))
    offsite.damage(path)
    assert.equal(2, result.exit)
    assert.equal("unreadable", document.verification.verdict)
    assert.equal("CHECKSUM", restored.error.code)
    assert.truthy(restored.error.hint:find("The copy there is damaged", 1, true), restored.error.hint)
    assert.same({ "postgres", "shop", "shop2", "shop3", "template0", "template1" }, scene.server:databases())
    demand_clean()
  end)

  it("a set that is not there, or a remote that is not, is told", function()
    assert.equal("NOT_FOUND", bare:json(from("tower:nothing", "restore", "--from-remote", "--yes")).error.code)
    assert.equal("CONFIG", bare:json({ "restore", "--from-remote", "--yes" }).error.code)
    local said <const> = bare:expect(0, from("tower:nothing", "backups", "--remote")).stdout
    assert.truthy(said:find("There is no backup in tower:nothing yet", 1, true), said)
  end)
end)
