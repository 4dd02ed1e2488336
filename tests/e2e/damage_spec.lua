-- What happens to stored backups: files lost, changed, cut, swapped. It is seen, told, and never restored over a live database.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local server, home, before
local name <const> = "shop.sql.gz"

setup(function()
  server = support.server()
  server:database("shop", [[
    CREATE TABLE goods AS SELECT n, md5(n::text) AS name FROM generate_series(1, 100000) AS n;]])
  before = server:dump "shop"
end)

teardown(function()
  server:close()
end)

before_each(function()
  home = support.home(server)
  home:expect(0, { "backup", "--database", "shop" })
end)

after_each(function()
  home:close()
end)

local function shell(script, path)
  process.run { "bash", "-ec", script, path }
end

-- verify calls it unreadable, restore refuses, the live database stays, and the catalogue knows from then on.
local function demand_refusal(expected)
  local restored <const> = home:run { "restore", "latest", "--database", "shop", "--replace", "--yes" }
  assert.is_true(restored.exit == 2, "restore ended with " .. tostring(restored.exit))
  assert.is_true(before == server:dump "shop")
  local ids <const> = home:sets()
  local document <const>, result = home:json { "verify", ids[1] }
  assert.equal(2, result.exit, result.stdout .. result.stderr)
  assert.equal("crit", document.status)
  assert.equal("unreadable", document.verification.verdict)
  assert.matches(expected, document.verification.reason)
  local listed <const> = home:json({ "backups" }).sets[1]
  assert.is_false(listed.proven)
  assert.equal("string", type(listed.problem))
  assert.matches("no complete backup", home:run({ "restore", "latest", "--database", "shop", "--replace", "--yes" }).stderr)
  assert.is_true(before == server:dump "shop")
  assert.same({}, server:made_databases())
end

-- The manifest of somebody who changes file and manifest alike: only the content is left to tell.
local function forge_manifest()
  local path <const> = home:file "manifest.json"
  local manifest = json.decode(fs.read(path))
  for _, file in ipairs(manifest.files) do
    if file.name == name then
      local full <const> = home:file(name)
      file.bytes = fs.stat(full).size
      file.sha256 = process.run({ "sha256sum", full }).stdout:match "%x+"
      file.md5 = process.run({ "md5sum", full }).stdout:match "%x+"
    end
  end
  fs.write(path, json.encode(manifest), { mode = 384 })
end

describe("a set whose", function()
  it("dump is missing", function()
    fs.remove(home:file(name))
    demand_refusal "missing"
  end)

  it("dump has been cut", function()
    shell("truncate -s -1000 \"$0\"", home:file(name))
    demand_refusal "bytes, not"
  end)

  it("dump has a flipped bit", function()
    shell([[printf '\x55' | dd of="$0" bs=1 seek=70000 conv=notrunc status=none]], home:file(name))
    demand_refusal(name)
  end)

  it("dump has been replaced by another, of the same size", function()
    shell([[size=$(stat -c %s "$0"); echo 'DROP TABLE goods;' | gzip >"$0"; truncate -s "$size" "$0"]], home:file(name))
    demand_refusal(name)
  end)

  it("create.sql has been changed", function()
    shell([[sed -i 's/template0/template1/' "$0"]], home:file "shop.create.sql")
    demand_refusal "shop.create.sql"
  end)

  it("manifest is missing", function()
    fs.remove(home:file "manifest.json")
    local listed <const> = home:json({ "backups" }).sets[1]
    assert.equal("failed", listed.state)
    assert.matches("manifest", listed.problem)
    assert.equal(2, home:run({ "restore", "latest", "--database", "shop", "--replace", "--yes" }).exit)
    assert.is_true(before == server:dump "shop")
  end)

  it("manifest is half there", function()
    shell("truncate -s 500 \"$0\"", home:file "manifest.json")
    local listed <const> = home:json({ "backups" }).sets[1]
    assert.equal("failed", listed.state)
    assert.matches("manifest", listed.problem)
    local ids <const> = home:sets()
    home:expect(0, { "prune" })
    assert.same(ids, (home:sets()))
  end)
end)

describe("a file that is what its manifest says, and", function()
  it("is a gzip cut short", function()
    shell("truncate -s -1000 \"$0\"", home:file(name))
    forge_manifest()
    demand_refusal "ends too early"
  end)

  it("is cut short between two members", function()
    shell([[gzip -dc "$0" | head -c 1000000 | gzip >"$0.new"; mv "$0.new" "$0"]], home:file(name))
    forge_manifest()
    demand_refusal "does not end as a whole dump does"
  end)

  it("has garbage after its end", function()
    shell("echo garbage >>\"$0\"", home:file(name))
    forge_manifest()
    demand_refusal "follows the end"
  end)

  it("has a flipped bit", function()
    shell([[printf '\x55\xaa' | dd of="$0" bs=1 seek=70000 conv=notrunc status=none]], home:file(name))
    forge_manifest()
    demand_refusal(name)
  end)

  it("is no gzip", function()
    shell([[gzip -dc "$0" >"$0.new"; mv "$0.new" "$0"]], home:file(name))
    forge_manifest()
    demand_refusal "gzip"
  end)

  it("holds other rows", function()
    shell([[gzip -dc "$0" | sed 's/^77\t.*/77\tmany/' | gzip >"$0.new"; mv "$0.new" "$0"]], home:file(name))
    forge_manifest()
    demand_refusal "public.goods"
  end)
end)

describe("a stored backup that is whole", function()
  it("is proven again, as often as one likes", function()
    for _ = 1, 2 do
      local document <const>, result = home:json { "verify" }
      assert.equal(0, result.exit)
      assert.equal("proven", document.verification.verdict)
    end
    assert.equal(3, #json.decode(fs.read(home:file "manifest.json")).verification)
  end)

  it("is readable by any gunzip", function()
    local path <const> = home:file(name)
    for _, command in ipairs { "gzip", "pigz" } do
      if fs.find_program(command) then
        assert.equal(0, process.run({ command, "--test", path }).exit)
      end
    end
  end)

  it("may have been compressed again by gzip, if the manifest says so", function()
    shell([[gzip -dc "$0" | gzip -1 >"$0.new"; mv "$0.new" "$0"]], home:file(name))
    forge_manifest()
    assert.equal("proven", home:json({ "verify" }).verification.verdict)
  end)
end)
