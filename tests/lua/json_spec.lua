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

  it("makes the nearest float of an integer beyond 64 bits, never the largest integer", function()
    assert.equal(2.0 ^ 63, json.decode "9223372036854775808")
    assert.equal(2.0 ^ 64, json.decode "18446744073709551615")
    local value = json.decode "[99999999999999999999, -9223372036854775809, 7, 1e2]"
    assert.same({ 1e20, -2.0 ^ 63, 7, 100.0 }, value)
    assert.equal("float", math.type(value[2]))
    assert.equal("integer", math.type(value[3]))
  end)

  it("takes the last of a key that stands twice", function()
    assert.equal(2, json.decode([[{"a": 1, "a": 2}]]).a)
  end)

  it("reads a long list of numbers in a time that grows with its length", function()
    local list = json.decode("[" .. ("123,"):rep(300000) .. "1]")
    assert.equal(300001, #list)
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
    refused("[-01]", "column 2: number expected")
    refused("[1.]", "column 2: number expected")
    refused("[1, 1e400]", "column 5: a number too large for a double")
    refused('"\xff"', "column 2: a byte that is no UTF-8")
    refused('"a\nb"', "column 3: a control character")
    refused('"a\0b"', "column 3: a control character")
    refused("1\0", "column 2: unexpected character")
    refused("1 /* one */", "column 3: unexpected character")
    refused("1\v", "column 2: unexpected character")
    refused([[{"a\u0000b": 1}]], "column 2: a key with NUL")
    refused("[99999999999999999999, 2 3]", "column 26")
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

  it("indents by two blanks when asked for pretty text", function()
    assert.equal('{\n  "a": [\n    1\n  ],\n  "b": [],\n  "c": {}\n}',
      json.encode({ a = { 1 }, b = json.array {}, c = {} }, { pretty = true }))
  end)

  it("nests as deep as it reads", function()
    local deep = ("["):rep(128) .. ("]"):rep(128)
    assert.equal(deep, json.encode(json.decode(deep)))
  end)

  it("writes a table that stands twice, but not within itself, twice", function()
    local shared = { 1 }
    assert.equal("[[1],[1]]", json.encode { shared, shared })
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
    refused({ first = loop }, "value.first.again: it contains itself")
    local holes = { 1, 2, 3, 4 }
    holes[3], holes.name = nil, "as many fields as a list of four has"
    refused(holes, "a list with holes")
  end)
end)
