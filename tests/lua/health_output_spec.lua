-- The same findings for people, for Nagios and for Prometheus.

local finding = require "nightjar.health.finding"
local nagios = require "nightjar.health.nagios"
local prometheus = require "nightjar.health.prometheus"
local screen = require "nightjar.health.screen"
local sentence = require "nightjar.health.sentence"

local main <const> = { name = "main", container = "pg" }

local function put(target, check, found)
  found.target, found.check = target, check
  return found
end

local function ok(check, message)
  return put("main", check, finding.ok(message or check .. " is well"))
end

local function bad(check, class, message, fields)
  return put("main", check, finding.bad(class, message, fields))
end

local function skipped(check, blocked_by)
  return finding.skipped("main", check, blocked_by)
end

local refused <const> = {
  ok("engine", "Docker 29.1.0 answers"), ok("container", "container 'pg' is running"), ok "pg_isready",
  bad("query", "pg.auth", "PostgreSQL refuses the password of 'app'", { hint = "Check PGPASSWORD." }),
  skipped("connections", "query"), skipped("transactions", "query"), ok "backup",
  put(nil, "disk", finding.ok "the home: much free"),
}
local quiet <const> = { ok("engine", "Docker answers"), ok("container", "runs"),
  ok("query", "PostgreSQL 15.18 answers 'app' within 3 ms"), ok("backup", "the newest backup is 3 h old") }

local function plain(_, text)
  return text
end

describe("the sentence of a target", function()
  local cases <const> = {
    { "names the layer and what is fine above it", refused, "crit",
      "engine and container are fine; PostgreSQL refuses the password of 'app'" },
    { "names the engine alone", { bad("engine", "engine.stuck", "the engine hangs"), skipped("container", "engine"),
      skipped("query", "engine"), ok "backup" }, "crit", "the engine hangs" },
    { "names the container", { ok "engine", bad("container", "container.exited", "'pg' is not running"),
      skipped("query", "container") }, "crit", "engine is fine; 'pg' is not running" },
    { "tells of a server without a container", { bad("query", "pg.refused", "nobody answers") }, "crit", "nobody answers" },
    { "counts what else is wrong", { ok "engine", ok "container", ok "query",
      bad("backup", "backup.missing", "there is no good backup", { blocks = false }),
      bad("disk", "disk.warn", "85 %", { blocks = false }) }, "crit",
      "engine, container and PostgreSQL are fine; there is no good backup (and 1 more)" },
    { "puts the root before what is as bad", { ok "engine", bad("pg_isready", "pg.no_response", "no response",
      { blocks = false }), bad("query", "pg.refused", "nobody answers") }, "crit",
      "engine is fine; nobody answers (and 1 more)" },
    { "tells of a warning", { ok "query", bad("backup", "backup.stale", "too old", { blocks = false }) }, "warn",
      "PostgreSQL is fine; too old" },
    { "says what is well", quiet, "ok", "PostgreSQL 15.18 answers 'app' within 3 ms; the newest backup is 3 h old" },
    { "knows nothing of a target without findings", {}, "ok", "all is well" },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local text <const>, status <const> = sentence.of_target(sentence.findings_of(case[2], main))
      assert.same({ case[4], case[3] }, { text, status })
    end)
  end

  it("tells of an engine that several share", function()
    local findings <const> = { put(nil, "engine", finding.bad("engine.denied", "it refuses")), skipped("container", "engine") }
    assert.equal("it refuses", (sentence.of_target(sentence.findings_of(findings, main))))
    assert.equal("all is well", (sentence.of_target(sentence.findings_of(findings, { name = "other" }))))
  end)
end)

