-- The API and what is written of it are the same: every function has an entry, every entry a function, and every
-- example runs, on a real server, a real engine and real mail.

local containers = require "tests.e2e.containers"
local fs = require "nightjar.fs"
local hook = require "nightjar.hook"
local host = require "nightjar.host"
local library = require "nightjar.help.library"
local mail_server = require "tests.e2e.mail"
local markdown = require "nightjar.help.markdown"
local peers = require "tests.fixture.peers"
local policy_of = require "nightjar.policy"
local process = require "nightjar.process"
local ready = require "nightjar.repl.ready"
local support = require "tests.e2e.support"

local environment <const> = ready.environment { home = "/nonexistent" }

local function functions_of(holder)
  local names = {}
  for name, value in next, holder do
    if type(value) == "function" and not name:find "^__" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local function field_of(entry)
  return entry.name:match "([%w_]+)$"
end

-- The modules that scripts ask for: the bindings, and the faces that stand ready at the prompt.
local function modules()
  local names, there = {}, {}
  for name in pairs(package.preload) do
    there[name:match "^nightjar%.([%w_]+)$" or ""] = true
  end
  for _, name in ipairs(ready.modules) do
    there[name] = true
  end
  for name in pairs(there) do
    -- The host's own are for the library; health and mail at the prompt are helpers.
    if name ~= "" and name ~= "host" and name ~= "scheduler" and name ~= "health" and name ~= "mail" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

