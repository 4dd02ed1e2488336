-- Memory does not grow with the database.

local support = require "tests.e2e.support"
local fs = require "nightjar.fs"
local task = require "nightjar.task"

local server, home
local limit <const> = 64 * support.mebibyte

setup(function()
  server = support.server()
  home = support.home(server)
end)

teardown(function()
  home:close()
  server:close()
end)

-- The most memory that the nightjar process itself has had resident at once, as the kernel counts it.
local function peak_of(arguments)
  local peak, ended = 0, false
  local result = home:during(arguments, function(pid)
    while not ended do
      local status <const> = try(fs.read, ("/proc/%d/status"):format(pid))
      local kib <const> = status and status:match "VmHWM:%s*(%d+)"
      ended = not kib
      peak = math.max(peak, (tonumber(kib) or 0) * 1024)
      task.sleep(0.02)
    end
  end)
  assert.equal(0, result.exit, result.stderr)
  return peak
end

local function megabytes_of_noise(name, megabytes)
  server:database(name, ([[CREATE TABLE noise AS
    SELECT n, sha512(n::text::bytea) AS raw, repeat(md5(n::text), 26) AS text FROM generate_series(1, %d) AS n;]])
    :format(megabytes * 1000))
end

describe("the memory of nightjar", function()
  it("stays under 64 MiB, the same for a small database and for one ten times its size", function()
    megabytes_of_noise("small", 30)
    megabytes_of_noise("large", 300)
    local small <const> = peak_of { "backup", "--database", "small" }
    local large <const> = peak_of { "backup", "--database", "large" }
    assert.is_true(large < limit, ("%d MiB"):format(large // support.mebibyte))
    assert.is_true(large < small + 8 * support.mebibyte,
      ("%d MiB and %d MiB"):format(small // support.mebibyte, large // support.mebibyte))
  end)

  it("stays under 64 MiB while it restores", function()
    local peak <const> = peak_of { "restore", "--database", "large", "--as", "large again", "--yes" }
    assert.is_true(peak < limit, ("%d MiB"):format(peak // support.mebibyte))
  end)

  it("stays under 64 MiB with a row of 100 MB", function()
    server:database("row", "CREATE TABLE wide AS SELECT repeat('0123456789', 10000000) AS body;")
    local peak <const> = peak_of { "backup", "--database", "row" }
    assert.is_true(peak < limit, ("%d MiB"):format(peak // support.mebibyte))
  end)
end)
