-- How sure a copy is: by hashes, beneath encryption, by reading back, or by sizes alone, which is said.

local fs = require "nightjar.fs"
local offsite = require "tests.e2e.offsite"
local remotes = require "tests.fixture.remotes"

local scene, tower, cloud

setup(function()
  scene = offsite.scene()
  tower, cloud = remotes.sftp "tower", remotes.webdav "cloud"
  scene:configure({ tower, cloud }, remotes.crypt("vault", "tower:vault", "a secret of ours"),
    remotes.crypt("mist", "cloud:mist", "a secret of ours"), remotes.crypt("wrong", "tower:vault", "another one"))
end)

teardown(function()
  scene:close()
end)

-- The largest file in a folder.
local function largest(folder)
  local found, size = nil, 0
  for _, path in ipairs(remotes.files(folder)) do
    local status <const> = fs.stat(folder .. "/" .. path)
    if status.size > size then
      found, size = folder .. "/" .. path, status.size
    end
  end
  return found
end

describe("a remote without hashes", function()
  it("is believed its sizes, and the result says so", function()
    local said <const> = scene.home:expect(0, { "upload", env = { RCLONE_REMOTE = "cloud:backups" } }).stdout
    assert.truthy(said:find("confirmed by their sizes alone", 1, true), said)
    assert.equal("size", scene:recorded("cloud:backups").by)
    assert.same({}, offsite.sent(scene:upload "cloud:backups"))
  end)

  it("is read back where the policy asks for it", function()
    local there <const> = ("%s/backups/main/%s"):format(cloud.folder, scene.id)
    offsite.damage(there .. "/shop.sql.gz")
    fs.write(scene.home.path .. "/config/policy.lua", 'return { remote = { confirm = "download" } }')
    local document <const> = scene:upload "cloud:backups"
    fs.remove(scene.home.path .. "/config/policy.lua")
    assert.same({ "shop.sql.gz" }, offsite.sent(document))
    assert.equal("download", scene:recorded("cloud:backups").by)
    scene:same(there)
  end)
end)

describe("doctor", function()
  local function found(remote)
    for _, finding in ipairs(scene:json(remote, "doctor").findings) do
      if finding.check == "remote" then
        return finding
      end
    end
  end

  it("says how sure copies at the remote will be, and what is wrong with it", function()
    assert.matches("'tower:x' answers; uploads are confirmed by MD5", found("tower:x").message, 1, true)
    assert.matches("by their sizes alone", found("cloud:x").message, 1, true)
    assert.matches("encrypted here", found("vault:").message, 1, true)
    local unknown <const> = found "nowhere:x"
    assert.equal("crit", unknown.status)
    assert.matches("rclone.conf' config", unknown.hint, 1, true)
    assert.matches("RCLONE_REMOTE is not set", found("").message, 1, true)
  end)
end)

describe("an encrypted remote", function()
  it("is confirmed by the hashes beneath, and unreadable there", function()
    assert.same(offsite.everything, offsite.sent(scene:upload "vault:"))
    assert.equal("crypt md5", scene:recorded("vault:").by)
    for _, path in ipairs(remotes.files(tower.folder .. "/vault")) do
      assert.is_nil(path:find "manifest" or path:find "shop" or path:find "main")
    end
    local file <const> = largest(tower.folder .. "/vault")
    assert.not_equal(1, (fs.read(file):find("\31\139", 1, true)))
    offsite.damage(file)
    assert.same({ "shop.sql.gz" }, offsite.sent(scene:upload "vault:"))
  end)

  it("over one without hashes is believed its sizes", function()
    assert.equal("size", scene:upload("mist:").uploads[1].by)
  end)
end)
