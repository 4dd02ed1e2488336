-- What the prompt understands, completes and keeps: decided without a terminal.

local chunk = require "nightjar.repl.chunk"
local complete = require "nightjar.repl.complete"
local fs = require "nightjar.fs"
local history = require "nightjar.repl.history"
local host = require "nightjar.host"
local lexer = require "nightjar.repl.lexer"
local secrecy = require "nightjar.secrecy"

describe("what is typed", function()
  it("is complete, or needs more lines, or is wrong", function()
    local cases <const> = {
      { "1 + 1", "complete" }, { "", "complete" }, { "-- nothing", "complete" }, { "= 5", "complete" },
      { "return 1, 2", "complete" }, { "for i = 1, 2 do end", "complete" },
      { "for i = 1, 2 do", "more" }, { "f(", "more" }, { "{ 1,", "more" }, { "x =", "more" },
      { "[[a text", "more" }, { "function f()", "more" }, { "'a\\", "more" }, { "a +", "more" },
      { "x y", "wrong" }, { "'not closed", "wrong" }, { "f(\"", "wrong" }, { ")", "wrong" }, { "1 1", "wrong" },
    }
    for _, case in ipairs(cases) do
      local found <const> = chunk.compile(case[1], "=input", {})
      assert.equal(case[2], found.run and "complete" or found.incomplete and "more" or "wrong", case[1])
    end
  end)

  it("keeps the locals of its outermost block, in their lines and columns", function()
    local cases <const> = {
      { "local x = 1", "      x = 1" },
      { "local x", "      x = nil" },
      { "local x local y <const> = 3", "      x = nil       y         = 3" },
      { "local a <const>, b <close> = f(function() local c = 2 end)",
        "      a        , b         = f(function() local c = 2 end)" },
      { "local function f() local z end", "      function f() local z end" },
      { "if a then local p = 1 elseif b then local q = 2 else local r = 3 end local s = 4",
        "if a then local p = 1 elseif b then local q = 2 else local r = 3 end       s = 4" },
      { "local x -- local y\nlocal t = { f = function() local x end }",
        "      x = nil -- local y\n      t = { f = function() local x end }" },
      { "repeat local x = 1 until x local k = 2", "repeat local x = 1 until x       k = 2" },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[2], (chunk.keep_locals(case[1])))
    end
    for _, code in ipairs { "x = 1", "do local x = 1 end", "print 'local x'", "for i = 1, 2 do local x = i end" } do
      local same, any = chunk.keep_locals(code)
      assert.equal(code, same)
      assert.is_false(any)
    end
    local environment <const> = {}
    chunk.compile("local n <const>, m = 2", "=input", environment).run()
    assert.same({ n = 2 }, environment)
  end)

  it("is cut into words, whatever it is", function()
    local function texts(code)
      local found = {}
      for index, word in ipairs(lexer.words(code)) do
        found[index] = word.text
      end
      return found
    end
    assert.same({ "a", ".", "b", "[", "'c]'", "]", "..", "0x1F", "==", "--x" }, texts "a.b['c]']..0x1F==--x")
    assert.same({ "[==[ ]] ]==]", "--[[ \n ]]", "y" }, texts "[==[ ]] ]==] --[[ \n ]] y")
    assert.same({ "a", "é", "…" }, { texts("a é …")[1], "é", "…" })
    for _, code in ipairs { "'", "\"\\", "[[", "--[[", "--[==[ ]] ", "\0\1\255", "..." } do
      assert.is_table(lexer.words(code))
    end
  end)
end)

