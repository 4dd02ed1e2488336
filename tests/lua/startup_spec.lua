-- After a boot: which containers are started, which are left alone, and what is said of them.

local plan = require "nightjar.startup.plan"

-- A container as the engine tells of it: "exited unless-stopped", with what differs.
local function container(words, state)
  local status <const>, policy <const> = words:match "^(%S+) ?(%S*)$"
  local made = { State = { Status = status, Running = status == "running" or status == "paused",
    Paused = status == "paused", Restarting = status == "restarting", Dead = status == "dead", ExitCode = 0,
    Error = "" }, HostConfig = { RestartPolicy = { Name = policy, MaximumRetryCount = 0 } } }
  for name, value in pairs(state or {}) do
    made.State[name] = value
  end
  return made
end

local no_mount <const> = "failed to create shim task: OCI runtime create failed: runc create failed: unable to "
  .. "start container process: error during container init: error mounting \"/mnt/data\" to rootfs at \"/m\": stat "
  .. "/mnt/data: no such file or directory: unknown"

describe("a container after a boot", function()
  local cases <const> = {
    -- what it is, what differs, named?, action, what is said
    { "running always", {}, false, "look" },
    { "running always", {}, true, "look" },
    { "restarting always", {}, false, "look" },
    { "paused always", {}, false, "leave" },
    { "paused always", {}, true, "leave" },
    { "removing no", {}, true, "leave" },
    { "dead no", {}, true, "leave" },
    { "exited no", {}, true, "start" },
    { "exited unless-stopped", {}, true, "start" },
    { "created no", {}, true, "start" },
    { "exited no", {}, false, "leave", "restart policy is 'no'" },
    { "exited ", {}, false, "leave", "restart policy is 'no'" },
    { "exited no", { ExitCode = 255 }, false, "leave", "ran when the machine went down" },
    { "exited unless-stopped", {}, false, "leave", "stopped by hand" },
    { "exited always", {}, false, "leave", "stopped by hand since the engine" },
    { "exited on-failure", {}, false, "leave", "ended with success" },
    { "created no", {}, false, "leave", nil },
    -- Docker meant to start it, and could not: what was missing may have come since
    { "exited always", { Error = no_mount, ExitCode = 127 }, false, "start", "its mount '/mnt/data' is missing" },
    { "exited unless-stopped", { Error = "port is already allocated" }, false, "start", "port is already allocated" },
    { "created no", { Error = "port is already allocated" }, false, "leave", "port is already allocated" },
  }
  for _, case in ipairs(cases) do
    local words <const>, state <const>, named <const>, action <const>, said <const> = table.unpack(case, 1, 5)
    it(("that is %s%s%s: %s"):format(words, next(state) and " " .. inspect(state):sub(1, 40) or "",
      named and ", named" or "", action), function()
      local inspected <const> = container(words, state)
      assert.equal(action, plan.action(inspected, named))
      local reason <const>, hint <const> = plan.reason("db", inspected)
      if said then
        assert.matches(said, reason, 1, true)
        assert.matches("db", hint, 1, true)
      end
    end)
  end

  it("that failed too often says how often", function()
    local inspected <const> = container("exited on-failure", { ExitCode = 3 })
    inspected.HostConfig.RestartPolicy.MaximumRetryCount = 2
    assert.matches("gave up after 2 tries", plan.reason("db", inspected))
  end)

  it("is understood when the engine says little", function()
    assert.equal("leave", plan.action({ State = { Status = "exited" } }, false))
    assert.matches("'no'", plan.reason("db", { State = { Status = "exited" } }))
  end)
end)

describe("why a container could not be started", function()
  it("is a mount that is missing, however the engine words it", function()
    for _, text in ipairs { no_mount, 'invalid mount config for type "bind": bind source path does not exist: /mnt/data',
      "error while creating mount source path '/mnt/data': mkdir /mnt/data: read-only file system" } do
      assert.equal("its mount '/mnt/data' is missing", plan.start_failure(text))
    end
  end)

  it("is otherwise told in the engine's words, within reason", function()
    assert.equal("port is already allocated", plan.start_failure "port is already allocated")
    assert.is_true(#plan.start_failure(("x"):rep(5000)) < 400)
  end)
end)

describe("the containers to look after", function()
  local function listed(targets, named)
    local names = {}
    for index, item in ipairs(plan.containers(targets, named)) do
      names[index] = ("%s%s%s"):format(item.name, item.target and " of " .. item.target.name or "",
        item.named and ", named" or "")
    end
    return names
  end

  it("are the targets' and the named ones, each once", function()
    local targets <const> = { { name = "a", container = "x" }, { name = "b" }, { name = "c", container = "y" } }
    assert.same({ "x of a", "y of c, named", "z, named" }, listed(targets, { "y", "z", "z" }))
    assert.same({}, listed({ { name = "b" } }, {}))
  end)
end)

describe("the whole", function()
  local stages <const> = {
    { name = "engine", status = "ok", message = "" },
    { name = "container", target = "main", status = "warn", message = "it is paused" },
    { name = "query", target = "other", status = "crit", message = "no password" },
    { name = "query", target = "main", status = "skipped", message = "not reached" },
  }

  it("is told by what is worst, and how much else there is", function()
    assert.equal("Failed at the stage 'query' of 'other': no password (and 1 more)", plan.summary(stages))
    assert.matches("^All that should run", plan.summary { stages[1] })
  end)
end)
