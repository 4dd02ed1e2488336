-- Databases with names that look like options, paths, connection strings or shell code.

local fs = require "nightjar.fs"
local support = require "tests.e2e.support"

local names <const> = {
  [[a b'"; x]], "../x", "-Fc", "ünï", "globals", "$(touch pwned)", "host=elsewhere", "%2e%2e", [[back\slash]],
  "postgresql://h/d", ".hidden", "UPPER", "upper", ("long"):rep(15) .. "xyz", "*", "template 2", "🐘",
}

local server, home

setup(function()
  server = support.server()
  home = support.home(server)
  for index, name in ipairs(names) do
    server:database(name, ("CREATE TABLE who (number integer); INSERT INTO who VALUES (%d);"):format(index))
  end
end)

teardown(function()
  home:close()
  server:close()
end)

describe("every name", function()
  local set

  it("is backed up and proven", function()
    local document <const>, result = home:json { "backup" }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    set = document.sets[1]
    local found = {}
    for _, database in ipairs(set.databases) do
      found[database.name] = database.rows
    end
    for _, name in ipairs(names) do
      assert.equal(1, found[name], name)
    end
    assert.equal("proven", set.verification[1].verdict)
  end)

  it("makes files of harmless names, inside the set alone", function()
    local ids <const>, others <const>, where <const> = home:sets()
    assert.same({ set.id }, ids)
    assert.same({}, others)
    assert.same({ "main" }, fs.list(home.path .. "/backups"))
    for _, name in ipairs(fs.list(where .. "/" .. set.id)) do
      assert.matches("^[%w_%%][%w%._%%-]*$", name)
    end
    assert.is_nil(fs.stat "pwned")
  end)

  it("comes back under another name, and in its own place", function()
    for index, name in ipairs(names) do
      home:expect(0, { "restore", "--database=" .. name, "--as=copy " .. index, "--yes" })
      assert.equal(index, server:value("copy " .. index, "SELECT number FROM who"))
      server:query(name, "UPDATE who SET number = -1")
      home:expect(0, { "restore", "--database=" .. name, "--replace", "--yes" })
      assert.equal(index, server:value(name, "SELECT number FROM who"), name)
    end
  end)

  it("can be undone", function()
    for _, name in ipairs(names) do
      home:expect(0, { "restore", "--undo", "--database=" .. name, "--yes" })
      assert.equal(-1, server:value(name, "SELECT number FROM who"), name)
    end
  end)
end)
