-- Tasks as a script sees them: at the same time, in time, again, and never left behind.

local task = require "nightjar.task"
local host = require "nightjar.host"
local patience <const> = require "tests.fixture.patience"
local process = require "nightjar.process"

local function seconds_of(f)
  local began = host.now()
  f()
  return host.now() - began
end

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value)
  return err
end

describe("parallel", function()
  it("runs its functions at the same time and gives results under the same keys", function()
    local results
    local seconds = seconds_of(function()
      results = task.parallel {
        function() task.sleep(0.2) return "first" end,
        second = function() task.sleep(0.2) return "second" end,
      }
    end)
    assert.same({ "first", second = "second" }, results)
    assert.is_true(seconds < 0.35 * patience)
  end)

  it("raises the first error with its key, and cancels the others", function()
    local closed = false
    local err = failing(task.parallel, {
      slow = function()
        local _ <close> = setmetatable({}, { __close = function() closed = true end })
        task.sleep(10)
      end,
      broken = function() fail("EXIT", "it broke") end,
    })
    assert.equal("EXIT", err.code)
    assert.equal("broken", err.key)
    assert.is_true(closed)
  end)

  it("keeps every outcome when asked to", function()
    local outcomes = task.parallel { collect = true, function() return 1 end, function() error "no" end }
    assert.same({ ok = true, value = 1 }, outcomes[1])
    assert.is_false(outcomes[2].ok)
    assert.matches("no", outcomes[2].error.message)
  end)

  it("lets no more run at once than its limit", function()
    local running, most = 0, 0
    local functions = { limit = 3 }
    for index = 1, 12 do
      functions[index] = function()
        running = running + 1
        most = math.max(most, running)
        task.sleep(0.01)
        running = running - 1
      end
    end
    task.parallel(functions)
    assert.equal(3, most)
  end)

  it("finishes a thousand, and starves none", function()
    local functions, done = { limit = 64 }, 0
    for index = 1, 1000 do
      functions[index] = function()
        task.sleep(0.001)
        done = done + 1
      end
    end
    task.parallel(functions)
    assert.equal(1000, done)
  end)

  it("refuses an option that it does not know", function()
    local err = failing(task.parallel, { limt = 3 })
    assert.matches("did you mean 'limit'", err.message)
  end)

  it("works in a coroutine of the script's own, and in a sort callback", function()
    local inner = coroutine.wrap(function()
      coroutine.yield(task.parallel { function() task.sleep(0.01) return 7 end }[1])
    end)
    assert.equal(7, inner())
    local list = { 3, 1, 2 }
    table.sort(list, function(left, right)
      task.sleep(0.001)
      return left < right
    end)
    assert.same({ 1, 2, 3 }, list)
  end)
end)

describe("timeout", function()
  it("gives back what the function returns", function()
    assert.same({ 1, nil, 3, n = 3 }, table.pack(task.timeout(5, function() return 1, nil, 3 end)))
  end)

  it("ends what takes too long", function()
    local err
    local seconds = seconds_of(function() err = failing(task.timeout, 0.1, task.sleep, 10) end)
    assert.equal("TIMEOUT", err.code)
    assert.is_true(seconds < patience)
  end)

  it("ends code that never waits", function()
    local err = failing(task.timeout, 0.1, function() while true do end end)
    assert.equal("TIMEOUT", err.code)
  end)

  it("ends code that swallows its cancellation", function()
    local waits = failing(task.timeout, 0.1, function() while true do pcall(task.sleep, 10) end end)
    assert.equal("TIMEOUT", waits.code)
    local computes = failing(task.timeout, 0.1, function()
      while true do
        pcall(function() while true do end end)
      end
    end)
    assert.equal("TIMEOUT", computes.code)
  end)

  it("ends it inside a coroutine of the script's own", function()
    local err = failing(task.timeout, 0.1, function()
      coroutine.wrap(function() while true do end end)()
    end)
    assert.equal("TIMEOUT", err.code)
  end)

  it("ends what waits where it cannot yield", function()
    local waits <const> = {
      coroutine.wrap(function() task.sleep(60) end),
      coroutine.wrap(function() process.run { "sleep", "60" } end),
      function() table.sort({ 1, 2, 3 }, function() task.sleep(60) end) end,
    }
    for index, wait in ipairs(waits) do
      local err
      assert.is_true(seconds_of(function() err = failing(task.timeout, 0.1, wait) end) < 10)
      assert.equal("TIMEOUT", err.code, index)
    end
  end)

  it("raises the function's own error as it is", function()
    assert.equal("AUTH", failing(task.timeout, 5, function() fail("AUTH", "no") end).code)
  end)
end)

