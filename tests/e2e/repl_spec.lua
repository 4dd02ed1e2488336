-- The prompt as people meet it: on a real terminal with a real server, and through a pipe.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local support = require "tests.e2e.support"
local terminal = require "tests.e2e.terminal"

local line <const>, prompt <const> = terminal.line, terminal.prompt

local server, home, place

setup(function()
  server = support.server()
  home = support.home(server)
end)

teardown(function()
  home:close()
  server:close()
end)

before_each(function()
  place = support.folder()
end)

after_each(function()
  place:close()
end)

-- The prompt of the home on a terminal.
local function play(...)
  return terminal.play({ "--home", home.path, "repl" }, { { see = prompt }, ... }, { place = place.path,
    env = server:environment { TERM = "xterm", XDG_STATE_HOME = place.path .. "/state" } })
end

local leave <const> = { type = terminal.leave }

local function history()
  return fs.read(place.path .. "/state/nightjar/history")
end

describe("the prompt on a terminal", function()
  it("shows what expressions are, keeps locals and results, and leaves at Ctrl-D", function()
    local text <const>, status <const> = play(
      line("1 + 1, 'two'", '2\n"two"'), line("_, _2", '2\n"two"'), line("local x <const> = { b = 1, a = {} }"),
      line("x", "{ a = {}, b = 1 }"), line("print 'said'", "said"), line("y = 5"), line("x.c = y"),
      line("x.c + _1.b", "6"), line("'é' .. 'ü'", '"éü"'), line("nil", "nil"), line("return 7", "7"), leave)
    assert.equal(0, status)
    assert.is_nil(text:find("error", 1, true), text)
  end)

  it("takes lines until they are complete, and drops them at Ctrl-C", function()
    play({ type = "for i = 1, 2 do\r" }, { see = ">> " }, { type = "print('line', i)\r" }, { see = ">> " },
      { type = "end\r" }, { see = "line\t1\nline\t2\n" }, { see = prompt },
      { type = "dropped = {\r" }, { see = ">> " }, { type = terminal.interrupt }, { see = "^C\n" .. prompt },
      { type = "half a line" }, { type = terminal.interrupt }, { see = "^C\n" .. prompt },
      line("2 * 3", "6"), leave)
    assert.equal("for i = 1, 2 do print('line', i) end\n2 * 3\n", history())
  end)

  it("completes, without running anything", function()
    play({ type = "postg" }, { see = "postg" }, { type = terminal.tab }, { see = "res" }, { type = ".con" }, { see = ".con" },
      { type = terminal.tab }, { see = "nect" }, { type = terminal.interrupt }, { see = prompt },
      { type = "target." }, { see = "target." }, { type = terminal.tab }, { see = "main" }, { type = ":q" }, { see = ":q" },
      { type = terminal.tab }, { see = "uery" }, { type = terminal.interrupt }, { see = prompt },
      { type = "task." }, { see = "task." }, { type = terminal.tab }, { see = "parallel" }, { see = prompt .. "task." },
      { type = "sl" }, { see = "sl" }, { type = terminal.tab }, { see = "eep" }, { type = terminal.interrupt }, { see = prompt },
      { type = "run 'bac" }, { see = "bac" }, { type = terminal.tab }, { see = "kup" }, { type = terminal.interrupt }, { see = prompt },
      -- What is pasted is text, also where it holds a TAB.
      { type = "#'post\t'\r" }, { see = "5\n" }, { see = prompt }, leave)
  end)

  it("finds earlier lines, of earlier sessions too, and keeps none twice or with a secret", function()
    play(line("'the first'"), line("password = 'hush'"), line("'the second'"), line("'the first'"), leave)
    assert.equal("'the second'\n'the first'\n", history())
    assert.equal(384, fs.stat(place.path .. "/state/nightjar/history").mode)
    play({ type = terminal.up .. terminal.up .. "\r" }, { see = '"the second"' }, { see = prompt },
      { type = "\18fir" }, { see = "the first" }, { type = "\r" }, { see = '"the first"' }, { see = prompt }, leave)
  end)

  it("cancels a query on the server at Ctrl-C, and goes on with the same connection", function()
    local active <const> = ("test $(psql -XAtc \"select count(*) from pg_stat_activity where query ~ 'pg_sleep'"
      .. " and state = 'active' and pid <> pg_backend_pid()\" postgres) -eq %d")
    local pid <const> = "target.main:query('select pg_backend_pid() as pid')[1].pid"
    play(line("before = " .. pid), { type = "target.main:query('select pg_sleep(60)')\r" },
      { ["until"] = { "bash", "-c", active:format(1) } }, { type = terminal.interrupt }, { see = "interrupted\n" },
      { see = prompt }, { ["until"] = { "bash", "-c", active:format(0) } }, line("before == " .. pid, "true"), leave)
  end)

  it("ends what computes, what waits and their children at Ctrl-C, and no more than that", function()
    play({ type = "while true do pcall(function() end) end\r" }, { ["until"] = { "sleep", "0.2" } },
      { type = terminal.interrupt }, { see = "interrupted\n" }, { see = prompt },
      { type = "task.parallel { function() process.run { 'sleep', '4321' } end, function() task.sleep(60) end }\r" },
      { ["until"] = { "pgrep", "-f", "^sleep 4321" } }, { type = terminal.interrupt }, { see = "interrupted\n" }, { see = prompt },
      { ["until"] = { "bash", "-c", "! pgrep -f '^sleep 4321'" } }, line("'still there'", '"still there"'), leave)
    local _, status = play({ type = "os.exit(7)\r" })
    assert.equal(7, status)
  end)

  it("shows what runs and where it waits", function()
    play(line("task.parallel { function() task.sleep(9) end, function() task.sleep(0.1) return p(ps()) end, limit = 2, "
        .. "function() fail('STOP', 'enough') end }", "running", "input:1", "waiting", "input:1", "enough (STOP)"), leave)
  end)

  it("keeps nil as a result, and null as a column", function()
    play(line("return nil", "nil"), line("_", "nil"), line("1, nil", "nil"), line("_2", "nil"), line("\\json", "JSON is on"),
      line("target.main:query 'select 1 as a, null as b'", '"b": null'), leave)
  end)

  it("shows what a terminal would obey", function()
    local text <const> = play(line('"\\u{9b}31m\\27[5m"', '"\\u{9b}31m\\x1b[5m"'), line('error("\\27[5mx")', "\\x1b[5mx"),
      line("target.main:query [[select U&'\\009b5m' as c]]", "\\u{9b}5m"), line("target.main.query 'x'", "call it with a colon"),
      line("run()", "the name of a task expected"), line("help(target)", "target:query"), leave)
    assert.is_nil(text:find("\u{9b}", 1, true))
    assert.is_nil(text:find("\27[5m", 1, true))
  end)

  it("tells errors with their line and hint", function()
    local text <const> = play(line("nothing.x", "variable 'nothing' is not declared", "input:1 | nothing.x"),
      line("target.main:query 'select nowhere'", "column \"nowhere\" does not exist", "(PG 42703)"),
      line("x y", "syntax error near 'y'"), line("error { a = 1 }", "{ a = 1 }"), line("error()", "nil"),
      line("fail 'BAD'", "a code and a message expected"),
      line("error(setmetatable({}, getmetatable(select(2, try(fail, 'A', 'b')))))", "nil"),
      line("fail('BAD', 'it broke', 'Mend it.')", "it broke (BAD)", "hint: Mend it."), line("target.mian", "Did you mean 'main'?"),
      line("x = 1"), { type = "do\r" }, { see = ">> " }, line("  return x.y.z end", "input:2: attempt", "input:2 |   return x.y.z end"),
      leave)
    assert.is_nil(text:find("repl.lua", 1, true), text)
  end)

  it("shows rows as a table, and none of the secrets", function()
    local text <const> = play(
      line("target.main:query 'select 1 as n, null as nothing, $$a$$ as password'", "n  nothing  password", "1  null     ***", "(1 row)"),
      line("target.main", 'password = "***"'),
      line("p(context.config.secrets[1])", '"***"', '"***"'), line("'" .. server.password .. "'", '"***"'),
      line("\\json", "JSON is on"),
      line("target.main:query 'select 1 as n'", '"n": 1'), line("{ password = 'x' }", '"password": "***"'),
      line("\\json", "off"), line("\\t", "timing is on"), line("1", "1\n(", " ms)"), line("\\tasks", "backup\n"),
      line("\\jsn", "did you mean '\\json'?"), line("\\", "\\tasks"), { type = "\\q\r" })
    local typed <const> = text:find(server.password, 1, true) -- and nowhere else is it
    assert.is_nil(text:find(server.password, typed + 1, true), text)
  end)

  it("explains functions, modules, topics, and what is stored under any name", function()
    play(line("postgres.connect?", "postgres.connect([options])", "raises"), line("help(fs.read)", "fs.read(path"),
      line("target.main:query ?", "target:query(sql, [parameters], [options])"), line("mine = task.sleep"),
      line("mine?", "task.sleep(seconds)"),
      line("help(docker)", "docker.inspect"), line("help 'errors'", "err.code"),
      line("help()", "Modules", "postgres", "Topics", "retention"),
      line("postgres.query?", "connection:query(sql,"),
      line("help 'postgers'", "Did you mean 'postgres'?"), line("help(nil)", "no help for nil"),
      { type = "help 'postgres.co" }, { see = "postgres.co" }, { type = terminal.tab }, { see = "nnect" }, { type = terminal.interrupt },
      { see = prompt }, leave)
  end)

  it("tells how things are, and changes nothing", function()
    home:expect(0, { "backup" })
    local alerts <const> = home.path .. "/state/alerts.json"
    local before <const> = fs.stat(alerts)
    local text <const> = play(line("health.run()", "target  check", "main    query"), line("backups.latest().proven", "true"),
      line("backups.list()", "(1 row)"), line("#target.main:databases()", "3"),
      line("run('backups', '--target', 'main')", "proven", "0"), leave)
    assert.is_nil(text:find("error", 1, true), text)
    assert.same(before, fs.stat(alerts))
  end)

  it("is coloured where that is wanted", function()
    local function bytes(env)
      fs.write(place.path .. "/play", "[]")
      env.TERM = "xterm"
      return process.run({ "bash", "-c", [[printf 'fail("X", "y")\n\004' | script -qec "$0 --home $1 repl" /dev/null]],
        support.program, home.path, env = env, check = false }).stdout
    end
    assert.truthy(bytes({ NO_COLOR = false, XDG_STATE_HOME = place.path }):find("\27[31my (X)\27[0m", 1, true))
    assert.is_nil(bytes({ NO_COLOR = "1", XDG_STATE_HOME = place.path }):find("\27[31m", 1, true))
  end)

  it("leaves the terminal as it was, also at a signal", function()
    fs.write(place.path .. "/play.json", '[{"see": "nightjar> "}]')
    local done <const> = process.run { "/usr/bin/python3", "tests/fixture/terminal.py", place.path .. "/play.json", "bash", "-c",
      [[before=$(stty -g); timeout --foreground 1 "$0" --home "$1" repl; [ "$before" = "$(stty -g)" ] && echo the same]],
      support.program, home.path, env = { TERM = "xterm", XDG_STATE_HOME = place.path }, timeout = 60 }
    assert.truthy(done.stdout:find("the same\n", 1, true), done.stdout)
  end)
end)

