-- What doctor concludes from what it has seen.

local ports_of = require "nightjar.docker.ports"
local json = require "nightjar.json"
local mail = require "nightjar.examination.mail"
local target = require "nightjar.examination.target"

describe("the port of a container", function()
  local function container(ports, mode)
    return { State = { Running = true }, HostConfig = { NetworkMode = mode or "bridge" }, NetworkSettings = { Ports = ports } }
  end
  local published <const> = { ["5432/tcp"] = { { HostIp = "127.0.0.1", HostPort = "15432" }, { HostIp = "::1", HostPort = "15432" } },
    ["9000/tcp"] = json.null }

  for name, case in pairs {
    ["is the one of PGPORT"] = { { host = "localhost", port = 15432 }, published, "ok" },
    ["is one that PGPORT gives as a text"] = { { host = "127.0.0.1", port = "15432" }, published, "ok" },
    ["is another one"] = { { host = "localhost" }, published, "warn", "5432/tcp at 127.0.0.1:15432, 5432/tcp at ::1:15432" },
    ["is not published"] = { { host = "localhost" }, {}, "warn", "publishes no port" },
    ["is exposed and not published"] = { { host = "localhost" }, { ["5432/tcp"] = json.null }, "warn", "publishes no port" },
    ["cannot be told for another host"] = { { host = "db.example.org" }, published },
    ["cannot be told for a socket"] = { { host = "/run/postgresql" }, published },
    ["cannot be told without a host"] = { {}, published },
    ["is the host's own"] = { { host = "localhost" }, {}, nil, nil, "host" },
  } do
    it(name, function()
      local of <const>, ports <const>, status <const>, words <const>, mode <const> = table.unpack(case, 1, 5)
      of.container = "db"
      local found <const>, message <const> = ports_of.judge(of, container(ports, mode))
      assert.equal(status, found)
      assert.matches(words or "", message or "", 1, true)
    end)
  end

  it("is nothing to look at while the container does not run", function()
    local stopped <const> = container {}
    stopped.State.Running = false
    assert.is_nil(ports_of.judge({ host = "localhost", container = "db" }, stopped))
  end)
end)

describe("a clock", function()
  for name, case in pairs {
    ["that agrees"] = { 100.5, 100, 101, "ok" },
    ["that was asked slowly"] = { 103, 100, 120, "ok" },
    ["that is hardly behind"] = { 95.1, 100, 100, "ok" },
    ["that is behind"] = { 94, 100, 101, "warn", "6 s behind" },
    ["that is ahead"] = { 3701, 100, 101, "warn", "1 h ahead of" },
  } do
    it(name, function()
      local theirs <const>, before <const>, after <const>, status <const>, words <const> = table.unpack(case, 1, 5)
      local found <const>, message <const> = target.judge_clock(theirs, before, after)
      assert.equal(status, found)
      assert.matches(words or "", message, 1, true)
    end)
  end
end)

describe("a certificate", function()
  it("is told of before it ends, and where there is one", function()
    local day <const> = 86400
    assert.is_nil(mail.judge_certificate(nil, 0))
    assert.equal("ok", (mail.judge_certificate(14 * day, 0)))
    for days, words in pairs { [13.9] = "in 13 days", [1.5] = "in 1 day$", [0.5] = "in 0 days" } do
      local status <const>, message <const> = mail.judge_certificate(days * day, 0)
      assert.equal("warn", status)
      assert.matches(words, message)
    end
  end)
end)
