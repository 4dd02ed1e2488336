-- What doctor finds on real parts, and that what it tells to do helps.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local containers = require "tests.e2e.containers"
local mail = require "tests.e2e.mail"
local peers = require "tests.fixture.peers"
local support = require "tests.e2e.support"

local password <const> = "s3cr3t of the test"
local ping_url <const> = "http://127.0.0.1:1/s3cr3t-ping"
local name <const> = "nightjar-doctor-spec-" .. host.random(4)

local server, container, mails, expiring

setup(function()
  server = support.server()
  mails, expiring = table.unpack(mail.servers {
    { starttls = true, user = "owl", password = password }, { tls = true, days = 3 },
  })
  containers.import_image()
  container = { host = "127.0.0.1", user = "postgres", password = password }
  container.id, container.port = containers.postgres({ "--name", name }, password)
  support.wait_for(60, "the server in the container answers", function()
    return try(containers.sql, container.id, password, "SELECT 1") ~= nil
  end)
end)

teardown(function()
  containers.remove(container.id)
  mails:close()
  server:close()
end)

local function with_home(of, env, f, policy)
  local home = support.home(of, { env = env, policy = policy })
  local _, err = try(f, home)
  home:close()
  if err then
    error(err, 0)
  end
end

-- The findings of a check, by doctor run with these variables: the first of them, and their number.
local function examine(home, env)
  local document <const>, result = home:json { "doctor", env = env }
  assert.is_nil((result.stdout .. result.stderr):find("s3cr3t", 1, true))
  return function(check)
    local first, count
    for _, finding in ipairs(document.findings) do
      if finding.check == check then
        first, count = first or finding, (count or 0) + 1
      end
    end
    return first, count
  end, document, result
end

local function expect(finding, status, message, hint)
  assert.is_not_nil(finding, "no finding with '" .. message .. "'")
  assert.equal(status, finding.status, finding.message)
  assert.matches(message, finding.message, 1, true)
  if hint then
    assert.matches(hint, finding.hint, 1, true)
  end
end

describe("doctor", function()
  it("finds everything all right: engine, container, port, server, clock, mail", function()
    with_home(container, mails:env("POSTGRES_CONTAINER=" .. name, "PING_URL=" .. ping_url), function(home)
      local found <const>, document, result = examine(home)
      assert.equal(0, result.exit, result.stdout .. result.stderr)
      expect(found "engine", "ok", "Docker " .. containers.docker("version", "--format", "{{.Server.Version}}"))
      expect(found "engine", "ok", "as good as root")
      expect(found "container", "ok", name)
      expect(found "port", "ok", "port " .. container.port .. " leads to 5432/tcp")
      expect(found "server", "ok", "PostgreSQL")
      expect(found "clock", "ok", "agree")
      expect(found "monitoring", "ok", "sees")
      expect(found "mail", "ok", "encrypted, and takes the login")
      expect(found "mail certificate", "ok", "days")
      expect(found "ping", "ok", "is set")
      expect(found "permissions", "ok", "nobody else")
      assert.equal(found("container").target, "main")
      for _, finding in ipairs(document.findings) do
        assert.equal("string", type(finding.check) and type(finding.message))
      end
      assert.same({}, mails:received())
      local shown <const> = home:run { "doctor" }
      assert.matches("\nDocker\n  ok   engine: ", shown.stdout, 1, true)
      assert.matches("\nmail\n  ok   mail: ", shown.stdout, 1, true)
    end)
  end)

  it("says nothing of Docker where no container is named, and that nobody is mailed", function()
    with_home(server, {}, function(home)
      local found <const>, _, result = examine(home)
      assert.equal(0, result.exit, result.stdout)
      assert.is_nil(found "engine" or found "container")
      expect(found "mail", "ok", "SMTP_HOST is not set")
      expect(found "ping", "ok", "PING_URL is not set")
    end)
  end)
end)

describe("of Docker, doctor tells", function()
  it("a container's name that is nearly right", function()
    with_home(container, { "POSTGRES_CONTAINER=" .. name .. "x" }, function(home)
      local found <const>, _, result = examine(home)
      assert.equal(2, result.exit)
      expect(found "container", "crit", name .. "x", "'" .. name .. "'")
    end)
  end)

  it("a port that leads elsewhere", function()
    with_home(server, { "POSTGRES_CONTAINER=" .. name }, function(home)
      local found <const> = examine(home)
      expect(found "port", "warn", "5432/tcp at 127.0.0.1:" .. container.port, "PGPORT")
    end)
  end)

  it("a container that is stopped, and how to start it", function()
    local stopped <const> = name .. "-stopped"
    containers.run({ "--name", stopped }, "exit 3")
    support.wait_for(10, "the container ends", function()
      return containers.docker("inspect", "--format", "{{.State.Status}}", stopped) == "exited"
    end)
    with_home(server, { "POSTGRES_CONTAINER=" .. stopped }, function(home)
      local found <const> = examine(home)
      expect(found "container", "crit", "is not running", "docker start " .. stopped)
      assert.is_nil(found "port")
    end)
    containers.remove(stopped)
  end)

  it("an engine that is not there, once, and goes on", function()
    with_home(server, { "POSTGRES_CONTAINER=" .. name }, function(home)
      local found <const>, _, result = examine(home, { DOCKER_HOST = "unix:///nonexistent/docker.sock" })
      assert.equal(2, result.exit)
      expect(found "engine", "crit", "/nonexistent/docker.sock", "DOCKER_HOST")
      assert.is_nil(found "container")
      expect(found "server", "ok", "PostgreSQL")
      expect(examine(home, { DOCKER_HOST = "ssh://somebody@somewhere" }) "engine", "crit", "ssh", "ssh -N")
    end)
  end)

  it("a socket that everybody can use", function()
    local place <const> = support.folder()
    local socket <const> = place.path .. "/docker.sock"
    local peer <const> = peers.engine("forward", "--unix", socket)
    process.run { "chmod", "666", socket }
    with_home(server, { "POSTGRES_CONTAINER=" .. name }, function(home)
      local _, document <const> = examine(home, { DOCKER_HOST = "unix://" .. socket })
      local warned
      for _, finding in ipairs(document.findings) do
        warned = finding.check == "engine" and finding.status == "warn" and finding or warned
      end
      expect(warned, "warn", "every user", "chmod o-rw")
    end)
    peer:close()
    place:close()
  end)
end)

