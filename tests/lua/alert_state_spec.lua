-- The state that alerts keep: what is read is what was written, and what is no state is never used.

local decide = require "nightjar.alert.decide"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local mail_of = require "nightjar.alert.mail"
local player <const> = require "tests.lua.alert_player".player
local state_of = require "nightjar.alert.state"

local folder

before_each(function()
  folder = "/tmp/nightjar-alert-state-" .. host.random(8)
  fs.mkdir(folder)
end)

after_each(function()
  fs.remove(folder, { recursive = true })
end)

local path_of = function()
  return folder .. "/alerts.json"
end

-- A state in which everything occurs that can.
local function rich()
  local game <const> = player()
  game.play { "query=pg.auth", "query=ok x2", "query=pg.auth", "query=ok x2", "query=pg.auth" }
  game.play { "query=pg.auth disk=disk.warn", "query<engine engine=engine.denied disk=ok",
    "a=!crit b=!warn engine=ok disk=ok down", "a=ok b=? c=pg.refused down", "a=ok b=? c=pg.refused down" }
  return game.state
end

describe("the state", function()
  it("that was written is the state that is read", function()
    local written <const> = rich()
    assert.is_true(#written.entries > 5)
    assert.is_true(state_of.write(folder, written))
    local read <const>, problem <const> = state_of.read(folder)
    assert.is_nil(problem)
    assert.same(written, read)
    assert.equal(384, fs.stat(path_of()).mode & 511)
  end)

  it("is a fresh one where there is none", function()
    local state <const>, problem <const> = state_of.read(folder .. "/nowhere")
    assert.same(decide.fresh(), state)
    assert.is_nil(problem)
  end)

  local function damage(change)
    local state <const> = json.decode(json.encode(rich()))
    return json.encode(change(state) or state)
  end

  local damaged <const> = {
    { "nothing", "" }, { "no JSON", "{" }, { "a list", "[]" }, { "a number", "7" }, { "null", "null" },
    { "no version", "{}" }, { "another version", damage(function(state) state.version = 2 end) },
    { "no entries", damage(function(state) state.entries = nil end) },
    { "an entry that is none", damage(function(state) state.entries[1] = 7 end) },
    { "an entry without a check", damage(function(state) state.entries[1].check = nil end) },
    { "an unknown phase", damage(function(state) state.entries[1].phase = "odd" end) },
    { "an unknown status", damage(function(state) state.entries[1].status = "ok" end) },
    { "a text for a time", damage(function(state) state.entries[1].first = "noon" end) },
    { "a change that is no time", damage(function(state) state.entries[1].changes = { "noon" } end) },
    { "a count that is none", damage(function(state) state.entries[1].bad = -1 end) },
    { "a table for a text", damage(function(state) state.entries[1].message = {} end) },
    { "a wrong mail", damage(function(state) state.pending = { message_id = 1 } end) },
    { "a wrong time of a mail", damage(function(state) state.last_delivered = "noon" end) },
    { "a notice without a text", damage(function(state) state.notices = { { class = "self.clock" } } end) },
  }
  for _, case in ipairs(damaged) do
    it(("with %s is kept aside, and a fresh one begun"):format(case[1]), function()
      fs.write(path_of(), case[2])
      local state <const>, problem <const> = state_of.read(folder)
      assert.same(decide.fresh(), state)
      assert.matches("alerts.json' could not be read", problem, 1, true)
      assert.equal(case[2], fs.read(path_of() .. ".unreadable"))
      assert.is_nil(fs.stat(path_of()))
    end)
  end

  it("that is a folder is told, too", function()
    fs.mkdir(path_of())
    local state <const>, problem <const> = state_of.read(folder)
    assert.same(decide.fresh(), state)
    assert.is_string(problem)
  end)

  it("loses what writes were cut off by a kill, and nothing else", function()
    fs.write(path_of() .. ".0123456789abcdef.tmp", "half")
    fs.write(folder .. "/history.jsonl", "{}")
    local held <close> = state_of.lock(folder)
    assert.is_not_nil(held)
    assert.same({ "alerts.lock", "history.jsonl" }, fs.list(folder))
  end)
end)

describe("whatever passes for a state", function()
  -- A state with something in it changed at random, of a kind that such a field could hold.
  local function mutated(state)
    local copy <const> = json.decode(json.encode(state))
    local entry <const> = copy.entries[math.random(#copy.entries)]
    local names <const> = { "target", "class", "message", "hint", "better", "recovered", "blocked", "ended",
      "told", "untold", "flapping", "once" }
    for _ = 1, math.random(4) do
      entry[names[math.random(#names)]] = nil
    end
    local values <const> = {
      function() entry.phase = ({ "soft", "hard", "fine" })[math.random(3)] end,
      function() entry.status = ({ "warn", "unknown", "crit" })[math.random(3)] end,
      function() entry.told = { status = "crit", first = math.random(-5, 2000000000) } end,
      function() entry.untold = true end,
      function() entry.changes = {} end,
      function() entry.first, entry.seen = math.random(0, 4000000000), math.random(0, 4000000000) end,
      function() entry.flapping = { since = 0, told = math.random(2) == 1 and 5 or nil,
        settled = math.random(2) == 1 or nil } end,
      function() entry.class = "none.of.ours" end,
      function() entry.check = ({ "task:", "self:", ":", "", "a|b" })[math.random(5)] end,
      function() copy.last_delivered = math.random(0, 4000000000) end,
      function() copy.pending = nil end,
    }
    for _ = 1, math.random(3) do
      values[math.random(#values)]()
    end
    return copy
  end

  it("gives a decision, and a mail that can be made", function()
    math.randomseed(7)
    local state <const>, mails = rich(), 0
    for _ = 1, 3000 do
      local odd <const> = mutated(state)
      assert.is_nil(state_of.problem(odd))
      local decision <const> = decide.decide(odd, { { target = "main", check = "query", status = "ok" },
        { check = "engine", class = "engine.stuck", status = "crit", message = "x" } },
        1800000000 + math.random(-90000, 90000), { interval = 900, ladder = { 900 }, bypass = 3,
        task = "health-check", complete = math.random(2) == 1, message_id = "<1@test>" })
      if decision.mail then
        mails = mails + 1
        local mail <const> = mail_of.render(decision.mail, { host = "db1", home = "/srv", version = "1",
          task = "health-check", to = { "a@example.org" } }, {}, {})
        assert.is_true(#mail.subject > 10 and #mail.text > 50)
      end
      for _, after in ipairs { decision.state, decision.delivered } do
        assert.is_nil(state_of.problem(json.decode(json.encode(after))))
      end
    end
    assert.is_true(mails > 500)
  end)
end)
