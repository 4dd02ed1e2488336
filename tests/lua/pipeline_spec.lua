-- Pipelines as a script runs them: what the result tells, and what an error tells.

local digest = require "nightjar.digest"
local fingerprint = require "nightjar.fingerprint"
local fs = require "nightjar.fs"
local gzip = require "nightjar.gzip"
local host = require "nightjar.host"
local pipeline = require "nightjar.pipeline"
local process = require "nightjar.process"
local task = require "nightjar.task"
local patience <const> = require "tests.fixture.patience"

local function shell(script)
  return process.source { "sh", "-c", script }
end

local function failing(options)
  local value, err = try(pipeline.run, options)
  assert.is_nil(value)
  return err
end

describe("pipeline.run", function()
  local folder

  before_each(function()
    folder = "/tmp/nightjar-pipeline-" .. host.random(8)
    fs.mkdir(folder)
  end)

  after_each(function()
    fs.remove(folder, { recursive = true })
  end)

  it("compresses into a file that gunzip reads, and tells its digests", function()
    local path = folder .. "/numbers.gz"
    local result = pipeline.run {
      from = shell "seq 500000",
      through = { gzip.compress { level = 1, threads = 2 }, digest { "sha256", "md5", "sha1" } },
      to = fs.sink(path),
    }
    assert.equal(3388895, result.bytes_in)
    assert.equal(fs.stat(path).size, result.bytes_out)
    assert.equal(384, fs.stat(path).mode)
    for _, name in ipairs { "sha256", "md5", "sha1" } do
      local sums = process.run { name .. "sum", path }
      assert.equal(sums.stdout:match("^%x+"), result.digests[name])
    end
    assert.equal(3388895, #process.run({ "gunzip", "-c", path }).stdout)
  end)

  it("decompresses into a program, and tells of every stage", function()
    local path = folder .. "/words.gz"
    process.run { "sh", "-c", "echo some words | gzip > " .. path }
    local result = pipeline.run {
      from = fs.source(path), through = { gzip.decompress() },
      to = process.sink { "sh", "-c", "cat > $TARGET; echo done >&2",
        env = { TARGET = folder .. "/words" } },
    }
    assert.equal("some words\n", fs.read(folder .. "/words"))
    local names = {}
    for index, stage in ipairs(result.stages) do
      names[index] = stage.name
    end
    assert.same({ "file", "gzip.decompress", "sh" }, names)
    assert.equal(11, result.stages[2].bytes_out)
    assert.equal(0, result.stages[3].exit)
    assert.equal("done\n", result.stages[3].stderr)
    assert.is_true(result.seconds > 0)
  end)

  it("takes the fingerprint of what passes", function()
    local result = pipeline.run {
      from = shell [[printf 'COPY public.t (a) FROM stdin;\n1\n2\n\\.\n']],
      through = { fingerprint.sql() }, to = pipeline.discard(),
    }
    assert.equal("public.t", result.fingerprint.tables[1].name)
    assert.equal(2, result.fingerprint.tables[1].rows)
    assert.is_nil(result.fingerprint.complete)
  end)

  it("raises who failed, how, and what it said", function()
    local path = folder .. "/partial.gz"
    local err = failing {
      from = shell "seq 500000; echo out of shared memory >&2; exit 7",
      through = { gzip.compress() }, to = fs.sink(path),
    }
    assert.equal("EXIT", err.code)
    assert.equal("pipeline.run", err.op)
    assert.equal("sh", err.stage)
    assert.equal(7, err.exit)
    assert.equal("out of shared memory\n", err.stderr)
    assert.equal(7, err.stages[1].exit)
    assert.is_nil(fs.stat(path))
  end)

  it("raises what a program said that stands still", function()
    local err = failing {
      from = shell "echo waiting for a lock >&2; exec sleep 100", to = pipeline.discard(),
      stall = 0.2,
    }
    assert.equal("TIMEOUT", err.code)
    assert.equal("sh", err.stage)
    assert.equal("waiting for a lock\n", err.stderr)
  end)

  it("ends at its time limit, and when the task around it does", function()
    local path = folder .. "/endless"
    local err = failing { from = shell "cat /dev/zero", to = pipeline.discard(), timeout = 0.2 }
    assert.equal("TIMEOUT", err.code)
    local began = host.now()
    local ok
    ok, err = try(task.timeout, 0.2, pipeline.run,
      { from = shell "exec cat /dev/zero", through = { gzip.compress() }, to = fs.sink(path) })
    assert.is_nil(ok)
    assert.equal("TIMEOUT", err.code)
    assert.is_true(host.now() - began < 1.2 * patience)
    assert.is_nil(fs.stat(path))
  end)

  it("shows a sibling how far it is", function()
    local meter = pipeline.meter()
    local seen
    task.parallel {
      function()
        pipeline.run {
          from = shell(("printf abc; while [ ! -e %s/go ]; do sleep 0.01; done"):format(folder)),
          to = pipeline.discard(), progress = meter, timeout = 20,
        }
      end,
      function()
        while meter:bytes_in() == 0 do
          task.sleep(0.01)
        end
        seen = meter:bytes_in()
        fs.write(folder .. "/go", "")
      end,
    }
    assert.equal(3, seen)
    assert.equal(3, meter:bytes_out())
  end)

  it("runs several at once", function()
    local runs = {}
    for index = 1, 8 do
      runs[index] = function()
        return pipeline.run {
          from = shell "seq 100000", through = { gzip.compress { level = 1 }, digest { "md5" } },
          to = process.sink { "cat" },
        }.digests.md5
      end
    end
    local sums = task.parallel(runs)
    assert.equal(8, #sums)
    for _, sum in ipairs(sums) do
      assert.equal(sums[1], sum)
    end
  end)

  it("refuses what is no pipeline", function()
    local nothing = pipeline.discard()
    local echo = process.source { "echo" }
    local function refused(message, options)
      local ok, text = pcall(pipeline.run, options)
      assert.is_false(ok)
      assert.matches(message, inspect(text))
    end
    refused("from: a stage expected, got nil", { to = nothing })
    refused("to: a stage expected, got nil", { from = echo })
    refused("to: 'process.source' cannot stand there", { from = echo, to = echo })
    refused("from: 'pipeline.discard' cannot stand there", { from = nothing, to = nothing })
    refused("through: 'fs.sink' cannot stand there",
      { from = echo, through = { fs.sink "/tmp/x" }, to = nothing })
    refused("did you mean 'through'", { from = echo, trough = {}, to = nothing })
    refused("progress: a pipeline.meter%(%) expected",
      { from = echo, to = nothing, progress = 1 })
  end)

  it("refuses filters that cannot be", function()
    local function refused(message, f, ...)
      local ok, text = pcall(f, ...)
      assert.is_false(ok)
      assert.matches(message, inspect(text))
    end
    refused("there is no digest 'sha512'", digest, { "sha512" })
    refused("at least one algorithm", digest, {})
    refused("level", gzip.compress, { level = 13 })
    refused("did you mean 'level'", gzip.compress, { levl = 3 })
    local twice = { from = process.source { "echo" }, to = pipeline.discard(),
      through = { digest { "md5" }, gzip.compress(), digest { "md5" } } }
    refused("one md5 at most", pipeline.run, twice)
  end)
end)

describe("digest.of", function()
  it("is what sha256sum and md5sum say of the same bytes", function()
    local bytes <const> = ("\0ü line\n"):rep(100000)
    for name, program in pairs { sha256 = "sha256sum", md5 = "md5sum" } do
      assert.equal(process.run({ program, stdin = bytes }).stdout:match "^%x+", digest.of(name, bytes))
    end
    assert.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", digest.of("sha256", ""))
    assert.is_false((pcall(digest.of, "sha512", "x")))
  end)
end)
