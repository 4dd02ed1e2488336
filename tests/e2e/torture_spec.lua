-- A few runs killed at a random moment; ./dev torture kills a thousand.

local torture = require "tests.torture.torture"

it("a run that is killed at any moment leaves nothing that is not whole", function()
  local violations <const> = torture.run { kills = 15, seed = os.time(), rows = 5000, say = print }
  assert.same({}, violations)
end)
