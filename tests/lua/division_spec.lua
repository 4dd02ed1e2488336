-- Dividing a dump: who plays which bytes of it, in cases.

local division = require "nightjar.division"

local mib <const> = 1024 * 1024

-- A dump whose settings are its first 100 bytes, and 10 more at each of `others`.
local function print_of(tables, others)
  local session = { { offset = 0, bytes = 100 } }
  for index, offset in ipairs(others or {}) do
    session[index + 1] = { offset = offset, bytes = 10 }
  end
  return { session = session, tables = tables }
end

local function large(name, offset, bytes)
  return { name = name, rows = 1, hash = "", offset = offset * mib, bytes = bytes * mib }
end

local function small(name)
  return { name = name, rows = 1, hash = "" }
end

-- Ranges as text: "0+100 5242880+1048576".
local function text(ranges)
  local words = {}
  for index, range in ipairs(ranges) do
    words[index] = range.offset .. "+" .. (range.bytes > 1 << 50 and "rest" or range.bytes)
  end
  return table.concat(words, " ")
end

describe("a dump is divided", function()
  it("where there are two large tables, and many bytes of them", function()
    local enough <const> = { large("a", 1, 20), large("b", 30, 20) }
    assert.is_table(division.plan(print_of(enough), 2))
    assert.is_nil(division.plan(print_of(enough), 1))
    assert.is_nil(division.plan(print_of { large("a", 1, 500), small "b" }, 2))
    assert.is_nil(division.plan(print_of { large("a", 1, 10), large("b", 12, 10) }, 2))
    assert.is_nil(division.plan({ tables = enough, session = {} }, 2))
    assert.is_nil(division.plan({ tables = enough }, 2))
  end)

  it("into what comes before the first rows, the rows, and the rest, with the settings", function()
    local plan <const> = division.plan(print_of({ small "s", large("b", 40, 30), large("a", 2, 20) },
      { mib, 50 * mib, 80 * mib }), 2)
    assert.equal("0+" .. 2 * mib, text(plan.first))
    assert.same({ "b" }, plan.shares[1].tables)
    assert.same({ "a" }, plan.shares[2].tables)
    local settings <const> = "0+100 " .. mib .. "+10 "
    assert.equal(settings .. 40 * mib .. "+" .. 30 * mib, text(plan.shares[1].ranges))
    assert.equal(settings .. 2 * mib .. "+" .. 20 * mib, text(plan.shares[2].ranges))
    assert.equal(settings .. 22 * mib .. "+" .. 18 * mib .. " " .. 70 * mib .. "+rest", text(plan.rest))
  end)

  it("evenly, the largest first, each share in the order of the dump", function()
    local plan <const> = division.plan(print_of { large("a", 1, 10), large("b", 20, 60), large("c", 100, 20),
      large("d", 130, 35) }, 2)
    assert.same({ "b" }, plan.shares[1].tables)
    assert.same({ "a", "c", "d" }, plan.shares[2].tables)
    assert.equal(2, #division.plan(print_of { large("a", 1, 40), large("b", 50, 40) }, 16).shares)
  end)

  it("without a gap between tables that follow each other", function()
    local plan <const> = division.plan(print_of { large("a", 1, 20), large("b", 21, 20) }, 2)
    assert.equal("0+100 " .. 41 * mib .. "+rest", text(plan.rest))
  end)
end)
