-- Programs as a script runs them: what they say and how they end, never a shell in between.

local host = require "nightjar.host"
local process = require "nightjar.process"
local task = require "nightjar.task"
local patience <const> = require "tests.fixture.patience"

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value)
  return err
end

local function seconds_of(f)
  local began = host.now()
  f()
  return host.now() - began
end

describe("process.run", function()
  it("gives what the program wrote and its exit status", function()
    local result = process.run { "sh", "-c", "echo out; echo err >&2" }
    assert.equal("out\n", result.stdout)
    assert.equal("err\n", result.stderr)
    assert.equal(0, result.exit)
    assert.is_nil(result.signal)
    assert.is_true(result.seconds > 0)
  end)

  it("hands every argument on as it is", function()
    local odd = "a b'\"; $(false) ünï *"
    assert.equal(odd, process.run({ "printf", "%s", odd }).stdout)
  end)

  it("feeds any bytes and gives them back", function()
    local bytes = ("\0\1\255line\n"):rep(100000)
    assert.is_true(process.run({ "cat", stdin = bytes }).stdout == bytes)
  end)

  it("raises a failure with exit status and stderr", function()
    local err = failing(process.run, { "sh", "-c", "echo why >&2; exit 3" })
    assert.equal("EXIT", err.code)
    assert.equal(3, err.exit)
    assert.equal("why\n", err.stderr)
    assert.equal("process.run", err.op)
    assert.matches("'sh'", err.message)
  end)

  it("raises the signal that ended the program", function()
    local err = failing(process.run, { "sh", "-c", "kill -9 $$" })
    assert.equal("SIGNAL", err.code)
    assert.equal(9, err.signal)
  end)

  it("leaves the verdict to the script with check = false", function()
    assert.equal(3, process.run({ "sh", "-c", "exit 3", check = false }).exit)
    assert.equal(15, process.run({ "sh", "-c", "kill $$", check = false }).signal)
  end)

  it("names a program that is not there", function()
    local err = failing(process.run, { "no-such-program" })
    assert.equal("NOT_FOUND", err.code)
    assert.matches("'no%-such%-program'", err.message)
    assert.matches("PATH", err.hint)
  end)

  it("lays the environment over its own and runs in a folder", function()
    local result = process.run { "sh", "-c", "pwd; echo $ONE; echo ${HOME-none}", cwd = "/",
      env = { ONE = "1", HOME = false } }
    assert.equal("/\n1\nnone\n", result.stdout)
  end)

  it("ends a program that takes too long", function()
    local err
    local seconds = seconds_of(function()
      err = failing(process.run, { "sh", "-c", "echo stuck >&2; sleep 300", timeout = 0.2 * patience })
    end)
    assert.equal("TIMEOUT", err.code)
    assert.matches("'sh'", err.message)
    assert.matches("stuck", err.detail)
    assert.is_true(seconds < 2 * patience)
  end)

  it("ends the program when its task is cancelled", function()
    local seconds = seconds_of(function()
      failing(task.timeout, 0.1, process.run, { "sleep", "30" })
    end)
    assert.is_true(seconds < patience)
  end)

  it("runs many programs at the same time", function()
    local runs = {}
    for index = 1, 40 do
      runs[index] = function()
        return process.run({ "sh", "-c", "sleep 0.1; echo " .. index }).stdout
      end
    end
    for index, text in ipairs(task.parallel(runs)) do
      assert.equal(index .. "\n", text)
    end
  end)

  it("limits what it keeps", function()
    local err = failing(process.run, { "yes", limit = 1000 })
    assert.equal("FORMAT", err.code)
    assert.matches("1000 bytes", err.message)
  end)

  it("refuses what it does not know, and wrong types", function()
    assert.error_matches(function() process.run { "true", timout = 1 } end,
      "did you mean 'timeout'")
    assert.error_matches(function() process.run {} end, "empty")
    assert.error_matches(function() process.run { "true", {} } end, "entry 2")
    assert.error_matches(function() process.run { "true", stdin = 5 } end, "stdin")
    assert.error_matches(function() process.run { "a\0b" } end, "NUL")
  end)
end)

describe("process.source and process.sink", function()
  it("describe the ends of a pipeline", function()
    assert.same({ stage = "process.source", "pg_dump", "-Fp", env = { A = "b" } },
      process.source { "pg_dump", "-Fp", env = { A = "b" } })
    assert.same({ stage = "process.sink", "psql", cwd = "/" }, process.sink { "psql", cwd = "/" })
    assert.error_matches(function() process.source { "psql", stdin = "" } end, "unknown option")
    assert.error_matches(function() process.sink {} end, "empty")
  end)
end)
