-- That a leak fails the test which leaves it: tests/fixture/leaky_spec.lua is run, and leaves one of each.

local leaks = require "tests.lua.leaks"
local process = require "nightjar.process"
local support = require "tests.e2e.support"
local task = require "nightjar.task"

local function thing(text, key)
  return { key = key or text, text = text }
end

describe("what there is more of", function()
  local function compare(before, after)
    local texts = {}
    for index, left in ipairs(leaks.compare({ file = before }, { file = after })) do
      texts[index] = left.text
    end
    return texts
  end

  it("is what was not there", function()
    assert.same({ "b", "c" }, compare({ thing "a" }, { thing "c", thing "a", thing "b" }))
  end)

  it("is not what has gone, or has come back under another number", function()
    assert.same({}, compare({ thing "a", thing("socket 1", "socket") }, { thing("socket 2", "socket") }))
  end)

  it("is the newest of many that are alike", function()
    local before <const> = { thing("socket 1", "socket"), thing("socket 2", "socket") }
    assert.same({ "socket 3" }, compare(before, { thing("socket 3", "socket"), before[1], before[2] }))
    assert.same({ "a" }, compare({ thing "a" }, { thing "a", thing "a" }))
  end)
end)

it("a child is a program that is counted, also without anything of this spec's in its environment", function()
  local children = {}
  task.parallel {
    function() process.run { "env", "--ignore-environment", "/bin/sleep", "0.3" } end,
    function()
      support.wait_for(10, "there is a child", function()
        for _, program in ipairs(leaks.count().program) do
          children[program.key] = program.text:find "^child " ~= nil
        end
        return children["/bin/sleep 0.3"]
      end)
    end,
  }
end)

it("the worker threads that stay are not counted", function()
  local before <const> = leaks.count()
  local function start() return process.run { "sleep", "0.1" } end
  task.parallel { start, start, start, start, start, start }
  assert.same({}, leaks.left(before))
end)

-- What was printed behind the name of each test that went well; of the file as a whole behind its path.
local function said_of_each(output)
  local said, name = {}, nil
  for line in output:gmatch "[^\n]+" do
    local begun <const> = line:match "^ok %d+ %- (.+)" or line:match "^not ok %d+ %- suite (tests/.+)"
    name = begun or name
    if name then
      said[name] = begun and "" or said[name] .. line .. "\n"
    end
  end
  return said
end

describe("a spec", function()
  local spec <const> = "tests/fixture/leaky_spec.lua"
  local said, output

  setup(function()
    local ran <const> = process.run { "tests/spec.sh", os.getenv "NIGHTJAR" or "build/nightjar", "run",
      "tests/lua/busted.lua", spec, check = false,
      timeout = 100 }
    assert.is_true((ran.exit or 0) > 0, ran.stdout .. ran.stderr)
    output, said = ran.stdout, said_of_each(ran.stdout)
    process.run { "rm", "-rf", "--", said["bad: a file"]:match "file: (/%S+)/left\n" }
  end)

  for name, left in pairs {
    ["bad: a descriptor"] = "descriptor: /.*/README.md\n",
    ["bad: a socket"] = "descriptor: socket:%[%d+%]\n",
    ["bad: a program"] = "program: sleep 7  %(pid %d+%)\n",
    ["bad: a file"] = "file: /.*/left\n",
    ["bad: a scratch database"] = "scratch database: nightjar_verify_a\n",
    ["bad: a scratch database in a server that goes"] = "scratch database: shop__restore_a\n",
    ["bad: half a file"] = "half a file: /.*/.partial%-a\n",
    ["bad: half a file in a home that goes"] = "half a file: /.*/state.json.0123456789abcdef.tmp\n",
    [spec] = "file: /.*/of setup\n",
  } do
    it("fails by name for " .. name, function()
      assert.matches("left behind\n#   " .. left .. "$", (said[name]:gsub("\n1%.%..*", "\n")))
    end)
  end

  it("blames nobody for what a test has left that broke off", function()
    assert.matches("^not ok 1 %- breaks off\n", output)
    assert.is_nil(output:find("verify_broken_off", 1, true))
    assert.is_nil(output:find("/broken off", 1, true))
  end)

  for _, name in ipairs { "a fixture", "garbage", "on its way out", "on purpose", "the same again" } do
    it("does not fail for " .. name, function()
      assert.equal("", said["good: " .. name])
    end)
  end
end)
