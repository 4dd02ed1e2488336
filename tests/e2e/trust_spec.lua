-- Lua that somebody else could have written is not run by root; nor is what anybody could have written, by anybody.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local home

before_each(function()
  home = support.home(nil, { policy = "require 'mine'; return {}" })
  fs.write(home.path .. "/config/mine.lua", "return {}")
  fs.mkdir(home.path .. "/config/tasks")
  fs.write(home.path .. "/config/tasks/hello.lua",
    "return { name = 'hello', summary = 'say hello', run = function() require 'mine'; print 'hello' end }")
end)

after_each(function()
  home:close()
end)

local function demand_refusal(words)
  local task <const> = home:expect(78, { "hello" })
  assert.matches(words, task.stderr)
  assert.equal("", task.stdout)
end

it("what is one's own runs", function()
  assert.equal("hello\n", home:expect(0, { "hello" }).stdout)
  home:expect(0, { "policy", "check" })
end)

for _, name in ipairs { "config/tasks/hello.lua", "config/tasks", "config/mine.lua", "config" } do
  it(name .. " of another's is not run by root", function()
    process.run { "chown", "nobody", home.path .. "/" .. name }
    demand_refusal(name:gsub("%p", "%%%0") .. ": it belongs to user %d+, and root would run it")
  end)

  it(name .. " that anybody may write to is not run", function()
    process.run { "chmod", "o+w", home.path .. "/" .. name }
    demand_refusal(name:gsub("%p", "%%%0") .. ": everybody may write to it")
  end)
end

it("a policy of another's decides nothing for root", function()
  process.run { "chown", "nobody", home.path .. "/config/policy.lua" }
  assert.matches("config/policy.lua: it belongs to user", home:expect(78, { "backups" }).stderr, 1, true)
end)

it("a prompt does not run another's repl.lua", function()
  fs.write(home.path .. "/config/repl.lua", "print 'run'")
  process.run { "chown", "nobody", home.path .. "/config/repl.lua" }
  local result <const> = home:run { "repl", stdin = "print(1)\n" }
  assert.is_nil(result.stdout:find "run")
end)
