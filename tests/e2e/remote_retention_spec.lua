-- What is deleted at the remote, and what is not; and what stays here while nothing can be uploaded.

local fs = require "nightjar.fs"
local offsite = require "tests.e2e.offsite"
local process = require "nightjar.process"
local remotes = require "tests.fixture.remotes"

local scene, tower

setup(function()
  scene = offsite.scene()
  tower = remotes.sftp "tower"
  scene:configure { tower }
  assert.equal("ok", scene:upload("tower:backups").status)
end)

teardown(function()
  scene:close()
end)

-- Where the set is at a remote folder of this name; made of the uploaded one.
local function remote_folder(name)
  local path <const> = tower.folder .. "/" .. name
  fs.mkdir(path .. "/main")
  process.run { "cp", "-R", tower.folder .. "/backups/main/" .. scene.id, path .. "/main/" }
  return path .. "/main/" .. scene.id
end

describe("retention at the remote", function()
  it("keeps four weeks and one before them, and deletes the rest with a reason for each", function()
    local newest <const> = remote_folder "weeks"
    local young <const>, old <const> = offsite.aged(newest, 20), offsite.aged(newest, 30)
    local older <const>, oldest <const> = offsite.aged(newest, 40), offsite.aged(newest, 400)
    local before <const> = remotes.files(tower.folder .. "/weeks")
    local plan <const> = scene:json("tower:weeks", "prune", "--remote", "--dry-run")
    assert.same(before, remotes.files(tower.folder .. "/weeks"))
    local decisions <const> = offsite.actions(plan.retention)
    assert.equal("the newest complete backup", decisions[scene.id].reason)
    assert.equal("younger than 28 d", decisions[young].reason)
    assert.equal("the newest one older than 28 d", decisions[old].reason)
    for _, id in ipairs { older, oldest } do
      assert.equal("delete", decisions[id].action)
      assert.equal("older than 28 d", decisions[id].reason)
    end
    assert.same(plan.retention, scene:json("tower:weeks", "prune", "--remote").retention)
    assert.same({ old, young, scene.id }, fs.list(tower.folder .. "/weeks/main"))
    for _, file in ipairs(offsite.everything) do
      assert.is_not_nil(fs.stat(("%s/weeks/main/%s/%s"):format(tower.folder, old, file)))
    end
  end)

  it("touches nothing that is not this home's own, whole or not", function()
    local newest <const> = remote_folder "shared"
    offsite.aged(newest, 30)
    local theirs <const> = offsite.aged(newest, 50, function(value) value.host = "another-machine" end)
    local unfinished <const> = offsite.aged(newest, 60)
    local broken <const> = offsite.aged(newest, 70)
    local other <const> = offsite.aged(newest, 80, function(value) value.target = "other" end)
    local mixed <const> = offsite.aged(newest, 90)
    local main <const> = tower.folder .. "/shared/main/"
    fs.remove(main .. unfinished .. "/manifest.json")
    fs.write(main .. broken .. "/manifest.json", "{")
    for _, path in ipairs { "holiday.jpg", "2020-01-01/film.mp4", mixed .. "/notes.txt" } do
      fs.mkdir(main .. "2020-01-01")
      fs.write(main .. path, "mine")
    end
    local decisions <const> = offsite.actions(scene:json("tower:shared", "prune", "--remote").retention)
    assert.truthy(decisions[theirs].reason:find("made on 'another-machine'", 1, true))
    for _, id in ipairs { unfinished, broken, other } do
      assert.equal("keep", decisions[id].action)
      assert.equal("its manifest cannot be read: left alone", decisions[id].reason)
      assert.is_not_nil(fs.stat(main .. id .. "/shop.sql.gz"))
    end
    assert.is_not_nil(fs.stat(main .. theirs .. "/shop.sql.gz"))
    assert.same({ "notes.txt" }, fs.list(main .. mixed))
    assert.is_not_nil(fs.stat(main .. "holiday.jpg"))
    assert.is_not_nil(fs.stat(main .. "2020-01-01/film.mp4"))
  end)

  it("never deletes the last one, and runs after each upload", function()
    local newest <const> = remote_folder "last"
    local last <const>, older <const> = offsite.aged(newest, 100), offsite.aged(newest, 101)
    fs.remove(newest, { recursive = true })
    local decisions <const> = offsite.actions(scene:json("tower:last", "prune", "--remote").retention)
    assert.equal("keep", decisions[last].action)
    assert.equal("delete", decisions[older].action)
    local oldest <const> = offsite.aged(tower.folder .. "/last/main/" .. last, 102)
    local after <const> = offsite.actions(scene:upload("tower:last").remote_retention)
    assert.equal("keep", after[scene.id].action)
    assert.equal("delete", after[oldest].action)
    assert.same({ last, scene.id, "DR-RUNBOOK.md" }, fs.list(tower.folder .. "/last/main"))
  end)

  it("does not run after an upload that failed", function()
    local newest <const> = remote_folder "failed"
    offsite.aged(newest, 100)
    offsite.aged(newest, 101)
    fs.remove(newest, { recursive = true })
    local before <const> = remotes.files(tower.folder .. "/failed")
    offsite.damage(scene.set .. "/shop.sql.gz")
    local document <const> = scene:upload "tower:failed"
    offsite.damage(scene.set .. "/shop.sql.gz")
    assert.equal("CHECKSUM", document.error.code)
    assert.same(before, remotes.files(tower.folder .. "/failed"))
  end)
end)

describe("retention here", function()
  it("holds back what has not been uploaded while uploads fail, and lets it go when they succeed", function()
    local held <const>, too_old <const> = offsite.aged(scene.set, 12), offsite.aged(scene.set, 20)
    local spared <const> = offsite.aged(scene.set, 8)
    offsite.aged(scene.set, 1)
    offsite.aged(scene.set, 2)
    local function plan(remote)
      return offsite.actions(scene:json(remote, "prune", "--dry-run").retention)
    end
    assert.equal("delete", plan("tower:held")[held].action)
    offsite.damage(scene.set .. "/shop.sql.gz")
    scene:upload "tower:held"
    offsite.damage(scene.set .. "/shop.sql.gz")
    local decisions <const> = plan "tower:held"
    assert.truthy(decisions[held].reason:find("not uploaded yet, and uploads fail since 2", 1, true), decisions[held].reason)
    assert.equal("delete", decisions[too_old].action)
    assert.equal("keep", decisions[spared].action)
    assert.equal("delete", plan("tower:another")[held].action)
    assert.equal("ok", scene:upload("tower:held").status)
    assert.equal("delete", plan("tower:held")[held].action)
  end)
end)
