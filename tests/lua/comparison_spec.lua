-- The files of a set against what a remote lists: a table of cases.

local comparison = require "nightjar.remote.comparison"
local remote_of = require "nightjar.remote"

local files <const> = {
  { name = "app.sql.gz", bytes = 100, sha256 = "5a", md5 = "3d", sha1 = "1f" },
}

local function entry(size, hashes)
  return { Path = "app.sql.gz", Size = size, Hashes = hashes }
end

-- name, the entries there, the hash that was listed, the state, what says so or why not
local cases <const> = {
  { "nothing there", {}, "md5", "missing", "it is not there" },
  { "the same hash", { entry(100, { md5 = "3d" }) }, "md5", "equal", "md5" },
  { "the same hash in capitals", { entry(100, { md5 = "3D" }) }, "md5", "equal", "md5" },
  { "another hash", { entry(100, { md5 = "00" }) }, "md5", "differs", "its md5 differs there" },
  { "cut short", { entry(99, { md5 = "3d" }) }, "md5", "differs", "it has 99 bytes there, not 100" },
  { "a remote without hashes", { entry(100) }, nil, "equal", "size" },
  { "a file that has lost its hash", { entry(100, {}) }, "md5", "equal", "size" },
  { "a file whose hash is empty", { entry(100, { md5 = "" }) }, "md5", "equal", "size" },
  { "twice, both right", { entry(100, { md5 = "3d" }), entry(100, { md5 = "3d" }) }, "md5", "duplicate",
    "it is there 2 times" },
  { "by SHA-256", { entry(100, { sha256 = "5a" }) }, "sha256", "equal", "sha256" },
  { "by SHA-1", { entry(100, { sha1 = "1f" }) }, "sha1", "equal", "sha1" },
}

describe("a file at the remote", function()
  for _, case in ipairs(cases) do
    it(case[1], function()
      local states <const> = comparison.compare(files, case[2], case[3])
      local state <const> = states["app.sql.gz"]
      assert.equal(case[4], state.state)
      assert.equal(case[5], state.by or state.reason)
    end)
  end

  it("that is none of the set's is told", function()
    local _, foreign = comparison.compare(files, { entry(100), { Path = "holiday.jpg", Size = 7 } })
    assert.same({ "holiday.jpg" }, foreign)
  end)
end)

describe("a set at the remote", function()
  it("is as sure as its least sure file", function()
    local two <const> = { { name = "a" }, { name = "b" } }
    local function weakest(one, other)
      return comparison.weakest(two, { a = { state = "equal", by = one }, b = { state = "equal", by = other } })
    end
    assert.equal("md5", weakest("sha256", "md5"))
    assert.equal("size", weakest("md5", "size"))
    assert.equal("crypt md5", weakest("crypt md5", "md5"))
    assert.is_nil(comparison.weakest(two, { a = { state = "equal", by = "md5" }, b = { state = "missing" } }))
  end)
end)

describe("the hash that confirms", function()
  it("is the best that the remote has", function()
    assert.equal("sha256", remote_of.best_hash { "md5", "sha1", "sha256" })
    assert.equal("md5", remote_of.best_hash { "sha1", "md5", "quickxor" })
    assert.equal("sha1", remote_of.best_hash { "SHA-1" })
    assert.is_nil(remote_of.best_hash { "quickxor" })
    assert.is_nil(remote_of.best_hash {})
  end)
end)
