-- Remotes that die, fill up or stand still in the middle of an upload, and uploads that do: nothing counts, nothing is
-- left half, and the next one goes on from there.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local offsite = require "tests.e2e.offsite"
local process = require "nightjar.process"
local remotes = require "tests.fixture.remotes"
local support = require "tests.e2e.support"

local scene, tower, small

local slow <const> = [[return { remote = { stall = "%s", flags = { "--bwlimit=300k", "--retries=1", "--low-level-retries=1",
  "--transfers=1", "--order-by=size,ascending", "--sftp-chunk-size=32k", "--sftp-concurrency=1" } } }]]

setup(function()
  scene = offsite.scene { rows = 40000 }
  tower = remotes.sftp "tower"
  small = support.folder()
  assert(process.run({ "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.path, check = false }).exit == 0,
    "mounting a tmpfs needs root")
  scene:configure { tower, remotes.sftp("small", { folder = small.path }) }
end)

teardown(function()
  scene:close()
  process.run { "umount", small.path, check = false }
  small:close()
end)

before_each(function()
  fs.write(scene.home.path .. "/config/policy.lua", slow:format "20s")
end)

-- Run an upload and, when its largest file is there in part, f(pid). What became of it.
local function in_the_middle(remote, f)
  local path <const> = ("%s/%s/main/%s/shop.sql.gz"):format(tower.folder, remote:match ":(.*)", scene.id)
  local arguments <const> = { "upload", "--json", env = { RCLONE_REMOTE = remote } }
  local result <const> = scene.home:during(arguments, function(pid)
    support.wait_for(40, "a part of the largest file is there", function()
      local status <const> = fs.stat(path)
      return status and status.size > 50000
    end)
    f(pid)
  end)
  return try(json.decode, result.stdout), result
end

-- What there is does not count, and the next upload sends only what is not there.
local function demand_resumed(remote)
  local there <const> = ("%s/%s/main/%s"):format(tower.folder, remote:match ":(.*)", scene.id)
  assert.is_nil(fs.stat(there .. "/manifest.json"))
  assert.is_nil(scene:recorded(remote))
  fs.remove(scene.home.path .. "/config/policy.lua")
  local sets <const> = scene:json(remote, "backups", "--remote").sets
  assert.equal("interrupted", sets[1].state)
  assert.same({ "manifest.json", "shop.sql.gz" }, offsite.sent(scene:upload(remote)))
  scene:same(there)
  assert.same({ "main" }, fs.list(scene.home.path .. "/backups"))
end

describe("an upload", function()
  it("to a remote that dies says so, and goes on when it is back", function()
    local document, result = in_the_middle("tower:dies", function() tower:kill() end)
    assert.equal(2, result.exit)
    assert.equal("NETWORK", document.error.code, document.error.message)
    tower:start()
    demand_resumed "tower:dies"
  end)

  it("to a remote that stands still is ended", function()
    fs.write(scene.home.path .. "/config/policy.lua", slow:format "2s")
    local document, result = in_the_middle("tower:still", function() support.kill("STOP", tower.pid) end)
    support.kill("CONT", tower.pid)
    assert.equal(2, result.exit)
    assert.equal("TIMEOUT", document.error.code, document.error.message)
    assert.truthy(document.error.message:find("no byte moved to or from the remote 'tower:still' for 2 s", 1, true))
    demand_resumed "tower:still"
  end)

  it("to a remote that is full says so, and deletes nothing", function()
    local kept <const> = small.path .. "/kept"
    fs.write(kept, ("x"):rep(600000))
    local document, result = scene:upload "small:"
    assert.equal(2, result.exit)
    assert.equal("QUOTA", document.error.code, document.error.message)
    assert.truthy(document.error.hint:find("prune --remote", 1, true))
    assert.equal(600000, fs.stat(kept).size)
    assert.is_nil(scene:recorded "small:")
  end)

  -- Programs that still know of the home.
  local function left()
    return process.run({ "pgrep", "-f", "rclone copy .*" .. scene.home.path, check = false }).stdout
  end

  it("that is interrupted leaves no rclone and no folder", function()
    local _, result = in_the_middle("tower:stopped", function(pid) support.kill("INT", pid) end)
    assert.equal(130, result.exit)
    assert.equal("", left())
    demand_resumed "tower:stopped"
  end)

  it("that is killed leaves what the next one takes away", function()
    in_the_middle("tower:killed", function(pid) support.kill("KILL", pid) end)
    for rclone in left():gmatch "%d+" do
      support.kill("KILL", rclone)
    end
    assert.is_true(#fs.list(scene.home.path .. "/backups") > 1)
    demand_resumed "tower:killed"
  end)
end)