describe("completion", function()
  local ran
  local trap <const> = setmetatable({}, {
    __index = function() ran = true end, __pairs = function() ran = true end, __call = function() ran = true end,
    __len = function() ran = true end,
  })
  local class <const> = { __index = { query = print, close = print, limit = 3 } }
  local huge <const> = {}
  for index = 1, 5000 do
    huge["k" .. index] = index
  end
  local roots <const> = { {
    target = { main = setmetatable({ host = "db", port = 1 }, class), ["odd one"] = { deep = true } },
    trap = trap, huge = huge, task = { sleep = print, timeout = print, _hidden = print }, list = { { first = 1 } },
    word = "text",
  } }
  local context <const> = { roots = roots, texts = { run = { "backup", "backups", "prune" } }, switches = { "\\json", "\\t" } }

  local cases <const> = {
    { "tas", { "task" } },
    { "task.s", { "sleep" } },
    { "task.", { "sleep", "timeout" } },
    { "task._", { "_hidden" } },
    { "x = 1 + task.ti", { "timeout" } },
    { "target.main.", { "close", "host", "limit", "port", "query" } },
    { "target.main:", { "close", "query" } },
    { "target.main:qu", { "query" } },
    { "target['odd one'].", { "deep" } },
    { "list[1].", { "first" } },
    { "target[\"", { "main", "odd one" } },
    { "word:rep", { "rep" } },
    { "trap.", {} },
    { "f(trap).", {} },
    { "nothing.x.", {} },
    { "run \"back", { "backup", "backups" } },
    { "run('pr", { "prune" } },
    { "print(\"ta", {} },
    { "-- ta", {} },
    { "'a text' .. ta", { "target", "task" } },
    { "x = 3.", {} },
    { "\\", { "\\json", "\\t" } },
    { "whi", { "while" } },
  }
  for _, case in ipairs(cases) do
    it(("finds what follows '%s'"):format(case[1]), function()
      local prefix <const>, found <const> = complete.candidates(case[1], context)
      assert.same(case[2], found)
      for _, candidate in ipairs(found) do
        assert.equal(prefix, candidate:sub(1, #prefix))
      end
    end)
  end

  it("has run nothing, and does not look at all of a huge table", function()
    assert.is_nil(ran)
    assert.is_true(#select(2, complete.candidates("huge.", context)) <= 2000)
  end)

  it("finds the methods of what is no table", function()
    local connection <const> = { roots = { { file = io.stdout } }, texts = {}, switches = {} }
    assert.same({ "write" }, select(2, complete.candidates("file:wr", connection)))
  end)

  it("puts in what is sure, and shows the rest in columns", function()
    assert.equal("back", complete.common { "backup", "backups", "back" })
    assert.equal("", complete.common {})
    assert.equal("a    c\nbbb\n", complete.columns({ "a", "bbb", "c" }, 11))
  end)
end)

describe("the history", function()
  local place

  before_each(function()
    place = "/tmp/nightjar-repl-spec-" .. host.random(8)
  end)

  after_each(function()
    fs.remove(place, { recursive = true })
  end)

  it("is in the state folder of whoever types", function()
    assert.equal("/s/nightjar/history", history.path { XDG_STATE_HOME = "/s", HOME = "/h" })
    assert.equal("/h/.local/state/nightjar/history", history.path { HOME = "/h" })
    assert.equal("/h/.local/state/nightjar/history", history.path { XDG_STATE_HOME = "relative", HOME = "/h" })
    assert.is_nil(history.path {})
  end)

  it("keeps each line once, for nobody else to read", function()
    local path <const> = place .. "/nightjar/history"
    local opened <const> = history.open(path)
    for _, line in ipairs { "one", "two", " one ", "for i = 1, 2 do\n  print(i)\nend", "x = 1 -- a\ny = 2" } do
      opened:add(line, {})
    end
    assert.equal("two\none\nfor i = 1, 2 do print(i) end\n", fs.read(path))
    assert.equal(384, fs.stat(path).mode)
    assert.equal(448, fs.stat(place .. "/nightjar").mode)
    assert.same({ "two", "one", "for i = 1, 2 do print(i) end" }, select(2, history.open(path)))
  end)

  it("keeps no secret", function()
    local path <const> = place .. "/history"
    local opened <const> = history.open(path)
    for _, line in ipairs { "PASSWORD = 'x'", "smtp.send { password = 'x' }", "ALTER ROLE a PASSWORD 'x'", "f('hush-hush')",
      "http.request { url = 'https://me:x@there/' }", "Token = 5" } do
      assert.is_nil(opened:add(line, { "hush-hush" }), line)
    end
    assert.is_nil(fs.stat(path))
  end)

  it("is not longer than it may be", function()
    local lines = {}
    for index = 1, 2500 do
      lines[index] = "line " .. index
    end
    local merged <const> = history.merge(lines, "the last")
    assert.equal(2000, #merged)
    assert.equal("the last", merged[2000])
  end)
end)

describe("secrets", function()
  it("are masked in data, and their files are not", function()
    local data <const> = { password = "x", list = { { token = "y", n = 1 } }, passfile = "/p", "it is sesame", ["a sesame"] = 1 }
    local masked <const> = secrecy.mask(data, { "sesame" })
    assert.same({ password = "***", list = { { token = "***", n = 1 } }, passfile = "/p", "it is ***", ["a ***"] = 1 }, masked)
  end)
end)