describe("the screen", function()
  it("has the sentence first, then what was found, hints, and what was not checked in one line", function()
    local lines <const> = screen.lines(refused, { main }, plain, {})
    assert.equal("CRIT     main: engine and container are fine; PostgreSQL refuses the password of 'app'", lines[1])
    local text <const> = table.concat(lines, "\n")
    assert.matches("CRIT     query +PostgreSQL refuses the password of 'app'\n +Check PGPASSWORD.\n", text)
    assert.matches("not checked because of 'query': connections, transactions", text, 1, true)
    assert.matches("here\n  ok       disk", text, 1, true)
  end)

  it("fits many targets, with a line for each that is well", function()
    local findings, targets = {}, {}
    for index = 1, 10 do
      targets[index] = { name = "t" .. index }
      findings[index] = put("t" .. index, "query", finding.ok "answers")
    end
    findings[11] = put("t3", "backup", finding.bad("backup.missing", "there is no good backup"))
    local lines <const> = screen.lines(findings, targets, plain, {})
    assert.equal(11, #lines)
    assert.matches("CRIT     t3: PostgreSQL is fine; there is no good backup", lines[3], 1, true)
    assert.equal(21, #screen.lines(findings, targets, plain, { verbose = true }))
  end)

  it("tells at its end how much was found, and how fast", function()
    local lines <const> = screen.lines(refused, { main }, plain, { seconds = 0.3 })
    assert.equal("8 findings in 0.3 s", lines[#lines])
  end)

  it("has an engine that several share with each of them", function()
    local findings <const> = { put(nil, "engine", finding.ok "Docker answers"), ok "query" }
    assert.equal(3, #screen.lines(findings, { main }, plain, {}))
  end)

  it("colours what is wrong", function()
    local lines <const> = screen.lines(refused, { main }, function(color, text)
      return ("<%s>%s"):format(color, text)
    end, {})
    assert.matches("^<red>CRIT", lines[1])
  end)
end)

describe("the line for Nagios", function()
  it("has the status, what is wrong, and performance data", function()
    local findings <const> = { ok "query", bad("backup", "backup.missing", "there is no good backup") }
    findings[1].metrics = { { name = "connections", value = 12, unit = "", warn = 77.6, crit = 92.15, max = 97 } }
    assert.equal("NIGHTJAR CRITICAL - main: there is no good backup | 'main connections'=12;77.6;92.15;0;97",
      nagios.line(findings))
  end)

  it("puts the gravest first", function()
    assert.equal("NIGHTJAR CRITICAL - main: down; main: unseen; main: late; 1 not checked because of that", nagios.line {
      bad("backup", "backup.stale", "late"), put("main", "transactions", finding.unknown "unseen"),
      bad("query", "pg.refused", "down"), skipped("connections", "query") })
  end)

  it("says that all is well", function()
    assert.equal("NIGHTJAR OK - 4 checks are well", nagios.line(quiet))
  end)

  it("stays one line, and its sentence free of a |", function()
    assert.equal("NIGHTJAR CRITICAL - main: a / b c", nagios.line { bad("query", "pg.protocol", "a | b\nc") })
    assert.equal("NIGHTJAR UNKNOWN - policy.lua:3: a / b", nagios.failure "policy.lua:3: a | b")
  end)

  it("has data without thresholds", function()
    local found <const> = ok "disk"
    found.metrics = { { name = "it's=big", value = 0.5, unit = "s" } }
    assert.equal("NIGHTJAR OK - 1 checks are well | 'main it_s_big'=0.5s;;;0", nagios.line { found })
  end)
end)

describe("the file for Prometheus", function()
  local text <const> = prometheus.text({ ok "query", bad("backup", "backup.missing", "x"), skipped("connections", "query"),
    put("main", "transactions", finding.unknown "x"), put(nil, "self", finding.bad("self.log", "x")),
    put(nil, "self", finding.bad("self.clock", "x")) }, { main = { started = 1000, bytes = 4096 } }, 1060.7)

  it("has a status for each target and check, and none for what was skipped", function()
    assert.matches('nightjar_check_status{target="main",check="query"} 0\n', text, 1, true)
    assert.matches('nightjar_check_status{target="main",check="backup"} 2\n', text, 1, true)
    assert.matches('nightjar_check_status{target="main",check="transactions"} 3\n', text, 1, true)
    assert.equal(1, select(2, text:gsub('{target="",check="self"} 1', "")))
    assert.is_nil(text:find("connections", 1, true))
  end)

  it("has the last run, and the backups", function()
    assert.matches("nightjar_last_run_timestamp_seconds 1060\n", text, 1, true)
    assert.matches('nightjar_backup_age_seconds{target="main"} 60\n', text, 1, true)
    assert.matches('nightjar_backup_bytes{target="main"} 4096\n', text, 1, true)
  end)

  it("names each metric once, with a type", function()
    for name in text:gmatch "# TYPE (%S+) gauge" do
      assert.equal(1, select(2, text:gsub("# HELP " .. name .. " ", "")))
    end
  end)

  it("escapes what a name holds", function()
    assert.matches('check="a\\"b\\\\c"', prometheus.text({ ok 'a"b\\c' }, {}, 0), 1, true)
  end)
end)

describe("the document of a finding", function()
  it("has every field", function()
    local json = require "nightjar.json"
    assert.equal('{"blocked_by":null,"check":"disk","class":null,"hint":null,"message":"m","metrics":[],"seconds":0,'
      .. '"status":"ok","target":null}', json.encode(finding.document(put(nil, "disk", finding.ok "m"))))
  end)

  it("has none of what only the run needs", function()
    assert.is_nil(finding.document(bad("query", "pg.auth", "m")).blocks)
  end)
end)

describe("a finding", function()
  it("may pass where its class is that of a hiccup", function()
    assert.is_true(finding.may_pass(finding.bad("pg.refused", "m")))
    assert.is_false(finding.may_pass(finding.bad("pg.auth", "m")))
    assert.is_false(finding.may_pass(finding.unknown "m"))
    assert.is_false(finding.may_pass(finding.ok "m"))
  end)

  it("blocks what depends on it, unless it says otherwise", function()
    assert.is_true(finding.bad("pg.auth", "m").blocks)
    assert.is_false(finding.bad("pg.auth", "m", { blocks = false }).blocks)
    assert.is_true(finding.unknown("m").blocks)
    assert.is_nil(finding.ok("m").blocks)
  end)

  it("comes before others that are as grave", function()
    local sorted <const> = finding.by_gravity { { status = "ok", n = 1 }, { status = "crit", n = 2 }, { status = "ok", n = 3 },
      { status = "crit", n = 4 }, { status = "unknown", n = 5 } }
    local order = {}
    for index, found in ipairs(sorted) do
      order[index] = found.n
    end
    assert.same({ 2, 4, 5, 1, 3 }, order)
  end)
end)

describe("the status of a run", function()
  local function status(...)
    local findings = {}
    for index, word in ipairs { ... } do
      findings[index] = { status = word }
    end
    return finding.status(findings)
  end

  it("is the worst: crit, unknown, warn, ok", function()
    assert.equal("ok", status())
    assert.equal("ok", status("ok", "skipped"))
    assert.equal("warn", status("ok", "warn"))
    assert.equal("unknown", status("warn", "unknown", "ok"))
    assert.equal("crit", status("unknown", "crit", "warn"))
  end)
end)
