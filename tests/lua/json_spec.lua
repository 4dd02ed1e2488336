-- JSON: what goes in comes out, and what is no JSON is refused with its place.

local json = require "nightjar.json"

describe("json.decode", function()
  local function refused(text, message)
    local value, err = try(json.decode, text)
    assert.is_nil(value)
    assert.equal("FORMAT", err.code)
    assert.matches(message, err.message, 1, true)
  end

  it("keeps integers of 64 bits exact", function()
    assert.equal(9223372036854775807, json.decode "9223372036854775807")
    assert.equal(math.mininteger, json.decode "-9223372036854775808")
    assert.equal(9007199254740993, json.decode "9007199254740993")
    assert.equal("integer", math.type(json.decode "12"))
    assert.equal("float", math.type(json.decode "12.0"))
  end)

  it("makes a float of what only an unsigned integer of 64 bits holds", function()
    assert.equal(2 ^ 64, json.decode "18446744073709551615")
  end)

  it("keeps NUL in strings", function()
    assert.equal("a\0b", json.decode [["a\u0000b"]])
  end)

  it("leaves null out of objects and keeps it in lists", function()
    local value = json.decode [[{"a": null, "b": [1, null, 3]}]]
    assert.is_nil(value.a)
    assert.equal(json.null, value.b[2])
    assert.equal(3, #value.b)
    assert.equal(json.null, json.decode([[{"a": null}]], { nulls = true }).a)
  end)

  it("refuses what is no JSON, and says where", function()
    refused("", "the text is empty")
    refused("{", "line 1, column 2: the text ends too early")
    refused("[1,\n 2,]", "line 2, column 4")
    refused("1 2", "something follows")
    refused([[{"a": 1}x]], "column 9: true, false or null expected")
    refused("nul", "true, false or null expected")
    refused("NaN", "true, false or null expected")
    refused("{'a': 1}", "double quotes")
    refused("[01]", "number expected")
    refused('"\xff"', "utf-8")
    refused("99999999999999999999", "more than 64 bits")
    refused("-9223372036854775809", "more than 64 bits")
    refused(("["):rep(200), "nesting too deep")
  end)
end)

describe("json.encode", function()
  it("sorts the keys of objects", function()
    assert.equal([[{"a":1,"b":2,"c":3}]], json.encode { c = 3, a = 1, b = 2 })
  end)

  it("tells integers from floats, and writes floats so that they read back the same", function()
    assert.equal("[1,1.0,0.1,1e+300]", json.encode { 1, 1.0, 0.1, 1e300 })
    local value = 0.1 + 0.2
    assert.equal(value, json.decode(json.encode(value)))
  end)

  it("makes an empty list of what is marked as one, also after decoding", function()
    assert.equal([[{"list":[],"object":{}}]], json.encode { list = json.array {}, object = {} })
    assert.equal("[[]]", json.encode(json.decode "[[]]"))
  end)

  it("puts a replacement character where the bytes are no UTF-8", function()
    assert.equal('"a\u{FFFD}\u{FFFD}b"', json.encode "a\xff\xc0b")
    assert.equal('"\u{FFFD}\u{FFFD}\u{FFFD}"', json.encode "\xed\xa0\x80")
  end)

  it("refuses what is no JSON, and says which value", function()
    local function refused(value, message)
      local text, err = try(json.encode, value)
      assert.is_nil(text)
      assert.matches(message, err.message, 1, true)
    end
    refused({ a = { b = { 1, nil, 3 } } }, "value.a.b: a list with holes")
    refused({ list = { 0 / 0 } }, "value.list[1]: a number that is not finite")
    refused({ f = print }, "value.f: a function")
    refused({ [1.5] = 1 }, "keys of an object must be strings")
    local loop = {}
    loop.again = loop
    refused(loop, "contains itself")
  end)
end)
