-- The command line as a person meets it: what is typed wrong, a home made from nothing, configuration, secrets, output.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local server

setup(function()
  server = support.server()
  server:database("shop", "CREATE TABLE goods AS SELECT generate_series(1, 10) AS n;")
end)

teardown(function()
  server:close()
end)

local function with_home(options, f)
  local home = support.home(server, options)
  local _ <close> = setmetatable({}, { __close = function() home:close() end })
  f(home)
end

describe("without a home", function()
  it("--version says the version, and nothing else", function()
    local result <const> = support.run { "--version" }
    assert.equal(0, result.exit)
    assert.matches("^nightjar %d+%.%d+%.%d+\n$", result.stdout)
    assert.equal("", result.stderr)
  end)

  it("--help, help and tasks list every task", function()
    for _, words in ipairs { { "--help" }, { "help" }, { "tasks" } } do
      local result <const> = support.run(words)
      assert.equal(0, result.exit, result.stderr)
      for _, name in ipairs { "backup", "backups", "verify", "prune", "restore", "doctor" } do
        assert.matches("\n?%s+" .. name .. "%s", result.stdout)
      end
    end
  end)

  it("every task explains itself", function()
    for _, name in ipairs { "backup", "backups", "verify", "prune", "restore", "doctor" } do
      local long <const>, short <const> = support.run { name, "--help" }, support.run { "help", name }
      assert.equal(0, long.exit)
      assert.equal(long.stdout, short.stdout:sub(1, #long.stdout)) -- help also tells of a module of that name
      assert.matches("Usage: nightjar " .. name, long.stdout)
      assert.matches("--json", long.stdout, 1, true)
    end
  end)

  it("runs Lua code, and Lua files with their arguments", function()
    assert.equal("3\n", support.run({ "-e", "1 + 2" }).stdout)
    local finalizer <const> = support.run { "-e", "setmetatable({}, { __gc = function() print(pcall(task.sleep, 1)) end })" }
    assert.same({ 0, true }, { finalizer.exit, finalizer.stdout:find("the program ends: nothing can wait any more", 1, true) ~= nil })
    assert.equal("-x\n", support.run({ "-e", "return ...", "--", "-x" }).stdout)
    local place <const> = support.folder()
    fs.write(place.path .. "/script.lua", "print(select('#', ...), ...) return 7")
    local result <const> = support.run { "run", place.path .. "/script.lua", "--json", "a b" }
    place:close()
    assert.equal("2\t--json\ta b\n", result.stdout)
    assert.equal(7, result.exit)
  end)
end)

describe("what is typed wrong is a usage error that helps:", function()
  local cases <const> = {
    { words = { "bakcup" }, says = { "bakcup", "backup" } },
    { words = { "backup", "--databse", "x" }, says = { "--databse", "--database" } },
    { words = { "backup", "--database" }, says = { "--database" } },
    { words = { "backup", "extra" }, says = { "too many arguments" } },
    { words = { "restore", "--yess" }, says = { "--yess", "--yes" } },
    { words = { "help", "restroe" }, says = { "restroe", "restore" } },
    { words = { "run" }, says = { "FILE" } },
    { words = { "run", "/nonexistent.lua" }, says = { "/nonexistent.lua" } },
    { words = { "init" }, says = { "DIR" } },
    { words = { "eject", "bakcup" }, says = { "backup" } },
  }
  for _, case in ipairs(cases) do
    it("nightjar " .. table.concat(case.words, " "), function()
      local result <const> = support.run(table.move(case.words, 1, #case.words, 1, {}))
      assert.equal(64, result.exit, result.stdout .. result.stderr)
      assert.equal("", result.stdout)
      for _, text in ipairs(case.says) do
        assert.matches(text, result.stderr, 1, true)
      end
    end)
  end
end)

describe("a new home", function()
  it("is made by init, and is all that a first backup needs", function()
    local place <const> = support.folder()
    local home <const> = place.path .. "/home"
    assert.equal(0, support.run({ "init", home }).exit)
    assert.equal(384, fs.stat(home .. "/config/monitoring.env").mode & 511)
    assert.equal(448, fs.stat(home .. "/config").mode & 511)
    local path <const> = home .. "/config/monitoring.env"
    fs.write(path, (fs.read(path):gsub("PGHOST=localhost", "PGHOST=" .. server.host)
      :gsub("PGPORT=5432", "PGPORT=" .. server.port)
      :gsub("# PGPASSWORD=", "PGPASSWORD=" .. server.password)), { mode = 384 })
    local doctor <const> = support.run { "doctor", env = { NIGHTJAR_HOME = home } }
    assert.equal(0, doctor.exit, doctor.stdout .. doctor.stderr)
    local backup <const> = support.run { "backup", env = { NIGHTJAR_HOME = home } }
    assert.equal(0, backup.exit, backup.stdout .. backup.stderr)
    assert.matches("proven", backup.stdout)
    local listed <const> = support.run { "backups", env = { NIGHTJAR_HOME = home } }
    assert.matches("complete%s+proven", listed.stdout)
    assert.equal(448, fs.stat(home .. "/backups").mode & 511)
    place:close()
  end)

  it("keeps a configuration that is there", function()
    with_home({}, function(home)
      local before <const> = fs.read(home.path .. "/config/monitoring.env")
      assert.equal(0, support.run({ "init", home.path }).exit)
      assert.equal(before, fs.read(home.path .. "/config/monitoring.env"))
    end)
  end)

  it("may change a built-in task, and add one of its own", function()
    with_home({}, function(home)
      home:expect(0, { "eject", "backups" })
      local path <const> = home.path .. "/config/tasks/backups.lua"
      fs.write(path, (fs.read(path):gsub("There is no backup", "There is nothing")))
      assert.matches("There is nothing", home:expect(0, { "backups" }).stdout)
      fs.write(home.path .. "/config/tasks/greet.lua", [[
        return { name = "greet", summary = "say hello", arguments = { { "--times", type = "integer", default = 1 } },
          run = function(arguments, context)
            for _ = 1, arguments.times do context.say("hello") end
            return { status = "warn" }
          end }]])
      assert.equal("hello\nhello\n", home:expect(1, { "greet", "--times", "2" }).stdout)
      home:expect(64, { "greet", "--times", "many" })
      assert.matches("greet%s+say hello", home:expect(0, { "tasks" }).stdout)
    end)
  end)
end)

describe("configuration", function()
  it("that is wrong ends with 78, and file, line and key", function()
    for _, case in ipairs {
      { env = { "PGHOTS=x" }, says = { "monitoring.env", ":5", "PGHOTS", "PGHOST" } },
      { env = { "not a line" }, says = { "monitoring.env", ":5" } },
      { env = { "PGUSER='open" }, says = { "monitoring.env", ":5" } },
      { env = { "PGPORT=1" }, says = { "monitoring.env", ":5", "PGPORT", "line" } },
      { env = { "ALERT_INTERVAL=abc" }, says = { "ALERT_INTERVAL", "abc" } },
      { env = { "BACKUP_KEEP=7x" }, says = { "BACKUP_KEEP", "7x" } },
      { env = { "SMTP_PASSWORD_FILE=/nonexistent" }, says = { "/nonexistent" } },
      { policy = "return { backup = { levle = 3 } }", says = { "policy.lua", "levle", "level" } },
      { policy = "return { backup = { level = 'high' } }", says = { "policy.lua", "level" } },
      { policy = "return {", says = { "policy.lua" } },
      { policy = "error 'no'", says = { "policy.lua" } },
    } do
      with_home(case, function(home)
        local result <const> = home:expect(78, { "backup" })
        for _, text in ipairs(case.says) do
          assert.matches(text, result.stderr, 1, true)
        end
      end)
    end
  end)

  it("without any server says what to write where", function()
    local place <const> = support.folder()
    local result <const> = support.run { "backup", env = { NIGHTJAR_HOME = place.path, PGHOST = "/nonexistent" } }
    place:close()
    assert.is_true(result.exit == 2 or result.exit == 78)
    assert.is_not_nil(result.stderr:find "%S")
  end)

  it("of the environment goes before the file's", function()
    with_home({ env = { "BACKUP_DIR=/proc/nowhere" } }, function(home)
      home:expect(0, { "backup", "--no-verify", env = { BACKUP_DIR = home.path .. "/elsewhere" } })
      assert.is_not_nil(fs.stat(home.path .. "/elsewhere/main"))
    end)
  end)

  it("readable by others is a warning", function()
    with_home({}, function(home)
      process.run { "chmod", "644", home.path .. "/config/monitoring.env" }
      local result <const> = home:expect(1, { "doctor" })
      assert.matches("monitoring.env", result.stdout)
      assert.matches("chmod 600", result.stdout)
    end)
  end)

  it("reads a secret from a file", function()
    with_home({}, function(home)
      fs.write(home.path .. "/password", server.password .. "\n", { mode = 384 })
      local path <const> = home.path .. "/config/monitoring.env"
      fs.write(path, (fs.read(path):gsub("PGPASSWORD=[^\n]*", "PGPASSWORD_FILE=" .. home.path .. "/password")))
      home:expect(0, { "backup", "--no-verify" })
    end)
  end)
end)

describe("doctor", function()
  it("finds a wrong password, and a role without rights, and says what to do", function()
    with_home({}, function(home)
      local refused <const> = home:expect(2, { "doctor", env = { PGPASSWORD = "guessed" } })
      assert.matches("password", refused.stdout)
      server:play("shop", "DROP ROLE IF EXISTS visitor; CREATE ROLE visitor LOGIN PASSWORD 'v';")
      local poor <const> = home:json { "doctor", env = { PGUSER = "visitor", PGPASSWORD = "v" } }
      assert.equal("crit", poor.status)
      local said <const> = json.encode(poor.findings)
      assert.matches([[\"public\".\"goods\"]], said, 1, true)
      assert.matches("CREATEDB", said)
    end)
  end)
end)

describe("output", function()
  it("with --json is one document and nothing else, also when it fails", function()
    with_home({}, function(home)
      for _, words in ipairs { { "backup" }, { "backups" }, { "verify" }, { "prune" }, { "doctor" },
          { "backup", env = { PGPORT = "1" } }, { "verify", "nothing" }, { "backup", "--wrong" } } do
        local name <const> = words[1]
        local document <const>, result = home:json(words)
        assert.equal(1, select(2, result.stdout:gsub("\n", "")), name)
        assert.equal(name, document.task)
        assert.matches("^%d%d%d%d%-%d%d%-%d%dT[%d:]+Z$", document.started)
        assert.equal("number", type(document.seconds))
        assert.equal(result.exit == 0 and "ok" or "crit", document.status)
        if result.exit ~= 0 then
          assert.equal("string", type(document.error.code))
          assert.equal("string", type(document.error.message))
        end
      end
    end)
  end)

  it("that is piped has neither colour nor progress; --quiet says nothing", function()
    with_home({}, function(home)
      local result <const> = home:expect(0, { "backup", env = { NO_COLOR = false } })
      assert.is_nil((result.stdout .. result.stderr):find "[\27\r]")
      assert.equal("", home:expect(0, { "backup", "--quiet" }).stdout)
    end)
  end)

  it("on a terminal has both", function()
    with_home({}, function(home)
      local result <const> = process.run { "script", "--quiet", "--return", "--command",
        ("%s --home %s backup"):format(support.program, home.path), "/dev/null",
        env = { NO_COLOR = false, TERM = "xterm" }, stdin = "", timeout = 60 }
      assert.matches("\27%[", result.stdout)
    end)
  end)

  it("never holds a secret, nor does anything that is written", function()
    with_home({}, function(home)
      local secret <const> = "s3cr3t-of-the-test"
      server:play("postgres", ("DROP ROLE IF EXISTS keeper; CREATE ROLE keeper SUPERUSER LOGIN PASSWORD '%s';"):format(secret))
      local said = ""
      for _, words in ipairs { { "backup" }, { "backup", "--verbose", "--json" }, { "verify" }, { "doctor" },
          { "backup", "--database", "nothing", "--verbose" }, { "restore", "--database", "shop", "--as", "shop2", "--yes" } } do
        words.env = { PGUSER = "keeper", PGPASSWORD = secret }
        local result <const> = home:run(words)
        said = said .. result.stdout .. result.stderr
      end
      said = said .. home:written()
      assert.is_true(#said > 1000)
      assert.is_nil(said:find(secret, 1, true))
    end)
  end)

  it("keeps a log that a person and a program can read", function()
    with_home({}, function(home)
      home:expect(0, { "backup" })
      local log <const> = fs.read(home.path .. "/logs/backup.log")
      for line in log:gmatch "[^\n]+" do
        assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ %u+ backup [%w%._-]+", line)
      end
      assert.matches("dump.done [^\n]*database=shop", log)
      assert.matches("proof.proven [^\n]*database=shop", log)
    end)
  end)
end)
