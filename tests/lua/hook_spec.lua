-- The policy's functions, right and wrong: what is wrong is never used, and told with file and line.

local hook = require "nightjar.hook"
local sandbox = require "nightjar.policy.sandbox"
local policy_of = require "nightjar.policy"
local target_of = require "nightjar.target"

-- The function that a policy's text returns.
local function written(body)
  return sandbox.run("\nreturn function(...)\n" .. body .. "\nend", "config/policy.lua", function(name)
    return nil, name
  end)
end

local function context()
  local lines = {}
  return { lines = lines, log = { warn = function(_, event, fields) lines[#lines + 1] = event .. ": " .. fields.message end } }
end

describe("a function of the policy", function()
  local mistakes <const> = {
    { "raises a text", "error 'oh no'", "config/policy.lua:3", "oh no" },
    { "raises nil", "error(nil)", "config/policy.lua:2", "nil" },
    { "raises a table", "error({})", "config/policy.lua:2", "table" },
    { "uses what is not there", "return nothing.x", "config/policy.lua:3", "global 'nothing'" },
    { "ends the program", "os.exit(0)", "config/policy.lua:3", "field 'exit'" },
    { "starts a program", "os.execute 'true'", "config/policy.lua:3", "field 'execute'" },
    { "opens a file", "io.open '/etc/passwd'", "config/policy.lua:3", "global 'io'" },
    { "loads code", "load 'return 1'", "config/policy.lua:3", "global 'load'" },
    { "computes without end", "while true do end", "config/policy.lua:2", "did not end within" },
    { "computes without end, whatever comes", "while true do pcall(function() while true do end end) end", "config/policy.lua:2",
      "did not end within" },
    { "allocates without end", "local s = 'x' while true do s = s .. s end", "config/policy.lua:2", "64 MiB" },
    { "calls itself without end", "local function f() return 1 + f() end return f()", "config/policy.lua:", "" },
    { "answers nothing", "", "config/policy.lua:2", "nil, not true or false" },
    { "answers a text", "return 'yes'", "config/policy.lua:2", "'yes', not true or false" },
    { "answers a number", "return 1", "config/policy.lua:2", "1, not true or false" },
    { "gives a reason that is none", "return true, {}", "config/policy.lua:2", "its reason is a table" },
  }
  for _, mistake in ipairs(mistakes) do
    it("that " .. mistake[1] .. " is not used", function()
      local where <const> = context()
      local answer <const> = hook.decide(where, { name = "retention.keep", f = written(mistake[2]), check = hook.yes_or_no },
        "the default", { id = "x" })
      assert.equal("the default", answer)
      assert.equal(1, #where.faults)
      assert.matches("retention.keep (" .. mistake[3], where.faults[1], 1, true)
      assert.matches(mistake[4], where.faults[1], 1, true)
      assert.is_nil(where.faults[1]:find("\n", 1, true))
      assert.same({ "policy.failed: " .. where.faults[1] }, where.lines)
    end)
  end

  it("that is right is used, with all that it says", function()
    local where <const> = context()
    local check <const> = { name = "retention.keep", f = written "return ... == 'x', 'because'", check = hook.yes_or_no }
    assert.same({ true, "because" }, { hook.decide(where, check, nil, "x") })
    assert.same({ false, "because" }, { hook.decide(where, check, nil, "y") })
    assert.is_nil(where.faults)
  end)

  it("that did not end is not asked again", function()
    local where <const> = context()
    local asked = 0
    local f <const> = function() asked = asked + 1 while true do end end
    for _ = 1, 3 do
      assert.equal("the default", hook.decide(where, { name = "retention.keep", f = f, seconds = 0.05, check = hook.yes_or_no },
        "the default"))
    end
    assert.same({ 1, 1 }, { asked, #where.faults })
  end)

  it("tells a fault once", function()
    local where <const> = context()
    for _ = 1, 3 do
      hook.decide(where, { name = "x", f = written "error 'no'" }, nil)
    end
    assert.equal(1, #where.lines)
  end)

  it("is not kept from being cancelled", function()
    local _, err = try(require("nightjar.task").timeout, 0.1, function()
      hook.ask { name = "x", f = function() require("nightjar.task").sleep(9) end }
    end)
    assert.equal("TIMEOUT", err.code)
  end)

  it("answers with a list where one is wanted", function()
    assert.is_nil(hook.texts { "a", "b" })
    assert.is_nil(hook.texts {})
    for _, wrong in ipairs { "a", 3, { 1 }, { "a", "" }, { x = "a" }, { "a", x = "b" }, false } do
      assert.is_string(hook.texts(wrong))
    end
    assert.is_string(hook.texts(nil))
  end)
end)

describe("the place where a policy runs", function()
  local function run(text, modules)
    return sandbox.run(text, "config/policy.lua", function(name)
      local file <const> = "config/" .. name:gsub("%.", "/") .. ".lua"
      return (modules or {})[name], file
    end)
  end

  local function refused(text, modules)
    local _, err = try(run, text, modules)
    assert.equal("CONFIG", err and err.code, text)
    return err.message
  end

  it("has libraries of its own", function()
    run "string.rep = function() return 'broken' end; table.sort = nil; return {}"
    assert.equal("aa", ("a"):rep(2))
    assert.is_function(table.sort)
  end)

  it("has files of the home's config, each run once, with their own names in errors", function()
    assert.equal(3, run("return require 'policies.one' + require 'policies.one' + 1", { ["policies.one"] = "return 1" }))
    assert.matches("config/policies/bad.lua:2: no", refused("return require 'policies.bad'", { ["policies.bad"] = "\nerror 'no'" }))
    assert.matches("config/policies/syntax.lua:1:", refused("return require 'policies.syntax'", { ["policies.syntax"] = "x x" }))
    assert.matches("there is no file 'config/none.lua'", refused "return require 'none'")
    assert.matches("asks for itself", refused("return require 'loop'", { loop = "return require 'loop'" }))
    assert.matches("returns nothing", refused("return require 'empty'", { empty = "" }))
    for _, name in ipairs { "'../x'", "'/etc/x'", "''", "{}", "'.x'" } do
      assert.matches("is no name of a file in config", refused("return require(" .. name .. ")"))
    end
  end)

  it("does not wait for a file that never ends", function()
    -- Whichever limit comes first: on a busy machine that of time, else that of instructions.
    assert.matches("config/policy.lua: did not end within %d+ ", refused "while true do end")
    assert.matches("64 MiB", refused "local s = 'x' while true do s = s .. s end")
  end)
end)

describe("a policy.lua", function()
  local function refused(text)
    local _, err = try(policy_of.parse, text, "config/policy.lua")
    assert.equal("CONFIG", err and err.code, text)
    return err.message
  end

  it("may be empty in every way but the file's", function()
    assert.same({}, policy_of.parse("return {}", "p"))
    assert.same({ backup = {}, retention = {}, hooks = {} }, policy_of.parse("return { backup = {}, retention = {}, hooks = {} }", "p"))
    assert.same({}, policy_of.parse("return {}, 'and more'", "p"))
    assert.matches("has to return a table, not a nil", refused "")
    assert.matches("has to return a table, not a function", refused "return function() end")
  end)

  it("has time for what takes time, and no more than a calendar has", function()
    for _, path in ipairs { "health.timeout", "backup.timeout",
      "backup.stall", "backup.lock_wait", "remote.timeout", "remote.stall", "drill.timeout" } do
      local text <const> = ("return { %s = { %s = '0s' } }"):format(path:match "^(%w+)%.([%w_]+)$")
      assert.matches("'" .. path .. "': expected a duration above 0", refused(text))
    end
    assert.matches("config/policy.lua:1: 'alerts.to': .*entry 1: expected a mail address, got 'a b'",
      refused "return { alerts = { to = { 'a b' } } }")
    assert.matches("'retention.keep': expected a duration of at most 100 years", refused "return { retention = { keep = '6000w' } }")
  end)

  it("has functions where it may, and nothing else there", function()
    for _, path in ipairs(require "nightjar.policy.hooks") do
      local section <const>, name <const> = path:match "^(%w+)%.(%w+)$"
      local text <const> = section == "targets" and "return { targets = { main = { %s = %s } } }"
        or "return { " .. section .. " = { %s = %s } }"
      assert.is_table(policy_of.parse(text:format(name, "function() end"), "config/policy.lua"), path)
      for _, wrong in ipairs { "true", "-1", "''", "{ {} }", "{ x = 1 }" } do
        assert.matches("config/policy.lua:1: '", refused(text:format(name, wrong)), path .. " = " .. wrong)
      end
    end
  end)
end)

describe("the databases of a target", function()
  local databases <const> = {}
  for index, name in ipairs { "app", "crm", "closed", "postgres", "template1" } do
    databases[index] = { name = name, connectable = name ~= "closed" }
  end

  local function chosen(body, only)
    local where <const> = context()
    local names = {}
    for index, database in ipairs(target_of.chosen(where, { name = "main", exclude = { "crm" }, databases = body and written(body) },
      databases, only)) do
      names[index] = database.name
    end
    return names, where.faults and where.faults[1]
  end

  it("are those that the policy's function names, of those that there are", function()
    assert.same({ "app", "postgres" }, (chosen(nil)))
    assert.same({ "app" }, (chosen "return { 'app' }"))
    assert.same({ "app", "postgres" }, (chosen "local names = {} for i, d in ipairs((...)) do names[i] = d.name end return names"))
    assert.same({ "crm" }, (chosen("return { 'app' }", "crm")))
  end)

  it("are the usual ones where it names none that can be", function()
    for body, problem in pairs { ["return { 'gone' }"] = "no database 'gone'", ["return { 'closed' }"] = "no database 'closed'",
      ["return {}"] = "it chooses no database", ["return 'app'"] = "not a list", ["(...)[1].name = 'x' return nil"] = "not a list" } do
      local names <const>, fault <const> = chosen(body)
      assert.same({ "app", "postgres" }, names)
      assert.matches("targets.main.databases (config/policy.lua:2): ", fault, 1, true)
      assert.matches(problem, fault, 1, true)
    end
    assert.equal("app", databases[1].name)
  end)
end)
