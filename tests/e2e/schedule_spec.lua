-- A schedule installed where there was none, an older one, one changed by hand or somebody else's: with systemd's own
-- enable and disable, and with the real crontab.

local fs = require "nightjar.fs"
local marker = require "nightjar.schedule.marker"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local home, root, units

before_each(function()
  home, root = support.home(nil, { env = { "PGHOST=/nonexistent" } }), support.folder()
  units = root.path .. "/etc/systemd/system"
end)

after_each(function()
  home:close()
  root:close()
end)

local function policy(text)
  fs.write(home.path .. "/config/policy.lua", "return { schedule = {" .. text .. "} }")
end

local function schedule(exit, action, ...)
  return home:expect(exit, { "schedule", action, ... })
end

local function listing(folder)
  return process.run({ "find", folder, "-type", "f", "-exec", "sha256sum", "{}", "+" }).stdout
end

-- What the units of a home in a folder like nightjar.4fG2x1 are called.
local function prefix()
  return (home.path:match("[^/]*$"):gsub("%.", "-"))
end

local function unit(name)
  return ("%s/%s-%s"):format(units, prefix(), name)
end

local function of_job(document, name)
  for _, job in ipairs(document.jobs) do
    if job.name == name then
      return job
    end
  end
end

describe("with systemd", function()
  local here <const> = { "--for", "systemd", "--root" }

  local function install(exit, ...)
    return schedule(exit, "install", here[1], here[2], here[3], root.path, ...)
  end

  it("everything is installed, enabled, and found again", function()
    local said <const> = install(0).stdout
    assert.matches("written%s+" .. prefix():gsub("%-", "%%-") .. "%-backup%.timer", said)
    assert.matches("backup%s+daily at 02:15", said)
    assert.matches("start with its next boot", said)
    for _, name in ipairs { "backup.timer", "health-check.timer", "drill.timer" } do
      assert.equal("link", fs.stat(("%s/timers.target.wants/%s-%s"):format(units, prefix(), name)).type)
      assert.equal(420, fs.stat(unit(name)).mode & 511)
    end
    assert.equal("link", fs.stat(("%s/multi-user.target.wants/%s-verify-startup.service"):format(units, prefix())).type)
    local document <const>, result = home:json { "schedule", "status" }
    assert.equal(0, result.exit)
    assert.same({ "systemd", "ok", 0 }, { document.kind, document.status, #document.problems })
    local backup <const> = of_job(document, "backup")
    assert.same({ true, true }, { backup.installed, backup.enabled })
    assert.matches("T02:15:00Z$", backup.next_run)
    assert.matches("RCLONE_REMOTE", of_job(document, "backup-upload").off)
  end)

  it("installing again changes nothing, and removing leaves nothing behind", function()
    install(0)
    local before <const> = listing(root.path)
    assert.is_nil(install(0).stdout:find "written")
    assert.equal(before, listing(root.path))
    schedule(0, "remove")
    assert.equal("", process.run({ "find", root.path .. "/etc", "-name", "nightjar*" }).stdout)
    assert.matches("Nothing of this home was installed", schedule(0, "remove", here[1], here[2], here[3], root.path).stdout)
  end)

  it("an older version is brought up to date, and a job that went is taken away", function()
    install(0)
    local path <const> = unit "backup.timer"
    fs.write(path, marker.seal(home.path, "[Timer]\nOnCalendar=daily\n"), { mode = 420 })
    policy "drill = false"
    local document <const> = home:json { "schedule", "status" }
    assert.equal("outdated", of_job(document, "backup").drift)
    local said <const> = schedule(0, "install").stdout
    assert.matches("written%s+%S+%-backup.timer", said)
    assert.matches("removed%s+%S+%-drill.timer", said)
    assert.matches("02:15:00", fs.read(path))
    assert.is_nil(fs.stat(unit "drill.timer"))
    assert.is_nil(fs.stat(("%s/timers.target.wants/%s-drill.timer"):format(units, prefix())))
  end)

  it("what was changed by hand is noticed, shown, and kept", function()
    install(0)
    local path <const> = unit "backup.timer"
    local edited <const> = fs.read(path):gsub("02:15", "03:33")
    fs.write(path, edited)
    local before <const> = listing(root.path)
    local refused <const> = install(2).stderr
    assert.is_not_nil(refused:find(path, 1, true))
    assert.matches("changed by hand.*%-%-force", refused)
    schedule(2, "remove")
    assert.equal(before, listing(root.path))
    local shown <const> = schedule(1, "status", "--verbose").stdout
    assert.matches("backup was changed by hand", shown)
    assert.matches("\n  %-OnCalendar=%*%-%*%-%* 03:33:00\n  %+OnCalendar=%*%-%*%-%* 02:15:00\n", shown)
    install(0, "--force")
    assert.matches("02:15", fs.read(path))
  end)

  it("what is not nightjar's is never touched, not even by --force", function()
    fs.mkdir(units)
    local path <const> = unit "backup.service"
    fs.write(path, "[Service]\nExecStart=/bin/true\n")
    local before <const> = listing(root.path)
    assert.matches("is there, and not nightjar's", install(2, "--force").stderr)
    assert.equal(before, listing(root.path))
    fs.write(path, marker.seal("/srv/other", "[Service]\n"))
    assert.matches("serves another home: '/srv/other'", install(2, "--force").stderr)
    fs.remove(path)
    install(0)
    fs.write(unit "backup.timer.d", "a drop-in's place")
    fs.write(units .. "/nightjar-else.service", "[Service]\n")
    schedule(0, "remove")
    assert.equal("a drop-in's place", fs.read(unit "backup.timer.d"))
    assert.equal("[Service]\n", fs.read(units .. "/nightjar-else.service"))
  end)

  it("a timer that somebody has disabled is noticed, and a file that somebody has deleted", function()
    install(0)
    process.run { "systemctl", "--root=" .. root.path, "disable", prefix() .. "-backup.timer" }
    fs.remove(unit "health-check.timer")
    local document <const>, result = home:json { "schedule", "status" }
    assert.equal(1, result.exit)
    assert.same({ true, false }, { of_job(document, "backup").installed, of_job(document, "backup").enabled })
    assert.same({ false, "missing" }, { of_job(document, "health-check").installed, of_job(document, "health-check").drift })
    local kinds = {}
    for _, problem in ipairs(document.problems) do
      kinds[problem.job] = problem.kind
    end
    assert.same({ backup = "disabled", ["health-check"] = "missing" }, kinds)
  end)

  it("that runs is told to read, to start and to stop", function()
    local place <const> = support.folder()
    local programs <const> = support.stand_ins { systemctl = ([[
      echo "$*" >>%s/calls
      case "$*" in
        *is-system-running*) echo running;;
        *show*) unit=${*: -1}; printf 'Id=%%s\nActiveState=inactive\nNextElapseUSecRealtime=@1900000000\n\n' "$unit";;
        *enable*|*disable*) exec "$real" "$@";;
      esac]]):format(place.path) }
    policy 'drill = false, ["health-check"] = false, ["verify-startup"] = false'
    local config <const> = place.path .. "/config"
    local env <const> = { PATH = programs.PATH, XDG_CONFIG_HOME = config }
    local function run(exit, action)
      return home:expect(exit, { "schedule", action, "--for", "systemd", "--user", env = env })
    end
    local timer <const> = prefix() .. "-backup.timer"
    -- A user's own units, for the system's are where they would be found.
    assert.matches("loginctl enable%-linger", run(0, "install").stdout)
    local calls = fs.read(place.path .. "/calls")
    assert.matches("%-%-user daemon%-reload\n.*enable " .. timer:gsub("%p", "%%%0") .. "\n.*restart "
      .. timer:gsub("%p", "%%%0"), calls)
    fs.write(place.path .. "/calls", "")
    run(0, "install")
    calls = fs.read(place.path .. "/calls")
    assert.is_nil(calls:find "restart")
    assert.is_not_nil(calls:find("start " .. timer, 1, true))
    local status <const> = run(1, "status").stdout
    assert.matches("2030%-03%-17", status)
    fs.write(place.path .. "/calls", "")
    run(0, "remove")
    calls = fs.read(place.path .. "/calls")
    assert.matches("stop .*disable .*clean %-%-what=state .*daemon%-reload", calls)
    assert.equal("", process.run({ "find", config, "-name", "nightjar*", "-type", "f" }).stdout)
    programs:close()
    place:close()
  end)
