-- What the health check tells of real containers in every state.

local host = require "nightjar.host"
local process = require "nightjar.process"
local containers = require "tests.e2e.containers"
local support = require "tests.e2e.support"
local units = require "nightjar.units"

local password <const> = "not-for-anybody"
local unique <const> = "nightjar-health-" .. host.random(4)
local home, port, elsewhere

local function name_of(target)
  return ("%s-%s"):format(unique, target)
end

local function state_of(target, format)
  return containers.docker("inspect", "--format", format, name_of(target))
end

local function wait_for_state(target, format, value)
  support.wait_for(20, ("%s of '%s' is %s"):format(format, target, value), function()
    return state_of(target, format) == value
  end)
end

local hog <const> = "x=a; while :; do x=$x$x; done"
local never <const> = { "--health-cmd", "echo probed in vain; false", "--health-interval", "1s", "--health-retries" }

local function start_all()
  containers.import_image()
  port = select(2, containers.postgres({ "--name", name_of "running", "--env", "PGDATA=/pg/d" }, password))
  elsewhere = select(2, containers.postgres({ "--name", name_of "elsewhere", "--tmpfs", "/more:size=1m" }, password))
  containers.run({ "--name", name_of "stopped" }, "exit 3")
  containers.run({ "--name", name_of "paused" }, "exec sleep 3600")
  containers.docker("pause", name_of "paused")
  containers.run({ "--name", name_of "looping", "--restart", "always" }, "exit 4")
  containers.run({ "--name", name_of "killed", "--memory", "32m" }, hog)
  containers.run({ "--name", name_of "unhealthy", never[1], never[2], never[3], never[4], never[5], "1" }, "exec sleep 3600")
  containers.run({ "--name", name_of "starting", never[1], never[2], never[3], never[4], never[5], "1000" }, "exec sleep 3600")
  containers.run({ "--name", name_of "unstable", "--restart", "always" }, "exec sleep 3600")
  containers.run({ "--name", name_of "crowded", "--memory", "64m" }, "exec sleep 3600")
  containers.run({ "--name", name_of "bare", "--volume", "/dev/null:" .. containers.server_programs() .. "/pg_isready",
    "--volume", "/dev/null:/usr/bin/pg_isready" }, "exec sleep 3600")
end

local all <const> = { "running", "elsewhere", "stopped", "paused", "looping", "killed", "unhealthy", "starting", "unstable", "crowded",
  "bare" }

