-- The command line, as a person or a script meets it: in a process of its own.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local process = require "nightjar.process"

local program <const> = fs.absolute(os.getenv "NIGHTJAR" or "build/nightjar")

describe("the command line", function()
  local home

  before_each(function()
    home = "/tmp/nightjar-cli-spec-" .. host.random(8)
    fs.mkdir(home .. "/config/tasks")
  end)

  after_each(function()
    fs.remove(home, { recursive = true })
  end)

  local function nightjar(...)
    return process.run { program, "--home", home, check = false, timeout = 30, ... }
  end

  local function write_task(text)
    fs.write(home .. "/config/tasks/mine.lua", text)
  end

  local function task(body, arguments)
    write_task(([[
return {
  name = "mine",
  summary = "a task of one's own",
  arguments = { { "--json", type = "flag" }, %s },
  run = function(arguments, context)
    %s
  end,
}
]]):format(arguments or "", body))
  end

  it("evaluates code, with the modules by their names", function()
    assert.equal("2\n", nightjar("-e", "1 + 1").stdout)
    assert.equal("900\n", nightjar("-e", "units.duration('15m')").stdout)
    assert.equal("a b\n", nightjar("-e", "x = ...", "-e", "x .. ' b'", "a").stdout)
    assert.equal(2, nightjar("-e", "error 'no'").exit)
  end)

  it("runs a file with its words, options and all", function()
    fs.write(home .. "/show.lua", "print(...) return 7")
    local done <const> = nightjar("run", home .. "/show.lua", "--json", "x")
    assert.equal("--json\tx\n", done.stdout)
    assert.equal(7, done.exit)
  end)

  it("understands a task's words by what it declares", function()
    task("context.say('%s %s', arguments.keep_for, arguments.dry_run)",
      '{ "--keep-for", type = "duration", default = "7d" }, { "--dry-run", type = "flag" }')
    assert.equal("604800 nil\n", nightjar("mine").stdout)
    assert.equal("900 true\n", nightjar("mine", "--keep-for=15m", "--dry-run").stdout)
    assert.equal("", nightjar("mine", "--quiet").stdout)
    local help <const> = nightjar("mine", "--help").stdout
    assert.truthy(help:find("--keep-for <duration>", 1, true))
    assert.truthy(help:find("a task of one's own", 1, true))
  end)

  it("refuses words that it does not understand, and proposes others", function()
    task("", '{ "--keep", type = "duration" }, { "--for", choices = { "cron", "systemd" } }')
    local cases <const> = {
      { { "mien" }, "unknown task 'mien'", "Did you mean 'mine'?" },
      { { "mine", "--kep", "7d" }, "unknown option '--kep'", "Did you mean '--keep'?" },
      { { "mine", "--keep", "x" },
        "--keep: expected a duration such as 90s, 15m, 6h or 7d, got 'x'" },
      { { "mine", "--keep" }, "option '--keep' requires an argument" },
      { { "mine", "--for", "corn" }, "got 'corn' (did you mean 'cron'?)" },
      { { "mine", "extra" }, "too many arguments" },
    }
    for _, case in ipairs(cases) do
      local done <const> = nightjar(table.unpack(case[1]))
      assert.equal(64, done.exit, case[2])
      assert.equal("", done.stdout)
      assert.truthy(done.stderr:find(case[2], 1, true), done.stderr)
      assert.truthy(done.stderr:find(case[3] or "", 1, true), done.stderr)
    end
  end)

  it("turns the status of a document into its own", function()
    for word, exit in pairs { ok = 0, warn = 1, crit = 2, unknown = 3 } do
      task(("return { status = '%s' }"):format(word))
      assert.equal(exit, nightjar("mine").exit, word)
    end
    task("return { status = 'fine' }")
    assert.equal(2, nightjar("mine").exit)
    task("fail('LOCKED', 'held')")
    assert.equal(75, nightjar("mine").exit)
  end)

  it("prints one JSON document, whatever happens", function()
    local function document(exit, ...)
      local done <const> = nightjar(...)
      assert.equal(exit, done.exit, done.stderr)
      return json.decode(done.stdout)
    end
    task("context.say('not this') return { status = 'warn', found = 3 }")
    local good <const> = document(1, "mine", "--json")
    assert.equal("mine", good.task)
    assert.equal("warn", good.status)
    assert.equal(3, good.found)
    task("fail('REFUSED', 'nobody there', 'Start it.')")
    local bad <const> = document(2, "mine", "--json")
    assert.equal("crit", bad.status)
    assert.same({ code = "REFUSED", message = "nobody there", hint = "Start it." }, bad.error)
    assert.equal("USAGE", document(64, "mine", "--jsno", "--json").error.code)
    fs.write(home .. "/config/monitoring.env", "PGHSOT=x\n")
    assert.equal("CONFIG", document(78, "mine", "--json").error.code)
  end)

  it("fails when its standard output cannot be written", function()
    task("return {}")
    local done <const> = process.run { "sh", "-c", '"$0" "$@" > /dev/full', program, "--home", home,
      "mine", "--json", check = false }
    assert.equal(2, done.exit)
    assert.truthy(done.stderr:find("standard output", 1, true), done.stderr)
  end)

  it("tells an error by task, message, code and hint, and a mistake by its place", function()
    task("fail('REFUSED', 'nobody there', 'Start it.')")
    assert.equal("nightjar mine: nobody there (REFUSED)\n  hint: Start it.\n",
      nightjar("mine").stderr)
    task("local nothing; return nothing.x")
    local stderr <const> = nightjar("mine").stderr
    assert.truthy(stderr:find("config/tasks/mine.lua:6:", 1, true), stderr)
    assert.truthy(stderr:find("stack traceback", 1, true), stderr)
  end)

  it("says where a task file is wrong", function()
    local cases <const> = {
      { "return {\n  name = 'mine'\n  x\n}", "config/tasks/mine.lua:3:" },
      { "error('at once')", "config/tasks/mine.lua:1: at once" },
      { "return 5", "config/tasks/mine.lua:1: a task file returns a table, this one a number" },
      { "return {\n  name = 'mine',\n  run = print,\n}", "mine.lua:1: field 'summary' is missing" },
      { "return {\n  name = 'mine',\n  sumary = 'x',\n}",
        "mine.lua:3: unknown field 'sumary' (did you mean 'summary'?)" },
      { "return {\n  name = 'mine', summary = 'x',\n  run = 5,\n}",
        "mine.lua:3: field 'run': expected a function, got a number" },
      { "return {\n  name = 'mine', summary = 'x', run = print,\n"
        .. "  arguments = { { '--a-b', type = 'durations' } },\n}",
        "mine.lua:3: field 'arguments', 1: unknown type 'durations' (did you mean 'duration'?)" },
    }
    for _, case in ipairs(cases) do
      write_task(case[1])
      local done <const> = nightjar("mine")
      assert.equal(78, done.exit, done.stderr)
      assert.truthy(done.stderr:find(case[2], 1, true), done.stderr)
    end
  end)

  it("runs nothing that everybody could have written", function()
    task("return {}")
    for _, path in ipairs { "/config/tasks/mine.lua", "/config/tasks" } do
      process.run { "chmod", "o+w", home .. path }
      assert.equal(78, nightjar("mine").exit, path)
      process.run { "chmod", "o-w", home .. path }
    end
    assert.equal(0, nightjar("mine").exit)
  end)

  it("puts the home's file in the place of a built-in task", function()
    assert.equal(0, nightjar("eject", "doctor").exit)
    local path <const> = home .. "/config/tasks/doctor.lua"
    fs.write(path, (fs.read(path):gsub('summary = "[^"]*"', 'summary = "my own doctor"')))
    assert.truthy(nightjar("tasks").stdout:find("my own doctor", 1, true))
    assert.equal(64, nightjar("eject", "doctor").exit)
  end)

  it("explains tasks, functions and topics", function()
    assert.truthy(nightjar("help", "postgres.connect").stdout:find("postgres.connect([options])", 1, true))
    assert.truthy(nightjar("help", "backup").stdout:find("Usage: nightjar backup", 1, true))
    local both <const> = nightjar("help", "backups").stdout
    assert.truthy(both:find("Usage: nightjar backups", 1, true) and both:find("In Lua: ", 1, true), both)
    assert.truthy(nightjar("help", "alerts").stdout:find("ALERT_INTERVAL", 1, true))
    local unknown <const> = nightjar("help", "bakcup")
    assert.equal(64, unknown.exit)
    assert.truthy(unknown.stderr:find("Did you mean 'backup'?", 1, true), unknown.stderr)
  end)

  it("tells editors of the API", function()
    assert.equal(0, nightjar("init", home .. "/new").exit)
    local settings <const> = json.decode(fs.read(home .. "/new/.luarc.json"))
    local library <const> = home .. "/new/" .. settings["workspace.library"][1]
    assert.truthy(fs.read(library .. "/postgres.lua"):find("---@meta nightjar.postgres", 1, true))
    for _, name in ipairs(fs.list(library)) do
      assert.is_function(load(fs.read(library .. "/" .. name)), name)
    end
  end)

  it("makes a home once, and leaves what is there alone", function()
    local place <const> = home .. "/new"
    assert.equal(0, nightjar("init", place).exit)
    local env <const> = place .. "/config/monitoring.env"
    assert.equal(384, fs.stat(env).mode)
    assert.equal("folder", fs.stat(place .. "/config/tasks").type)
    fs.write(env, "PGHOST=mine\n")
    assert.equal(0, nightjar("init", place).exit)
    assert.equal("PGHOST=mine\n", fs.read(env))
    fs.write(place .. "/config/tasks/mine.lua",
      "return { name = 'mine', summary = 'x', run = function() end }")
    assert.equal(0, process.run({ program, "--home", place, "mine" }).exit)
  end)
end)
