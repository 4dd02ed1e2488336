-- Disks that are full at any byte, that fail when they are to keep what was written, that may only be read.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local no_space <const>, io_error <const> = 28, 5

local server, broken

setup(function()
  server = support.server()
  server:database("shop", [[
    CREATE TABLE goods AS SELECT n, md5(n::text) AS name, md5((n * 7)::text) AS text FROM generate_series(1, 6000) AS n;]])
  broken = support.folder()
  process.run { "cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", broken.path .. "/broken_disk.so", "tests/fixture/broken_disk.c" }
end)

teardown(function()
  broken:close()
  server:close()
end)

-- The sets that are called complete can be proven; these are among them.
local function demand_whole(home, ids, why)
  local complete = {}
  for _, set in ipairs(home:json({ "backups" }).sets) do
    complete[set.id] = set.state == "complete" or nil
    assert.is_true(set.state == "complete" or set.state == "failed" and not set.proven, why)
  end
  for _, id in ipairs(ids) do
    assert.is_true(complete[id], why)
  end
  for id in pairs(complete) do
    home:expect(0, { "verify", id })
  end
end

describe("a disk that is full", function()
  it("at any byte leaves what was there, and nothing that is not whole", function()
    local place <const> = support.folder()
    process.run { "mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "tmpfs", place.path }
    local home <const> = support.home(server, { env = { "BACKUP_DIR=" .. place.path } })
    local _, err = try(function()
      home:expect(0, { "backup" })
      local first <const> = fs.list(place.path .. "/main")
      local used <const> = process.run({ "du", "-sk", place.path }).stdout:match "%d+"
      local outcomes, told = {}, {}
      for kibibytes = 0, 520, 40 do
        process.run { "mount", "-o", ("remount,size=%dk"):format(math.tointeger(tonumber(used)) + kibibytes), place.path }
        local result <const> = home:run { "backup", "--database", "shop" }
        local why <const> = ("with %d KiB free: %s%s"):format(kibibytes, result.stdout, result.stderr)
        outcomes[result.exit] = (outcomes[result.exit] or 0) + 1
        if result.exit ~= 0 then
          assert.equal(2, result.exit, why)
          told[why:find "No space left on device" and "half-way" or why:find "this backup needs" and "before" or why] = true
        end
        local _, others <const> = home:sets()
        assert.same({}, others, why)
        if result.exit == 0 then
          break
        end
      end
      process.run { "mount", "-o", "remount,size=16m", place.path }
      demand_whole(home, first, "with room again")
      assert.is_true(outcomes[2] >= 5 and outcomes[0] == 1, inspect(outcomes))
      assert.same({ before = true, ["half-way"] = true }, told)
    end)
    process.run { "umount", "--lazy", place.path }
    home:close()
    place:close()
    if err then
      error(err, 0)
    end
  end)
end)

describe("a disk that fails", function()
  local home

  before_each(function()
    home = support.home(server)
    home:expect(0, { "backup", "--database", "shop" })
  end)

  after_each(function()
    home:close()
  end)

  for _, case in ipairs {
    { "fsync", no_space, 1 }, { "fsync", io_error, 1 }, { "fsync", io_error, 3 }, { "fsync", no_space, 6 },
    { "close", io_error, 2 }, { "close", no_space, 1 }, { "rename", io_error, 1 }, { "rename", no_space, 2 },
  } do
    local call <const>, number <const>, after <const> = table.unpack(case)
    it(("at %s, with errno %d, from the %d. on, has made no set"):format(call, number, after), function()
      local ids <const> = home:sets()
      local result <const> = home:run { "backup", "--database", "shop", "--no-verify", env = {
        LD_PRELOAD = broken.path .. "/broken_disk.so", BROKEN_DISK_FOLDER = home.path .. "/backups", BROKEN_DISK_CALL = call,
        BROKEN_DISK_ERRNO = tostring(number), BROKEN_DISK_AFTER = tostring(after) } }
      assert.equal(2, result.exit, result.stdout .. result.stderr)
      assert.matches(number == io_error and "[Ii]nput/output error" or "[Nn]o space left", result.stderr)
      assert.same(ids, (home:sets()))
      assert.equal("proven", home:json({ "backups" }).sets[1].verdict or home:json({ "backups" }).sets[1].proven and "proven")
      home:expect(0, { "backup", "--database", "shop", "--no-verify" })
    end)
  end
end)

describe("a file system that may only be read", function()
  for _, folder in ipairs { "backups", "logs", "state" } do
    it("below " .. folder .. " is told, and loses nothing", function()
      local home <const> = support.home(server)
      home:expect(0, { "backup", "--database", "shop" })
      local ids <const>, path <const> = (home:sets()), home.path .. "/" .. folder
      process.run { "mount", "--bind", path, path }
      process.run { "mount", "-o", "remount,ro,bind", path }
      local result <const> = home:run { "backup", "--database", "shop", "--no-verify" }
      process.run { "umount", path }
      local why <const> = result.stdout .. result.stderr
      if folder == "logs" then
        assert.equal(0, result.exit, why) -- a log that cannot be written changes no verdict
      else
        assert.equal(2, result.exit, why)
      end
      assert.matches("[Rr]ead%-only file system", why)
      demand_whole(home, ids, why)
      home:expect(0, { "backup", "--database", "shop", "--no-verify" })
      home:close()
    end)
  end
end)

describe("a folder", function()
  it("with 100,000 files that are not nightjar's is no slower by much, and loses none", function()
    local home <const> = support.home(server)
    home:expect(0, { "backup", "--database", "shop" })
    process.run { "bash", "-c", 'cd "$0" && seq -f "note-%06.0f" 100000 | xargs touch', home.path .. "/backups/main", timeout = 120 }
    local began <const> = host.now()
    assert.equal(1, #home:json({ "backups" }).sets)
    home:expect(0, { "backup", "--database", "shop", "--no-verify" })
    home:expect(0, { "prune" })
    assert.is_true(host.now() - began < 60)
    assert.equal(100000, tonumber(process.run({ "bash", "-c", 'ls "$0" | grep -c note-', home.path .. "/backups/main" }).stdout))
    home:close()
  end)

  it("with a manifest from the future is told of, counts for nothing, and keeps it", function()
    local home <const> = support.home(server)
    home:expect(0, { "backup", "--database", "shop" })
    local ids <const>, _, where <const> = home:sets()
    local newer <const> = where .. "/2036-01-01T00-00-00Z"
    process.run { "cp", "-R", where .. "/" .. ids[1], newer }
    local text <const> = fs.read(newer .. "/manifest.json"):gsub('"schema_version": *1', '"schema_version": 2')
      :gsub(ids[1], "2036-01-01T00-00-00Z")
    fs.write(newer .. "/manifest.json", text)
    local sets <const> = home:json({ "backups" }).sets
    assert.equal("2036-01-01T00-00-00Z", sets[1].id)
    assert.matches("schema version 2", sets[1].problem)
    assert.is_false(sets[1].proven)
    assert.equal(ids[1], home:json({ "verify" }).verification and home:json({ "backups" }).sets[2].id)
    home:expect(0, { "backup", "--database", "shop", "--no-verify", env = { BACKUP_KEEP = "1s", BACKUP_KEEP_MIN = "1" } })
    assert.is_table(fs.stat(newer .. "/manifest.json"))
    home:close()
  end)
end)
