-- What the health check tells of engines: not running, forbidden, silent, stuck, and of another tongue.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local containers = require "tests.e2e.containers"
local peers = require "tests.fixture.peers"
local support = require "tests.e2e.support"

local server, home, container
local timeout <const> = 1

-- One target with a container, and one on the same server without; what an engine does to the first is none of the
-- second's business.
local function policy(extra)
  return ([[return { targets = { main = {}, other = { host = "127.0.0.1" } },
    health = { attempts = 1, timeout = "%ds", checks = { backup = false, %s } } }]]):format(timeout, extra or "")
end

local function write_policy(extra)
  fs.write(home.path .. "/config/policy.lua", policy(extra), { mode = 384 })
end

setup(function()
  containers.import_image()
  container = containers.run({}, "exec sleep 3600")
  server = support.server()
  home = support.home(server, { env = { "POSTGRES_CONTAINER=" .. container }, policy = policy() })
end)

teardown(function()
  containers.remove(container)
  server:close()
  home:close()
end)

-- Run with DOCKER_HOST: findings by target and check, the result, and the seconds it took.
local function look(engine)
  local began <const> = host.now()
  local document <const>, result = home:json { "health-check", env = { DOCKER_HOST = engine } }
  local found = {}
  for _, finding in ipairs(document.findings) do
    local target <const> = finding.target or "home"
    found[target] = found[target] or {}
    found[target][finding.check] = finding
  end
  return found, result, host.now() - began
end

local function assert_blocked(found)
  for _, check in ipairs { "container", "pg_isready", "query", "connections", "transactions", "wraparound", "replication",
    "disk" } do
    local finding <const> = found.main[check]
    assert.same({ "skipped", "engine" }, { finding.status, finding.blocked_by }, check)
  end
  assert.equal("ok", found.other.query.status, found.other.query.message)
  assert.is_nil(found.other.engine)
end

describe("an engine", function()
  it("that answers is told with its version", function()
    local found <const>, result = look(nil)
    assert.is_not.equal(2, result.exit, result.stdout)
    assert.matches("^Docker %d+%.%d+", found.main.engine.message)
  end)

  it("whose socket is missing cannot be reached", function()
    local found <const>, result = look "unix:///nonexistent/docker.sock"
    assert.equal(2, result.exit)
    assert.same({ "engine.unreachable", "crit" }, { found.main.engine.class, found.main.engine.status })
    assert.matches("unix:///nonexistent/docker.sock", found.main.engine.message, 1, true)
    assert_blocked(found)
  end)

  it("whose socket nobody listens at cannot be reached", function()
    local path <const> = home.path .. "/dead.sock"
    process.run { "/usr/bin/python3", "-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", path }
    local found <const> = look("unix://" .. path)
    assert.same({ "engine.unreachable", "crit" }, { found.main.engine.class, found.main.engine.status })
    assert_blocked(found)
  end)

  it("that accepts and never answers costs its own time alone", function()
    local peer <close> = peers.engine "silent"
    local found <const>, _, seconds = look("tcp://127.0.0.1:" .. peer.port)
    assert.same({ "engine.timeout", "crit" }, { found.main.engine.class, found.main.engine.status })
    assert_blocked(found)
    assert.is_true(found.other.query.seconds < timeout)
    assert.is_true(seconds < timeout + 1.5, seconds)
  end)

  it("that answers a ping and nothing else is stuck", function()
    local peer <close> = peers.engine "stuck"
    local found <const>, _, seconds = look("tcp://127.0.0.1:" .. peer.port)
    assert.same({ "engine.stuck", "crit" }, { found.main.engine.class, found.main.engine.status })
    assert.matches("answers a ping, but not", found.main.engine.message)
    assert_blocked(found)
    assert.is_true(seconds < timeout + 1.5, seconds)
  end)

  it("that speaks another version is not called down", function()
    local peer <close> = peers.engine "newer"
    local found <const>, result = look("tcp://127.0.0.1:" .. peer.port)
    assert.equal(3, result.exit)
    assert.same({ "engine.api", "unknown" }, { found.main.engine.class, found.main.engine.status })
  end)

  it("that is none is not called down", function()
    local peer <close> = peers.engine "other"
    local found <const> = look("tcp://127.0.0.1:" .. peer.port)
    assert.same({ "engine.api", "unknown" }, { found.main.engine.class, found.main.engine.status })
    assert_blocked(found)
  end)

  it("that lets nothing be run in containers leaves the rest to be checked", function()
    local peer <close> = peers.engine "forbid"
    local found <const>, result = look("tcp://127.0.0.1:" .. peer.port)
    assert.equal(3, result.exit)
    assert.equal("ok", found.main.container.status)
    assert.equal("unknown", found.main.pg_isready.status)
    assert.equal("unknown", found.main.disk.status)
    assert.equal("ok", found.main.query.status)
  end)

  it("is asked about the disk where nobody asks for pg_isready", function()
    write_policy "pg_isready = false"
    local found <const> = look(nil)
    write_policy()
    assert.is_nil(found.main.pg_isready)
    assert.matches(" of container '", found.main.disk.message, 1, true)
  end)

  it("can be left out, and its containers with it", function()
    write_policy "engine = false, container = false, pg_isready = false, disk = false"
    local found <const>, result = look "unix:///nonexistent/docker.sock"
    write_policy()
    assert.equal(0, result.exit, result.stdout)
    assert.is_nil(found.main.engine)
    assert.equal("ok", found.main.query.status)
  end)

  it("is asked again before it is called down", function()
    fs.write(home.path .. "/config/policy.lua", "return { health = { attempts = 2 } }", { mode = 384 })
    local found <const>, _, seconds = look "unix:///nonexistent/docker.sock"
    write_policy()
    assert.matches("(2 attempts)", found.main.engine.message, 1, true)
    assert.is_true(seconds >= 2)
  end)
end)

describe("an engine that this user may not use", function()
  it("is told of as such", function()
    if process.run({ "id", "-u" }).stdout ~= "0\n" then
      return -- then the others have shown it
    end
    local place <const> = support.folder()
    local path <const> = place.path .. "/root.sock"
    local _ <close> = peers.engine("forward", "--unix", path)
    process.run { "chmod", "600", path }
    process.run { "chown", "-R", "postgres", home.path }
    local result <const> = process.run { "runuser", "-u", "postgres", "--", "env", "DOCKER_HOST=unix://" .. path,
      support.program, "--home", home.path, "health-check", check = false, timeout = 60 }
    process.run { "chown", "-R", "root", home.path }
    place:close()
    assert.equal(2, result.exit, result.stderr)
    assert.matches("main: this user may not use the Docker engine at 'unix://" .. path, result.stdout, 1, true)
  end)
end)

describe("an engine that nightjar does not reach from here", function()
  for _, address in ipairs { "ssh://me@example.com", "npipe:////./pipe/docker_engine" } do
    it("is a mistake of the configuration: " .. address, function()
      local result <const> = home:run { "health-check", env = { DOCKER_HOST = address } }
      assert.equal(78, result.exit)
      assert.matches(address, result.stderr, 1, true)
      assert.matches("hint:", result.stderr, 1, true)
    end)
  end

  it("matters to none that has no container", function()
    local plain <const> = support.home(server, { policy = "return { health = { checks = { backup = false } } }" })
    local result <const> = plain:run { "health-check", env = { DOCKER_HOST = "ssh://me@example.com" } }
    plain:close()
    assert.equal(0, result.exit, result.stderr .. result.stdout)
  end)
end)
