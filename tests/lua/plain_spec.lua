-- Text that a terminal does not obey.

local plain = require "nightjar.plain"

describe("plain text", function()
  it("is what it was, with line breaks, tabs and letters of every kind", function()
    for _, text in ipairs { "", "a\nb\tc", "gr\u{fc}n \u{1f600} \u{a0}" } do
      assert.equal(text, plain(text))
    end
  end)

  it("shows what begins a sequence of a terminal's", function()
    for text, shown in pairs {
      ["\27[31m"] = "\\x1b[31m", ["\u{9b}31m"] = "\\u{9b}31m", ["\x9b31m"] = "\\x9b31m", ["a\0\r\127"] = "a\\x00\\x0d\\x7f",
      ["\xff\xc2"] = "\\xff\\xc2",
    } do
      assert.equal(shown, plain(text))
    end
  end)
end)
