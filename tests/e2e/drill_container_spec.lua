-- A recovery rehearsed in a container of the target's own image, on a real engine; and elsewhere where that will not do.

local containers = require "tests.e2e.containers"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local image <const> = "nightjar-drill-test"
local name <const> = "nightjar-drilled-" .. host.random(4)
local password <const> = "container-" .. host.random(4)
local home, place, port

local function docker(...)
  return (process.run({ timeout = 120, "docker", ... }).stdout:gsub("%s+$", ""))
end

local function connect(database)
  return postgres.connect { host = "127.0.0.1", port = port, user = "owner", password = password, dbname = database }
end

setup(function()
  process.run { "tests/fixture/postgres_image.sh", image, timeout = 120 }
  process.run { "docker", "run", "--detach", "--name", name, "--env", "POSTGRES_USER=owner", "--env", "POSTGRES_PASSWORD",
    "--publish", "127.0.0.1::5432", image, "-c", "max_connections=40", env = { POSTGRES_PASSWORD = password }, timeout = 60 }
  port = math.tointeger(tonumber(docker("port", name, "5432/tcp"):match ":(%d+)"))
  local connection <close> = support.wait_for(90, "PostgreSQL answers", function()
    return (try(connect, "template1"))
  end)
  connection:query "CREATE ROLE reader"
  connection:query "CREATE DATABASE shop"
  local shop <close> = connect "shop"
  shop:query "CREATE TABLE goods AS SELECT generate_series(1, 500) AS n"
  shop:query "GRANT SELECT ON goods TO reader"
  place = support.folder()
  home = support.home(nil, { env = { "PGHOST=127.0.0.1", "PGPORT=" .. port, "PGUSER=owner", "PGPASSWORD=" .. password,
    "PGDATABASE=template1", "POSTGRES_CONTAINER=" .. name },
    policy = ('return { drill = { folder = %q } }'):format(place.path) })
  home:expect(0, { "backup" })
end)

teardown(function()
  process.run { "docker", "rm", "--force", "--volumes", name, check = false }
  home:close()
  place:close()
end)

-- Containers of drills that there are.
local function left()
  return docker("ps", "--all", "--quiet", "--filter", "label=nightjar.drill", "--filter", "ancestor=" .. image)
end

describe("a drill of a target in a container", function()
  it("restores into one of the same image, and takes it away", function()
    local document, result = home:json { "drill" }
    assert.equal(0, result.exit, result.stdout)
    assert.equal("container", document.place)
    assert.same({}, document.missing)
    assert.equal("proven", document.databases[1].verdict)
    assert.truthy(fs.read(document.report):find(("a throwaway container of '%s'"):format(image), 1, true))
    assert.equal("", left())
    assert.same({}, fs.list(place.path))
  end)

  it("takes away what a killed one has left, with its volume", function()
    home:during({ "drill" }, function(pid)
      support.wait_for(60, "its container is there", function() return left() ~= "" end)
      support.kill("KILL", pid)
    end)
    local volume <const> = docker("inspect", "--format", "{{(index .Mounts 0).Name}}", left())
    assert.truthy(docker("volume", "ls", "--quiet"):find(volume, 1, true))
    assert.equal("container", home:json({ "drill" }).place)
    assert.equal("", left())
    assert.is_nil(docker("volume", "ls", "--quiet"):find(volume, 1, true))
  end)

  it("goes to a server of this machine where the image will not do, and says why", function()
    containers.import_image()
    fs.write(home.path .. "/config/policy.lua",
      ('return { drill = { folder = %q, image = "%s" } }'):format(place.path, containers.image))
    local document, result = home:json { "drill" }
    assert.equal(0, result.exit, result.stdout)
    assert.equal("cluster", document.place)
    assert.equal("container", document.refused[1].place)
    assert.is_true(#document.refused[1].reason > 10, json.encode(document.refused))
    assert.same({}, fs.list(place.path))
  end)
end)
