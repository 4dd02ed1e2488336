-- A real Docker engine as a script meets it, and engines that misbehave.

local docker = require "nightjar.docker"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local task = require "nightjar.task"
local containers = require "tests.e2e.containers"
local peers = require "tests.fixture.peers"
local support = require "tests.e2e.support"

local engine <const> = docker.connect { write = true, timeout = 20 }
local unique <const> = "nightjar-docker-spec-" .. host.random(4)
local names <const> = {
  running = unique .. "-running", stopped = unique .. "-stopped", paused = unique .. "-paused",
  terminal = unique .. "-terminal",
}

local function failing(f, ...)
  local value, err = try(f, ...)
  assert.is_nil(value, inspect(value))
  return err
end

setup(function()
  containers.import_image()
  containers.run({ "--name", names.running, "--user", "postgres" },
    "echo first; echo second >&2; exec sleep 3600")
  containers.run({ "--name", names.stopped }, "exit 3")
  containers.run({ "--name", names.paused }, "exec sleep 3600")
  containers.run({ "--name", names.terminal, "--tty" }, "echo shown; exec sleep 3600")
  containers.docker("pause", names.paused)
  support.wait_for(10, "the container has ended", function()
    return containers.docker("inspect", "--format", "{{.State.Status}}", names.stopped) == "exited"
  end)
end)

teardown(function()
  containers.remove(names.running, names.stopped, names.paused, names.terminal)
end)

describe("a Docker engine", function()
  it("answers the ping with its version", function()
    local pong <const> = engine:ping()
    assert.matches("^%d+%.%d+$", pong.api_version)
    assert.equal("linux", pong.os)
    assert.equal(containers.docker("version", "--format", "{{.Server.Version}}"), engine:version().Version)
  end)

  it("lists containers, all or the running ones, and by filters", function()
    local function listed(options)
      options.filters = { name = { unique } }
      local found = {}
      for _, container in ipairs(engine:containers(options)) do
        found[container.Names[1]:sub(2)] = container.State
      end
      return found
    end
    assert.same({ [names.running] = "running", [names.stopped] = "exited", [names.paused] = "paused",
      [names.terminal] = "running" }, listed {})
    assert.is_nil(listed({ all = false })[names.stopped])
  end)

  it("tells a container's state", function()
    local running <const> = engine:inspect(names.running)
    assert.equal("running", running.State.Status)
    assert.equal(3, engine:inspect(names.stopped).State.ExitCode)
    assert.is_true(engine:inspect(names.paused).State.Paused)
    assert.equal(running.Id, engine:inspect(running.Id).Id)
    assert.equal(running.Id, engine:inspect(running.Id:sub(1, 12)).Id)
  end)

  it("says which containers there are when one is missing", function()
    local err <const> = failing(engine.inspect, engine, unique .. "-runing")
    assert.equal("NOT_FOUND", err.code)
    assert.equal("container", err.missing)
    assert.equal("docker.inspect", err.op)
    assert.matches(names.running, err.hint, 1, true)
    assert.matches("There is", failing(engine.inspect, engine, "zzz-nothing-like-it").hint)
    assert.matches("Did you mean '.*" .. unique:gsub("%-", "%%-"), failing(engine.inspect, engine, "docker-spec").hint)
  end)

  it("is not fooled by an id that begins like a name", function()
    local id <const> = engine:inspect(names.running).Id
    for _, f in ipairs { engine.inspect, engine.exec, engine.stop } do
      local err <const> = failing(f, engine, id:sub(1, 6), f == engine.exec and { "true" } or nil)
      assert.equal("container", err.missing)
    end
    assert.is_true(engine:inspect(names.running).State.Running)
  end)

  it("takes any text for a name, and nothing else than a container for a container", function()
    for _, name in ipairs { "../../_ping", "a b", "x?y=z", "ü", "a/../" .. names.running, ("n"):rep(3000) } do
      local err <const> = failing(engine.inspect, engine, name)
      assert.equal("NOT_FOUND", err.code, inspect(err))
    end
    assert.error_matches(function() engine:inspect "" end, "the name of a container")
    assert.error_matches(function() engine:inspect(nil) end, "the name of a container")
    assert.error_matches(function() engine:inspect("a", { timout = 1 }) end, "did you mean 'timeout'")
  end)
end)