end)

describe("with cron", function()
  it("a file of one's own is put into /etc/cron.d, and nothing else is touched", function()
    local folder <const> = root.path .. "/etc/cron.d"
    fs.mkdir(folder)
    fs.write(folder .. "/other", "0 4 * * * root tidy\n")
    schedule(0, "install", "--for", "cron", "--root", root.path)
    local text <const> = fs.read(folder .. "/" .. prefix())
    assert.is_not_nil(text:find(("\n15 2 * * * root env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "
      .. "NIGHTJAR_JOB=backup timeout -k 10 43200 %s --home %s --quiet backup\n"):format(support.program, home.path), 1, true), text)
    assert.equal(0, schedule(0, "status").exit)
    fs.write(folder .. "/" .. prefix(), text .. "# mine\n")
    assert.matches("changed by hand", schedule(2, "remove").stderr)
    schedule(0, "remove", "--force")
    assert.same({ "other" }, fs.list(folder))
  end)

  -- The real crontab, in a mount namespace where its folder is one of the test's.
  local function in_namespace(exit, ...)
    local words = { "unshare", "--mount" }
    if process.run({ "id", "-u" }).stdout ~= "0\n" then
      words[#words + 1] = "--map-root-user"
    end
    local inner <const> = { "sh", "-c", 'mount --bind "$0" /var/spool/cron && exec "$@"', root.path, ... }
    table.move(inner, 1, #inner, #words + 1, words)
    words.check, words.timeout = false, 60
    local result <const> = process.run(words)
    assert.equal(exit, result.exit, result.stdout .. result.stderr)
    return result
  end

  local function in_crontab(exit, action, ...)
    return in_namespace(exit, support.program, "--home", home.path, "schedule", action, "--for", "cron", "--user", ...)
  end

  local function crontab()
    return in_namespace(0, "crontab", "-l").stdout
  end

  local function fill(text)
    in_namespace(0, "sh", "-c", 'printf %s "$0" | crontab -', text)
  end

  before_each(function()
    fs.mkdir(root.path .. "/crontabs")
  end)

  it("a block is put into the crontab, brought up to date and taken out, and the rest stays byte for byte", function()
    local own <const> = "# my own\n\nMAILTO=me@example.com\n0 4 * * * tidy 100\\% \"ü\"   \n\n"
    fill(own)
    assert.matches("written%s+the crontab", in_crontab(0, "install").stdout)
    local with <const> = crontab()
    assert.equal(own, with:sub(1, #own))
    assert.matches("\n%*/5 %* %* %* %* env [^\n]* %-%-quiet health%-check\n", with)
    assert.matches("unchanged%s+the crontab", in_crontab(0, "install").stdout)
    assert.equal(with, crontab())
    fill(with .. "1 1 * * * after\n")
    policy "drill = false"
    assert.matches("drill is installed, and no longer wanted", in_crontab(1, "status").stdout)
    in_crontab(0, "install")
    assert.is_nil(crontab():find("drill", 1, true))
    in_crontab(0, "status")
    in_crontab(0, "remove")
    assert.equal(own .. "1 1 * * * after\n", crontab())
    assert.matches("Nothing of this home was installed", in_crontab(0, "remove").stdout)
  end)

  it("a user without a crontab gets one", function()
    in_crontab(0, "install")
    assert.matches("^# BEGIN nightjar ", crontab())
    in_crontab(0, "remove")
    assert.equal("", crontab())
  end)

  it("a block that was changed by hand is kept, and shown", function()
    in_crontab(0, "install")
    local edited <const> = crontab():gsub("\n15 2 ", "\n30 3 ")
    fill(edited)
    assert.matches("changed by hand.*%-%-force", in_crontab(2, "install").stderr)
    assert.matches("changed by hand", in_crontab(2, "remove").stderr)
    assert.matches("\n  %-30 3 [^\n]*\n  %+15 2 ", in_crontab(1, "status", "--verbose").stdout)
    assert.equal(edited, crontab())
    in_crontab(0, "install", "--force")
    assert.matches("\n15 2 ", crontab())
  end)

  it("a block whose end is gone is left to a person", function()
    in_crontab(0, "install")
    local cut <const> = crontab():gsub("# END[^\n]*\n", "")
    fill(cut)
    assert.matches("has no end.*crontab %-e", in_crontab(2, "install", "--force").stderr)
    assert.equal(cut, crontab())
  end)
end)

describe("export", function()
  it("writes each kind anywhere, and a second time", function()
    for kind, file in pairs { systemd = prefix() .. "-backup.timer", cron = prefix(), taskscheduler = "backup.xml" } do
      local out <const> = ("%s/out %s"):format(root.path, kind)
      for _ = 1, 2 do
        schedule(0, "export", "--for", kind, "--out", out)
      end
      assert.is_not_nil(fs.stat(out .. "/" .. file))
      fs.write(out .. "/" .. file, "somebody's own\n")
      assert.matches("is there, and not", schedule(2, "export", "--for", kind, "--out", out).stderr)
      assert.equal("somebody's own\n", fs.read(out .. "/" .. file))
    end
    assert.is_nil(fs.stat(home.path .. "/state/schedule.json"))
  end)

  it("prints what is text, and asks for a folder else", function()
    assert.matches("# %-%-%-%- %S+%-backup.timer %-%-%-%-\n.*OnCalendar=%*%-%*%-%* 02:15:00",
      schedule(0, "export", "--for", "systemd").stdout)
    assert.matches("%-%-out DIR", schedule(64, "export", "--for", "taskscheduler").stderr)
  end)

  it("names program and home as the other machine sees them", function()
    local text <const> = schedule(0, "export", "--for", "cron", "--program", "/opt/nightjar", "--folder", "/data/shop").stdout
    assert.is_not_nil(text:find("/opt/nightjar --home /data/shop --quiet backup\n", 1, true))
    assert.matches("%-%-%-%- nightjar%-shop %-%-%-%-", text)
  end)
end)

describe("a schedule", function()
  it("shows when each job ran last, and how that ended", function()
    policy 'greet = { at = "04:00" }'
    fs.mkdir(home.path .. "/config/tasks")
    fs.write(home.path .. "/config/tasks/greet.lua",
      'return { name = "greet", summary = "hello", run = function() return { status = "warn" } end }')
    schedule(0, "install", "--for", "cron", "--root", root.path)
    home:expect(1, { "greet", env = { NIGHTJAR_JOB = "greet" } })
    local greet <const> = of_job(home:json { "schedule", "status" }, "greet")
    assert.equal("warn", greet.last_result)
    assert.matches("^%d+%-%d+%-%d+T", greet.last_run)
    assert.matches("T04:00:00Z$", greet.next_run)
  end)

  it("that was put back is not overdue at once, and one that was there all the time is", function()
    local record <const> = home.path .. "/state/schedule.json"
    local function age()
      fs.write(record, (fs.read(record):gsub("(%d%d%d%d%d%d%d%d%d%d)", function(time) return time - 90 * 86400 end)))
    end
    local install <const> = { "schedule", "install", "--for", "cron", "--root", root.path }
    home:expect(0, { table.unpack(install) })
    age()
    home:expect(0, { table.unpack(install) })
    assert.matches("backup has not run since it was installed 90 d ago", schedule(1, "status").stdout)
    fs.remove(root.path .. "/etc/cron.d/" .. prefix())
    home:expect(0, { table.unpack(install) })
    assert.equal(0, #home:json({ "schedule", "status" }).problems)
    age()
    policy 'tidy = { every = "1h", run = { "prune" } }'
    home:expect(0, { table.unpack(install) })
    local said <const> = schedule(1, "status").stdout
    assert.is_nil(said:find "warning: tidy")
    assert.matches("warning: backup", said)
  end)

  it("that is expected and has gone is a finding of the health check, and none where nobody expects it", function()
    local function finding()
      for _, found in ipairs(home:json({ "health-check" }).findings) do
        if found.check == "schedule" then
          return found
        end
      end
    end
    assert.is_nil(finding())
    schedule(0, "install", "--for", "cron", "--root", root.path)
    assert.same({ "ok", "4 jobs are scheduled by cron" }, { finding().status, finding().message })
    fs.remove(root.path .. "/etc/cron.d/" .. prefix())
    local found <const> = finding()
    assert.same({ "warn", "schedule.missing" }, { found.status, found.class })
    assert.matches("backup is not installed", found.message)
    schedule(0, "remove")
    assert.is_nil(finding())
  end)

  it("is not installed a second time by another scheduler", function()
    schedule(0, "install", "--for", "cron", "--root", root.path)
    assert.matches("installed already: cron, for the system, below .*nightjar schedule remove",
      schedule(64, "install", "--for", "systemd", "--root", root.path).stderr)
    schedule(0, "remove")
    schedule(0, "install", "--for", "systemd", "--root", root.path)
  end)

  it("of a task that is not there is refused", function()
    policy 'tidyup = { at = "04:00" }'
    assert.matches("schedule.tidyup: there is no task 'tidyup'", schedule(78, "install", "--for", "cron", "--root", root.path).stderr)
  end)

  it("for Windows is created in Windows", function()
    assert.matches("install%-tasks.cmd", schedule(64, "install", "--for", "taskscheduler").stderr)
    assert.matches("%?", schedule(1, "status", "--for", "taskscheduler").stdout)
  end)
end)
