-- A proven set copied to a remote: there whole, confirmed and recorded, or told why not; and nothing sent twice.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local offsite = require "tests.e2e.offsite"
local peers = require "tests.fixture.peers"
local process = require "nightjar.process"
local remotes = require "tests.fixture.remotes"
local support = require "tests.e2e.support"

local scene, tower

setup(function()
  scene = offsite.scene()
  tower = remotes.sftp "tower"
  scene:configure { tower }
end)

teardown(function()
  scene:close()
end)

describe("an upload", function()
  it("to a remote with hashes is whole there, confirmed by them, and recorded", function()
    local document <const> = scene:upload "tower:backups"
    assert.equal("ok", document.status)
    assert.same(offsite.everything, offsite.sent(document))
    assert.equal("tower:backups", document.remote)
    for _, file in ipairs(document.files) do
      assert.is_true(file.confirmed)
      assert.equal(file.name == "manifest.json" and "download" or "md5", file.by)
    end
    scene:same(("%s/backups/main/%s"):format(tower.folder, scene.id))
    local entry <const> = scene:recorded "tower:backups"
    assert.is_true(entry.confirmed)
    assert.equal("md5", entry.by)
    local there <const> = json.decode(fs.read(("%s/backups/main/%s/manifest.json"):format(tower.folder, scene.id)))
    assert.same({}, there.uploads)
    assert.equal("proven", there.verification[1].verdict)
  end)

  it("sends nothing again, and only what is missing, cut short or changed there", function()
    assert.same({}, offsite.sent(scene:upload "tower:backups"))
    local there <const> = ("%s/backups/main/%s/"):format(tower.folder, scene.id)
    process.run { "truncate", "--size=1000", there .. "shop.sql.gz" }
    fs.remove(there .. "manifest.json")
    assert.same({ "manifest.json", "shop.sql.gz" }, offsite.sent(scene:upload "tower:backups"))
    offsite.damage(there .. "shop.sql.gz")
    fs.remove(there .. "globals.sql.gz")
    assert.same({ "globals.sql.gz", "shop.sql.gz" }, offsite.sent(scene:upload "tower:backups"))
    scene:same(there)
  end)

  it("of a set with a damaged file does not begin", function()
    local path <const> = scene.set .. "/shop.sql.gz"
    offsite.damage(path)
    local document, result = scene:upload "tower:damaged"
    offsite.damage(path)
    assert.equal(2, result.exit)
    assert.equal("CHECKSUM", document.error.code)
    assert.is_nil(fs.stat(tower.folder .. "/damaged"))
  end)

  it("of what is not good, or not there, is refused", function()
    assert.equal("NOT_FOUND", scene:json("tower:x", "upload", "1999").error.code)
    local before <const>, worse = scene:manifest(), scene:manifest()
    worse.verification[1].verdict = "differs"
    fs.write(scene.set .. "/manifest.json", json.encode(worse))
    local by_default <const> = scene:upload "tower:x"
    local by_name <const> = scene:json("tower:x", "upload", scene.id)
    fs.write(scene.set .. "/manifest.json", json.encode(before))
    assert.equal("there is no proven backup", by_default.error.message)
    assert.equal("FORMAT", by_name.error.code)
    assert.is_nil(fs.stat(tower.folder .. "/x"))
  end)

  it("leaves no folder behind, and no secret anywhere", function()
    local _, others = scene.home:sets()
    assert.same({}, others)
    assert.same({ "main" }, fs.list(scene.home.path .. "/backups"))
    assert.is_nil(scene.home:written():find(tower.password, 1, true))
  end)
end)

describe("an upload that cannot be", function()
  it("says that no remote is configured, or none of that name, or that there is no rclone", function()
    assert.equal("CONFIG", scene.home:json({ "upload" }).error.code)
    scene:fails("nowhere:x", "CONFIG", "rclone.conf' config")
    scene:fails("gdrive", "CONFIG", "NAME:FOLDER")
    scene:fails(":sftp,host=h,pass=obscured:x", "CONFIG", "Put the remote into config/rclone.conf")
    local empty <const> = support.folder()
    scene:fails("tower:x", "NOT_FOUND", "Install it", { PATH = empty.path })
    empty:close()
  end)

  it("says what to run when the authorisation has been revoked", function()
    local peer <close> = peers.http()
    scene:configure({}, tower.section, ("[gdrive]\ntype = drive\nclient_id = x\nclient_secret = y\n"
      .. "scope = drive.file\ntoken_url = http://127.0.0.1:%d/revoked\ntoken = {\"access_token\":\"a\","
      .. "\"token_type\":\"Bearer\",\"refresh_token\":\"r\",\"expiry\":\"2020-01-01T00:00:00Z\"}\n"):format(peer.port))
    scene:fails("gdrive:backups", "AUTH", "config reconnect gdrive:")
  end)

  it("believes no rclone that says it has copied and has not", function()
    local nothing <const> = support.stand_ins { rclone = [[case "$1" in copy|copyto) exit 0;; esac; exec "$real" "$@"]] }
    scene:fails("tower:liar", "UNCONFIRMED", "does not count", { PATH = nothing.PATH })
    nothing:close()
    local half <const> = support.stand_ins { rclone = [[
      "$real" "$@"; status=$?
      case "$1" in copy) truncate --size=10 ]] .. tower.folder .. [[/half/main/*/shop.sql.gz;; esac; exit $status]] }
    scene:fails("tower:half", "UNCONFIRMED", "does not count", { PATH = half.PATH })
    half:close()
    assert.is_nil(fs.stat(("%s/half/main/%s/manifest.json"):format(tower.folder, scene.id)))
  end)

  it("tells of names that are there twice", function()
    local twice <const> = support.stand_ins { rclone = [=[
      [ "$1" = lsjson ] || exec "$real" "$@"
      list=$("$real" "$@") || exit $?
      exec /usr/bin/python3 -c 'import json, sys
entries = json.loads(sys.argv[1])
print(json.dumps(entries + [entry for entry in entries if "shop.sql.gz" in entry["Path"]]))' "$list"]=] }
    local message <const> = scene:fails("tower:twice", "DUPLICATE", "rclone --config", { PATH = twice.PATH })
    twice:close()
    assert.truthy(message:find("shop.sql.gz': it is there 2 times", 1, true), message)
  end)
end)
