-- The units as systemd itself reads them: its verifier, its calendar, its rating, and what it takes a command line for.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local marker = require "nightjar.schedule.marker"
local process = require "nightjar.process"
local systemd = require "nightjar.schedule.systemd"
local schedule = require "tests.fixture.schedule"

local hostile <const> = [[/srv/night "jar" 100%h $HOME 'ü' <&> back\slash\]]

local function facts(fields)
  local all <const> = { program = "/bin/true", home = "/srv/nightjar", name = "nightjar", scope = "system", user = "root",
    writable = { "/srv/nightjar", "/backups" }, private_tmp = true }
  for key, value in pairs(fields or {}) do
    all[key] = value
  end
  return all
end

local kinds <const> = {
  { title = "the system, as root", fields = {} },
  { title = "the system, as a user who may talk to Docker",
    fields = { user = "daemon", docker_group = "docker" } },
  { title = "a user's own manager", fields = { scope = "user", user = "somebody" } },
  { title = "a hostile path", fields = { home = hostile, writable = { hostile, "/b ü%" } } },
}

describe("units for", function()
  local folder

  before_each(function()
    folder = "/tmp/nightjar-systemd-spec-" .. host.random(8)
    fs.mkdir(folder, { mode = 493 })
  end)

  after_each(function()
    fs.remove(folder, { recursive = true })
  end)

  local function write(files)
    for name, text in pairs(files) do
      fs.write(folder .. "/" .. name, text, { mode = 420 })
    end
  end

  local function paths(files, pattern)
    local list = {}
    for name in pairs(files) do
      list[#list + 1] = name:find(pattern) and folder .. "/" .. name or nil
    end
    return list
  end

  local function analyze(...)
    local words = { "systemd-analyze", "--no-pager", ..., }
    words.check, words.env, words.timeout = false, { XDG_RUNTIME_DIR = folder, LC_ALL = "C.UTF-8" }, 60
    return process.run(words)
  end

  for _, kind in ipairs(kinds) do
    it(kind.title .. " are accepted without a word", function()
      local files <const> = systemd.files(schedule.jobs(), facts(kind.fields))
      write(files)
      local units <const> = paths(files, "%.")
      local scope <const> = kind.fields.scope == "user" and "--user" or "--system"
      local result <const> = analyze(scope, "verify", table.unpack(units))
      assert.equal("", result.stderr .. result.stdout)
      assert.equal(0, result.exit)
    end)
  end

  for index = 1, 2 do
    it(kinds[index].title .. " are rated OK or better", function()
      local files <const> = systemd.files(schedule.jobs(), facts(kinds[index].fields))
      write(files)
      for _, path in ipairs(paths(files, "%.service$")) do
        local result <const> = analyze("security", "--offline=true", "--threshold=49", path)
        assert.equal(0, result.exit, result.stdout:match("→[^\n]*"))
        assert.matches("OK", result.stdout:match("→[^\n]*"))
      end
    end)
  end

  it("a user's own manager demand nothing that it has no right to", function()
    for name, text in pairs(systemd.files(schedule.jobs(), facts { scope = "user" })) do
      for _, setting in ipairs { "CapabilityBoundingSet", "PrivateDevices", "ProtectClock", "ProtectKernel", "User=",
          "SupplementaryGroups", "docker.service", "multi%-user" } do
        assert.is_nil(text:find(setting), name .. " has " .. setting)
      end
    end
  end)

  -- systemd's own reader, by its dry run, which it refuses to root.
  local function understood(unit)
    local words = { "/lib/systemd/systemd", "--test", "--user", "--unit=" .. unit, "--log-target=console" }
    if process.run({ "id", "-u" }).stdout == "0\n" then
      process.run { "chown", "65534", folder }
      words = { "setpriv", "--reuid=65534", "--clear-groups", "--", table.unpack(words) }
    end
    words.check, words.timeout = false, 60
    words.env = { HOME = folder, XDG_CONFIG_HOME = folder, XDG_RUNTIME_DIR = folder, SYSTEMD_UNIT_PATH = folder .. ":" }
    return process.run(words).stdout
  end

  it("a hostile path mean that path", function()
    write(systemd.files(schedule.jobs(), facts(kinds[4].fields)))
    local said <const> = understood "nightjar-backup.service"
    local quoted <const> = hostile:gsub('[\\"]', "\\%0"):gsub("%$", "\\$\\$")
    for _, words in ipairs { "backup", "report-failure backup" } do
      local line <const> = ('Command Line: /bin/true --home "%s" --quiet %s\n'):format(quoted, words)
      assert.is_not_nil(said:find(line, 1, true), said:match("Command Line: /bin/true[^\n]*"))
    end
    assert.is_not_nil(said:find("ReadWritePaths: -" .. hostile .. " -/b ü%\n", 1, true))
  end)
end)

describe("the calendar", function()
  local night <const> = { hour = 2, minute = 15 }
  it("is what systemd understands by it", function()
    for _, case in ipairs {
      { { every = 60 }, "*-*-* *:00/1:00" }, { { every = 300 }, "*-*-* *:00/5:00" },
      { { every = 1800 }, "*-*-* *:00/30:00" }, { { every = 3600 }, "*-*-* 00/1:00:00" },
      { { every = 43200 }, "*-*-* 00/12:00:00" }, { { at = night }, "*-*-* 02:15:00" },
      { { at = night, weekdays = { 7 } }, "Sun *-*-* 02:15:00" },
      { { at = night, weekdays = { 1, 2, 3, 4, 5, 6 } }, "Mon..Sat *-*-* 02:15:00" },
      { { at = night, weekdays = { 1, 4 } }, "Mon,Thu *-*-* 02:15:00" },
      { { at = night, day = 1 }, "*-*-01 02:15:00" }, { { at = night, day = 28 }, "*-*-28 02:15:00" },
    } do
      local said <const> = process.run { "systemd-analyze", "calendar", systemd.calendar(case[1]),
        env = { LC_ALL = "C" } }.stdout
      assert.equal(case[2], said:match("Normalized form: ([^\n]*)"))
    end
  end)
end)

describe("a unit", function()
  local function unit(name, fields)
    return systemd.files(schedule.jobs(), facts(fields))[name]
  end

  it("ends what takes too long, and takes a found problem for no failure", function()
    local text <const> = unit "nightjar-health-check.service"
    for _, line in ipairs { "Type=oneshot", "TimeoutStartSec=240", "SuccessExitStatus=1 2 3",
        "OnFailure=nightjar-failed@health-check.service" } do
      assert.is_not_nil(text:find("\n" .. line .. "\n", 1, true), line)
    end
    assert.is_nil(text:find "Requires=")
    assert.is_nil(text:find "RemainAfterExit")
  end)

  it("of a drill may start a server as another user, and no other one may", function()
    assert.matches("\nCapabilityBoundingSet=[^\n]*CAP_SETUID", unit "nightjar-drill.service")
    for _, name in ipairs { "nightjar-backup.service", "nightjar-failed@.service" } do
      assert.is_nil(unit(name):find "CAP_SETUID")
      assert.is_not_nil(unit(name):find "MemoryDenyWriteExecute=yes")
    end
    assert.matches("\nCapabilityBoundingSet=\n", unit("nightjar-drill.service", { user = "daemon" }))
  end)

  it("at boot neither holds up the boot nor runs for ever", function()
    local text <const> = unit "nightjar-verify-startup.service"
    assert.matches("\nType=exec\n.*RuntimeMaxSec=1200\n.*\nWantedBy=multi%-user.target\n", text)
    assert.is_nil(unit "nightjar-verify-startup.timer")
  end)

  it("makes up for a backup that was missed, and for a check that was missed not", function()
    assert.matches("\nPersistent=yes\n", unit "nightjar-backup.timer")
    assert.matches("\nRandomizedDelaySec=300\n", unit "nightjar-backup.timer")
    assert.matches("\nPersistent=no\n", unit "nightjar-health-check.timer")
  end)

  it("leaves /tmp as it is where something needed is there", function()
    assert.matches("\nPrivateTmp=no\n", unit("nightjar-backup.service", { private_tmp = false }))
  end)

  it("refuses a path that no line can hold", function()
    for _, path in ipairs { "/srv/a\nb", "/srv/\27", "/srv/\xff" } do
      local files, err = try(systemd.files, schedule.jobs(), facts { home = path })
      assert.is_nil(files)
      assert.equal("CONFIG", err.code)
    end
  end)
end)

describe("the mark", function()
  local text <const> = marker.seal("/srv/a b", "one\ntwo\n")

  it("tells whose file it is, and whether it was changed", function()
    assert.same({ home = "/srv/a b", intact = true }, marker.read(text))
    assert.same({ home = "/srv/a b", intact = false }, marker.read(text .. "three\n"))
    assert.same({ home = "/srv/a b", intact = false }, marker.read((text:gsub("sha256", "sha"))))
    assert.is_nil(marker.read "# somebody's own\n")
  end)

  it("tells what to do about a file", function()
    for _, case in ipairs {
      { nil, "missing" }, { text, "same" }, { marker.seal("/srv/a b", "older\n"), "outdated" },
      { text .. "# mine\n", "edited" }, { marker.seal("/srv/c", "x"), "other" }, { "[Unit]\n", "foreign" }, { "", "foreign" },
    } do
      assert.equal(case[2], marker.compare(case[1], text, "/srv/a b"))
    end
  end)
end)
