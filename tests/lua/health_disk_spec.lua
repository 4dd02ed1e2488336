-- Space on disks: what is told of a file system, where a container's data is, and when a disk will be full.

local disk = require "nightjar.health.disk"
local forecast = require "nightjar.health.forecast"

local gibi <const> = 2 ^ 30
local limits <const> = { warn = 85, crit = 95, inodes = 95, full_within = 43200 }

-- A file system of 100 GiB of which `used` are used, and `reserved` for root alone.
local function space(used, reserved, inodes)
  return { total = 100 * gibi, free = (100 - used) * gibi, available = (100 - used - (reserved or 0)) * gibi,
    inodes = inodes and 1000 or 0, inodes_free = inodes and 1000 - inodes or 0 }
end

-- name, space, status before, seconds left | class, status, part of the message
local cases <const> = {
  { "half full", space(50), nil, nil, nil, "ok", "the home: 50.0 GiB of 100.0 GiB free, 50 % used" },
  { "just below the threshold", space(84.9), nil, nil, nil, "ok", "84 %" },
  { "at the threshold", space(85), nil, nil, "disk.warn", "warn", "85 %" },
  { "nearly full", space(95), nil, nil, "disk.crit", "crit", "95 %" },
  { "counted as df does, without what root keeps", space(90, 5), nil, nil, "disk.warn", "warn", "94 %" },
  { "full for all but root", space(95, 5), nil, nil, "disk.crit", "crit", "0 B of 100.0 GiB free, 100 % used" },
  { "a little below after a warning", space(84), "warn", nil, "disk.warn", "warn", "" },
  { "well below after a warning", space(82.9), "warn", nil, nil, "ok", "" },
  { "a little below after it was nearly full", space(94), "crit", nil, "disk.crit", "crit", "" },
  { "below after it was nearly full", space(90), "crit", nil, "disk.warn", "warn", "" },
  { "below the first threshold after it was nearly full", space(84), "crit", nil, "disk.warn", "warn", "" },
  { "just within the margin after a warning", space(83), "warn", nil, "disk.warn", "warn", "" },
  { "nearly full after a warning, and within the margin of more", space(94), "warn", nil, "disk.warn", "warn", "" },
  { "a little below after it was well", space(84), "ok", nil, nil, "ok", "" },
  { "filling within the day", space(50), nil, 80000, nil, "ok", "full in 22 h at the present rate" },
  { "filling within hours", space(50), nil, 20000, "disk.warn", "warn", "full in 5 h" },
  { "filling within minutes", space(50), nil, 600, "disk.warn", "warn", "full in 10 min" },
  { "filling within a year", space(50), nil, 3e7, nil, "ok", "50 % used" },
  { "with few inodes left", space(50, 0, 960), nil, nil, "disk.inodes", "warn", "96 % of the inodes are used, 40 are free" },
  { "with as few inodes left as the threshold", space(50, 0, 950), nil, nil, "disk.inodes", "warn", "95 %" },
  { "with enough inodes left", space(50, 0, 949), nil, nil, nil, "ok", "" },
  { "without a count of inodes", space(50, 0, nil), nil, nil, nil, "ok", "" },
  { "nearly full, and without inodes", space(95, 0, 999), nil, nil, "disk.crit", "crit", "" },
  { "of no size", { total = 0, free = 0, available = 0 }, nil, nil, nil, "ok", "0 %" },
}

describe("the judgement on a disk", function()
  for _, case in ipairs(cases) do
    it(case[1], function()
      local found <const> = disk.judge("the home", case[2], limits, case[3], case[4])
      assert.same({ case[5], case[6] }, { found.class, found.status }, found.message)
      assert.truthy(found.message:find(case[7], 1, true), found.message)
      assert.is_false(found.blocks or false)
    end)
  end

  it("has its use as a metric, to a tenth", function()
    assert.same({ { name = "disk", value = 84.9, unit = "%", warn = 85, crit = 95, max = 100 } },
      disk.judge("the home", space(84.94), limits).metrics)
  end)

  it("does not call a disk full that cannot be read", function()
    local found <const> = disk.judge_error("the home", { message = "input/output error" })
    assert.same({ "disk.unreadable", "unknown", false }, { found.class, found.status, found.blocks })
  end)
end)

describe("what df prints", function()
  local coreutils <const> = "Filesystem     1024-blocks    Used Available Capacity Mounted on\n"
    .. "/dev/vda1        101123456 2345678  98777778       3%% /var/lib/postgresql/data\n"
    .. "overlay          101123456 1 1 3%% /\n"

  it("is read, the first file system of it", function()
    assert.same({ total = 101123456 * 1024, free = (101123456 - 2345678) * 1024, available = 98777778 * 1024 },
      disk.parse_df((coreutils:gsub("%%%%", "%%"))))
  end)

  it("may have a name with spaces, as a share has", function()
    assert.equal(10240, disk.parse_df("Filesystem 1024-blocks Used Available Capacity Mounted on\n//a b/c 30 20 10 67% /x\n").available)
  end)

  it("may say that less than nothing is there", function()
    assert.equal(0, disk.parse_df("F 1024-blocks Used Available Capacity Mounted on\n/dev/a 30 30 -5 100% /\n").available)
  end)

  it("may be something else", function()
    assert.is_nil(disk.parse_df "df: /x: No such file or directory\n")
    assert.is_nil(disk.parse_df "")
  end)
end)

