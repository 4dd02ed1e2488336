-- A server in a container, backed up by the container's own programs where this host has none that will do.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local containers = require "tests.e2e.containers"
local support = require "tests.e2e.support"

local container, home, port, older
local password <const> = "p a'ss\"word"

local function inside(sql, database)
  return containers.sql(container, password, sql, database)
end

setup(function()
  containers.import_image()
  container, port = containers.postgres(nil, password)
  support.wait_for(60, "the server in the container answers", function()
    return (try(inside, "SELECT 1"))
  end)
  inside "CREATE DATABASE shop"
  inside("CREATE TABLE goods AS SELECT n, md5(n::text) AS name FROM generate_series(1, 20000) AS n", "shop")
  older = support.stand_ins { pg_dump = [[
    case "$*" in --version) echo "pg_dump (PostgreSQL) 9.6.24";; *) echo "too old" >&2; exit 1;; esac]] }
  home = support.home(nil, { env = { "PGHOST=127.0.0.1", "PGPORT=" .. port, "PGUSER=postgres",
    "POSTGRES_CONTAINER=" .. container } })
  fs.write(home.path .. "/password", password, { mode = 384 })
  fs.append(home.path .. "/config/monitoring.env", "PGPASSWORD_FILE=" .. home.path .. "/password\n")
end)

teardown(function()
  containers.remove(container)
  home:close()
  older:close()
end)

describe("a server in a container", function()
  it("is examined by doctor, which tells whose programs will be used", function()
    local result <const> = home:run { "doctor", env = { PATH = older.PATH } }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.matches("in container", result.stdout)
  end)

  it("is backed up and proven by the container's programs when this host's pg_dump is older", function()
    local document <const>, result = home:json { "backup", env = { PATH = older.PATH } }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    local set <const> = document.sets[1]
    assert.equal("container", set.options.programs)
    assert.equal("proven", set.verification[1].verdict)
  end)

  it("is restored through the container", function()
    inside("DELETE FROM goods WHERE n > 10", "shop")
    local result <const> = home:run { "restore", "--database", "shop", "--replace", "--yes", env = { PATH = older.PATH } }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.equal("20000\n", inside("SELECT count(*) FROM goods", "shop"))
  end)

  it("is backed up where this host has no programs of PostgreSQL's at all", function()
    local bare <const> = support.path_without_postgres()
    local document <const>, result = home:json { "backup", env = { PATH = bare.PATH } }
    bare:close()
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.equal("proven", document.sets[1].verification[1].verdict)
  end)

  it("is backed up by this host's programs when they will do", function()
    local document <const>, result = home:json { "backup" }
    assert.equal(0, result.exit, result.stdout .. result.stderr)
    assert.equal("host", document.sets[1].options.programs)
  end)

  it("keeps the password out of every command line, file and message", function()
    local spying <const> = support.stand_ins {
      pg_dump = [[echo "pg_dump (PostgreSQL) 9.6.24"]],
      docker = ([[printf '%%s\n' "$*" >>%s/argv; exec "$real" "$@"]]):format(home.path),
    }
    local result <const> = home:run { "backup", "--json", env = { PATH = spying.PATH } }
    spying:close()
    assert.equal(0, result.exit, result.stderr)
    local argv <const> = fs.read(home.path .. "/argv")
    assert.matches("exec %-i", argv)
    assert.is_nil((argv .. result.stdout .. result.stderr .. home:written()):find(password, 1, true))
    assert.is_nil(argv:find(" %-t "))
  end)

  it("leaves no program in the container when it is interrupted", function()
    inside("CREATE TABLE IF NOT EXISTS bulk AS SELECT repeat(md5(n::text), 100) AS t FROM generate_series(1, 100000) n", "shop")
    local result <const> = home:during({ "backup", "--database", "shop", env = { PATH = older.PATH } }, function(pid)
      support.wait_for(30, "the dump runs", function()
        return inside("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%'") ~= "0\n"
      end)
      support.kill("TERM", pid)
    end)
    assert.equal(143, result.exit)
    support.wait_for(10, "pg_dump in the container is gone", function()
      return not process.run({ "docker", "top", container }).stdout:find("pg_dump", 1, true)
    end)
    assert.equal("0\n", inside [[SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'nightjar%']])
  end)

  it("that is stopped is named in the error", function()
    containers.docker("stop", "--time", "1", container)
    local result <const> = home:run { "backup", env = { PATH = older.PATH } }
    assert.equal(2, result.exit)
    assert.matches("127.0.0.1", result.stderr, 1, true)
  end)
end)
