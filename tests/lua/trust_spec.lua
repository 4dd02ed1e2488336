-- Which of the home's files may run as Lua, in cases; and that they are asked for wherever Lua is read.

local trust = require "nightjar.trust"

describe("a file", function()
  for _, case in ipairs {
    { "of the user's own", 0x1A4, 1000, 1000, nil },
    { "that a group may write", 0x1B4, 1000, 1000, nil },
    { "that everybody may write", 0x1B6, 1000, 1000, "everybody" },
    { "in a folder like /tmp, where each keeps what is his", 0x3FF, 0, 0, nil },
    { "of root's, for another", 0x1A4, 0, 1000, nil },
    { "of another's, for somebody who is not root", 0x1A4, 1001, 1000, nil },
    { "of root's, for root", 0x1A4, 0, 0, nil },
    { "of another's, for root", 0x1A4, 1000, 0, "belongs to user 1000" },
  } do
    it(case[1], function()
      local words <const>, hint <const> = trust.problem({ mode = case[2], uid = case[3] }, case[4])
      assert.equal(case[5], words and case[5] and words:match(case[5]))
      assert.equal(case[5] ~= nil, hint ~= nil and hint:find("'%s'", 1, true) ~= nil)
    end)
  end
end)