setup(function()
  start_all()
  local targets = { ('gone = { container = "%s-runing" }'):format(unique) }
  for _, target in ipairs(all) do
    if target ~= "elsewhere" then
      targets[#targets + 1] = ('%s = { container = "%s" }'):format(target, name_of(target))
    end
  end
  for target, user in pairs { elsewhere = "postgres", untold = "reader" } do
    targets[#targets + 1] = ('%s = { host = "127.0.0.1", port = %s, user = "%s", container = "%s" }'):format(target,
      elsewhere, user, name_of "elsewhere")
  end
  home = support.home(nil, {
    env = { "PGHOST=127.0.0.1", "PGPORT=" .. port, "PGUSER=postgres", "PGPASSWORD=" .. password },
    policy = ([[return { targets = { %s },
      health = { attempts = 1, timeout = "20s", checks = { backup = false } } }]]):format(table.concat(targets, ", ")),
  })
  support.wait_for(60, "the server in the container answers", function()
    return (try(containers.sql, name_of "running", password, "SELECT 1"))
  end)
  support.wait_for(60, "a server without PGDATA knows a role", function()
    return (try(containers.sql, name_of "elsewhere", password, ("CREATE ROLE reader LOGIN PASSWORD '%s'"):format(password)))
  end)
  wait_for_state("killed", "{{.State.Status}}", "exited")
  wait_for_state("stopped", "{{.State.Status}}", "exited")
  wait_for_state("unhealthy", "{{.State.Health.Status}}", "unhealthy")
  wait_for_state("looping", "{{.State.Restarting}}", "true")
end)

teardown(function()
  for _, target in ipairs(all) do
    containers.remove(name_of(target))
  end
  home:close()
end)

-- The findings of a run: {[target or ""] = {[check] = finding}}, and the run's result.
local function findings_of(arguments)
  table.insert(arguments, 1, "health-check")
  local document <const>, result = home:json(arguments)
  local found = {}
  for _, finding in ipairs(document.findings) do
    local target <const> = finding.target or ""
    found[target] = found[target] or {}
    found[target][finding.check] = finding
  end
  return found, result, document
end

describe("the health check of containers", function()
  local found, result

  setup(function()
    found, result = findings_of {}
  end)

  it("is content with one that runs and has no health check", function()
    assert.equal("ok", found.running.container.status)
    assert.matches("without a health check", found.running.container.message)
    assert.equal("ok", found.running.query.status, found.running.query.message)
    assert.equal("ok", found.running.pg_isready.status, found.running.pg_isready.message)
  end)

  it("looks at the disk that its data is on, inside of it where it cannot be seen from here", function()
    assert.equal("ok", found.running.disk.status)
    assert.matches("volume of container '" .. name_of "running", found.running.disk.message, 1, true)
  end)

  it("asks the server which disk that is where no PGDATA says it", function()
    local size <const> = containers.docker("exec", name_of "elsewhere", "df", "-P", "-k", "/pg"):match "\n%S+%s+(%d+)"
    local message <const> = found.elsewhere.disk.message
    assert.matches(("the volume of container '%s': "):format(name_of "elsewhere"), message, 1, true)
    assert.matches(("of %s free"):format(units.format_size(math.tointeger(size) * 1024)), message, 1, true)
  end)

  it("says that it could look at the container's root alone where the server does not tell", function()
    local disk <const> = found.untold.disk
    assert.matches(("the root of container '%s' (its data was not found in '/var/lib/postgresql/data'): "):format(
      name_of "elsewhere"), disk.message, 1, true)
    assert.matches("pg_read_all_settings", disk.hint, 1, true)
  end)

  local cases <const> = {
    stopped = { "container.exited", "crit", "ended with status 3" },
    paused = { "container.paused", "warn", "is paused" },
    looping = { "container.restarting", "crit", "restarts in a loop" },
    killed = { "container.oom", "crit", "lack of memory (its limit is 32.0 MiB)" },
    unhealthy = { "container.unhealthy", "crit", "probed in vain" },
    starting = { "container.starting", "warn", "is starting" },
    gone = { "container.missing", "crit", "there is no container '" .. unique .. "-runing'" },
  }
  for target, case in pairs(cases) do
    it("tells of one that is " .. target, function()
      local container <const> = found[target].container
      assert.same({ case[1], case[2] }, { container.class, container.status }, container.message)
      assert.truthy(container.message:find(case[3], 1, true), container.message)
    end)

    it("names it as the reason for what was not checked in one that is " .. target, function()
      for _, check in ipairs { "pg_isready", "query", "connections", "transactions", "wraparound", "replication", "disk" } do
        local finding <const> = found[target][check]
        assert.same({ "skipped", "container" }, { finding.status, finding.blocked_by }, check)
      end
    end)
  end

  it("offers the names of others for one that is missing", function()
    assert.matches("Did you mean '" .. name_of "running" .. "'?", found.gone.container.hint, 1, true)
  end)

  it("tells of an engine that all share once", function()
    assert.equal("ok", found[""].engine.status)
    assert.is_nil(found.running.engine)
  end)

  it("ends with 2, and logs what is not ok", function()
    assert.equal(2, result.exit)
    local log <const> = home:log "health-check"
    assert.matches("ERROR health%-check finding check=container class=container.exited message=.* status=crit target=stopped", log)
    assert.is_nil(log:find("target=running", 1, true))
  end)

  it("says where the container is to be reached when nobody answers at PGPORT", function()
    local query <const> = findings_of({ "--target", "running", env = { PGPORT = "1" } }).running.query
    assert.equal("pg.refused", query.class)
    assert.matches(("which publishes 5432/tcp at 127.0.0.1:%s. Set PGPORT"):format(port), query.hint, 1, true)
  end)
end)

describe("what has happened since the last run", function()
  it("is told of one that was restarted", function()
    findings_of { "--target", "unstable" }
    process.run { "kill", "-9", state_of("unstable", "{{.State.Pid}}") }
    support.wait_for(20, "it runs again", function()
      return state_of("unstable", "{{.RestartCount}} {{.State.Status}}") == "1 running"
    end)
    local found <const> = findings_of { "--target", "unstable" }
    assert.same({ "container.restarting", "warn" }, { found.unstable.container.class, found.unstable.container.status })
    assert.matches("was restarted once since the last check", found.unstable.container.message)
    assert.is_not.equal("skipped", found.unstable.query.status)
  end)

  it("is told once", function()
    assert.equal("ok", findings_of({ "--target", "unstable" }).unstable.container.status)
  end)

  it("is a line of the log where another container has taken its place", function()
    containers.remove(name_of "unstable")
    containers.run({ "--name", name_of "unstable" }, "exec sleep 3600")
    assert.equal("ok", findings_of({ "--target", "unstable" }).unstable.container.status)
    assert.matches("INFO health%-check container.recreated container=" .. name_of("unstable"):gsub("%-", "%%-"),
      home:log "health-check")
  end)

  it("is told where the kernel killed a process in one that still runs", function()
    findings_of { "--target", "crowded" }
    process.run { "docker", "exec", name_of "crowded", "bash", "-c", hog, check = false, timeout = 30 }
    local found <const> = findings_of { "--target", "crowded" }
    assert.same({ "container.oom", "crit" }, { found.crowded.container.class, found.crowded.container.status })
    assert.matches("a process was killed for lack of memory", found.crowded.container.message)
  end)
end)

-- These containers stand beside the server: the query goes to the one that runs.
describe("pg_isready in a container", function()
  it("is weak evidence: where the query is answered, it warns", function()
    local found <const> = findings_of({ "--target", "crowded" }).crowded
    assert.equal("ok", found.query.status)
    assert.same({ "pg.no_response", "warn" }, { found.pg_isready.class, found.pg_isready.status })
    assert.matches("no response, but the query from outside is answered", found.pg_isready.message, 1, true)
  end)

  it("that cannot be run says nothing of the server, and blocks nothing", function()
    local found <const>, result = findings_of { "--target", "bare" }
    assert.equal(3, result.exit)
    assert.same({ "unknown", nil }, { found.bare.pg_isready.status, found.bare.pg_isready.class })
    assert.matches("could not be run in the container", found.bare.pg_isready.message)
    assert.equal("ok", found.bare.query.status)
    assert.equal("ok", found.bare.connections.status)
  end)
end)
