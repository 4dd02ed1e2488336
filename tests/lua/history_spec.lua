-- What ran when: written a line at a time, read from the end, kept small.

local fs = require "nightjar.fs"
local history = require "nightjar.history"
local host = require "nightjar.host"

local folder, config

before_each(function()
  folder = ("/tmp/nightjar-history-spec-%d-%s"):format(host.pid, host.random(4))
  config = { state_folder = folder }
end)

after_each(function()
  fs.remove(folder, { recursive = true })
end)

local function add(task, number)
  history.append(config, { time = "2026-11-27T00:00:00Z", task = task, status = "ok", seconds = 0.1, number = number })
end

local function numbers(options)
  local list = {}
  for index, entry in ipairs(history.read(config, options)) do
    list[index] = entry.number
  end
  return list
end

describe("the history", function()
  it("is empty where nothing has run", function()
    assert.same({}, history.read(config))
  end)

  it("gives back what was put in, oldest first, of one task or of all", function()
    for number = 1, 4 do
      add(number % 2 == 0 and "backup" or "health-check", number)
    end
    assert.same({ 1, 2, 3, 4 }, numbers())
    assert.same({ 2, 4 }, numbers { task = "backup" })
    assert.same({ 3, 4 }, numbers { limit = 2 })
    assert.same({ 3 }, numbers { task = "health-check", limit = 1 })
  end)

  it("gives so many evenly, the newest among them", function()
    for number = 1, 10 do
      add("backup", number)
    end
    assert.same({ 4, 7, 10 }, numbers { evenly = 3 })
    assert.equal(10, #numbers { evenly = 10 })
  end)

  it("is private", function()
    add("backup", 1)
    assert.equal(384, fs.stat(folder .. "/history.jsonl").mode)
  end)

  it("passes over what cannot be read", function()
    add("backup", 1)
    fs.append(folder .. "/history.jsonl", '{"task":"backup","time":\n[1]\n{"task":"backup"}\n')
    add("backup", 2)
    assert.same({ 1, 2 }, numbers { task = "backup" })
  end)

  it("begins anew when it has grown, and still knows what was before", function()
    add("backup", 1)
    fs.append(folder .. "/history.jsonl", ("x"):rep(1000000) .. "\n")
    add("backup", 2)
    add("backup", 3)
    assert.is_true(fs.stat(folder .. "/history.jsonl").size < 1000)
    assert.same({ 2, 3 }, numbers())
    fs.append(folder .. "/history.jsonl", ("x"):rep(1000000) .. "\n")
    add("backup", 4)
    assert.same({ 4 }, numbers { limit = 1 })
    assert.same({ "history.jsonl", "history.jsonl.1", "last" }, fs.list(folder))
  end)

  it("knows the last of each task and job", function()
    add("backup", 1)
    add("backup", 2)
    history.append(config, { time = "2026-11-27T00:00:00Z", task = "drill", job = "monthly-drill", number = 3 })
    add("health-check", 4)
    assert.equal(2, history.last(config, "task", "backup").number)
    assert.equal(3, history.last(config, "job", "monthly-drill").number)
    assert.is_nil(history.last(config, "job", "drill"))
    assert.same({ "backup", "drill", "health-check" }, history.names(config, "task"))
    assert.same({ "monthly-drill" }, history.names(config, "job"))
  end)

  it("knows the last of what is rare, however often it has begun anew since", function()
    add("drill", 1)
    add("backup", 2)
    for number = 3, 5 do
      fs.append(folder .. "/history.jsonl", ("x"):rep(1000000) .. "\n")
      add("backup", number)
    end
    assert.equal(1, history.last(config, "task", "drill").number)
    assert.equal(5, history.last(config, "task", "backup").number)
    assert.same({ "backup", "drill" }, history.names(config, "task"))
  end)
end)
