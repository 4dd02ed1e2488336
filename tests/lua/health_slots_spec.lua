-- How many targets are looked at at the same time.

local host = require "nightjar.host"
local slots_of = require "nightjar.health.slots"
local task = require "nightjar.task"

-- Run so many that take `seconds` each: the most that ran at the same time, and how long all took.
local function run(slots, count, seconds)
  local now, most, jobs, began = 0, 0, {}, host.now()
  for index = 1, count do
    jobs[index] = function()
      return slots:run(function()
        now = now + 1
        most = math.max(most, now)
        task.sleep(seconds)
        now = now - 1
        return index
      end)
    end
  end
  local results <const> = task.parallel(jobs)
  assert.equal(count, results[count])
  return most, host.now() - began
end

describe("slots", function()
  it("let so many work", function()
    assert.equal(3, (run(slots_of.new(3, 60), 9, 0.03)))
  end)

  it("do not wait for what waits", function()
    local most <const>, seconds <const> = run(slots_of.new(2, 0.1), 8, 1)
    assert.equal(8, most)
    assert.is_true(seconds < 2.5, seconds)
  end)

  it("are free again after what failed", function()
    local slots <const> = slots_of.new(1, 60)
    local _, err = try(slots.run, slots, fail, "CODE", "it failed")
    assert.equal("CODE", err.code)
    assert.equal(7, slots:run(function() return 7 end))
  end)
end)
