-- Files and folders as a script uses them.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local task = require "nightjar.task"

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value)
  return err
end

describe("fs", function()
  local folder

  before_each(function()
    folder = "/tmp/nightjar-fs-spec-" .. host.random(8)
    fs.mkdir(folder)
  end)

  after_each(function()
    fs.remove(folder, { recursive = true })
  end)

  it("writes a whole file and reads it back", function()
    local path, bytes = folder .. "/state", ("\0\255x"):rep(50000)
    fs.write(path, bytes)
    assert.is_true(fs.read(path) == bytes)
    assert.equal(384, fs.stat(path).mode)
    fs.write(path, "", { mode = 420 })
    assert.equal("", fs.read(path))
    assert.equal(420, fs.stat(path).mode)
    assert.same({ "state" }, fs.list(folder))
  end)

  it("reads no more than it may", function()
    fs.write(folder .. "/file", "12345")
    assert.equal("12345", fs.read(folder .. "/file", { limit = 5 }))
    assert.equal("FORMAT", failing(fs.read, folder .. "/file", { limit = 4 }).code)
    assert.equal("NOT_FOUND", failing(fs.read, folder .. "/none").code)
  end)

  it("adds lines", function()
    fs.append(folder .. "/log", "one\n")
    fs.append(folder .. "/log", "two\n")
    assert.equal("one\ntwo\n", fs.read(folder .. "/log"))
  end)

  it("tells what a path is", function()
    fs.write(folder .. "/file", "12345")
    process.run { "ln", "-s", "file", folder .. "/link" }
    local found = fs.stat(folder .. "/file")
    assert.equal("file", found.type)
    assert.equal(5, found.size)
    assert.is_true(math.abs(found.mtime - host.time()) < 60)
    assert.equal("integer", math.type(found.inode))
    assert.equal("folder", fs.stat(folder).type)
    assert.equal("link", fs.stat(folder .. "/link").type)
    assert.equal("file", fs.stat(folder .. "/link", { follow = true }).type)
    assert.equal("other", fs.stat("/dev/null").type)
    assert.is_nil(fs.stat(folder .. "/none"))
  end)

  it("makes folders with those above them, and says whether it did", function()
    assert.is_true(fs.mkdir(folder .. "/a/b", { mode = 493 }))
    assert.is_false(fs.mkdir(folder .. "/a/b"))
    assert.equal(493, fs.stat(folder .. "/a/b").mode)
    assert.equal("NOT_FOUND", failing(fs.mkdir, folder .. "/x/y", { parents = false }).code)
  end)

  it("removes, and says whether there was anything", function()
    fs.mkdir(folder .. "/a/b")
    fs.write(folder .. "/a/b/file", "x")
    local err = failing(fs.remove, folder .. "/a")
    assert.matches("recursive", err.hint)
    assert.is_true(fs.remove(folder .. "/a", { recursive = true }))
    assert.is_false(fs.remove(folder .. "/a", { recursive = true }))
  end)

  it("renames, but never over something", function()
    fs.write(folder .. "/one", "1")
    fs.write(folder .. "/two", "2")
    assert.equal("EXISTS", failing(fs.rename, folder .. "/one", folder .. "/two").code)
    fs.rename(folder .. "/one", folder .. "/three")
    assert.equal("1", fs.read(folder .. "/three"))
    assert.is_nil(fs.stat(folder .. "/one"))
  end)

  it("locks until it is released or goes out of scope", function()
    local path = folder .. "/backup.lock"
    do
      local lock <close> = fs.lock(path, { note = "the first" })
      local err = failing(fs.lock, path, { note = "the second", timeout = 0.1 })
      assert.equal("LOCKED", err.code)
      assert.matches("the first", err.message)
      assert.equal("the first", err.detail)
      assert.equal("userdata", type(lock))
    end
    local lock = fs.lock(path)
    lock:release()
    lock:release()
    fs.lock(path):release()
  end)

  it("has a lock free as soon as it is released, whatever program begins just then", function()
    local done = false
    local function start_programs()
      while not done do process.run { "true" } end
    end
    task.parallel { start_programs, start_programs, start_programs, function()
      local enough <const> = host.now() + 1
      repeat fs.lock(folder .. "/a.lock", { timeout = 0 }):release() until host.now() > enough
      done = true
    end }
  end)

  it("tells how much room there is", function()
    local space = fs.space(folder)
    assert.is_true(space.total >= space.free and space.free >= space.available)
    assert.equal("integer", math.type(space.available))
    assert.equal("NOT_FOUND", failing(fs.space, folder .. "/none").code)
  end)

  it("flushes a folder to disk", function()
    fs.sync(folder)
    assert.equal("NOT_FOUND", failing(fs.sync, folder .. "/none").code)
  end)

  it("knows paths and programs", function()
    assert.equal("/a/b", fs.absolute("/a/b"))
    assert.equal("/", fs.absolute("x"):sub(1, 1))
    assert.matches("/sh$", fs.find_program("sh"))
    assert.is_nil(fs.find_program("no-such-program"))
  end)

  it("describes the ends of a pipeline", function()
    assert.same({ stage = "fs.source", path = "/a" }, fs.source("/a"))
    assert.same({ stage = "fs.sink", path = "/a" }, fs.sink("/a"))
  end)

  it("refuses what it does not know, and no path", function()
    assert.error_matches(function() fs.write("/x", "", { mod = 1 }) end, "did you mean 'mode'")
    assert.error_matches(function() fs.stat("") end, "path")
    assert.error_matches(function() fs.stat("a\0b") end, "path")
    assert.error_matches(function() fs.lock("/x", { timeout = "5" }) end, "timeout")
    assert.error_matches(function() fs.lock("/x", { timeout = -1 }) end, "timeout")
  end)
end)