describe("of mail, doctor tells", function()
  it("a wrong password, and what is missing", function()
    with_home(server, mails:env(), function(home)
      local found <const>, _, result = examine(home, { SMTP_PASSWORD = "guessed" })
      assert.equal(2, result.exit)
      expect(found "mail", "crit", "refused the login: 535", "SMTP_PASSWORD")
      expect(examine(home, { SMTP_TO = "" }) "mail", "crit", "SMTP_TO: it is missing", "me@example.org")
      expect(examine(home, { SMTP_PORT = "1" }) "mail", "crit", "cannot be reached", "SMTP_PORT")
      expect(examine(home, { SMTP_SECURITY = "ssl" }) "mail", "crit", "SMTP_SECURITY: expected one of starttls, tls, none")
    end)
  end)

  it("a certificate that ends soon", function()
    with_home(server, expiring:env(), function(home)
      local found <const>, _, result = examine(home)
      assert.equal(1, result.exit)
      expect(found "mail", "ok", "encrypted, and no login")
      expect(found "mail certificate", "warn", "ends in ", "renew")
    end)
  end)
end)

describe("of privileges, doctor tells", function()
  it("what is missing, with statements that help", function()
    server:database("goods", "CREATE TABLE goods (n int);")
    server:play("goods", [[DROP ROLE IF EXISTS "the clerk"; CREATE ROLE "the clerk" LOGIN PASSWORD 'x';]])
    with_home(server, {}, function(home)
      local as <const> = { PGUSER = "the clerk", PGPASSWORD = "x" }
      local found, document = examine(home, as)
      expect(found "monitoring", "warn", "hidden from 'the clerk'", "pg_monitor")
      for _, finding in ipairs(document.findings) do
        local statements <const> = type(finding.hint) == "string" and finding.hint:match "superuser: (.*)$"
        if statements and finding.status ~= "ok" then
          server:play("goods", statements)
        end
      end
      found = examine(home, as)
      expect(found "monitoring", "ok", "the clerk")
      expect(found "role", "ok", "may create")
      expect(found "database", "ok", "can be read whole")
    end)
  end)
end)

describe("of a database with a strange name, doctor tells", function()
  it("nothing that a terminal would obey", function()
    server:database("red \27[31m\u{9b}2J")
    with_home(server, {}, function(home)
      local shown <const> = home:run({ "doctor" }).stdout
      server:query("postgres", 'DROP DATABASE "red \27[31m\u{9b}2J"')
      assert.matches([['red \x1b[31m\xc2\x9b2J' can be read whole]], shown, 1, true)
    end)
  end)
end)

describe("of clocks, doctor tells", function()
  -- No real server's clock can be set back for a test: this one's role gets a clock of its own.
  it("one that is wrong", function()
    server:database("late", [[
      CREATE SCHEMA late;
      CREATE FUNCTION late.clock_timestamp() RETURNS timestamptz LANGUAGE sql
        AS 'SELECT pg_catalog.clock_timestamp() - interval ''2 minutes''';
      DROP ROLE IF EXISTS late; CREATE ROLE late SUPERUSER LOGIN PASSWORD 'x';
      ALTER ROLE late SET search_path = late, pg_catalog;]])
    with_home(server, { "PGDATABASE=late" }, function(home)
      expect(examine(home, { PGUSER = "late", PGPASSWORD = "x" }) "clock", "warn", "2 min", "timedatectl")
    end)
  end)
end)

describe("of files, doctor tells", function()
  it("that a disk is full, and not that a folder has the wrong owner", function()
    with_home(server, {}, function(home)
      local state <const> = home.path .. "/state"
      fs.mkdir(state)
      process.run { "mount", "-t", "tmpfs", "-o", "size=16k,mode=700", "tmpfs", state }
      local _, err = try(function()
        process.run { "sh", "-c", 'cat /dev/zero >"$0"', state .. "/filler", check = false }
        expect(examine(home) "state folder", "crit", "No space left", "Free some space")
      end)
      process.run { "umount", state }
      if err then
        error(err, 0)
      end
    end)
  end)

  it("who else can change or read them", function()
    with_home(server, {}, function(home)
      fs.mkdir(home.path .. "/config/tasks", { mode = 448 })
      fs.write(home.path .. "/config/tasks/mine.lua", "return { name = 'mine', summary = 's', run = print }\n", { mode = 384 })
      process.run { "chmod", "660", home.path .. "/config/tasks/mine.lua" }
      expect(examine(home) "permissions", "crit", "config/tasks/mine.lua", "chmod go-w '" .. home.path .. "/config/tasks/mine.lua'")
      process.run { "chmod", "600", home.path .. "/config/tasks/mine.lua" }
      process.run { "chmod", "644", home.path .. "/logs/doctor.log" }
      local found <const>, _, result = examine(home)
      expect(found "permissions", "warn", "logs/doctor.log", "chmod go-rwx")
      assert.equal(1, result.exit)
      process.run { "bash", "-c", found("permissions").hint }
      expect(examine(home) "permissions", "ok", "nobody else")
    end)
  end)
end)
