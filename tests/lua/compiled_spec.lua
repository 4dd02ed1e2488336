-- What is compiled into the program is what its sources say.

local host = require "nightjar.host"

describe("the compiled Lua in the program", function()
  it("is that of every module and task, with its lines", function()
    local count = 0
    for _, folder in ipairs { "nightjar/", "tasks/" } do
      for _, file in ipairs(host.embedded_names(folder)) do
        local chunk <const> = load(host.embedded(file), "@" .. file, "t")
        assert.equal(string.dump(chunk), host.compiled(file), file)
        count = count + 1
      end
    end
    assert.is_true(count > 50)
    assert.is_string(host.compiled "argparse.lua")
  end)

  it("is none for what is no Lua of the program", function()
    assert.is_nil(host.compiled "config/policy.lua")
    assert.is_nil(host.compiled "nightjar/nothing.lua")
  end)
end)
