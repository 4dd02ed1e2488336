-- The jobs as cron's lines, and the block in a crontab that leaves everything else as it is.

local cron = require "nightjar.schedule.cron"
local fs = require "nightjar.fs"
local host = require "nightjar.host"
local marker = require "nightjar.schedule.marker"
local process = require "nightjar.process"
local schedule = require "tests.fixture.schedule"

local facts <const> = { program = "/usr/bin/nightjar", home = "/srv/nightjar", name = "nightjar", user = "root" }

describe("the fields", function()
  local night <const> = { hour = 2, minute = 15 }
  it("are cron's for every time", function()
    for _, case in ipairs {
      { { boot = true }, "@reboot" }, { { every = 60 }, "* * * * *" }, { { every = 300 }, "*/5 * * * *" },
      { { every = 1800 }, "*/30 * * * *" }, { { every = 3600 }, "0 * * * *" }, { { every = 21600 }, "0 */6 * * *" },
      { { at = night }, "15 2 * * *" }, { { at = night, weekdays = { 7 } }, "15 2 * * 0" },
      { { at = night, weekdays = { 1, 4 } }, "15 2 * * 1,4" }, { { at = night, day = 28 }, "15 2 28 * *" },
    } do
      assert.equal(case[2], cron.fields(case[1]))
    end
  end)
end)

describe("the lines", function()
  -- Debian's cron: a backslash before a percent sign goes, a bare one ends the command.
  local function as_cron_reads(command)
    local text <const> = command:gsub("\\%%", "\0"):match("^[^%%]*"):gsub("%z", "%%")
    return text
  end

  it("run the program with the home as it is called, whatever that is", function()
    local folder <const> = "/tmp/nightjar-cron-spec-" .. host.random(8)
    local program <const> = folder .. "/night jar's %s"
    fs.mkdir(folder)
    fs.write(program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n", { mode = 448 })
    local home <const> = [[/srv/it's 100% "ü" $HOME `id` <&> \%]]
    local text <const> = cron.files(schedule.jobs(), { program = program, home = home:gsub("\\", "/"), name = "n", user = "me" }).n
    local command <const> = text:match("\n15 2 %* %* 0 me ([^\n]*)\n")
    local said <const> = process.run { "sh", "-c", as_cron_reads(command) }.stdout
    fs.remove(folder, { recursive = true })
    assert.equal(("--home\n%s\n--quiet\nbackup\n--upload\n"):format(home:gsub("\\", "/")), said)
  end)

  it("have a limit, a path, and no setting that would hold for others", function()
    local text <const> = cron.files(schedule.jobs(), facts).nightjar
    assert.matches("\n%*/5 %* %* %* %* root env PATH=[%w/:]+ NIGHTJAR_JOB=health%-check timeout %-k 10 240 /usr/bin/nightjar ", text)
    for line in text:gmatch "[^\n]+" do
      assert.is_nil(line:find "^[%a_]+%s*=")
    end
    assert.matches("\n$", text)
  end)

  it("refuse what cron programs read differently, and what is too long for them", function()
    for _, path in ipairs { "/srv/a\\b", "/srv/a\nb", "/srv/" .. ("x"):rep(1000) } do
      local files, err = try(cron.files, schedule.jobs(), { program = "/bin/true", home = path, name = "n" })
      assert.is_nil(files)
      assert.equal("CONFIG", err.code)
    end
  end)
end)

describe("the block", function()
  local block <const> = cron.block(schedule.jobs(), facts)
  local others <const> = { "", "# mine\nMAILTO=me\n0 4 * * * tidy %x\n", "\n\n  \n", "0 4 * * * tidy", "# BEGIN nightjar /srv/nightjar2\n" }

  it("is put in, replaced and taken out, and the rest stays byte for byte", function()
    local newer <const> = cron.block(schedule.jobs "drill = false", facts)
    for _, other in ipairs(others) do
      local whole <const> = other .. (other:find "[^\n]$" and "\n" or "")
      local with <const> = cron.replace(other, facts.home, block)
      assert.equal(whole .. block, with)
      assert.equal(with, cron.replace(with, facts.home, block))
      local changed <const> = cron.replace(with .. "1 1 * * * after\n", facts.home, newer)
      assert.equal(whole .. newer .. "1 1 * * * after\n", changed)
      assert.equal(whole .. "1 1 * * * after\n", cron.replace(changed, facts.home, nil))
      assert.equal(other, cron.replace(other, facts.home, nil))
    end
  end)

  it("of one home is not that of another", function()
    local two <const> = cron.block(schedule.jobs(), { program = "/usr/bin/nightjar", home = "/srv/nightjar2" })
    local both <const> = block .. two
    assert.equal(two, cron.replace(both, "/srv/nightjar", nil))
    assert.equal(block, cron.find(both, "/srv/nightjar"))
    assert.equal(two, cron.find(both, "/srv/nightjar2"))
    assert.is_nil(cron.find(both, "/srv"))
  end)

  it("carries the mark, by which a change is noticed", function()
    local inside <const> = cron.inside(block, facts.home)
    assert.same({ home = facts.home, intact = true }, marker.read(inside))
    local edited <const> = cron.inside(block:gsub("%*/5", "*/50"), facts.home)
    assert.equal("edited", marker.compare(edited, inside, facts.home))
  end)

  it("without an end is left to a person", function()
    local cut <const> = block:gsub("# END[^\n]*\n", "") .. "0 4 * * * tidy\n"
    local text, err = try(cron.replace, cut, facts.home, nil)
    assert.is_nil(text)
    assert.equal("FORMAT", err.code)
    assert.matches("crontab %-e", err.hint)
  end)
end)
