-- After a boot, on a real engine: what is waited for, what is started, and what is said of the rest.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local task = require "nightjar.task"
local containers = require "tests.e2e.containers"
local mail = require "tests.e2e.mail"
local peers = require "tests.fixture.peers"
local support = require "tests.e2e.support"

local unique <const> = "nightjar-startup-spec-" .. host.random(4)
local password <const> = "not-for-anybody"
local made = {}

local function free_port()
  return (process.run({ "/usr/bin/python3", "-c",
    "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])" }).stdout:gsub("\n", ""))
end

-- A server in a container whose port stays the same when it is started again.
local server <const> = { name = unique .. "-pg", port = free_port() }

-- Containers that end, hang or cannot start: what docker run is told, and what they do.
local kinds <const> = {
  never = { {}, "exit 0" },
  mailed = { {}, "exit 0" },
  short = { {}, "echo cannot go on >&2; exit 4" },
  ["by-hand"] = { { "--restart", "unless-stopped" }, "exec sleep 3600" },
  paused = { {}, "exec sleep 3600" },
  unhealthy = { { "--health-cmd", "echo no luck; false", "--health-interval", "200ms", "--health-retries", "1" },
    "exec sleep 3600" },
}

local function named(kind)
  return unique .. "-" .. kind
end

local function run(kind, words, script)
  made[#made + 1] = named(kind)
  local all = { "--name", named(kind) }
  containers.run(table.move(words, 1, #words, #all + 1, all), script)
end

local function wait_until(name, status)
  support.wait_for(20, name .. " is " .. status, function()
    return containers.docker("inspect", "--format", "{{.State.Status}}", name) == status
  end)
end

-- A home for a target in that container (nil for none), with startup.start, on the engine of that socket, and with
-- more lines of monitoring.env.
local function home_of(container, start, socket, lines)
  local env <const> = { "PGHOST=127.0.0.1", "PGPORT=" .. server.port, "PGUSER=postgres", "PGPASSWORD=" .. password,
    container and "POSTGRES_CONTAINER=" .. container or "PGDATABASE=postgres" }
  table.move(lines or {}, 1, #(lines or {}), #env + 1, env)
  local quoted = {}
  for index, name in ipairs(start or {}) do
    quoted[index] = ("%q"):format(name)
  end
  local home = support.home(nil, { env = env, policy = ("return { startup = { start = { %s } }, health = { timeout = '1s' } }")
    :format(table.concat(quoted, ", ")) })
  home.engine = socket and { DOCKER_HOST = "unix://" .. socket } or nil
  return home
end

-- Run it in a home that goes again: the document, the result, and what the log says.
local function verify(home, ...)
  local words = { "verify-startup", env = home.engine, ... }
  local document <const>, result <const> = home:json(words)
  local log <const> = fs.read(home.path .. "/logs/startup.log")
  home:close()
  return document, result, log
end

-- "engine ok, container crit, ..."
local function shown(list, key)
  local parts = {}
  for index, entry in ipairs(list) do
    parts[index] = entry[key] .. " " .. entry.status
  end
  return table.concat(parts, ", ")
end

local function find(list, key, value)
  for _, entry in ipairs(list) do
    if entry[key] == value then
      return entry
    end
  end
end

setup(function()
  containers.import_image()
  made[1] = server.name
  local jobs = {}
  for kind, of in pairs(kinds) do
    jobs[#jobs + 1] = function() run(kind, of[1], of[2]) end
  end
  jobs[#jobs + 1] = function() containers.postgres({ "--name", server.name, "--publish", ("127.0.0.1:%s:5432"):format(server.port),
    "--health-cmd", "pg_isready -h 127.0.0.1", "--health-interval", "500ms", "--health-start-period", "30s" }, password) end
  task.parallel(jobs)
  containers.docker("pause", named "paused")
  containers.docker("stop", "--time", "0", named "by-hand")
end)

teardown(function()
  containers.remove(table.unpack(made))
end)

describe("verify-startup", function()
  it("starts what the policy names, and waits until it is healthy and answers", function()
    containers.docker("stop", "--time", "1", server.name)
    local document <const>, result <const>, log <const> = verify(home_of(server.name, { server.name }), "--wait", "60s")
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.equal("ok", document.status)
    assert.equal("engine ok, container ok, health ok, query ok", shown(document.stages, "name"))
    assert.equal("engine ok, container ok, query ok", shown(document.findings, "check"))
    assert.is_true(find(document.stages, "name", "health").seconds > 0.3)
    assert.matches("^started, running for [%d.]+ s$", find(document.stages, "name", "container").message)
    assert.equal("main", find(document.stages, "name", "health").target)
    assert.matches("container.start container=" .. server.name, log, 1, true)
    assert.matches("stage.ended .*stage=query", log)
    assert.is_nil((log .. result.stdout .. result.stderr):find(password, 1, true))
  end)

  it("verifies where there is no place for a state all the same", function()
    local home <const> = home_of(server.name)
    fs.write(home.path .. "/state", "in the way")
    local document <const>, result <const>, log <const> = verify(home)
    assert.equal(1, result.exit, result.stdout .. result.stderr)
    assert.equal("engine ok, container ok, health ok, query ok", shown(document.stages, "name"))
    assert.equal("self.state", document.findings[#document.findings].class)
    assert.matches("WARN verify-startup unlocked ", log, 1, true)
  end)

  it("shows people a line a stage", function()
    local home <const> = home_of(server.name)
    local result <const> = home:run { "verify-startup" }
    home:close()
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    for _, stage in ipairs { "engine", "container", "health", "query" } do
      assert.matches("ok%s+" .. stage .. "%s+[%d.]+ s", result.stdout)
    end
    assert.matches("container%s+[%d.]+ s%s+main %(.-%)%s+running\n", result.stdout)
    assert.matches("All that should run does, and answers", result.stdout)
  end)

  it("ends at once on a password that is wrong", function()
    local home <const> = home_of(server.name)
    fs.append(home.path .. "/config/monitoring.env", "PGDATABASE=postgres\n")
    local document <const>, result <const> = home:json { "verify-startup", "--wait", "60s",
      env = { PGPASSWORD = "wrong" } }
    home:close()
    assert.equal(2, result.exit)
    assert.equal("pg.auth", find(document.findings, "check", "query").class)
    assert.is_true(document.seconds < 10)
  end)

  it("is refused while another run is at it", function()
    local place <const> = support.folder()
    local silent <const> = peers.engine("silent", "--unix", place.path .. "/socket")
    local home <const> = home_of(server.name, {}, place.path .. "/socket")
    local second
    home:during({ "verify-startup", "--wait", "3s", env = home.engine }, function()
      support.wait_for(10, "the first run holds its lock", function()
        return fs.stat(home.path .. "/state/verify-startup.lock")
      end)
      second = home:run { "verify-startup", "--wait", "1s", env = home.engine }
    end)
    silent:close()
    home:close()
    place:close()
    assert.equal(75, second.exit, second.stdout .. second.stderr)
    assert.matches("verify%-startup, pid %d+", second.stderr)
  end)

  it("asks only the server of a target that is in no container", function()
    local document <const>, result <const> = verify(home_of(nil))
    assert.equal(0, result.exit, result.stderr)
    assert.equal("query ok", shown(document.stages, "name"))
  end)
end)

describe("verify-startup leaves alone, and tells of,", function()
  local function left(name, expected)
    wait_until(name, "exited")
    local document <const>, result <const> = verify(home_of(name), "--wait", "30s")
    assert.equal(2, result.exit)
    local found <const> = find(document.findings, "check", "container")
    assert.equal("container.exited", found.class)
    assert.matches(expected, found.message, 1, true)
    assert.equal("container", find(document.findings, "check", "query").blocked_by)
    assert.equal("engine ok, container crit, health skipped, query skipped", shown(document.stages, "name"))
    assert.is_true(document.seconds < 10)
    assert.equal("exited", containers.docker("inspect", "--format", "{{.State.Status}}", name))
  end

  it("a container that nothing starts after a boot", function()
    left(named "never", "its restart policy is 'no'")
  end)

  it("one that was stopped by hand", function()
    left(named "by-hand", "stopped by hand")
  end)

  it("one that has stopped, in a mail at the first run and not at the second", function()
    local name <const> = named "mailed"
    wait_until(name, "exited")
    local server_of_mail <const> = mail.server()
    local home <const> = home_of(name, {}, nil, server_of_mail:env())
    local first <const> = home:json { "verify-startup", "--wait", "10s" }
    local second <const> = home:json { "verify-startup", "--wait", "10s" }
    local received <const> = server_of_mail:received()
    server_of_mail:close()
    home:close()
    assert.equal("sent", first.alert.action)
    assert.equal("none", second.alert.action)
    assert.equal(1, #received)
    assert.matches("Subject: .*main container", received[1].text)
    assert.matches("restart policy is 'no'", (received[1].text:gsub("\r?\n", " ")), 1, true)
  end)

  it("one that is paused, or not there", function()
    local name <const> = named "paused"
    local document, result = verify(home_of(name), "--wait", "30s")
    assert.equal(1, result.exit)
    assert.equal("container.paused", find(document.findings, "check", "container").class)
    document, result = verify(home_of(name .. "d"), "--wait", "30s")
    assert.equal(2, result.exit)
    assert.equal("container.missing", find(document.findings, "check", "container").class)
    assert.matches(name, find(document.findings, "check", "container").hint, 1, true)
  end)
end)

describe("verify-startup waits in vain for", function()
  it("a container that never becomes healthy, and says so at that stage", function()
    local name <const> = named "unhealthy"
    local document <const>, result <const> = verify(home_of(name), "--wait", "2s")
    assert.equal(2, result.exit)
    assert.equal("engine ok, container ok, health crit, query skipped", shown(document.stages, "name"))
    assert.matches("no luck", find(document.findings, "check", "container").message)
    assert.is_true(document.seconds >= 1.4 and document.seconds < 4, document.seconds)
  end)

  it("a container that ends again when it is started, with its last words", function()
    local name <const> = named "short"
    wait_until(name, "exited")
    local document <const>, result <const> = verify(home_of(nil, { name }), "--wait", "20s")
    assert.equal(2, result.exit)
    local found <const> = find(document.findings, "check", "container:" .. name)
    assert.matches("status 4", found.message)
    assert.matches("after nightjar had started it: cannot go on", found.message)
    assert.is_true(document.seconds < 10)
  end)

  it("an engine that never answers, no longer than it was told to", function()
    local place <const> = support.folder()
    local silent <const> = peers.engine("silent", "--unix", place.path .. "/socket")
    local home <const> = home_of(server.name, { "another" }, place.path .. "/socket")
    local seconds <const>, document <const> = peers.timed(verify, home, "--wait", "2s")
    silent:close()
    place:close()
    assert.is_true(seconds < 3.5, seconds)
    assert.equal("crit", document.status)
    assert.equal("engine.timeout", find(document.findings, "check", "engine").class)
    assert.equal("engine crit, container skipped, query skipped, container:another skipped",
      shown(document.findings, "check"))
    for _, found in ipairs(document.findings) do
      assert.equal(found.check ~= "engine" and "engine" or nil, found.blocked_by)
    end
  end)

  it("an engine that hangs behind its ping", function()
    local place <const> = support.folder()
    local stuck <const> = peers.engine("stuck", "--unix", place.path .. "/socket")
    local home <const> = home_of(server.name, {}, place.path .. "/socket")
    local seconds <const>, document <const> = peers.timed(verify, home, "--wait", "2s")
    stuck:close()
    place:close()
    assert.is_true(seconds < 3.5, seconds)
    assert.equal("engine.stuck", find(document.findings, "check", "engine").class)
  end)
end)

describe("verify-startup waits for", function()
  it("an engine that comes late", function()
    local place <const> = support.folder()
    local late <const> = peers.engine("forward", "--unix", place.path .. "/socket", "--after", "2")
    local home <const> = home_of(server.name, {}, place.path .. "/socket")
    local document <const>, result <const> = verify(home, "--wait", "30s")
    late:close()
    place:close()
    assert.equal(0, result.exit, result.stdout)
    assert.is_true(find(document.stages, "name", "engine").seconds > 1)
  end)

  it("a mount that comes late, and names it while it is missing", function()
    local place <const> = support.folder()
    local folder <const> = place.path .. "/data"
    fs.mkdir(folder)
    local name <const> = named "mount"
    run("mount", { "--mount", ("type=bind,source=%s,target=/m"):format(folder) }, "exec sleep 3600")
    containers.docker("stop", "--time", "0", name)
    fs.remove(folder)
    local document <const>, result <const> = verify(home_of(nil, { name }), "--wait", "2s")
    assert.equal(2, result.exit)
    assert.matches(("its mount '%s' is missing"):format(folder), find(document.findings, "check", "container:" .. name).message,
      1, true)
    local home <const> = home_of(nil, { name })
    local came <const> = home:during({ "verify-startup", "--wait", "30s" }, function()
      support.wait_for(10, "it was tried", function()
        return (try(fs.read, home.path .. "/logs/startup.log") or ""):find("container.start", 1, true)
      end)
      fs.mkdir(folder)
    end)
    home:close()
    place:close()
    assert.equal(0, came.exit, came.stdout .. came.stderr)
  end)
end)
