-- Every secret in use, looked for wherever others could see it: command lines of running programs, logs, state, manifests, dumps
-- of the configuration, mails, JSON, the terminal.

local fs = require "nightjar.fs"
local mail = require "tests.e2e.mail"
local peers = require "tests.fixture.peers"
local process = require "nightjar.process"
local remotes = require "tests.fixture.remotes"
local support = require "tests.e2e.support"
local task = require "nightjar.task"

local secrets <const> = { database = "pg-hunter2-Äß", smtp = "smtp-hunter2", ping = "ping-hunter2", chat = "chat-hunter2" }

local server, mails, away, webhook, home

setup(function()
  server, away, webhook = support.server(), remotes.webdav "away", peers.http()
  mails = mail.server { user = "me", password = secrets.smtp, starttls = true, name = "localhost" }
  server:query("postgres", ("CREATE ROLE keeper SUPERUSER LOGIN PASSWORD '%s'"):format(secrets.database))
  server:database("shop", "CREATE TABLE goods AS SELECT n, md5(n::text) AS name FROM generate_series(1, 20000) AS n;")
  home = support.home(nil, { env = {
    "PGHOST=" .. server.host, "PGPORT=" .. server.port, "PGUSER=keeper", "PGPASSWORD=" .. secrets.database,
    "SMTP_HOST=localhost", "SMTP_PORT=" .. mails.port, "SMTP_USER=me", "SMTP_PASSWORD=" .. secrets.smtp,
    "SMTP_CA_FILE=" .. mails.ca_file, "SMTP_FROM=nightjar@example.org", "SMTP_TO=ops@example.org",
    ("PING_URL=http://127.0.0.1:%d/echo/%s"):format(webhook.port, secrets.ping), "RCLONE_REMOTE=away:backups",
  }, policy = ([[return { health = { checks = { schedule = false, disk = false,
      queue = function() return crit("it is stuck") end } },
    hooks = { event = function() local token = %q return token end } }]]):format(secrets.chat) })
  remotes.configure(home, away.section)
end)

teardown(function()
  home:close()
  webhook:close()
  mails:close()
  away:close()
  server:close()
end)

local function demand_none(text, where)
  for name, secret in pairs(secrets) do
    local at <const> = text:find(secret, 1, true)
    assert.is_nil(at, ("the secret of %s is in %s: %s"):format(name, where, at and text:sub(at - 60, at + 40)))
  end
  local at <const> = text:find(away.password, 1, true)
  assert.is_nil(at, "the remote's password is in " .. where)
end

local function command_lines()
  return process.run({ "ps", "-eo", "args" }).stdout:gmatch "[^\n]+"
end

-- Run it, and look at all command lines that the machine has the while, and did not have before: the tests' own mail server
-- and remote got their passwords so.
local function watched(arguments)
  local seen, before, ended = {}, {}, false
  for line in command_lines() do
    before[line] = true
  end
  local result = task.parallel {
    run = function()
      local done <const> = home:run(arguments)
      ended = true
      return done
    end,
    watch = function()
      while not ended do
        for line in command_lines() do
          seen[line] = not before[line] or nil
        end
        task.sleep(0.01)
      end
    end,
  }.run
  local lines = {}
  for line in pairs(seen) do
    lines[#lines + 1] = line
  end
  return result, table.concat(lines, "\n")
end

for _, case in ipairs {
  { "backup", "--upload", "--json", sees = "pg_dump" }, { "backup", "--verbose", sees = "psql" },
  { "restore", "--database", "shop", "--as", "again", "--yes", "--verbose", sees = "psql" },
  { "verify", "latest", "--from-remote", "--json", sees = "rclone" }, { "health-check", "--json" }, { "health-check", "--verbose" },
  { "doctor", "--json" }, { "status", "--json" }, { "runbook" }, { "policy", "explain" }, { "test-alert", "--json" },
  { "schedule", "export", "--for", "cron", "--out", "out" },
} do
  it(table.concat(case, " ") .. " shows none", function()
    if case[1] == "schedule" then
      case[6] = home.path .. "/out"
    end
    local result <const>, seen = watched(case)
    assert.is_true(result.exit ~= nil and result.exit <= 2, result.stderr)
    assert.matches(case.sees or "", seen)
    demand_none(seen, "a command line")
    demand_none(result.stdout, "the output")
    demand_none(result.stderr, "what it says")
  end)
end

it("errors show none", function()
  for _, env in ipairs { { PGPORT = "1" }, { PGUSER = "nobody" }, { SMTP_PORT = "1" }, { RCLONE_REMOTE = "nowhere:x" } } do
    for _, name in ipairs { "backup", "health-check", "doctor", "upload", "test-alert" } do
      local result <const> = home:run { name, "--verbose", env = env }
      demand_none(result.stdout .. result.stderr, name)
    end
  end
end)

it("what is on the disk, at the remote and in mails holds none", function()
  for _, folder in ipairs { home.path .. "/logs", home.path .. "/state", home.path .. "/backups", home.path .. "/out", away.folder } do
    local text <const> = process.run({ "bash", "-c", [[find "$0" -type f -exec sh -c '
      case "$1" in *.gz) gunzip -c "$1";; *) cat "$1";; esac' - {} \;]], folder, limit = 64 * support.mebibyte }).stdout
    assert.is_true(#text > 100, folder)
    demand_none(text, folder)
  end
  assert.is_true(#mails:received() > 0)
  for _, message in ipairs(mails:received()) do
    demand_none(message.text, "a mail")
  end
end)

it("what is written is for its owner alone", function()
  local listed <const> = process.run({ "find", home.path .. "/logs", home.path .. "/state", home.path .. "/backups", "-perm",
    "/077" }).stdout
  assert.equal("", listed)
end)

it("a link that somebody has planted leads nowhere", function()
  local precious <const> = home.path .. "/precious"
  fs.write(precious, "do not touch")
  local planted <const> = home.path .. "/backups/main/.partial-2026-01-01T00-00-00Z"
  process.run { "ln", "-s", home.path, planted }
  process.run { "mkdir", "-p", home.path .. "/backups/main/.deleting-2026-01-02T00-00-00Z" }
  process.run { "ln", "-s", precious, home.path .. "/backups/main/.deleting-2026-01-02T00-00-00Z/link" }
  process.run { "rm", "-f", home.path .. "/state/alerts.lock" }
  process.run { "ln", "-s", precious, home.path .. "/state/alerts.lock" }
  home:run { "backup", "--no-verify" }
  home:run { "health-check" }
  home:run { "prune" }
  assert.equal("do not touch", fs.read(precious))
  assert.is_nil(fs.stat(home.path .. "/backups/main/.deleting-2026-01-02T00-00-00Z"))
  assert.is_table(fs.stat(home.path .. "/config/monitoring.env"))
end)
