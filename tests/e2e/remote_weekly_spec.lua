-- The weekly backup, which also uploads: what goes to the remote, who hears of it when nothing does, and what the health
-- check makes of it.

local mail = require "tests.e2e.mail"
local offsite = require "tests.e2e.offsite"
local remotes = require "tests.fixture.remotes"

local scene

setup(function()
  scene = offsite.scene()
  scene:configure { remotes.sftp "tower" }
end)

teardown(function()
  scene:close()
end)

describe("an upload of no backup in particular", function()
  it("is of one that holds all databases", function()
    assert.equal("proven", scene.home:json({ "backup", "--database", "shop" }).sets[1].verification[1].verdict)
    assert.equal(scene.id, scene:upload("tower:whole").uploads[1].id)
    assert.equal(scene.id, scene:json("tower:whole", "backups", "--remote").sets[1].id)
  end)
end)

describe("the weekly backup", function()
  it("uploads the newest proven set, which need not be its own", function()
    local document <const>, result <const> = scene:json("tower:weekly", "backup", "--upload", "--no-verify")
    assert.equal(0, result.exit, result.stdout)
    assert.not_equal(scene.id, document.sets[1].id)
    assert.equal(scene.id, document.uploads[1].id)
    local own <const> = scene:json("tower:weekly", "backup", "--upload")
    assert.equal(own.sets[1].id, own.uploads[1].id)
    assert.equal(2, #own.remote_retention)
  end)

  it("makes its backup all the same when nothing can be uploaded, and mails that until something was", function()
    local post <const> = mail.server()
    local function run(remote, ...)
      local arguments = { ... }
      arguments.env = { RCLONE_REMOTE = remote }
      for _, line in ipairs(post:env()) do
        local key <const>, value <const> = line:match "^([^=]+)=(.*)$"
        arguments.env[key] = value
      end
      return scene.home:json(arguments)
    end
    local document <const>, result <const> = run("nowhere:x", "backup", "--upload")
    assert.equal(2, result.exit)
    assert.equal("complete", document.sets[1].state)
    assert.equal("CONFIG", document.failures[1].code)
    assert.equal("sent", document.alert.action)
    assert.equal("none", run("nowhere:x", "backup").alert.action)
    assert.equal("recovered", run("tower:weekly", "upload").alert.reason)
    local messages <const> = post:received()
    post:close()
    assert.equal(2, #messages)
    assert.matches("Subject: [^\n]*main upload failed", messages[1].text)
    assert.matches("it is not configured", messages[1].text:gsub("=\r?\n", ""), 1, true)
    assert.matches("Subject: [^\n]*main upload is fine again", messages[2].text)
  end)
end)

describe("the health check", function()
  local function found(remote)
    for _, finding in ipairs(scene:json(remote, "health-check").findings) do
      if finding.check == "remote" then
        return finding
      end
    end
  end

  it("tells of a target without a recent copy, and not where there is no remote", function()
    local fresh <const> = found "tower:weekly"
    assert.equal("ok", fresh.status)
    assert.matches("the newest copy is of a backup that is", fresh.message, 1, true)
    local none <const> = found "tower:never"
    assert.equal("remote.stale", none.class)
    assert.matches("nothing has been uploaded yet", none.message, 1, true)
    assert.is_nil(found "")
  end)
end)
