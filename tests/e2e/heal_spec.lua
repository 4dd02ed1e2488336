-- Restarts of sick containers on a real engine: seldom, told, and never of a database that lives.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local task = require "nightjar.task"
local containers = require "tests.e2e.containers"
local mail = require "tests.e2e.mail"
local support = require "tests.e2e.support"

local unique <const> = "nightjar-heal-spec-" .. host.random(4)
local password <const> = "not-for-anybody"
local always_sick <const> = { "--health-cmd", "false", "--health-interval", "200ms", "--health-retries", "1" }
local made, full, pg_port = {}, nil, nil

local function run(name, words)
  made[#made + 1] = unique .. "-" .. name
  local all = { "--name", unique .. "-" .. name, "--publish", "127.0.0.1::5432" }
  table.move(always_sick, 1, #always_sick, #all + 1, all)
  table.move(words or {}, 1, #(words or {}), #all + 1, all)
  containers.run(all, "trap 'exit 0' TERM; while :; do sleep 0.05; done")
end

local function state(name, field)
  return containers.docker("inspect", "--format", "{{.State." .. field .. "}}", unique .. "-" .. name)
end

local function wait_until_sick(name)
  support.wait_for(20, name .. " is unhealthy", function()
    return state(name, "Health.Status") == "unhealthy"
  end)
end

local function home_of(name, options)
  options = options or {}
  local port <const> = options.port or containers.docker("port", unique .. "-" .. name, "5432/tcp"):match ":(%d+)"
  local env = { "PGHOST=127.0.0.1", "PGPORT=" .. port, "PGUSER=postgres", "PGPASSWORD=" .. password,
    "POSTGRES_CONTAINER=" .. unique .. "-" .. name }
  table.move(options.mail or {}, 1, #(options.mail or {}), #env + 1, env)
  return support.home(nil, {
    env = env,
    policy = ("return { health = { heal = %s, attempts = 1, timeout = '3s', checks = { backup = false, disk = false } } }"):format(
      options.heal == false and "false" or "true"),
  })
end

-- One run: its findings of the container and of the healing.
local function check(home, name)
  wait_until_sick(name)
  local document <const> = home:json { "health-check" }
  local found = {}
  for _, finding in ipairs(document.findings) do
    found[finding.check] = finding
  end
  return found
end

setup(function()
  containers.import_image()
  local place <const> = support.folder()
  full = place
  process.run { "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place.path }
  process.run { "sh", "-c", 'head -c 2000000 /dev/zero >"$0/file" || true', place.path, check = false }
  task.parallel {
    function() run "sick" end,
    function() run "off" end,
    function() run("full", { "--volume", place.path .. ":/var/lib/postgresql/data" }) end,
    function()
      made[#made + 1] = unique .. "-alive"
      local words = { "--name", unique .. "-alive" }
      pg_port = select(2, containers.postgres(table.move(always_sick, 1, #always_sick, #words + 1, words), password))
    end,
  }
end)

teardown(function()
  containers.remove(table.unpack(made))
  process.run { "umount", full.path }
  full:close()
end)

describe("a container that stays unhealthy", function()
  it("is restarted at the second run, and told of; twice within an hour, and then no more", function()
    local letters <const> = mail.server()
    local home <const> = home_of("sick", { mail = letters:env() })
    local began <const> = state("sick", "StartedAt")
    local found = check(home, "sick")
    assert.equal("container.unhealthy", found.container.class)
    assert.is_nil(found.heal)
    assert.equal(began, state("sick", "StartedAt"))

    found = check(home, "sick")
    assert.equal("warn", found.heal.status)
    assert.matches("has restarted container '.*' %(1 of 2 within 1 h%)", found.heal.message)
    assert.not_equal(began, state("sick", "StartedAt"))
    assert.matches("nightjar has restarted container", (letters:received()[1].text:gsub("\r?\n *", " ")), 1, true)

    assert.is_nil(check(home, "sick").heal) -- the first bad run since it was started
    assert.matches("2 of 2", check(home, "sick").heal.message)
    local last <const> = state("sick", "StartedAt")
    check(home, "sick")
    found = check(home, "sick")
    assert.equal("crit", found.heal.status)
    assert.matches("does not do so again before", found.heal.message)
    assert.equal(last, state("sick", "StartedAt"))
    assert.matches("heal.restart .*restarts=1", fs.read(home.path .. "/logs/health-check.log"))
    assert.matches("does not do so again", (letters:received()[#letters:received()].text:gsub("\r?\n *", " ")), 1, true)
    home:close()
    letters:close()
  end)

  it("is not restarted where what was done before cannot be read", function()
    local home <const> = home_of "sick"
    fs.mkdir(home.path .. "/state")
    fs.write(home.path .. "/state/heal.json", "{ damaged")
    local before <const> = state("sick", "StartedAt")
    check(home, "sick")
    assert.equal("crit", check(home, "sick").heal.status)
    assert.equal(before, state("sick", "StartedAt"))
    home:close()
  end)

  local function left(name, options, reason)
    local home <const> = home_of(name, options)
    local before <const> = state(name, "StartedAt")
    check(home, name)
    local found <const> = check(home, name)
    home:close()
    assert.is_nil(found.heal)
    assert.equal(before, state(name, "StartedAt"))
    if reason then
      assert.matches("nightjar does not restart it: " .. reason, found.container.message, 1, true)
    else
      assert.is_nil(found.container.message:find("restart", 1, true))
    end
  end

  it("is left alone where nobody has asked for it", function()
    left("off", { heal = false }, nil)
  end)

  it("is left alone while PostgreSQL in it answers", function()
    left("alive", { port = pg_port }, "PostgreSQL in it answers")
  end)

  it("is left alone while its disk is full", function()
    left("full", {}, "its disk is full")
  end)
end)
