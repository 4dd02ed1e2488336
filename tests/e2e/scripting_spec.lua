-- docs/scripting.md, done as it stands: its files are written, its commands run, its session typed line by line.

local containers = require "tests.e2e.containers"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local peers = require "tests.fixture.peers"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local text <const> = fs.read "docs/scripting.md"

-- The fenced blocks in their order: { kind, text }.
local function blocks()
  local found = {}
  for kind, block in text:gmatch "\n```([^\n]*)\n(.-)\n```" do
    found[#found + 1] = { kind = kind, text = block }
  end
  return found
end

describe("the document's files and commands", function()
  local production, staging, home, place, webhook

  setup(function()
    production, staging, place = support.server(), support.server(), support.folder()
    production:database("app", [[
      CREATE TABLE customers (id int PRIMARY KEY, name text, email text);
      INSERT INTO customers SELECT n, 'Real name ' || n, 'real' || n || '@customer.example' FROM generate_series(1, 50) AS n;
      CREATE TABLE sessions AS SELECT md5(n::text) AS token FROM generate_series(1, 9) AS n;
      CREATE TABLE orders AS SELECT n, now() - interval '90 minutes' AS placed FROM generate_series(1, 3) AS n;]])
    staging:database("app", "CREATE TABLE yesterday (n int);")
    webhook = peers.http()
    home = support.home(production)
    fs.mkdir(place.path .. "/bin")
    process.run { "ln", "-s", support.program, place.path .. "/bin/nightjar" }
    fs.write(home.path .. "/config/chat-url", ("http://127.0.0.1:%d/echo/hook-s3cret\n"):format(webhook.port))
    home:expect(0, { "backup" })
  end)

  teardown(function()
    webhook:close()
    home:close()
    place:close()
    staging:close()
    production:close()
  end)

  local function write(block)
    local path <const> = block.text:match "^%-%- (config/[%w/.-]+)\n"
    if path then
      fs.mkdir(home.path .. "/" .. path:match "^(.*)/")
      fs.write(home.path .. "/" .. path, (block.text:gsub("port = 5433", ('host = "%s", port = %d, password = "%s"'):format(staging.host,
        staging.port, staging.password))) .. "\n")
    end
    return path
  end

  local function run(block)
    local done <const> = process.run { "bash", "-c", "set -eux\n" .. block.text, check = false, timeout = 120, cwd = place.path,
      env = { PATH = place.path .. "/bin:" .. os.getenv "PATH", NIGHTJAR_HOME = home.path, NO_COLOR = "1" } }
    assert.equal(0, done.exit, done.stdout .. done.stderr)
    return done.stdout
  end

  it("work, and do what it says", function()
    local written, ran, said = 0, 0, {}
    for _, block in ipairs(blocks()) do
      if block.kind == "lua" or block.kind == "sql" then
        written = written + (write(block) and 1 or 0)
      elseif block.kind == "sh run" then
        ran = ran + 1
        said[ran] = run(block)
      end
    end
    assert.same({ 8, 4 }, { written, ran })

    assert.matches("app is on staging as of %d+%-.*: 62 rows", said[1])
    assert.same({ "Customer 1", "customer1@example.org" }, (function()
      local row <const> = staging:query("app", "SELECT name, email FROM customers WHERE id = 1")[1]
      return { row.name, row.email }
    end)())
    assert.equal(0, staging:value("app", "SELECT count(*) FROM sessions"))
    assert.equal(9, production:value("app", "SELECT count(*) FROM sessions"))
    assert.equal("Real name 1", production:value("app", "SELECT name FROM customers WHERE id = 1"))
    assert.equal(1, staging:value("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'app\\_\\_before%'"))

    assert.matches("health.checks.orders", said[2], 1, true)
    assert.matches("no order for 9%d minutes", said[2])

    assert.matches("1 changes posted", said[3])
    assert.matches("POST /echo/hook%-s3cret", webhook:log())
    assert.equal("0 changes posted\n", home:expect(0, { "chat" }).stdout)
    assert.is_nil(home:written():find("s3cret", 1, true))

    assert.matches("retention.keep           config/policies/gfs.lua:", said[4], 1, true)
    assert.matches("the newest complete backup", said[4])
  end)

  it("leave staging as it was where the masking fails, and say why", function()
    local before <const> = staging:dump "app"
    local mask <const> = home.path .. "/config/mask.sql"
    local right <const> = fs.read(mask)
    for _, block in ipairs(blocks()) do
      if block.text:find "^%-%- config/policy.lua\n.-staging = " then
        write(block)
      end
    end
    fs.write(mask, right .. "UPDATE nowhere SET x = 1;\n")
    local failed <const> = home:expect(2, { "staging", "app" })
    assert.matches('relation "nowhere" does not exist', failed.stderr, 1, true)
    assert.equal(before, staging:dump "app")
    fs.remove(mask)
    assert.matches("mask.sql", home:expect(2, { "staging", "app" }).stderr)
    assert.equal(before, staging:dump "app")
    for _, name in ipairs(staging:made_databases()) do
      assert.matches("^app__before_", name)
    end
    assert.matches("the newest proven backup on the staging server", home:expect(0, { "tasks" }).stdout, 1, true)
  end)

  it("keep what grandfather, father and son want", function()
    local rule
    for _, block in ipairs(blocks()) do
      if block.text:find "^%-%- config/policies/gfs.lua" then
        rule = load(block.text)()
      end
    end
    local now <const> = 1795867200 -- 2026-11-28T12:00:00Z, a Saturday
    local cases <const> = { { 0, true }, { 6, true }, { 7, false }, { 13, true, "Sunday" }, { 14, false }, { 27, true, "Sunday" },
      { 34, true, "Sunday" }, { 41, false }, { 58, true, "first" }, { 362, true, "first" }, { 423, false } }
    for _, case in ipairs(cases) do
      local keep <const>, reason <const> = rule({ started = now - case[1] * 86400 - 100.5 }, now)
      assert.equal(case[2], keep, case[1] .. ": " .. reason)
      assert.matches(case[3] or "", reason)
    end
  end)
end)

describe("the document's session", function()
  local container, port, name, home, crowd, place
  local password <const> = "not-for-anybody"

  setup(function()
    containers.import_image()
    name, place = "nightjar-scripting-" .. host.random(4), support.folder()
    container, port = containers.postgres({ "--name", name, "--health-cmd", "pg_isready", "--health-interval", "1s" }, password,
      { "max_connections=10" })
    support.wait_for(30, "the server answers", function()
      return try(containers.sql, container, password, "SELECT 1")
    end)
    containers.sql(container, password, "CREATE ROLE app LOGIN PASSWORD 'app-secret'; GRANT pg_monitor TO app;")
    -- As the official image has it: inside of the container the superuser needs no password.
    containers.docker("exec", container, "sed", "-i", "1i local all postgres trust", "/pg/d/pg_hba.conf")
    containers.sql(container, password, "SELECT pg_reload_conf()")
    support.wait_for(30, "the container is healthy", function()
      return containers.docker("inspect", "--format", "{{.State.Health.Status}}", container) == "healthy"
    end)
    home = support.home({ host = "127.0.0.1", port = port, user = "app", password = "app-secret" },
      { env = { "PGDATABASE=postgres", "POSTGRES_CONTAINER=" .. name } })
    crowd = {}
    for index = 1, 7 do
      crowd[index] = postgres.connect { host = "127.0.0.1", port = port, user = "app", password = "app-secret", dbname = "postgres",
        application_name = "report" }
      crowd[index]:query "BEGIN"
    end
  end)

  teardown(function()
    for _, connection in ipairs(crowd or {}) do
      try(connection.close, connection)
    end
    if home then
      home:close()
    end
    place:close()
    containers.remove(container)
  end)

  local function squeezed(line)
    return (line:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
  end

  -- Does the output have such a line? "…" stands for anything, and what follows the line's end too.
  local function has(output, wanted)
    local parts = {}
    for part in (squeezed(wanted) .. "…"):gmatch "(.-)…" do
      parts[#parts + 1] = part
    end
    for line in output:gmatch "[^\n]+" do
      local at, line_squeezed = 1, squeezed(line)
      for index, part in ipairs(parts) do
        local from <const>, to <const> = line_squeezed:find(part, at, true)
        at = from and (index > 1 or from == 1) and to + 1 or nil
        if not at then
          break
        end
      end
      if at then
        return true
      end
    end
    return false
  end

  it("goes as it is told, line by line", function()
    local typed, expected = {}, {}
    for _, block in ipairs(blocks()) do
      for line in block.kind == "text session" and (block.text .. "\n"):gmatch "(.-)\n" or function() end do
        local code <const> = line:match "^nightjar> (.*)$"
        if code then
          typed[#typed + 1], expected[#typed + 1] = code, {}
        else
          table.insert(expected[#typed], line)
        end
      end
    end
    local done <const> = process.run { support.program, "--home", home.path, "repl", timeout = 60, check = false,
      stdin = (table.concat(typed, "\n") .. "\n"):gsub('"db"', '"' .. name .. '"'),
      env = { NIGHTJAR_REPL = "plain", XDG_STATE_HOME = place.path } }
    local answers = {}
    for answer in (done.stdout:sub(#"nightjar> " + 1):gsub("nightjar> ", "\1") .. "\1"):gmatch "([^\1]*)\1" do
      answers[#answers + 1] = answer
    end
    assert.is_true(#typed >= 8)
    for index, lines in ipairs(expected) do
      for _, line in ipairs(lines) do
        assert.is_true(has(answers[index], line), ("'%s' says:\n%s\nand not: %s"):format(typed[index], answers[index], line))
      end
    end
  end)
end)
