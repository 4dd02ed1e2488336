-- The closed list of what can be wrong: every class that was thought of is there, and complete.

local classes = require "nightjar.classes"

local all <const> = [[engine.unreachable engine.denied engine.timeout engine.stuck engine.api
  container.missing container.exited container.oom container.restarting container.paused container.healed
  container.unhealthy container.starting pg.refused pg.no_response pg.rejecting pg.auth
  pg.no_database pg.too_many pg.query_timeout pg.protocol pg.recovery pg.readonly
  pg.connections pg.transactions pg.wraparound pg.replication check.failed disk.warn
  disk.crit disk.inodes disk.unreadable backup.missing backup.stale backup.small backup.unverified
  remote.stale schedule.missing self.state self.log self.lock self.clock self.mail self.policy task.failed]]

local network <const> = [[engine.unreachable engine.timeout engine.stuck container.starting
  container.unhealthy pg.refused pg.no_response pg.rejecting pg.query_timeout pg.protocol
  pg.too_many]]

local function set_of(text)
  local set = {}
  for word in text:gmatch("%S+") do
    set[word] = true
  end
  return set
end

describe("the classes", function()
  it("are all that the checks were made for", function()
    for name in pairs(set_of(all)) do
      assert.is_table(classes[name], name)
    end
  end)

  it("have a severity, good runs, a phrase and one line of advice each", function()
    for name, class in pairs(classes) do
      assert.is_true(set_of("warn unknown crit")[class.severity], name)
      assert.is_true(class.good_runs >= 1, name)
      assert.is_true(#class.phrase > 5 and #class.phrase < 60, name)
      assert.is_true(#class.advice > 20, name)
      assert.is_nil(class.advice:find("\n", 1, true), name)
    end
  end)

  it("are like a network's where they may be a hiccup, and only there", function()
    local wanted <const> = set_of(network)
    for name, class in pairs(classes) do
      assert.equal(wanted[name], class.network, name)
    end
  end)
end)
