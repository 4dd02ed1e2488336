-- What README.md tells people to type works: its blocks marked `sh run` are run as they stand, one after the other.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local server, place

setup(function()
  server = support.server()
  server:database("app", "CREATE TABLE orders AS SELECT generate_series(1, 100) AS n;")
  place = support.folder()
end)

teardown(function()
  place:close()
  server:close()
end)

describe("the README", function()
  it("is right in every command that it tells to run", function()
    local script, blocks = { "set -eux" }, 0
    for block in fs.read("README.md"):gmatch "\n```sh run\n(.-)\n```" do
      blocks = blocks + 1
      script[#script + 1] = block
    end
    assert.is_true(blocks >= 3)
    -- A person writes their server's address into monitoring.env; the environment goes before it.
    local text <const> = table.concat(script, "\n"):gsub("/srv/nightjar", place.path .. "/home")
    local result <const> = process.run { "bash", "-c", text, check = false, timeout = 120,
      env = server:environment { NO_COLOR = "1",
        PATH = support.program:match "^(.*)/" .. ":" .. os.getenv "PATH" } }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.matches("proven", result.stdout)
  end)

  it("names no file that is not there", function()
    for _, document in ipairs { "README.md", "docs/architecture.md", "docs/operations.md", "docs/DR-RUNBOOK.md",
      "docs/scripting.md", "docs/api.md" } do
      local folder <const> = document:match "^(.*)/" or "."
      for link in fs.read(document):gmatch "%]%(([^)#]+)[^)]*%)" do
        if not link:find "^%a+:" then
          assert.is_not_nil(fs.stat(folder .. "/" .. link), document .. " links to " .. link)
        end
      end
    end
  end)
end)