describe("the API's documentation", function()
  it("has every module and every function", function()
    for _, name in ipairs(modules()) do
      assert.is_not_nil(library.module(name), "lua/meta/" .. name .. ".lua is missing")
      for _, field in ipairs(functions_of(require("nightjar." .. name))) do
        assert.is_not_nil(library.get().by_name[name .. "." .. field], name .. "." .. field .. " has no entry")
      end
    end
  end)

  it("has every method", function()
    local handles <const> = { connection = true, meter = true, lock = true, engine = true, target = true, log = true }
    for object in pairs(handles) do
      local holder <const> = library.holder({ name = object .. ":x" }, environment)
      for _, field in ipairs(functions_of(holder)) do
        -- How the log is made inside, and the lower half of an engine, is nobody else's.
        if not (object == "log" and (field == "write" or field == "call_hook")) then
          assert.is_not_nil(library.get().by_name[object .. ":" .. field], object .. ":" .. field .. " has no entry")
        end
      end
    end
  end)

  it("tells of nothing that is not there", function()
    for name, entry in pairs(library.get().by_name) do
      if entry.file.name ~= "context" and entry.file.name ~= "policy" then
        local holder <const> = library.holder(entry, environment)
        local found <const> = holder and (rawget(holder, field_of(entry)) or holder[field_of(entry)])
        assert.is_function(type(found) == "table" and debug.getmetatable(found).__call or found, name)
      end
    end
  end)

  it("says of each what it does, takes, gives, and whether it waits", function()
    for name, entry in pairs(library.get().by_name) do
      assert.matches("^[^\n]+[.?]$", entry.summary, name)
      assert.truthy(entry.waits == "yes" or entry.waits == "no", name .. ": waits?")
      assert.truthy(entry.example, name .. ": no example")
      local named = {}
      for index, param in ipairs(entry.params) do
        named[index] = param.name
      end
      assert.equal(entry.parameters, table.concat(named, ", "), name)
      for _, code in ipairs(entry.raises) do
        assert.matches("^[A-Z_]+$", code, name)
      end
      for _, value in ipairs(table.move(entry.returns, 1, #entry.returns, #entry.params + 1,
        table.move(entry.params, 1, #entry.params, 1, {}))) do
        local class <const> = value.type:match "^(nightjar%.[%w_.]+)"
        assert.truthy(not class or library.get().classes[class] or class == "nightjar.lock", name .. ": " .. value.type)
      end
    end
  end)

  it("calls parameters as the code does", function()
    for name, entry in pairs(library.get().by_name) do
      local holder <const> = library.holder(entry, environment)
      local f <const> = holder and rawget(holder, field_of(entry))
      local info <const> = type(f) == "function" and debug.getinfo(f, "Su")
      if info and info.what == "Lua" and info.nparams > 0 then
        local named = {}
        for index = name:find ":" and 2 or 1, info.nparams do
          named[#named + 1] = debug.getlocal(f, index)
        end
        named[#named + 1] = info.isvararg and "..." or nil
        if named[1] ~= "..." then
          assert.equal(entry.parameters:gsub("%.%.%.$", ""), (table.concat(named, ", "):gsub("%.%.%.$", "")), name)
        end
      end
    end
  end)

  -- The names of a table of options, by its class or as it is written out.
  local function options_of(kind)
    local names = {}
    for _, field in ipairs(library.fields(kind) or {}) do
      names[#names + 1] = not field.name:find "^%[" and field.name or nil
    end
    for name in (kind:match "^{(.*)}$" or ""):gmatch "([%a_][%w_]*)%?*:" do
      names[#names + 1] = name
    end
    return names
  end

  it("knows the options, and no others", function()
    local checked = 0
    for name, entry in pairs(library.get().by_name) do
      local param <const> = entry.params[1]
      local plain <const> = not name:find "[:]" and library.holder(entry, environment)
      local names <const> = plain and param and param.type ~= "nightjar.context" and options_of(param.type) or {}
      local f <const> = #names > 0 and library.holder(entry, environment)[field_of(entry)]
      for _, option in ipairs(names) do
        -- Both are looked at before anything is done; which of them first, nobody knows.
        local value <const> = option == "config" and {} or option:find "timeout" and 5 or coroutine.create(print)
        local _, err = try(f, { [option] = value, no_such_option = 1 })
        assert.truthy(err and err.message:find("no_such_option", 1, true), ("%s: option '%s': %s"):format(name, option,
          err and err.message or "none is refused"))
        checked = checked + 1
      end
    end
    assert.is_true(checked > 60, tostring(checked))
  end)

  it("is what docs/api.md says", function()
    assert.equal(markdown.text(), fs.read "docs/api.md", "run ./dev docs")
  end)
end)

-- What each of the policy's functions is given, by its path.
local given <const> = {
  ["targets.databases"] = { { { name = "app" }, { name = "test_app" } } },
  ["health.checks"] = { { name = "main", query = function() return { { n = 7 } } end } },
  ["alerts.when"] = { { status = "warn", check = "disk" }, 0 },
  ["alerts.subject"] = { { subject = "all is lost" } },
  ["alerts.body"] = { { text = "All is lost." } },
  ["alerts.to"] = { { subject = "all is lost" } },
  ["retention.keep"] = { { id = "x", started = 0.0, bytes = 1 }, 86400 },
  ["remote.keep"] = { { id = "x", started = 0.0, bytes = 1 }, 86400 },
  ["remote.upload"] = { { id = "x", started = 0.0, bytes = 1 }, 86400 },
  ["restore.accept"] = { { name = "app", query = function() return { { n = 7 } } end } },
  ["startup.start"] = { { "db" } },
  ["hooks.event"] = { { level = "error" } },
}

-- And what the examples answer to that.
local answers <const> = {
  ["targets.databases"] = { "app" }, ["health.checks"] = { status = "warn", message = "7 sessions are idle in a transaction" },
  ["alerts.subject"] = "[db] all is lost", ["retention.keep"] = true, ["remote.keep"] = true, ["remote.upload"] = true,
  ["restore.accept"] = true, ["startup.start"] = { "pgbouncer", "db" },
}

describe("the policy's functions", function()
  it("are all told of", function()
    local told = {}
    for _, entry in ipairs(library.file("policy").functions) do
      told[#told + 1] = entry.name ~= "health.checks" and entry.name or nil
    end
    assert.same(require "nightjar.policy.hooks", told)
  end)

  it("work as they stand in the examples, where the examples say", function()
    for _, entry in ipairs(library.file("policy").functions) do
      local usage <const> = entry.example:match("^%-%- config/policy%.lua: ([^\n]*)"):gsub("NAME", "mine")
      local policy <const> = policy_of.parse("return { " .. usage .. " }", "config/policy.lua", function(name)
        return entry.example, ("config/%s.lua"):format(name:gsub("%.", "/"))
      end)
      local f = policy
      for key in (entry.name:gsub("^targets", "targets.main"):gsub("^health.checks", "health.checks.mine")):gmatch "[^.]+" do
        f = f[key]
      end
      local answered <const>, answer <const> = hook.ask({ name = entry.name, f = f }, table.unpack(given[entry.name]))
      assert.is_true(answered, answer)
      if answers[entry.name] ~= nil then
        assert.same(answers[entry.name], answer, entry.name)
      end
    end
  end)
end)

describe("the examples", function()
  it("run", function()
    local server <close> = setmetatable({ it = support.server() }, { __close = function(self) self.it:close() end })
    server.it:database("app", "CREATE TABLE orders AS SELECT id, id * 10 AS total FROM generate_series(1, 20) AS id;")
    local place <close> = setmetatable({ it = support.home(server.it) }, { __close = function(self) self.it:close() end })
    local mail <close> = setmetatable({ it = mail_server.server() }, { __close = function(self) self.it:close() end })
    local webhook <close> = peers.http()
    containers.import_image()
    local name <const> = "nightjar-api-" .. host.random(4)
    local container <close> = setmetatable({ id = containers.run({ "--name", name },
      "trap 'exit 0' TERM; while :; do sleep 0.1; done") }, { __close = function(self) containers.remove(self.id) end })
    assert.is_string(container.id)
    place.it:expect(0, { "backup" })
    local folder <const> = place.it.path .. "/work"
    fs.mkdir(folder)
    local done <const> = process.run { support.program, "--home", place.it.path, "-e",
      "return load(fs.read(...), '=examples', 't', _ENV)()", fs.absolute "tests/e2e/examples.lua", cwd = folder, check = false,
      env = server.it:environment { PGDATABASE = "postgres", TEST_CONTAINER = name, TEST_MAIL_PORT = tostring(mail.it.port),
        TEST_WEBHOOK = "http://127.0.0.1:" .. webhook.port, NIGHTJAR_LUA = os.getenv "NIGHTJAR_LUA" or false }, timeout = 120 }
    local count <const> = select(2, done.stdout:gsub("\nok ", ""))
    for line in done.stdout:gmatch "[^\n]+" do
      assert.is_nil(line:find "^not ok", line)
    end
    assert.equal(0, done.exit, done.stderr .. done.stdout)
    assert.is_true(count > 90, done.stdout)
  end)
end)