describe("exec", function()
  local function exec(argv, options)
    return engine:exec(names.running, argv, options)
  end

  it("gives exit code, stdout and stderr apart", function()
    local result <const> = exec { "sh", "-c", "echo out; echo err >&2; echo more; exit 7" }
    assert.equal(7, result.exit)
    assert.equal("out\nmore\n", result.stdout)
    assert.equal("err\n", result.stderr)
    assert.is_true(result.seconds > 0)
    assert.equal(0, exec({ "true" }).exit)
  end)

  it("hands every word on as it is, and no shell in between", function()
    local odd <const> = "a b'\"; $(false) ünï * $HOME"
    assert.equal(odd, exec({ "printf", "%s", odd }).stdout)
  end)

  it("brings a megabyte and any byte through", function()
    assert.equal(1048576, #exec({ "head", "-c", "1048576", "/dev/zero" }).stdout)
    local result <const> = exec { "printf", [[a\000b\377\n]] }
    assert.equal("a\0b\255\n", result.stdout)
  end)

  it("runs as another user, with variables", function()
    assert.equal("0\n", exec({ "id", "-u" }, { user = "root" }).stdout)
    assert.not_equal("0\n", exec({ "id", "-u" }).stdout)
    assert.equal("a b", exec({ "printenv", "-0", "ONE" }, { env = { ONE = "a b" } }).stdout:sub(1, 3))
  end)

  it("knows the exit code of a program that closed its output long before", function()
    assert.equal(5, exec({ "sh", "-c", "exec >&- 2>&-; sleep 0.3; exit 5" }).exit)
  end)

  it("says when there is no such program, or it may not run", function()
    local err <const> = failing(exec, { "no-such-program", "x" })
    assert.equal("NOT_FOUND", err.code)
    assert.equal("program", err.missing)
    assert.matches("'no%-such%-program'", err.message)
    assert.equal("DENIED", failing(exec, { "/etc/passwd" }).code)
    local result <const> = exec { "sh", "-c", "exit 127" }
    assert.equal(127, result.exit)
  end)

  it("gives up at its deadline", function()
    local seconds, _, err = peers.timed(exec, { "sleep", "60" }, { timeout = 0.5 })
    assert.equal("TIMEOUT", err.code)
    assert.matches("/start", err.message)
    assert.is_true(seconds < 1, seconds)
  end)

  it("takes no more than the limit", function()
    local small <const> = docker.connect { write = true, limit = 100000, timeout = 20 }
    local err <const> = failing(small.exec, small, names.running, { "head", "-c", "200000", "/dev/zero" })
    assert.equal("FORMAT", err.code)
    assert.matches("100000 bytes", err.message)
  end)

  it("is refused by a container that is stopped or paused, in the engine's words", function()
    for name, word in pairs { [names.stopped] = "not running", [names.paused] = "paused" } do
      local err <const> = failing(engine.exec, engine, name, { "true" })
      assert.equal("HTTP", err.code)
      assert.equal(409, err.status)
      assert.matches(word, err.message)
    end
    assert.equal("container", failing(engine.exec, engine, unique, { "true" }).missing)
  end)

  it("wants words", function()
    assert.error_matches(function() exec {} end, "list of words")
    assert.error_matches(function() exec "ls" end, "list of words")
    assert.error_matches(function() exec { "a", {} } end, "word 2")
  end)
end)

describe("logs", function()
  it("tell stdout and stderr apart", function()
    assert.same({ stdout = "first\n", stderr = "second\n" }, engine:logs(names.running))
  end)

  it("of a terminal are one text", function()
    assert.same({ stdout = "shown\r\n", stderr = "" }, engine:logs(names.terminal))
  end)

  it("can be limited to the end, and to a time", function()
    assert.equal("", engine:logs(names.running, { since = host.time() + 5 }).stdout)
    assert.is_true(#engine:logs(names.running, { tail = 1 }).stdout <= 6)
  end)
end)

describe("start, stop and restart", function()
  it("do it, and say whether there was something to do", function()
    local name <const> = unique .. "-lever"
    local began <const> = host.time()
    containers.run({ "--name", name }, "trap 'exit 0' TERM; while :; do sleep 0.05; done")
    local _ <close> = setmetatable({}, { __close = function() containers.remove(name) end })
    assert.is_true(engine:stop(name, { grace = 5 }))
    assert.is_false(engine:stop(name, { grace = 0 }))
    assert.is_true(engine:start(name))
    assert.is_false(engine:start(name))
    local before <const> = engine:inspect(name).State.StartedAt
    assert.is_true(engine:restart(name, { grace = 0 }))
    assert.not_equal(before, engine:inspect(name).State.StartedAt)
    local actions = {}
    for _, event in ipairs(engine:events { since = began - 1, filters = { container = { name } } }) do
      actions[event.Action] = (actions[event.Action] or 0) + 1
    end
    assert.equal(1, actions.restart)
    assert.is_true(actions.start >= 2 and actions.die >= 2, inspect(actions))
  end)

  it("are refused by an engine that was opened for reading", function()
    local reading <const> = docker.connect { timeout = 20 }
    for _, verb in ipairs { "start", "stop", "restart" } do
      local err <const> = failing(reading[verb], reading, names.stopped)
      assert.equal("DENIED", err.code)
      assert.matches("opened for reading", err.message)
    end
    assert.equal("DENIED", failing(reading.exec, reading, names.running, { "true" }).code)
    assert.equal("exited", reading:inspect(names.stopped).State.Status)
  end)

  it("are there as functions too, and those may write", function()
    assert.equal(0, docker.exec(names.running, { "true" }, { timeout = 20 }).exit)
    assert.equal("running", docker.inspect(names.running, { timeout = 20 }).State.Status)
  end)
end)

describe("a Docker engine behind TLS", function()
  local certificates, peer

  setup(function()
    certificates = peers.certificates()
    local path <const> = certificates.path
    process.run { "sh", "-ec", 'cd "$0" && cp client.pem cert.pem && cp client.key key.pem', path }
    peer = peers.engine("forward", "--tls", path .. "/good.pem", path .. "/good.key", path .. "/ca.pem")
  end)

  teardown(function()
    peer:close()
    certificates:close()
  end)

  it("is asked with our certificate", function()
    local far <const> = docker.connect { host = "tcp://localhost:" .. peer.port, tls_verify = true,
      cert_path = certificates.path, write = true, timeout = 20 }
    assert.equal("tcp://localhost:" .. peer.port, far.endpoint)
    assert.equal("running", far:inspect(names.running).State.Status)
    assert.equal("out\n", far:exec(names.running, { "echo", "out" }).stdout)
  end)

  it("is found by a context of the docker command's own", function()
    local home <close> = setmetatable(support.folder(), { __close = function(self) fs.remove(self.path, { recursive = true }) end })
    local path <const> = certificates.path
    process.run { "docker", "context", "create", "far", "--docker",
      ("host=tcp://localhost:%d,ca=%s/ca.pem,cert=%s/cert.pem,key=%s/key.pem"):format(peer.port, path, path, path),
      env = { DOCKER_CONFIG = home.path, DOCKER_HOST = false } }
    local script <const> = [[local e = docker.connect { timeout = 20 } return e.endpoint, e:ping().os]]
    local result <const> = process.run { support.program, "-e", script,
      env = { DOCKER_CONFIG = home.path, DOCKER_CONTEXT = "far", DOCKER_HOST = false } }
    assert.equal(("tcp://localhost:%d\nlinux\n"):format(peer.port), result.stdout)
  end)

  it("says so where certificates do not fit", function()
    local function refused(options)
      options.host, options.timeout = options.host or "tcp://localhost:" .. peer.port, 20
      local far <const> = docker.connect(options)
      return failing(far.ping, far)
    end
    local code <const> = refused({ tls_verify = false }).code -- plain HTTP to a TLS port
    assert.is_true(code == "CLOSED" or code == "TLS" or code == "FORMAT", code)
    local other <const> = peers.certificates()
    local err <const> = refused { tls_verify = true, cert_path = other.path }
    other:close()
    assert.equal("TLS", err.code)
    assert.matches("DOCKER_CERT_PATH", err.hint)
  end)
end)

describe("an engine that", function()
  -- An engine of that mode on a socket of its own; f gets it.
  local function with(mode, f, options)
    local place <const> = support.folder()
    local socket <const> = place.path .. "/docker.sock"
    local peer <const> = peers.engine(mode, "--unix", socket)
    options = options or {}
    options.host, options.timeout = "unix://" .. socket, options.timeout or 20
    local _, err = try(f, docker.connect(options), socket)
    peer:close()
    place:close()
    if err then
      error(err, 0)
    end
  end

  it("accepts and never answers costs its deadline", function()
    with("silent", function(silent)
      local seconds, _, err = peers.timed(silent.ping, silent)
      assert.equal("TIMEOUT", err.code)
      assert.matches("GET /_ping", err.message)
      assert.is_true(seconds < 0.8, seconds)
    end, { timeout = 0.4 })
  end)

  it("never answers is left at once when the task is cancelled", function()
    with("silent", function(silent)
      local seconds <const> = peers.timed(task.timeout, 0.2, silent.ping, silent)
      assert.is_true(seconds < 0.3, seconds)
    end)
  end)

  it("answers the ping and hangs on inspect is told by what it hangs on", function()
    with("stuck", function(stuck)
      assert.equal("1.41", stuck:ping().api_version)
      local _, _, err = peers.timed(stuck.inspect, stuck, "db")
      assert.equal("TIMEOUT", err.code)
      assert.matches("'GET /containers/db/json'", err.message)
    end, { timeout = 0.4 })
  end)

  it("wants a newer API is told so, with both versions", function()
    with("newer", function(newer)
      local err <const> = failing(newer.inspect, newer, "db")
      assert.equal("VERSION", err.code)
      assert.matches("wants API 1.70 or newer", err.message)
      assert.matches("1.52", err.message)
    end)
  end)

  it("answers nonsense is not believed", function()
    with("nonsense", function(nonsense)
      for _, ask in ipairs { nonsense.inspect, nonsense.exec } do
        assert.equal("FORMAT", failing(ask, nonsense, "db", ask == nonsense.exec and { "true" } or nil).code)
      end
    end, { write = true })
    with("other", function(other)
      local err <const> = failing(other.containers, other)
      assert.equal("FORMAT", err.code)
      assert.matches("no Docker engine", err.message)
    end)
  end)

  it("lets only reading through (a proxy) is told as forbidding it", function()
    with("forbid", function(forbidding)
      assert.equal("running", forbidding:inspect(names.running).State.Status)
      local err <const> = failing(forbidding.exec, forbidding, names.running, { "true" })
      assert.equal("DENIED", err.code)
      assert.equal(403, err.status)
    end, { write = true })
  end)

  it("is not there, does not run, or may not be used", function()
    local place <const> = support.folder()
    local function asked(name)
      local absent <const> = docker.connect { host = "unix://" .. place.path .. "/" .. name }
      return failing(absent.ping, absent)
    end
    local missing <const> = asked "nothing"
    assert.equal("NOT_FOUND", missing.code)
    assert.equal("engine", missing.missing)
    fs.write(place.path .. "/file", "")
    assert.equal("REFUSED", asked("file").code)
    local nobody <const> = docker.connect { host = "tcp://127.0.0.1:1" }
    assert.equal("REFUSED", failing(nobody.ping, nobody).code)
    place:close()
    with("silent", function(_, socket)
      process.run { "chmod", "700", socket }
      local script <const> = ("return select(2, try(docker.connect{host = 'unix://%s'}.ping, docker.connect{host = 'unix://%s'}))"):format(
        socket, socket)
      local result <const> = process.run { "setpriv", "--reuid=65534", "--clear-groups", support.program, "-e", script,
        check = false }
      assert.matches("DENIED", result.stdout .. result.stderr)
      assert.matches("group docker", result.stdout .. result.stderr)
    end)
  end)
end)
