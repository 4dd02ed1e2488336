-- The tasks for Windows, against the Task Scheduler's schema and as Windows takes a command line apart.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local process = require "nightjar.process"
local taskscheduler = require "nightjar.schedule.taskscheduler"
local schedule = require "tests.fixture.schedule"

local in_wsl <const> = { program = "/usr/local/bin/nightjar", home = "/srv/nightjar", name = "nightjar", distro = "Debian",
  user = "DESKTOP\\me" }
local native <const> = { program = [[C:\Program Files\nightjar & co\nightjar.exe]], home = [[D:\<ü> "x" 50%\]],
  name = "nightjar" }
local hostile <const> = { program = "/opt/night jar/nightjar", home = [[/srv/a "b" \"c\\ <&> ü 😀 'q' 100% \]],
  name = "nightjar-a" }
local every_kind <const> = [[ a = { every = "1m", jitter = "90s" }, b = { every = "12h" }, c = { at = "00:00", on = { "mon", "thu" } },
  d = { at = "23:59", on = 28, limit = "10s" } ]]

local function refused(job_list, facts)
  local files, err = try(taskscheduler.files, job_list, facts)
  assert.is_nil(files)
  return err
end

-- A second opinion on UTF-16.
local function decoded(bytes)
  return process.run { "iconv", "-f", "UTF-16", "-t", "UTF-8", stdin = bytes }.stdout
end

-- CommandLineToArgvW, as it is described: the words behind the program's name.
local function words_of(line)
  local words, word, quoted, position = {}, nil, false, 1
  while position <= #line do
    local slashes <const>, after <const> = line:match("^(\\*)()", position)
    local next_character <const> = line:sub(after, after)
    if next_character == '"' then
      word = (word or "") .. ("\\"):rep(#slashes // 2)
      if #slashes % 2 == 1 then
        word = word .. '"'
      else
        quoted = not quoted
      end
      position = after + 1
    elseif #slashes > 0 then
      word, position = (word or "") .. slashes, after
    elseif next_character == " " and not quoted then
      words[#words + 1], word, position = word, nil, position + 1
    else
      word, position = (word or "") .. next_character, position + 1
    end
  end
  words[#words + 1] = word
  return words
end

local function text_of(xml, name)
  local escaped <const> = xml:match(("<%s>(.-)</%s>"):format(name, name))
  return escaped and (escaped:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&quot;", '"'):gsub("&amp;", "&"))
end

describe("the tasks", function()
  local folder

  before_each(function()
    folder = "/tmp/nightjar-tasks-spec-" .. host.random(8)
    fs.mkdir(folder)
  end)

  after_each(function()
    fs.remove(folder, { recursive = true })
  end)

  for title, facts in pairs { ["in WSL"] = in_wsl, ["of a Windows program"] = native, ["of hostile paths"] = hostile } do
    it(title .. " are what the schema says, in the encoding that schtasks reads", function()
      for name, bytes in pairs(taskscheduler.files(schedule.jobs(every_kind), facts)) do
        if name:find "%.xml$" then
          assert.equal("\xff\xfe<\0", bytes:sub(1, 4))
          local text <const> = decoded(bytes)
          assert.is_nil(text:gsub("\r\n", ""):find "[\r\n]")
          fs.write(folder .. "/task.xml", bytes)
          local checked <const> = process.run { "xmllint", "--noout", "--schema", "tests/fixture/task.xsd",
            folder .. "/task.xml", check = false }
          assert.equal(0, checked.exit, name .. "\n" .. text .. checked.stderr)
        end
      end
    end)
  end

  it("are refused by the schema when they are wrong", function()
    local good <const> = decoded(taskscheduler.files(schedule.jobs(), in_wsl)["health-check.xml"])
    for _, change in ipairs {
      { "PT5M", "PT30S" }, { "PT5M", "5M" }, { "PT4M", "00:04:00" }, { "T00:00:00", " 00:00:00" }, { ">true<", ">True<" },
      { "InteractiveToken", "ServiceAccount" }, { 'Context="Author"', 'Context="System"' },
      { "<Enabled>true</Enabled>\r\n(%s*)(<Start[^\r]*)", "%2\r\n%1<Enabled>true</Enabled>" }, { "<Command>[^<]*", "<Command>" },
    } do
      local wrong <const>, count <const> = good:gsub(change[1], change[2], 1)
      assert.equal(1, count, change[1])
      fs.write(folder .. "/task.xml", taskscheduler.utf16((wrong:gsub("\r", ""))))
      local checked <const> = process.run { "xmllint", "--noout", "--schema", "tests/fixture/task.xsd",
        folder .. "/task.xml", check = false }
      assert.not_equal(0, checked.exit, change[1])
    end
  end)

  it("hand on every word as it is", function()
    for _, case in ipairs {
      { facts = in_wsl, before = { "-d", "Debian", "-e", "/usr/bin/env", "NIGHTJAR_JOB=backup-upload",
        "/usr/local/bin/nightjar" } },
      { facts = native, before = {} },
      { facts = hostile, before = { "-e", "/usr/bin/env", "NIGHTJAR_JOB=backup-upload", "/opt/night jar/nightjar" } },
    } do
      local xml <const> = decoded(taskscheduler.files(schedule.jobs(), case.facts)["backup-upload.xml"])
      local expected <const> = case.before
      table.move({ "--home", case.facts.home, "--quiet", "backup", "--upload" }, 1, 5, #expected + 1, expected)
      assert.same(expected, words_of(text_of(xml, "Arguments")))
    end
    assert.equal(native.program, text_of(decoded(taskscheduler.files(schedule.jobs(), native)["backup.xml"]), "Command"))
    assert.equal([[%SystemRoot%\System32\wsl.exe]],
      text_of(decoded(taskscheduler.files(schedule.jobs(), in_wsl)["backup.xml"]), "Command"))
  end)

  it("say what would else keep a job from running", function()
    local xml <const> = decoded(taskscheduler.files(schedule.jobs(), in_wsl)["backup.xml"])
    for _, setting in ipairs { "<DisallowStartIfOnBatteries>false<", "<StopIfGoingOnBatteries>false<",
        "<StartWhenAvailable>true<", "<MultipleInstancesPolicy>IgnoreNew<", "<ExecutionTimeLimit>PT12H<",
        "<LogonType>InteractiveToken<", "<UserId>DESKTOP\\me<" } do
      assert.is_not_nil(xml:find(setting, 1, true), setting)
    end
    assert.matches("<ExecutionTimeLimit>PT4M<", decoded(taskscheduler.files(schedule.jobs(), in_wsl)["health-check.xml"]))
  end)

  it("verify the startup after the logon with which Docker Desktop starts, and say why", function()
    local xml <const> = decoded(taskscheduler.files(schedule.jobs(), in_wsl)["verify-startup.xml"])
    assert.matches("<LogonTrigger>.*<UserId>DESKTOP\\me</UserId>.*<Delay>PT2M</Delay>", xml)
    assert.matches("Docker Desktop starts with its user's logon", text_of(xml, "Description"))
    assert.is_nil(xml:find "BootTrigger")
  end)

  it("refuse what Windows would change or not take", function()
    local long <const> = "C:\\" .. ("x"):rep(260)
    for _, case in ipairs {
      { { home = "/srv/%PATH%" }, "%PATH%" }, { { home = "/srv/$(Arg0)" }, "$(Arg0)" }, { { home = "/srv/a\nb" }, "control" },
      { { program = long }, "too long" }, { { home = "/" .. ("x"):rep(9000) }, "too long" },
      { { distro = "a b" }, "WSL distribution" },
      { { home = "C:\\nightjar" }, "Windows path" }, { { home = "/srv/\xff" }, "UTF-8" },
    } do
      local facts <const> = { program = "/usr/bin/nightjar", home = "/srv/nightjar", name = "nightjar" }
      for key, value in pairs(case[1]) do
        facts[key] = value
      end
      local err <const> = refused(schedule.jobs(), facts)
      assert.is_not_nil(err.message:find(case[2], 1, true), err.message)
      assert.is_not_nil(err.hint)
    end
  end)

  it("write durations as Windows reads them", function()
    for seconds, text in pairs { [10] = "PT10S", [90] = "PT1M30S", [240] = "PT4M", [3600] = "PT1H", [43200] = "PT12H",
      [90061] = "PT25H1M1S" } do
      assert.equal(text, taskscheduler.duration(seconds))
    end
  end)

  it("come with commands that create and delete those tasks and no other", function()
    local files <const> = taskscheduler.files(schedule.jobs(), in_wsl)
    for name, verb in pairs { ["install-tasks.cmd"] = "create", ["uninstall-tasks.cmd"] = "delete" } do
      local text <const> = files[name]
      assert.is_nil(text:find "[\x80-\xff]")
      assert.is_nil(text:gsub("\r\n", ""):find "[\r\n]")
      local tasks = {}
      for task in text:gmatch("schtasks /" .. verb .. ' /tn "([^"]*)"') do
        tasks[#tasks + 1] = task
      end
      assert.same({ "\\nightjar\\health-check", "\\nightjar\\verify-startup", "\\nightjar\\backup", "\\nightjar\\backup-upload",
        "\\nightjar\\drill" }, tasks)
    end
    assert.matches('/xml "%%~dp0backup.xml" /f', files["install-tasks.cmd"])
  end)
end)
