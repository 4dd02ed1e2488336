-- The short form of ./dev torture: backups, restores and health checks, each killed at a random moment.

local torture = require "tests.torture.torture"

it("what is killed at any moment loses nothing, and leaves nothing behind that the next run does not clear away", function()
  local said = {}
  local violations <const> = torture.run { kills = 30, seed = 20261129, say = function(format, ...)
    said[#said + 1] = format:format(...)
  end }
  assert.equal(0, #violations, table.concat(said, "\n"))
end)