describe("shield", function()
  it("lets clean-up wait in a task that is being cancelled", function()
    local cleaned = false
    failing(task.timeout, 0.1, function()
      local _ <close> = setmetatable({}, {
        __close = function()
          task.shield(5, function()
            task.sleep(0.05)
            cleaned = true
          end)
        end,
      })
      task.sleep(10)
    end)
    assert.is_true(cleaned)
  end)

  it("is itself limited in time", function()
    assert.equal("TIMEOUT", failing(task.shield, 0.05, task.sleep, 10).code)
  end)
end)

describe("retry", function()
  it("tries again until it works", function()
    local result = task.retry { times = 3, delay = 0.01, function(attempt)
      if attempt < 3 then fail("TIMEOUT", "not yet") end
      return attempt
    end }
    assert.equal(3, result)
  end)

  it("gives up at once on other errors than those named", function()
    local attempts = 0
    local err = failing(task.retry, { times = 3, delay = 0.01, on = { "TIMEOUT" }, function()
      attempts = attempts + 1
      fail("DENIED", "no")
    end })
    assert.equal("DENIED", err.code)
    assert.equal(1, attempts)
  end)
end)

describe("hundreds of tasks with children", function()
  it("are all closed where one of them fails", function()
    local closed, functions = 0, {}
    for index = 1, 400 do
      functions[index] = function()
        local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
        task.timeout(60, task.parallel, { function() task.sleep(60) end, function() task.sleep(60) end })
      end
    end
    functions[#functions + 1] = function() task.sleep(0.05) fail("BOOM", "one of many") end
    assert.equal("BOOM", failing(task.parallel, functions).code)
    assert.equal(400, closed)
    assert.equal(1, #task.list())
  end)
end)

describe("a task that waits where it cannot yield", function()
  it("keeps nobody else from going on", function()
    local flag = false
    local outcomes <const> = task.timeout(30 * patience, task.parallel, {
      coroutine.wrap(function()
        return task.parallel { function() while not flag do task.sleep(0.01) end return "seen" end }[1]
      end),
      function() task.sleep(0.05) flag = true return "set" end,
    })
    assert.same({ "seen", "set" }, outcomes)
  end)
end)

describe("a task whose coroutine somebody else resumes", function()
  it("goes on waiting", function()
    local waiting
    local outcomes <const> = task.parallel {
      function()
        waiting = coroutine.running()
        return process.run({ "sh", "-c", "sleep 0.1; echo done" }).stdout
      end,
      function()
        task.sleep(0.03)
        return coroutine.resume(waiting, 1, 2, 3)
      end,
    }
    assert.same({ "done\n", true }, outcomes)
  end)
end)

describe("a task that ends", function()
  it("runs its <close> variables when it fails", function()
    local closed = false
    failing(task.parallel, { function()
      local _ <close> = setmetatable({}, { __close = function() closed = true end })
      error "broken"
    end })
    assert.is_true(closed)
  end)

  it("says where it failed", function()
    local err = failing(task.parallel, { function() error "broken" end })
    assert.matches("task_spec.lua:%d+: broken", err.message)
    assert.matches("task_spec.lua", err.traceback)
  end)

  it("fails with what its <close> variables raise, if they do", function()
    local err = failing(task.parallel, { function()
      local _ <close> = setmetatable({}, { __close = function() fail("SYSTEM", "could not clean up") end })
      fail("EXIT", "broken")
    end })
    assert.equal("could not clean up", err.message)
  end)

  it("leaves no task behind", function()
    assert.equal(1, #task.list())
  end)
end)

describe("errors", function()
  it("carry code, message, hint and fields", function()
    local err = failing(fail, "CONFIG", "wrong", "Do it right.", { line = 3 })
    assert.same({ "CONFIG", "wrong", "Do it right.", 3 }, { err.code, err.message, err.hint, err.line })
    assert.equal("wrong (CONFIG)\n  hint: Do it right.", tostring(err))
  end)

  it("of Lua become error tables", function()
    local err = failing(function() return nil + 1 end)
    assert.equal("LUA", err.code)
    assert.matches("arithmetic", err.message)
  end)

  it("survive a value whose __tostring fails", function()
    local err = failing(error, setmetatable({}, { __tostring = function() error "worse" end }))
    assert.matches("error value of type table", err.message)
  end)
end)

describe("a budget", function()
  local function spent(f, ...)
    return failing(task.budget, 5 * patience, f, ...)
  end

  it("lets through what keeps to it, with its results and its errors", function()
    assert.same({ 42, "x" }, { task.budget(5, function(n) return 2 * n, "x" end, 21) })
    assert.equal("NO", spent(fail, "NO", "it cannot").code)
    assert.equal("nil", spent(error, nil).message)
    assert.equal("TIMEOUT", failing(task.budget, 0.05, task.sleep, 9).code)
  end)

  it("ends what computes without end, whatever it catches", function()
    local loops <const> = {
      function() while true do end end,
      function() while true do pcall(function() while true do end end) end end,
      function() coroutine.wrap(function() while true do end end)() end,
      function() task.parallel { function() while true do end end, function() task.sleep(9) end } end,
    }
    for index, loop in ipairs(loops) do
      assert.equal("BUDGET", failing(task.budget, 60 * patience, loop).code, index)
    end
  end)

  it("ends what catches every error in ever deeper calls", function()
    local function deeper() pcall(deeper) pcall(deeper) end
    assert.equal("TIMEOUT", failing(task.budget, 0.5, deeper).code)
    local function deep(n) return n == 0 and deeper() or deep(n - 1) + 1 end
    assert.equal("TIMEOUT", failing(task.budget, 0.5, string.gsub, "a", "a", function() deep(100000) end).code)
  end)

  it("looks at the time where memory is refused again and again", function()
    local began <const> = host.now()
    local err <const> = failing(task.budget, 1, function()
      local list = {}
      while true do pcall(function() while true do list[#list + 1] = {} end end) end
    end)
    assert.is_true(err.code == "TIMEOUT" or err.code == "BUDGET", err.code)
    assert.is_true(host.now() - began < 30 * patience)
  end)

  it("ends what allocates without end, and leaves the others their memory", function()
    local held <const> = ("y"):rep(80 << 20)
    local hungry <const> = {
      function() local text = "x" while true do text = text .. text end end,
      function() local list = {} for index = 1, 1e9 do list[index] = { index } end return list end,
      function() return ("x"):rep(1 << 30) end,
    }
    for index, f in ipairs(hungry) do
      local err <const> = failing(task.budget, 60 * patience, f)
      assert.equal("BUDGET", err.code, index)
      assert.matches("64 MiB", err.message)
    end
    assert.equal(80 << 20, #held)
    assert.equal(90 << 20, #("z"):rep(90 << 20))
    assert.equal("survived", task.budget(60 * patience, function()
      for _ = 1, 10 do pcall(string.rep, "x", 1 << 30) end
      return "survived"
    end))
  end)

  it("ends clean-up that never ends", function()
    local err <const> = failing(task.budget, 60, function()
      local _ <close> = setmetatable({}, { __close = function() while true do pcall(error) end end })
      error "over"
    end)
    assert.equal("BUDGET", err.code)
  end)

  it("leaves no task behind where there is no memory for one", function()
    collectgarbage "stop"
    failing(task.budget, 60, function()
      local held = {}
      for _, size in ipairs { 1 << 20, 1 << 14, 2000, 900 } do
        while pcall(function() held[#held + 1] = ("x"):rep(size) .. #held end) do end
      end
      for _ = 1, 50 do pcall(task.parallel, { function() end, function() end, function() end }) end
      error "full"
    end)
    collectgarbage "restart"
    assert.equal(1, #task.list())
    assert.equal("BUDGET", spent(function() while true do end end).code)
  end)

  it("counts what is held, and not what has gone", function()
    assert.equal(300, task.budget(60 * patience, function()
      local count = 0
      for index = 1, 300 do count = count + #(("x"):rep(1 << 20) .. index) // (1 << 20) end
      return count
    end))
  end)
end)
