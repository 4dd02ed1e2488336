-- A home's configuration: what wins, what is refused, and by which line.

local config_of = require "nightjar.config"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"

local program <const> = fs.absolute(os.getenv "NIGHTJAR" or "build/nightjar")

local function set_of(list)
  local set = {}
  for _, value in ipairs(list) do
    set[value] = true
  end
  return set
end

describe("the configuration", function()
  local home

  before_each(function()
    home = "/tmp/nightjar-config-spec-" .. host.random(8)
    fs.mkdir(home .. "/config")
  end)

  after_each(function()
    fs.remove(home, { recursive = true })
  end)

  local function load(env, policy)
    if env then
      fs.write(home .. "/config/monitoring.env", env)
    end
    if policy then
      fs.write(home .. "/config/policy.lua", policy)
    end
    return config_of.load { home = home }
  end

  local function refused(env, policy)
    local config, err = try(load, env, policy)
    assert.is_nil(config)
    assert.equal("CONFIG", err.code)
    return err.message, err.hint
  end

  it("needs nothing but monitoring.env", function()
    local config <const> = load("PGHOST=db\nPGPORT=5433\nPGUSER=ann\nPGPASSWORD=hush\n"
      .. "POSTGRES_CONTAINER=pg\nBACKUP_KEEP=2w\nBACKUP_DIR=/srv/backups\n")
    local main <const> = config.targets[1]
    assert.equal(1, #config.targets)
    assert.same({ "main", "db", "ann", "hush", "pg", "auto" }, { main.name, main.host, main.user,
      main.password, main.container, main.dump })
    assert.equal("5433", tostring(main.port))
    assert.equal("/srv/backups", config.backup_folder)
    assert.equal(1209600, config.policy.retention.keep)
    assert.equal(3, config.policy.retention.keep_min)
    assert.same({ hush = true }, set_of(config.secrets))
    assert.same({}, config.warnings)
  end)

  it("lets the environment win over the file, with the keys it knows", function()
    fs.write(home .. "/config/monitoring.env",
      "PGHOST=file\nPGUSER=ann\nPGPASSWORD_FILE=/nowhere\n")
    local told <const> = process.run { program, "--home", home, "-e",
      "local t = config.load { home = ... }.targets[1] return t.host, t.user, t.password", home,
      env = { PGHOST = "environment", PGPASSWORD = "hush", PGHSOT = "x" } }
    assert.equal("environment\nann\nhush\n", told.stdout)
  end)

  it("lets the ladder of reminders begin at the interval of mails, unless it is stated", function()
    assert.same({ 900, 3600, 14400, 86400 }, load("").policy.alerts.ladder)
    assert.same({ 7200, 14400, 86400 }, load("ALERT_INTERVAL=2h\n").policy.alerts.ladder)
    assert.same({ 60, 1800 }, load("ALERT_INTERVAL=2h\n",
      'return { alerts = { ladder = { "30m", "1m" } } }').policy.alerts.ladder)
  end)

  it("takes what policy.lua says explicitly over monitoring.env", function()
    local config <const> = load("BACKUP_KEEP=2w\nBACKUP_KEEP_MIN=9\n",
      'return { retention = { keep = "30d" }, backup = { timeout = "1h", level = 9 } }')
    assert.equal(2592000, config.policy.retention.keep)
    assert.equal(9, config.policy.retention.keep_min)
    assert.equal(3600, config.policy.backup.timeout)
    assert.equal(9, config.policy.backup.level)
    assert.equal(300, config.policy.backup.stall)
  end)

  it("says all that may stand where several kinds of values may", function()
    local _, err = try(load, "", "return { alerts = { to = 'me@example.com' } }")
    assert.matches("'alerts.to': expected a function, got 'me@example.com'; or expected a list, got 'me@example.com'",
      err.message, 1, true)
  end)

  it("gives a policy's targets what they leave out", function()
    local config <const> = load("PGUSER=ann\nPGPASSWORD=hush\n",
      'return { targets = { b = { host = "two", password = "other" }, a = { host = "one" } } }')
    assert.same({ "one", "ann", "hush" }, { config.target("a").host, config.target("a").user,
      config.target("a").password })
    assert.equal("other", config.target("b").password)
    assert.same({ hush = true, other = true }, set_of(config.secrets))
    local target, err = try(config.target, "c")
    assert.is_nil(target)
    assert.equal("USAGE", err.code)
  end)

  it("reads a secret from the file that is named for it", function()
    fs.write(home .. "/secret", "hu sh\n")
    local config <const> = load(("PGPASSWORD_FILE=%s/secret\n"):format(home))
    assert.equal("hu sh", config.targets[1].password)
    assert.same({ ["hu sh"] = true }, set_of(config.secrets))
    assert.matches("config/monitoring.env:1: .*cannot read", refused("PGPASSWORD_FILE=/nowhere\n"))
    assert.matches("config/monitoring.env:2: .*PGPASSWORD",
      refused(("PGPASSWORD=x\nPGPASSWORD_FILE=%s/secret\n"):format(home)))
  end)

  it("warns of a monitoring.env that others can read", function()
    load("PGPASSWORD=hush\n")
    fs.write(home .. "/config/monitoring.env", "PGPASSWORD=hush\n", { mode = 420 })
    assert.matches("can be read by other", load().warnings[1].message)
  end)

  it("refuses a policy.lua that everybody can write", function()
    fs.write(home .. "/config/policy.lua", "return {}")
    process.run { "chmod", "666", home .. "/config/policy.lua" }
    assert.matches("policy.lua", refused())
  end)

  it("names the line of a wrong value in monitoring.env", function()
    assert.matches("^config/monitoring.env:2: BACKUP_KEEP: expected a duration",
      (refused("PGHOST=x\nBACKUP_KEEP=soon\n")))
  end)

  it("says what to do about a wrong value in monitoring.env", function()
    local example <const> = fs.read "config/monitoring.env.example"
    for key, value in pairs { BACKUP_KEEP = "soon", DISK_WARN = "850%", PGPORT = "high", BACKUP_KEEP_MIN = "few" } do
      local _, hint = refused(("%s=%s\n"):format(key, value))
      assert.equal(("The monitoring.env that nightjar init writes explains %s, and shows a value."):format(key), hint)
      assert.matches("\n#? ?" .. key .. "=%w", example)
    end
  end)

  it("names line, path and expectation of what is wrong in policy.lua", function()
    local cases <const> = {
      { "return {\n  backup = { levle = 3 },\n}", "2: 'backup.levle' is unknown "
        .. "(did you mean 'level'?)" },
      { "return {\n  bakcup = {},\n}", "2: 'bakcup' is unknown (did you mean 'backup'?)" },
      { "return {\n  backup = {\n    level = 'much',\n  },\n}", "3: 'backup.level'" },
      { "return {\n  backup = { level = 13 } }", "2: 'backup.level'" },
      { "return {\n\n  retention = { keep = 'soon' },\n}", "3: 'retention.keep'" },
      { "return {\n  hooks = { event = 1 } }", "2: 'hooks.event'" },
      { "return {\n  targets = { one = { prot = 1 } } }", "2: 'targets.one.prot' is unknown "
        .. "(did you mean 'port'?)" },
      { "return {\n  backup = 5 }", "2: 'backup': expected a table" },
      { "return {\n  backup = {\n", "3: " },
      { "\nerror 'at once'", "2: at once" },
      { "while true do pcall(function() while true do end end) end", " did not end within " },
    }
    for _, case in ipairs(cases) do
      local message <const> = refused(nil, case[1])
      assert.truthy(message:find("policy.lua:" .. case[2], 1, true), message)
    end
    assert.truthy(refused(nil, "return 5"):find("has to return a table", 1, true))
  end)

  it("lets a policy reach nothing outside itself", function()
    for _, code in ipairs { "io.open('/etc/passwd')", "os.execute('true')", "require 'nightjar.fs'",
      "load('x')", "os.remove('/x')", "debug.getregistry()" } do
      assert.matches("policy.lua:1: ", refused(nil, code .. " return {}"), code)
    end
  end)

  it("is valid as nightjar init writes it", function()
    local config <const> = load(host.embedded("config/monitoring.env.example"),
      host.embedded("config/policy.lua"))
    assert.equal(604800, config.policy.retention.keep)
    assert.same({}, config.warnings)
  end)

  it("is refused where there is no home", function()
    local value, err = try(config_of.load, { home = "/tmp" })
    assert.is_nil(value)
    assert.equal("CONFIG", err.code)
    assert.matches("nightjar init", err.hint)
  end)
end)
