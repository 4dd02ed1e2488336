-- A machine that gives too little: file descriptors, readers, names, time.

local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local server, home

setup(function()
  server = support.server()
  server:database("shop", [[
    CREATE TABLE goods AS SELECT n, md5(n::text) AS name, md5((n * 7)::text) AS text FROM generate_series(1, 50000) AS n;]])
end)

teardown(function()
  server:close()
end)

before_each(function()
  home = support.home(server, { policy = 'return { backup = { stall = "2s" } }' })
end)

after_each(function()
  home:close()
end)

-- Run the program by a script, which has it as "$@".
local function by(script, arguments, env)
  return process.run(table.move(arguments, 1, #arguments, 7, { "bash", "-c", script, "-", support.program,
    "--home=" .. home.path, check = false, env = env, timeout = 120 }))
end

it("32 file descriptors are enough for a proven backup, or it says that they are not", function()
  local result <const> = by('ulimit -n 32; exec "$@"', { "backup" })
  assert.equal(0, result.exit, result.stdout .. result.stderr)
  local none <const> = by('ulimit -n 9; exec "$@"', { "backup" })
  assert.is_true(none.exit ~= 0)
  assert.matches("[Tt]oo many open files", none.stdout .. none.stderr)
  assert.equal(1, #home:json({ "backups" }).sets)
end)

it("a reader that has gone ends the program, and nothing is lost", function()
  home:expect(0, { "backup", "--no-verify" })
  for _, arguments in ipairs { { "backups" }, { "backups", "--json" }, { "help" }, { "doctor" }, { "-e", "return ('x'):rep(1 << 20)" },
    { "backup", "--no-verify", "--json" } } do
    local result <const> = by('"$@" | :; exit "${PIPESTATUS[0]}"', arguments)
    assert.is_true(result.exit < 128, table.concat(arguments, " ") .. " ended with " .. result.exit)
    assert.is_nil(result.stderr:find("traceback", 1, true), result.stderr)
  end
  assert.equal(2, #home:json({ "backups" }).sets)
end)

it("a pg_dump that is stopped is given up, and goes", function()
  local place <const> = support.stand_ins { pg_dump = [[
    case "$*" in *shop*) "$real" "$@" & pid=$!; sleep 0.05; kill -STOP $pid $$;; *) exec "$real" "$@";; esac]] }
  local result <const> = home:run { "backup", "--database", "shop", env = { PATH = place.PATH } }
  place:close()
  assert.equal(2, result.exit)
  assert.matches("no byte moved", result.stdout .. result.stderr)
  support.wait_for(5, "its backends are gone", function() return server:backends() == 0 end)
  home:expect(0, { "backup" })
end)

it("a host without an address is named", function()
  local result <const> = home:run { "backup", env = { PGHOST = "no-such-host.invalid" } }
  assert.equal(2, result.exit)
  assert.matches("no%-such%-host.invalid", result.stderr)
  local mail <const> = home:run { "test-alert", env = { SMTP_HOST = "no-such-host.invalid", SMTP_FROM = "a@example.org",
    SMTP_TO = "b@example.org" } }
  assert.equal(2, mail.exit)
  assert.matches("no%-such%-host.invalid", mail.stdout .. mail.stderr)
end)

-- What the program does where the clock says another time; that of the server stays.
local function by_clock(shift, arguments)
  return by(('FAKETIME_DONT_FAKE_MONOTONIC=1 exec faketime -m -f "%s" "$@"'):format(shift), arguments, {
    BACKUP_KEEP = "1s", BACKUP_KEEP_MIN = "1" })
end

it("a clock that has gone back two hours, or forward a year, and is put right again, loses no proven set", function()
  for _, shift in ipairs { "+0s", "-2h", "+0s", "+1y", "+0s" } do
    local result <const> = by_clock(shift, { "backup", "--json" })
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    local made <const> = json.decode(result.stdout).sets[1].id
    for _, task in ipairs { { "prune" }, { "backups" }, { "status" } } do
      assert.is_true(by_clock(shift, task).exit < 2, shift .. " " .. task[1])
    end
    -- The one that has just been made is there, whatever others say that they are newer.
    home:expect(0, { "verify", made })
  end
  local health <const> = home:run { "health-check" }
  assert.equal(1, health.exit)
  assert.matches("is from the future", health.stdout)
  home:expect(0, { "restore", "latest-verified", "--database", "shop", "--as", "shop_again", "--yes" })
end)
