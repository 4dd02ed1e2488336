-- Durations, sizes, shares and times as people write and read them.

local units = require "nightjar.units"

describe("durations", function()
  it("are read with their unit, and plain numbers are seconds", function()
    local cases <const> = {
      ["90s"] = 90, ["15m"] = 900, ["6h"] = 21600, ["7d"] = 604800, ["4w"] = 2419200,
      ["1h30m"] = 5400, ["1.5h"] = 5400, ["90"] = 90, ["0s"] = 0,
    }
    for text, seconds in pairs(cases) do
      assert.equal(seconds, units.duration(text), text)
    end
    assert.equal("integer", math.type(units.duration("1.5h")))
    assert.equal(0.5, units.duration(0.5))
  end)

  it("that are none say what was expected", function()
    for _, value in ipairs { "", "x", "7 days", "7days", "-1s", "1d ", "m", -1, 0 / 0, true } do
      local seconds, why = units.duration(value)
      assert.is_nil(seconds, tostring(value))
      assert.matches("^expected a duration such as 90s, 15m, 6h or 7d, got", why)
    end
    for _, value in ipairs { "101000d", "99999999999999999999", 1e10, math.huge } do
      assert.matches("at most 100 years", select(2, units.duration(value)))
    end
  end)

  it("are shown in their two largest units", function()
    local cases <const> = {
      [0] = "0 s", [0.42] = "0.4 s", [13.1] = "13.1 s", [59.97] = "1 min", [90] = "1 min 30 s",
      [3600] = "1 h", [5400] = "1 h 30 min", [604800] = "7 d",
      [90061] = "1 d 1 h", [-90] = "-1 min 30 s",
    }
    for seconds, text in pairs(cases) do
      assert.equal(text, units.format_duration(seconds))
    end
  end)
end)

describe("sizes", function()
  it("are read in powers of ten and of two", function()
    assert.equal(500000000, units.size "500MB")
    assert.equal(2147483648, units.size "2GiB")
    assert.equal(1536, units.size "1.5KiB")
    assert.equal(7, units.size "7")
    assert.equal(7, units.size(7))
  end)

  it("that are none, or more than can be counted, are refused", function()
    for _, value in ipairs { "", "GB", "5XB", "-5MB", 1.5, "99999999999TB", {} } do
      local bytes, why = units.size(value)
      assert.is_nil(bytes, tostring(value))
      assert.matches("^expected a size", why)
    end
  end)

  it("are shown with one decimal, never as 1024 of a unit", function()
    local cases <const> = {
      [0] = "0 B", [1023] = "1023 B", [1024] = "1.0 KiB", [1048575] = "1.0 MiB",
      [1482261362] = "1.4 GiB",
    }
    for bytes, text in pairs(cases) do
      assert.equal(text, units.format_size(bytes))
    end
  end)
end)

describe("percentages", function()
  it("are read with and without the sign, from 0 to 100", function()
    assert.equal(85, units.percent "85%")
    assert.equal(85, units.percent "85")
    assert.equal(99.5, units.percent(99.5))
    for _, value in ipairs { "101%", "-1%", "x", "%", 101, 0 / 0 } do
      assert.is_nil((units.percent(value)))
    end
  end)
end)

describe("times", function()
  it("come back from what was written", function()
    for _, unix in ipairs { 0, 951825599, 1709164800, 1795400100, 4102444800 } do
      assert.equal(unix, units.parse_iso(units.iso(unix)))
      assert.equal(unix, units.parse_iso(units.id(unix)))
    end
    assert.equal("2026-11-23T02:15:00Z", units.iso(1795400100.9))
    assert.equal("2026-11-23T02-15-00Z", units.id(1795400100))
  end)

  it("that cannot be are nil", function()
    for _, text in ipairs { "2026-06-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "2026-01-01T24:00:00Z", "2026-01-01 00:00:00", "", "latest" } do
      assert.is_nil(units.parse_iso(text), text)
    end
  end)
end)
