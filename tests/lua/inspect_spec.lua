-- Values as text: readable, the same every time, without secrets, and with an end.

local inspect_value = require "nightjar.inspect"

describe("inspect", function()
  it("shows lists and sorted keys", function()
    assert.equal('{ 1, "two", a = true, b = {}, ["c d"] = 1.5 }',
      inspect_value { 1, "two", b = {}, a = true, ["c d"] = 1.5 })
    assert.equal("nil", inspect_value(nil))
    assert.equal([["a\n\x00\"é"]], inspect_value("a\n\0\"é"))
    assert.equal('{ ["end"] = 1 }', inspect_value { ["end"] = 1 })
  end)

  it("breaks what is too long for a line", function()
    local text <const> = inspect_value { a = ("x"):rep(60), b = ("y"):rep(60) }
    assert.equal(4, select(2, (text .. "\n"):gsub("\n", "")))
  end)

  it("keeps secrets to itself, and shows where a file with one is", function()
    local text <const> = inspect_value { password = "hush", SMTP_PASSWORD = "hush", token = "hush",
      nested = { api_secret = "hush" }, passfile = "/x" }
    assert.is_nil(text:find("hush", 1, true))
    assert.truthy(text:find('passfile = "/x"', 1, true))
  end)

  it("ends for a table that holds itself, and for one that is deep or wide", function()
    local ring <const> = {}
    ring.self = ring
    assert.equal("{ self = <cycle> }", inspect_value(ring))
    assert.equal("{ a = { b = {…} } }", inspect_value({ a = { b = { c = 1 } } }, { depth = 2 }))
    assert.equal("{ 1, 2, …(3 more) }", inspect_value({ 1, 2, 3, 4, 5 }, { width = 2 }))
    assert.equal('"xxx" …(997 more bytes)', inspect_value(("x"):rep(1000), { text = 3 }))
  end)

  it("shows an error as it would be told", function()
    local _, err = try(fail, "TIMEOUT", "too late", "Wait longer.")
    assert.equal("<too late (TIMEOUT)\n  hint: Wait longer.>", inspect_value(err))
  end)
end)
