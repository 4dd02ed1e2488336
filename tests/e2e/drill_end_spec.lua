-- Drills that are ended in the middle: their throwaway servers end with them, and nothing stays.

local fs = require "nightjar.fs"
local offsite = require "tests.e2e.offsite"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local scene, place

setup(function()
  place = support.folder()
  scene = offsite.scene { policy = ('return { drill = { place = "cluster", folder = %q } }'):format(place.path) }
end)

teardown(function()
  scene:close()
  place:close()
end)

-- Processes that know of the drill's folder.
local function servers()
  return process.run({ "pgrep", "-f", place.path, check = false }).stdout
end

local function demand_nothing_left()
  assert.equal("", servers())
  assert.same({}, fs.list(place.path))
  assert.same({ "main" }, fs.list(scene.home.path .. "/backups"))
end

describe("a drill", function()
  -- Run a drill, and end it by a signal while its server runs.
  local function ended_by(signal)
    return scene.home:during({ "drill", "--local" }, function(pid)
      support.wait_for(60, "the throwaway server runs", function()
        return servers():find "%d" and process.run({ "find", place.path, "-name", ".s.PGSQL.*.lock" }).stdout ~= ""
      end)
      support.kill(signal, pid)
    end)
  end

  it("leaves nothing when it is interrupted", function()
    assert.equal(130, ended_by("INT").exit)
    demand_nothing_left()
  end)

  it("leaves no server when it is killed, and the next one takes away the rest", function()
    ended_by "KILL"
    support.wait_for(20, "the throwaway server has ended with it", function()
      return servers() == ""
    end)
    assert.is_true(#fs.list(place.path) > 0)
    assert.equal("ok", scene.home:json({ "drill", "--local" }).status)
    demand_nothing_left()
  end)
end)