describe("the volume of a container", function()
  local function volume(environment, mounts)
    return disk.volume { Config = { Env = environment }, Mounts = mounts }
  end
  local data <const> = { Destination = "/var/lib/postgresql/data", Source = "/volumes/data" }
  local lib <const> = { Destination = "/var/lib", Source = "/volumes/lib" }
  local pg <const> = { Destination = "/var/lib/postgres", Source = "/volumes/other" }

  it("is the mount of PostgreSQL's usual folder", function()
    assert.same({ path = "/var/lib/postgresql/data", source = "/volumes/data" }, volume({ "A=B" }, { lib, data, pg }))
  end)

  it("is the mount that PGDATA is in", function()
    assert.same({ path = "/var/lib/postgresql/data/pgdata", source = "/volumes/data" },
      volume({ "PGDATA=/var/lib/postgresql/data/pgdata" }, { data, lib }))
  end)

  it("is a mount further up", function()
    assert.equal("/volumes/lib", volume(nil, { pg, lib }).source)
    assert.equal("/all", volume(nil, { { Destination = "/", Source = "/all" } }).source)
  end)

  it("may be none, or one without a folder", function()
    assert.same({ path = "/pg" }, volume({ "PGDATA=/pg" }, { data }))
    assert.same({ path = "/pg" }, volume({ "PGDATA=/pg" }, { { Destination = "/pg", Source = "" } }))
    assert.same({ path = "/var/lib/postgresql/data", guessed = true }, volume(nil, {}))
  end)

  local programs <const> = { Destination = "/usr", Source = "/usr", RW = false }
  local function with_tmpfs(environment, mounts, folder)
    return disk.volume({ Config = { Env = environment }, Mounts = mounts,
      HostConfig = { Tmpfs = { ["/pg"] = "mode=700", ["/run"] = "" } } }, folder)
  end

  it("is where the server says, whatever PGDATA does", function()
    assert.same({ path = "/pg/d" }, with_tmpfs({ "PGDATA=/var/lib/postgresql/data" }, { data }, "/pg/d"))
    assert.same({ path = "/elsewhere" }, with_tmpfs(nil, { data }, "/elsewhere"))
    assert.equal("/volumes/data", with_tmpfs(nil, { data }, "/var/lib/postgresql/data").source)
  end)

  it("is a tmpfs, which is not among the mounts", function()
    local all <const> = { Destination = "/", Source = "/all" }
    assert.same({ path = "/pg/d" }, with_tmpfs({ "PGDATA=/pg/d" }, { all }))
  end)

  it("is the only mount that can hold data where nothing says which", function()
    assert.same({ path = "/pg" }, with_tmpfs(nil, { programs }))
    assert.same({ path = "/var/lib/postgresql/data", guessed = true },
      with_tmpfs(nil, { programs, { Destination = "/more", Source = "/more", RW = true } }))
  end)
end)

-- Samples five minutes apart.
local function samples(count, used)
  local made = {}
  for index = 1, count do
    made[index] = { time = index * 300, used = used(index) }
  end
  return made
end

describe("when a disk will be full", function()
  local function hours(made, available)
    local left <const> = forecast.seconds_left(made, available)
    return left and math.floor(left / 3600 + 0.5)
  end

  it("is told from steady growth", function()
    assert.equal(10, hours(samples(100, function(index) return index * gibi / 12 end), 10 * gibi))
    assert.equal(10, hours(samples(13, function(index) return index * gibi / 12 end), 10 * gibi))
  end)

  it("is not told from a disk that keeps still, or empties", function()
    assert.is_nil(hours(samples(100, function() return gibi end), gibi))
    assert.is_nil(hours(samples(100, function(index) return -index end), gibi))
  end)

  it("is not told from one big file that came", function()
    assert.is_nil(hours(samples(100, function(index) return index > 60 and 20 * gibi or 0 end), gibi))
  end)

  it("is told in spite of one that went", function()
    assert.equal(10, hours(samples(100, function(index)
      return index * gibi / 12 - (index > 80 and 5 * gibi or 0)
    end), 10 * gibi))
  end)

  it("is not told from a short time, or a few samples", function()
    assert.is_nil(hours(samples(11, function(index) return index * gibi end), gibi))
    assert.is_nil(hours({ { time = 0, used = 0 }, { time = 90000, used = gibi } }, gibi))
    assert.is_nil(hours({}, gibi))
  end)

  it("is not put off by a clock that stood still", function()
    assert.is_nil(hours({ { time = 5, used = 0 }, { time = 5, used = gibi } }, gibi))
  end)
end)
