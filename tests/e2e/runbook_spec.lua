-- The runbook, followed to the letter: every command that docs/DR-RUNBOOK.md tells to run is run from it, on a real container
-- that is damaged, stopped and removed.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local containers = require "tests.e2e.containers"
local support = require "tests.e2e.support"

local policy <const> = 'return { targets = { main = { databases = { "app" } } } }'
local password <const> = "it's $PGPASSWORD"
local name <const> = "nightjar-runbook-" .. host.random(4)
local home, port, programs, place

-- The document with this home's names in it, as nightjar prints it.
local function document()
  return home:expect(0, { "runbook" }).stdout
end

-- The blocks of a chapter, by its number: those that are only marked `run`, or that have this mark too.
local function blocks(text, number, mark)
  local chapter <const> = text:match("\n## " .. number .. "%. .-\n## ") or text:match("\n## " .. number .. "%. .*$")
  local found = {}
  for marks, block in chapter:gmatch "\n```sh run([^\n]*)\n(.-)\n```" do
    if marks == (mark and " " .. mark or "") then
      found[#found + 1] = block
    end
  end
  assert.is_true(#found > 0)
  return found
end

-- Away from this machine's own schedule: /etc/cron.d is a folder of the test's, and no systemd is seen.
local apart <const> = [[
  mount --bind "$0" /etc/cron.d
  if [ -d /run/systemd/system ]; then mount -t tmpfs none /run/systemd; fi
  exec bash -c "$1"]]

-- Type the names, and then the commands. changed: names that the document cannot know.
local function follow(text, commands, changed)
  local script <const> = { "set -euo pipefail", text:match "\n```sh values\n(.-)\n```" }
  for variable, value in pairs(changed or {}) do
    script[#script + 1] = ("%s='%s'"):format(variable, value)
  end
  table.move(commands, 1, #commands, #script + 1, script)
  local words <const> = { "unshare", "--mount" }
  words[#words + 1] = process.run({ "id", "-u" }).stdout ~= "0\n" and "--map-root-user" or nil
  table.move({ "bash", "-ec", apart, place.path .. "/cron.d", table.concat(script, "\n") }, 1, 5, #words + 1, words)
  words.stdin, words.check, words.timeout, words.cwd = password .. "\n", false, 200, place.path .. "/desk"
  words.env = { NO_COLOR = "1", PGHOST = false, PGPORT = false, PGUSER = false, PGPASSWORD = false, DISK_WARN = "100%",
    DISK_CRIT = "100%", PATH = programs.path .. ":" .. support.program:match "^(.*)/" .. ":" .. os.getenv "PATH" }
  local result <const> = process.run(words)
  assert.equal(0, result.exit, result.stdout .. result.stderr)
  return result.stdout
end

local function ask(sql, database)
  return (process.run { "psql", "-XqAt", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-d", database or "app", "-c", sql,
    env = { PGPASSWORD = password }, timeout = 120 }.stdout:gsub("\n$", ""))
end

local function orders()
  return ask "SELECT count(*) FROM orders"
end

setup(function()
  process.run { "tests/fixture/postgres_image.sh", name, timeout = 120 }
  port = process.run({ "/usr/bin/python3", "-c",
    "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])" }).stdout:match "%d+"
  place = support.folder()
  for _, folder in ipairs { "cron.d", "desk", "new/config" } do
    fs.mkdir(place.path .. "/" .. folder)
  end
  -- A login at Google's is what no remote here can ask for; everything else is the real rclone. And no test installs
  -- programs on the machine that it runs on.
  programs = support.stand_ins { rclone = [[
    case "$*" in "config reconnect store: "*) echo "token renewed" ;; *) exec "$real" "$@" ;; esac]],
    ["apt-get"] = 'echo "apt-get $*"' }
  home = support.home(nil, { env = { "PGHOST=127.0.0.1", "PGPORT=" .. port, "PGUSER=postgres",
    "PGPASSWORD='it'\\''s $PGPASSWORD'", "POSTGRES_CONTAINER=" .. name, "DISK_WARN=100%", "DISK_CRIT=100%",
    "RCLONE_REMOTE=store:box" }, policy = policy })
  fs.write(home.path .. "/password", password)
  fs.write(home.path .. "/config/monitoring.env", (fs.read(home.path .. "/config/monitoring.env")
    :gsub("PGPASSWORD=[^\n]*", "PGPASSWORD_FILE=" .. home.path .. "/password")), { mode = 384 })
  fs.write(place.path .. "/new/config/policy.lua", policy)
  fs.write(place.path .. "/desk/nightjar_1.deb", "a package")
  fs.write(home.path .. "/config/rclone.conf", ("[store]\ntype = alias\nremote = %s/remote\n"):format(place.path), { mode = 384 })
  follow(document(), blocks(document(), 2, "new container"), { image = name, volume = name })
  ask("CREATE DATABASE app", "postgres")
  ask "CREATE TABLE orders AS SELECT generate_series(1, 100) AS n"
  home:expect(0, { "backup", "--upload" })
end)

teardown(function()
  containers.remove(name)
  process.run { "docker", "volume", "rm", name, check = false }
  process.run { "docker", "image", "rm", name, check = false }
  programs:close()
  place:close()
  home:close()
end)

describe("the runbook of a home", function()
  it("has its names, its last proven backup and its times, and no secret", function()
    local text <const> = document()
    for _, expected in ipairs { "\nhome=" .. home.path .. " ", "\ndatabase=app ", "\ncontainer=" .. name, "\nimage=" .. name,
        "\nvolume=" .. name, "\nremote=store:box ", "PGPORT=" .. port, "app (1 tables, 100 rows)",
        "The last proven backup is `" .. (home:sets())[1], "Restoring and comparing it took: app " } do
      assert.is_not_nil(text:find(expected, 1, true), expected)
    end
    assert.is_nil(text:find(password, 1, true))
  end)

  it("is the document, but for names and facts", function()
    local function without(text)
      return (text:gsub("```sh values\n.-\n```", ""):gsub("<!%-%- facts %-%->.-<!%-%- /facts %-%->", ""))
    end
    assert.equal(without(fs.read "docs/DR-RUNBOOK.md"), without(document()))
  end)
end)

describe("its chapter", function()
  it("1 brings a damaged database back, with nightjar and without it", function()
    ask "DROP TABLE orders"
    local commands <const>, text <const> = blocks(document(), 1), document()
    assert.equal(7, #commands)
    local said <const> = follow(text, { commands[1], commands[2], commands[3] })
    assert.matches("public%s*|%s*orders%s*|%s*100", said)
    assert.equal("100", orders())
    follow(text, { commands[4] })
    assert.equal("", ask "SELECT relname FROM pg_class WHERE relname = 'orders'")
    follow(text, { commands[5] })
    local by_hand <const> = follow(text, { commands[6], commands[7] })
    assert.equal(2, select(2, by_hand:gsub("whole: [^\n]*/app%.", "")))
    assert.equal("100", orders())
    assert.equal("app_damaged", ask "SELECT datname FROM pg_database WHERE datname LIKE '%damaged'")
  end)

  it("2 starts a container again, and makes it anew on its volume", function()
    local text <const> = document()
    containers.docker("stop", name)
    assert.matches("All that should run does", follow(text, blocks(text, 2)))
    assert.equal("100", orders())
    containers.docker("rm", "--force", name)
    follow(text, blocks(text, 2, "new container"))
    assert.equal("100", orders())
  end)

  it("4 finds out why a backup failed, and makes another, also by hand", function()
    home:run { "backup", env = { PGPORT = "1" } }
    local said <const> = follow(document(), blocks(document(), 4))
    assert.matches("ERROR backup backup.failed", said)
    assert.matches("complete%s+proven", said)
    assert.matches("PostgreSQL database dump complete", said)
  end)

  it("5 gets a new login for the remote, and sends what is missing", function()
    local said <const> = follow(document(), blocks(document(), 5))
    assert.matches("token renewed", said)
    local box <const> = place.path .. "/remote/box"
    assert.is_not_nil(fs.stat(("%s/main/%s/manifest.json"):format(box, (home:sets())[1])))
    assert.equal("a package", fs.read(box .. "/nightjar_1.deb"))
    assert.is_not_nil(fs.read(box .. "/main/DR-RUNBOOK.md"):find("\nremote=store:box ", 1, true))
  end)

  it("6 finds a schedule that somebody took away, and puts it back", function()
    local folder <const> = place.path .. "/cron.d"
    follow(document(), { 'nightjar --home "$home" schedule install' })
    fs.remove(folder .. "/" .. fs.list(folder)[1])
    local said <const> = follow(document(), blocks(document(), 6))
    assert.matches("backup is not installed", said)
    assert.matches("\nbackup%s+[^\n]*%s+yes%s+yes%s", said)
    assert.equal(1, #fs.list(folder))
    fs.remove(folder .. "/" .. fs.list(folder)[1])
  end)

  it("3 brings everything back on a new machine, from the remote and the page that is there", function()
    ask("CREATE ROLE clerk LOGIN PASSWORD 'of the old machine'", "postgres")
    home:expect(0, { "backup", "--upload" })
    local function lose()
      containers.docker("rm", "--force", name)
      containers.docker("volume", "rm", name)
    end
    lose()
    local page <const> = fs.read(place.path .. "/remote/box/main/DR-RUNBOOK.md")
    fs.write(place.path .. "/desk/rclone.conf", fs.read(home.path .. "/config/rclone.conf"))
    local new <const> = { home = place.path .. "/new" }
    local commands <const> = blocks(page, 3, "programs")
    assert.equal("apt-get install --yes ./nightjar_1.deb", follow(page, commands, new):match "[^\n]+\n$":sub(1, -2))
    commands[1] = nil
    table.move(blocks(page, 3), 1, #blocks(page, 3), 1, commands)
    local said <const> = follow(page, commands, new)
    assert.matches("orders%s*|%s*100", said)
    assert.equal("clerk", ask "SELECT rolname FROM pg_roles WHERE rolname = 'clerk'")
    assert.equal(1, #fs.list(place.path .. "/cron.d"))
    lose()
    -- The server as before, and then by hand.
    local server <const> = commands[2]
    assert.matches("docker run", server)
    follow(page, { 'export RCLONE_REMOTE="$remote"', server, blocks(page, 3, "by hand")[1] }, new)
    assert.equal("100", orders())
    assert.equal("clerk", ask "SELECT rolname FROM pg_roles WHERE rolname = 'clerk'")
  end)
end)
