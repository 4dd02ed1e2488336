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

  it("hides secrets before it quotes and cuts", function()
    local secret <const> = 'pa"ss\\wo\n' .. ("x"):rep(500)
    for _, value in ipairs { secret, { secret }, { [secret] = 1 }, "say " .. secret, { { name = secret }, columns = { "name" } } } do
      local text <const> = inspect_value(value, { secrets = { secret } })
      assert.matches("%*%*%*", text)
      assert.is_nil(text:find("ss", 1, true), text)
    end
  end)

  it("shows what cannot be made a text", function()
    local broken <const> = setmetatable({}, { __tostring = function() error "no" end })
    assert.equal("{ [<<table>>] = 1, [<<table>>] = 1 }", inspect_value { [broken] = 1, [setmetatable({}, getmetatable(broken))] = 1 })
  end)

  it("takes for rows only what shows all there is", function()
    assert.equal('{ columns = {}, x = 1 }', inspect_value { columns = {}, x = 1 })
    assert.equal('{ columns = { "a" }, x = 1 }', inspect_value { columns = { "a" }, x = 1 })
    assert.equal("(0 affected)", inspect_value { columns = {}, affected = 0 })
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

describe("rows of a query", function()
  local rows <const> = {
    { name = "app", bytes = 17, open = true }, { name = "a\nb", bytes = 4200, password = "hush" },
    columns = { "name", "bytes", "open", "password" }, affected = 2,
  }

  it("are a table, with numbers to the right, nulls, and no secrets", function()
    assert.equal(table.concat({
      "name  bytes  open  password",
      "----  -----  ----  --------",
      "app      17  true  null",
      "a\\nb   4200  null  ***",
      "(2 rows)",
    }, "\n"), inspect_value(rows))
  end)

  it("stand each on lines of its own where they are too wide", function()
    assert.equal(table.concat({
      "-- row 1", "name      app", "bytes     17", "open      true", "password  null",
      "-- row 2", "name      a\\nb", "bytes     4200", "open      null", "password  ***",
      "(2 rows)",
    }, "\n"), inspect_value(rows, { columns = 20 }))
  end)

  it("are cut where there are too many, or a cell is too long", function()
    local long <const> = inspect_value { { t = ("é"):rep(100), n = 1 }, columns = { "t", "n" } }
    assert.equal(63, utf8.len(long:match("\n([^\n]+)\n%(1 row%)$")))
    assert.truthy(inspect_value(rows, { width = 1 }):find("(2 rows, 1 shown)", 1, true))
    assert.equal("a\n-\n(0 rows)", inspect_value { columns = { "a" } })
    assert.equal("(3 affected)", inspect_value { columns = {}, affected = 3 })
  end)

  it("are what they are in other places", function()
    assert.truthy(inspect_value({ rows = { columns = { "a" } } }):find('columns = { "a" }', 1, true))
    assert.truthy(inspect_value({ columns = 3 }):find("columns = 3", 1, true))
  end)
end)