describe("the prompt's own file", function()
  local own

  before_each(function()
    own = home.path .. "/config/repl.lua"
  end)

  after_each(function()
    fs.remove(own)
  end)

  it("is run first", function()
    fs.write(own, "function double(n) return 2 * n end")
    play(line("double(4)", "8"), leave)
  end)

  it("is refused where everybody could have written it, and told of where it fails", function()
    fs.write(own, "print 'ran'")
    process.run { "chmod", "o+w", own }
    local text <const> = play(line("1", "1"), leave)
    assert.truthy(text:find("everybody may write to it", 1, true), text)
    assert.is_nil(text:find("ran", 1, true))
    fs.write(own, "local x = 1\nerror 'in here'")
    process.run { "chmod", "600", own }
    assert.truthy(play(line("1", "1"), leave):find("config/repl.lua:2: in here\n  config/repl.lua:2 | error 'in here'", 1, true))
  end)
end)

describe("the prompt through a pipe", function()
  local function piped(input, env)
    return process.run { support.program, "--home", home.path, "repl", stdin = input, check = false, timeout = 30,
      env = server:environment(env or { NIGHTJAR_REPL = "plain" }), limit = 64 * support.mebibyte }
  end

  it("is the same without the editing", function()
    local done <const> = piped "local x = 2\nx * 21\nfor i = 1, 2 do\nprint(i)\nend\nfail('NO', 'nothing')\n{\n"
    assert.equal(0, done.exit)
    assert.equal(prompt .. prompt .. "42\n" .. prompt .. "       >>        >> 1\n2\n" .. prompt .. "nothing (NO)\n"
      .. prompt .. "       >> input:1: unexpected symbol near '{'\n  input:1 | {\n" .. prompt, done.stdout)
    assert.equal("", done.stderr)
    assert.is_nil(fs.stat(place.path .. "/state"))
  end)

  it("takes what is no terminal for a script", function()
    local done <const> = piped("local x = 20\nprint(x + 1, ...)\n", {})
    assert.equal("21\n", done.stdout)
    assert.equal(2, piped("error 'no'", {}).exit)
    assert.equal(9, piped("return 9", {}).exit)
    local words <const> = process.run { support.program, "run", "-", "a", stdin = "print(...)" }
    assert.equal("a\n", words.stdout)
  end)

  it("runs -e and -i first", function()
    local file <const> = place.path .. "/first.lua"
    fs.write(file, "#!/usr/bin/env nightjar\nfunction triple(n) return 3 * n end\nreturn 'from the file'")
    local done <const> = process.run { support.program, "-e", "six = 6", "-e", "six + 1", "-i", file, stdin = "triple(six)\n",
      env = { NIGHTJAR_REPL = "plain" } }
    assert.equal('7\n"from the file"\n' .. prompt .. "18\n" .. prompt, done.stdout)
  end)

  it("brings megabytes out whole, and ends where nobody reads any more", function()
    assert.equal(10 * support.mebibyte, #piped("print(('x'):rep(10 << 20))\n").stdout:gsub("[^x]", ""))
    local done <const> = process.run { "bash", "-c", [[set -o pipefail
      yes "print(('x'):rep(1 << 20))" | head -n 10000 | timeout 20 "$0" --home "$1" repl | head -c 100 | wc -c]],
      support.program, home.path, check = false, env = { NIGHTJAR_REPL = "plain" } }
    assert.equal("100\n", done.stdout)
    assert.equal(2, done.exit, done.stderr)
    assert.truthy(done.stderr:find("cannot write to standard output", 1, true), done.stderr)
  end)

  it("ends at SIGTERM, with what runs", function()
    local done <const> = process.run { "bash", "-c", [[
      exec 3< <(echo "task.sleep(60)"; exec sleep 60)
      timeout --foreground 1 "$0" --home "$1" repl <&3; echo $?; kill $!]],
      support.program, home.path, check = false, env = { NIGHTJAR_REPL = "plain" } }
    assert.truthy(done.stdout:find("124\n$"), done.stdout)
  end)
end)

describe("-e", function()
  it("has the targets too", function()
    local done <const> = home:expect(0, { "-e", "target.main:query('select 40 + 2 as n')[1].n", env = {} })
    assert.equal("42\n", done.stdout)
  end)
end)
