-- Alerts over many runs: clocks that jump, states that are lost, what a decision tells, and the rules
-- that hold whatever happens. How a run and a mail are written: see alert_player.lua.

local decide = require "nightjar.alert.decide"
local play = require "tests.lua.alert_player"

local epoch <const>, clock_of <const> = play.epoch, play.clock_of
local player <const>, finding_of <const>, names <const> = play.player, play.finding_of, play.lists

describe("the clock", function()
  it("that goes back opens the limiter, strict as it is, and that is said", function()
    local game <const> = player({ strict = true })
    game.play { "query=pg.auth", "query=pg.auth" }
    game.now = game.now - 86400
    assert.same({ "0:00 first CRIT new:query=pg.auth",
      "-23:50 new_kind CRIT open:query=pg.auth notice:self.clock" }, game.play { "query=pg.auth" })
    assert.matches("gone back by 23 h 55 min", game.last.mail.notices[1].message)
    assert.equal(game.now, game.last.mail.open[1].first)
    game.play { "query=pg.auth x2" }
    assert.equal(2, #game.mails)
  end)

  it("that goes back with nothing wrong is told once", function()
    local game <const> = player()
    game.play { "query=ok x5" }
    game.now = game.now - 3600
    assert.same({ "-0:35 first OK notice:self.clock" }, game.play { "query=ok x40" })
  end)

  it("that goes back a little is nothing", function()
    local game <const> = player()
    game.play { "query=ok", "query=ok" }
    game.now = game.now - 330
    assert.same({}, game.play { "query=ok x5" })
  end)

  it("that goes forward a year and back again loses nothing", function()
    local game <const> = player()
    game.play { "query=pg.auth", "query=pg.auth +365d" }
    assert.equal(2, #game.mails)
    game.now = game.now - 365 * 86400
    game.play { "query=pg.auth", "query=pg.auth x2", "query=ok x2" }
    assert.same({ "0:05 new_kind CRIT open:query=pg.auth notice:self.clock",
      "0:25 recovered OK over:query=pg.auth" }, table.move(game.mails, 3, 9, 1, {}))
  end)

  it("that goes back while a mail is spooled keeps the mail", function()
    local game <const> = player()
    game.play { "query=pg.auth down" }
    game.now = game.now - 7200
    assert.same({ "-1:55 first CRIT new:query=pg.auth notice:self.clock" },
      game.play { "query=pg.auth" })
  end)
end)

describe("a state that could not be read", function()
  it("is told, with all that is open", function()
    assert.same({ "0:00 first CRIT new:query=pg.auth notice:self.state" },
      player({ unreadable = "the state is no JSON" }).play { "query=pg.auth" })
  end)

  it("is told when all is well, too", function()
    assert.same({ "0:00 first OK notice:self.state" },
      player({ unreadable = "the state is no JSON" }).play { "query=ok" })
  end)
end)

describe("without anybody to mail to", function()
  it("nothing is sent or owed, and what is certain is still known", function()
    local game <const> = player({ mailing = false })
    game.play { "query=pg.auth", "query=ok x2", "disk=disk.crit" }
    assert.same({}, game.mails)
    assert.equal("none", game.last.action)
    assert.same({ ["main|disk|disk.crit"] = true }, game.last.hard)
  end)

  it("what is open is told when there is somebody, and what is over is not", function()
    local game <const> = player({ mailing = false })
    game.play { "query=pg.auth", "query=ok x2 disk=disk.crit" }
    assert.same({ "0:15 first CRIT new:disk=disk.crit" },
      player({ state = game.state, now = game.now }).play { "query=ok disk=disk.crit" })
  end)
end)

describe("a decision", function()
  it("leaves the state it was given as it was", function()
    local game <const> = player()
    game.play { "query=pg.auth disk=disk.warn", "query=pg.auth disk=disk.warn" }
    local before <const> = inspect(game.state, { depth = 20 })
    decide.decide(game.state, { finding_of("query=ok"), finding_of("disk=disk.crit") }, game.now + 300,
      { interval = 900, ladder = { 900 }, bypass = 3, task = "health-check", complete = true })
    assert.equal(before, inspect(game.state, { depth = 20 }))
  end)

  it("names the same mail the same when it is tried again", function()
    local game <const> = player()
    game.play { "query=pg.auth down x3" }
    assert.same({ "<1@test>", "<1@test>", "<1@test>" }, game.ids)
  end)

  it("names a mail that says something else otherwise", function()
    local game <const> = player()
    game.play { "query=pg.auth down", "query=pg.auth disk=disk.crit down", "query=ok disk=ok down x2" }
    assert.equal("<2@test>", game.ids[2])
    assert.not_equal(game.ids[2], game.ids[#game.ids])
  end)

  it("names the first mail of an incident in those that follow, and none in the next incident", function()
    local game, roots <const> = player(), {}
    for _, text in ipairs { "query=pg.auth", "query=pg.auth disk=disk.crit", "query=ok disk=ok",
      "query=ok disk=ok", "query=pg.auth +3h" } do
      game.play { text }
      if game.last.action == "send" then
        roots[#roots + 1] = game.last.mail.root or "none"
      end
    end
    assert.same({ "none", "<1@test>", "<1@test>", "none" }, roots)
  end)

  it("says when the next reminder comes", function()
    local game <const> = player()
    game.play { "query=pg.auth" }
    assert.equal(epoch + 900, game.last.mail.next_reminder)
    game.play { "query=pg.auth x3" }
    assert.equal(epoch + 3600, game.last.mail.next_reminder)
    game.play { "query=ok x2" }
    assert.is_nil(game.last.mail.next_reminder)
  end)

  it("says since when, and when it ended", function()
    local game <const> = player()
    game.play { "query=pg.refused x2", "query=ok x2" }
    local entry <const> = game.last.mail.recovered[1]
    assert.equal(epoch, entry.first)
    assert.equal(epoch + 600, entry.recovered)
  end)

  it("says what was not looked at, and because of what", function()
    local game <const> = player()
    game.play { "engine=engine.denied container<engine query<engine b/query=ok" }
    assert.same({ { target = "main", blocked_by = "engine", checks = { "container", "query" } } },
      game.last.mail.skipped)
  end)

  it("says why a mail comes late", function()
    local game <const> = player()
    game.play { "query=pg.auth down x3", "query=pg.auth" }
    assert.same({ since = epoch, attempts = 3, error = { code = "REFUSED", message = "nobody listens" } },
      game.last.mail.late)
  end)

  it("says that an open problem is not looked at for the moment", function()
    local game <const> = player()
    game.play { "query=pg.auth engine=ok", "query<engine engine=engine.denied" }
    assert.equal("engine", game.last.mail.open[1].blocked)
  end)

  it("tells the log what has changed", function()
    local game <const> = player()
    local seen = {}
    for _, text in ipairs { "query=pg.refused", "query=pg.refused", "query=pg.refused", "query=ok",
      "query=ok" } do
      game.play { text }
      for _, change in ipairs(game.last.changes) do
        seen[#seen + 1] = clock_of(game.now - epoch) .. " " .. change.what
      end
    end
    assert.same({ "0:05 hard", "0:20 recovered" }, seen)
  end)

  it("tells until when something is deferred", function()
    local game <const> = player({ bypass = 0 })
    game.play { "query=pg.auth", "query=pg.auth disk=disk.crit" }
    assert.equal("deferred", game.last.action)
    assert.equal("new_kind", game.last.reason)
    assert.equal(epoch + 900, game.last.ends)
  end)
end)

describe("over thousands of runs", function()
  -- A pseudo-random world: the rules that hold whatever happens.
  local function play_world(seed, options)
    math.randomseed(seed)
    local game <const> = player(options)
    local values <const> = { "query=ok", "query=pg.refused", "query=pg.auth", "query<engine", "query=?" }
    local disks <const> = { "disk=ok", "disk=disk.warn", "disk=disk.crit" }
    local mails, certain = {}, {}
    local query, disk = values[1], disks[1]
    for _ = 1, 1000 do
      query = math.random(6) == 1 and values[math.random(#values)] or query
      disk = math.random(30) == 1 and disks[math.random(#disks)] or disk
      local before <const> = #game.mails
      game.play { ("%s %s +%ds %s"):format(query, disk, 60 * math.random(10),
        math.random(5) == 1 and "down" or "") }
      if #game.mails > before then
        mails[#mails + 1] = { at = game.now, mail = game.last.mail }
      end
      for key in pairs(game.last.hard) do
        certain[key] = certain[key] or game.now
      end
    end
    return { game = game, mails = mails, certain = certain }
  end

  local free, strict = {}, {}

  setup(function()
    for seed = 1, 12 do
      free[seed], strict[seed] = play_world(seed), play_world(seed, { strict = true })
    end
  end)

  it("no window holds more mails than its tokens allow, but for an all-clear", function()
    for seed, world in ipairs(free) do
      local mails <const> = world.mails
      for index = 1, #mails do
        local count = 0
        for other = index, #mails do
          if mails[other].at - mails[index].at >= 900 then
            break
          end
          count = count + (mails[other].mail.reason == "recovered" and 0 or 1)
        end
        assert.is_true(count <= 4, ("seed %d: %d mails within a window"):format(seed, count))
      end
    end
  end)

  it("a strict window holds one mail", function()
    for seed, world in ipairs(strict) do
      local mails <const> = world.mails
      for index = 2, #mails do
        assert.is_true(mails[index].at - mails[index - 1].at >= 900, "seed " .. seed)
      end
    end
  end)

  it("everything certain is told, and nothing is owed when all has been well", function()
    for seed, world in ipairs(free) do
      local game <const>, mails <const>, certain <const> = world.game, world.mails, world.certain
      local told = {}
      for _, sent in ipairs(mails) do
        for _, name in ipairs(names) do
          for _, entry in ipairs(sent.mail[name[1]]) do
            told[decide.key(entry)] = true
          end
        end
      end
      for key in pairs(certain) do
        assert.is_true(told[key], ("seed %d: %s was never told"):format(seed, key))
      end
      game.play { "query=ok disk=ok x40" }
      assert.same({}, game.state.entries)
      assert.is_nil(game.state.pending)
      assert.is_nil(game.state.root)
    end
  end)

  it("no recovery is told of what was not told", function()
    for seed, world in ipairs(free) do
      local mails <const> = world.mails
      local open = {}
      for _, sent in ipairs(mails) do
        for _, entry in ipairs(sent.mail.recovered) do
          assert.is_true(open[decide.key(entry)], ("seed %d: %s"):format(seed, decide.key(entry)))
          open[decide.key(entry)] = nil
        end
        for _, name in ipairs { "new", "open", "escalated", "flapping", "settled" } do
          for _, entry in ipairs(sent.mail[name]) do
            open[decide.key(entry)] = true
          end
        end
      end
    end
  end)

  it("thousands of problems are one mail", function()
    local findings = {}
    for index = 1, 5000 do
      findings[index] = finding_of(("t%d/query=pg.auth"):format(index))
    end
    local game <const> = player()
    game.step { after = 300, task = "health-check", complete = true, findings = findings }
    game.step { after = 300, task = "health-check", complete = true, findings = findings }
    assert.equal(1, #game.mails)
    assert.equal(5000, #game.state.entries)
  end)
end)
