-- What is mailed of backups, proofs and restores: their failures, once, and that they succeed again.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local mail = require "tests.e2e.mail"
local support = require "tests.e2e.support"

local postgres, server, home

setup(function()
  postgres, server = support.server(), mail.server()
  postgres:database("shop", "CREATE TABLE goods AS SELECT n FROM generate_series(1, 1000) AS n;")
end)

teardown(function()
  server:close()
  postgres:close()
end)

before_each(function()
  home = support.home(postgres, { env = server:env() })
  for _, name in ipairs(fs.list(server.folder)) do
    if name:find "^%d+%.%a+$" then
      fs.remove(server.folder .. "/" .. name)
    end
  end
end)

after_each(function()
  home:close()
end)

local function subjects()
  local list = {}
  for index, message in ipairs(server:received()) do
    list[index] = message.text:match("\nSubject: %[nightjar%] (.-)\r?\n"):gsub(host.hostname, "HOST")
  end
  return list
end

local function text(number)
  return (server:received()[number].text:gsub("=\r?\n", ""))
end

local function broken()
  return support.stand_ins { pg_dump = [[
    case "$*" in *--version*) exec "$real" "$@";; esac
    echo "pg_dump: error: the disk is on fire" >&2; exit 1]] }
end

describe("a backup", function()
  it("that fails is mailed once, not again within the window, and when it succeeds again", function()
    local place <const> = broken()
    local document <const>, result <const> = home:json { "backup", env = { PATH = place.PATH } }
    assert.same({ "sent", "first", 2 }, { document.alert.action, document.alert.reason, result.exit })
    assert.equal("none", home:json({ "backup", env = { PATH = place.PATH } }).alert.action)
    place:close()
    assert.equal("none", home:json({ "backup", "--database", "shop" }).alert.action)
    assert.equal("recovered", home:json({ "backup" }).alert.reason)
    assert.equal("none", home:json({ "backup" }).alert.action)
    local seen <const> = subjects()
    assert.equal("CRIT HOST: main backup failed", seen[1])
    assert.matches("^OK HOST: main backup is fine again after", seen[2])
    assert.equal(2, #seen)
    assert.matches("the disk is on fire", text(1), 1, true)
    assert.matches("main: there is none", text(1), 1, true)
    assert.matches("main: %d+:%d+ UTC %(less than 1 min ago%), proven by test restore", text(2))
  end)

  it("that cannot even begin is mailed, and exits 4 when it cannot be", function()
    local place <const> = support.home(nil, { env = server:env("PGHOST=127.0.0.1", "PGPORT=1") })
    local document <const>, result <const> = place:json { "backup" }
    assert.same({ "sent", 2 }, { document.alert.action, result.exit })
    assert.equal("CRIT HOST: main backup failed", subjects()[1])
    fs.remove(place.path .. "/state", { recursive = true })
    local path <const> = place.path .. "/config/monitoring.env"
    fs.write(path, (fs.read(path):gsub("SMTP_PORT=%d+", "SMTP_PORT=1")), { mode = 384 })
    local failed <const> = place:run { "backup" }
    assert.equal(4, failed.exit)
    assert.matches("the mail could not be delivered", failed.stderr, 1, true)
    place:close()
  end)

  it("that was asked wrongly, or finds another at work, is mailed to nobody", function()
    home:expect(64, { "backup", "--target", "nonsense" })
    local held <close> = fs.lock(home.path .. "/state/target-main.lock")
    home:expect(75, { "backup" })
    held:release()
    assert.same({}, subjects())
  end)

  it("that says nothing wrong says nothing", function()
    assert.equal("none", home:json({ "backup", "--no-verify" }).alert.action)
    assert.same({}, subjects())
  end)
end)

describe("a backup that is damaged", function()
  it("is mailed when it is verified", function()
    home:expect(0, { "backup" })
    local path <const> = home:file "shop.sql.gz"
    local bytes <const> = fs.read(path)
    fs.write(path, bytes:sub(1, -20) .. "\1" .. bytes:sub(-18))
    local document <const>, result <const> = home:json { "verify" }
    assert.same({ "sent", 2 }, { document.alert and document.alert.action, result.exit })
    assert.equal("CRIT HOST: main backup is not proven", subjects()[1])
    assert.matches("is unreadable: ", text(1), 1, true)
  end)
end)

describe("a restore", function()
  it("that fails is mailed once, without reminders", function()
    home:expect(0, { "backup" })
    home:expect(2, { "restore", "--database", "nonsense", "--as", "x", "--yes" })
    home:expect(2, { "restore", "--database", "nonsense", "--as", "x", "--yes" })
    home:expect(2, { "restore", "--database", "nonsense", "--as", "x", "--dry-run" })
    assert.same({ "CRIT HOST: main restore failed" }, subjects())
    assert.is_nil(text(1):find("the next reminder", 1, true))
  end)
end)
