-- Which mails go out over a sequence of runs, and why: tables of cases, played run by run.
--
-- A run is a text, five minutes after the one before it, of words:
--   query=pg.auth   the check is bad, with that class (its severity is the class's; queue=!crit: none)
--   query=ok        query=? could not be observed      query<engine  skipped because of the engine
--   b/query=ok      of target b (main where none is named; -/disk=ok of none)
--   @backup         the task that runs (health-check)  partial  it did not look at everything
--   +10m            after that time, not five minutes  x3       three such runs
--   down            the mail server does not take a mail
-- A mail is told as "1:05 reason STATUS what:check=class …": when, why, the worst that is open, and
-- what is new, worse, open, over (recovered), past (over before it could be told), flaps, settled.

local classes = require "nightjar.classes"
local decide = require "nightjar.alert.decide"
local units = require "nightjar.units"

local epoch <const> = 1800000000

local names <const> = {
  { "new", "new" }, { "escalated", "worse" }, { "open", "open" }, { "recovered", "over" },
  { "past", "past" }, { "flapping", "flaps" }, { "settled", "settled" },
}

local function finding_of(word)
  local target, rest = word:match("^([%w-]+)/(.+)$")
  local check, sign, value = (rest or word):match("^([%w:_]+)([=<])(.+)$")
  assert(check, "what is '" .. word .. "'?")
  local finding <const> = { target = not target and "main" or target ~= "-" and target or nil,
    check = check, status = "ok", message = "it says so", seconds = 0 }
  local class <const>, status <const> = value:match("^([^!]*)!?(.*)$")
  if sign == "<" then
    finding.status, finding.blocked_by = "skipped", value
  elseif value == "?" then
    finding.status = "unknown"
  elseif value ~= "ok" then
    finding.class = class ~= "" and class or nil
    finding.status = status ~= "" and status or classes[class].severity
  end
  return finding
end

-- What somebody does by hand is told once.
local by_hand <const> = { restore = true }

local function read_run(text)
  local run = { task = "health-check", complete = true, after = 300, times = 1, findings = {} }
  for word in text:gmatch("%S+") do
    if word:find("^@") then
      run.task = word:sub(2)
    elseif word:find("^%+") then
      run.after = units.duration(word:sub(2))
    elseif word:find("^x%d+$") then
      run.times = math.tointeger(word:sub(2))
    elseif word == "partial" then
      run.complete = false
    elseif word == "down" then
      run.down = true
    elseif word ~= "." then
      local finding <const> = finding_of(word)
      finding.once = by_hand[run.task]
      run.findings[#run.findings + 1] = finding
    end
  end
  return run
end

local function show_entry(entry)
  local target <const> = entry.target ~= "main" and (entry.target or "-") .. "/" or ""
  return ("%s%s=%s"):format(target, entry.check, entry.class or entry.status)
end

local clock_of
function clock_of(seconds)
  if seconds < 0 then
    return "-" .. clock_of(-seconds)
  end
  return ("%d:%02d"):format(seconds // 3600, seconds % 3600 // 60)
end

local function show_mail(mail, now)
  local parts = { clock_of(now - epoch), mail.reason, mail.status:upper() }
  for _, name in ipairs(names) do
    local shown = {}
    for index, entry in ipairs(mail[name[1]]) do
      shown[index] = show_entry(entry)
    end
    parts[#parts + 1] = #shown > 0 and name[2] .. ":" .. table.concat(shown, ",") or nil
  end
  for _, notice in ipairs(mail.notices) do
    parts[#parts + 1] = "notice:" .. notice.class
  end
  return table.concat(parts, " ")
end

-- A player: plays runs on a state, and keeps the mails that got out.
local function player(options)
  local self = { now = options and options.now or epoch - 300, state = options and options.state or decide.fresh(), mails = {},
    tried = 0, ids = {} }

  function self.step(run)
    self.now = self.now + run.after
    local settings = { interval = 900, ladder = { 900, 3600, 14400, 86400 }, bypass = 3,
      task = run.task, complete = run.complete,
      message_id = ("<%d@test>"):format(#self.ids + 1) }
    for name, value in pairs(options or {}) do
      settings[name] = value
    end
    local decision <const> = decide.decide(self.state, run.findings, self.now, settings)
    self.last = decision
    if decision.action ~= "send" then
      self.state = decision.state
      return
    end
    self.tried, self.ids[#self.ids + 1] = self.tried + 1, decision.message_id
    self.state = run.down and decision.state or decision.delivered
    if run.down then
      self.state.pending.error = { code = "REFUSED", message = "nobody listens" }
    else
      self.mails[#self.mails + 1] = show_mail(decision.mail, self.now)
    end
  end

  function self.play(texts)
    for _, text in ipairs(texts) do
      local run <const> = read_run(text)
      for _ = 1, run.times do
        self.step(run)
      end
    end
    return self.mails
  end

  return self
end

local function cases(title, table_of_cases)
  describe(title, function()
    for _, case in ipairs(table_of_cases) do
      it(case[1], function()
        assert.same(case[3], player(case.options).play(case[2]))
      end)
    end
  end)
end

local function again(times, ...)
  local texts = {}
  for _ = 1, times do
    table.move({ ... }, 1, select("#", ...), #texts + 1, texts)
  end
  return texts
end

cases("a problem", {
  { "that is none sends nothing", { "query=ok x100" }, {} },
  { "like a network's is told after two bad runs", { "query=pg.refused", "query=pg.refused" },
    { "0:05 first CRIT new:query=pg.refused" } },
  { "of one run is never told", { "query=pg.refused", "query=ok x50" }, {} },
  { "that does not heal by itself is told at once", { "query=pg.auth" },
    { "0:00 first CRIT new:query=pg.auth" } },
  { "that comes and goes every other run lasts", { "query=pg.refused", "query=ok",
    "query=pg.refused" }, { "0:10 first CRIT new:query=pg.refused" } },
  { "that has been away for two runs begins anew", { "query=pg.refused", "query=ok x2",
    "query=pg.refused", "query=ok x20" }, {} },
  { "whose class changes from run to run is still one that lasts", { "query=pg.refused",
    "query=pg.no_response" }, { "0:05 first CRIT new:query=pg.no_response" } },
  { "is told with what else is certain, and not with what may be a hiccup",
    { "container=container.exited disk=disk.warn connections=pg.too_many" },
    { "0:00 first CRIT new:container=container.exited,disk=disk.warn" } },
  { "of a user's own check is told at once", { "queue=!warn" },
    { "0:00 first WARN new:queue=warn" } },
  { "that is only turned away is critical once it lasts", { "query=pg.rejecting x2" },
    { "0:05 first CRIT new:query=pg.rejecting" } },
  { "of two targets is two", { "query=pg.auth b/query=pg.auth" },
    { "0:00 first CRIT new:b/query=pg.auth,query=pg.auth" } },
  { "is the cause before what follows from it, the worst before the milder",
    { "disk=disk.warn backup=backup.missing engine=engine.denied -/self=self.log" },
    { "0:00 first CRIT new:engine=engine.denied,backup=backup.missing,disk=disk.warn,"
      .. "-/self=self.log" } },
  { "that could not be observed is told after two runs", { "query=? x2" },
    { "0:05 first UNKNOWN new:query=unknown" } },
  { "that could not be observed once is nothing", { "query=?", "query=ok x9" }, {} },
  { "with another text is the same problem", { "query=pg.auth x2" },
    { "0:00 first CRIT new:query=pg.auth" } },
  { "at boot is told at its first failure", { "@verify-startup query=pg.refused" },
    { "0:00 first CRIT new:query=pg.refused" }, options = { at_once = true } },
})

cases("the same problem again", {
  { "is reminded of at 15 minutes, 1, 4 and 24 hours, and daily from then on",
    { "query=pg.auth x900" }, {
      "0:00 first CRIT new:query=pg.auth", "0:15 reminder CRIT open:query=pg.auth",
      "1:00 reminder CRIT open:query=pg.auth", "4:00 reminder CRIT open:query=pg.auth",
      "24:00 reminder CRIT open:query=pg.auth", "48:00 reminder CRIT open:query=pg.auth",
      "72:00 reminder CRIT open:query=pg.auth" } },
  { "is reminded of every 15 minutes with a ladder of that one step", { "query=pg.auth x10" },
    { "0:00 first CRIT new:query=pg.auth", "0:15 reminder CRIT open:query=pg.auth",
      "0:30 reminder CRIT open:query=pg.auth", "0:45 reminder CRIT open:query=pg.auth" },
    options = { ladder = { 900 } } },
  { "is reminded of once after the machine was off over several steps", { "query=pg.auth",
    "query=pg.auth +6h", "query=pg.auth x12" },
    { "0:00 first CRIT new:query=pg.auth", "6:00 reminder CRIT open:query=pg.auth" } },
  { "is never reminded of within the interval, whatever the ladder says",
    { "query=pg.auth x7" }, { "0:00 first CRIT new:query=pg.auth",
      "0:30 reminder CRIT open:query=pg.auth" },
    options = { interval = 1800, ladder = { 60, 120 } } },
  { "is not reminded of at all with an empty ladder", { "query=pg.auth x100" },
    { "0:00 first CRIT new:query=pg.auth" }, options = { ladder = {} } },
  { "survives a ladder of nothing but zeros", { "query=pg.auth x4" },
    { "0:00 first CRIT new:query=pg.auth", "0:15 reminder CRIT open:query=pg.auth" },
    options = { ladder = { 0, 0 } } },
  { "has a ladder of its own, which an old mild problem does not stretch",
    { "disk=disk.warn", "disk=disk.warn +30h", "disk=disk.warn query=pg.auth +1h",
      "disk=disk.warn query=pg.auth x13" },
    { "0:00 first WARN new:disk=disk.warn", "30:00 reminder WARN open:disk=disk.warn",
      "31:00 new_kind CRIT new:query=pg.auth open:disk=disk.warn",
      "31:15 reminder CRIT open:query=pg.auth,disk=disk.warn",
      "32:00 reminder CRIT open:query=pg.auth,disk=disk.warn" } },
  { "done by hand is told once and not reminded of", { "@restore task:restore=task.failed",
    ". x400" }, { "0:00 first CRIT new:task:restore=task.failed" } },
  { "done by hand again within the window is no second mail, and when done well it is over",
    { "@restore task:restore=task.failed x2", "@restore task:restore=ok" },
    { "0:00 first CRIT new:task:restore=task.failed",
      "0:10 recovered OK over:task:restore=task.failed" } },
  { "done by hand again days later is a new one", { "@restore task:restore=task.failed",
    "@restore task:restore=task.failed +3d" }, { "0:00 first CRIT new:task:restore=task.failed",
      "72:00 first CRIT new:task:restore=task.failed" } },
})

cases("another problem", {
  { "within the window is told at once", { "query=pg.auth", "query=pg.auth disk=disk.crit" },
    { "0:00 first CRIT new:query=pg.auth", "0:05 new_kind CRIT new:disk=disk.crit open:query=pg.auth" } },
  { "breaks the window three times, and waits for its end then",
    { "a=!crit", "a=!crit b=!crit +1m", "a=!crit b=!crit c=!crit +1m",
      "a=!crit b=!crit c=!crit d=!crit +1m", "a=!crit b=!crit c=!crit d=!crit e=!crit +1m",
      "a=!crit b=!crit c=!crit d=!crit e=!crit x3" },
    { "0:00 first CRIT new:a=crit", "0:01 new_kind CRIT new:b=crit open:a=crit",
      "0:02 new_kind CRIT new:c=crit open:a=crit,b=crit",
      "0:03 new_kind CRIT new:d=crit open:a=crit,b=crit,c=crit",
      "0:19 new_kind CRIT new:e=crit open:a=crit,b=crit,c=crit,d=crit" } },
  { "finds new tokens in a new window",
    { "a=!crit", "a=!crit b=!crit +1m", "a=!crit b=!crit +20m", "a=!crit b=!crit c=!crit +1m",
      "a=!crit b=!crit c=!crit d=!crit +1m" },
    { "0:00 first CRIT new:a=crit", "0:01 new_kind CRIT new:b=crit open:a=crit",
      "0:21 reminder CRIT open:a=crit,b=crit", "0:22 new_kind CRIT new:c=crit open:a=crit,b=crit" },
    options = { bypass = 1 } },
  { "after all was well again takes a token too", { "query=pg.auth", "query=ok x2",
    "disk=disk.crit query=ok +1m" },
    { "0:00 first CRIT new:query=pg.auth", "0:10 recovered OK over:query=pg.auth",
      "0:11 first CRIT new:disk=disk.crit" } },
  { "after all was well again waits when no token is left", { "query=pg.auth", "query=ok x2",
    "disk=disk.crit query=ok +1m", "disk=disk.crit query=ok +14m" },
    { "0:00 first CRIT new:query=pg.auth", "0:10 recovered OK over:query=pg.auth",
      "0:25 first CRIT new:disk=disk.crit" }, options = { bypass = 0 } },
  { "of the same check is another kind", { "query=pg.auth", "query=pg.no_database x2" },
    { "0:00 first CRIT new:query=pg.auth",
      "0:05 new_kind CRIT new:query=pg.no_database open:query=pg.auth" } },
  { "that is the same check getting worse is an escalation", { "disk=disk.warn", "disk=disk.crit" },
    { "0:00 first WARN new:disk=disk.warn",
      "0:05 escalated CRIT new:disk=disk.crit open:disk=disk.warn" } },
  { "that is the same check getting better waits for the window", { "disk=disk.crit",
    "disk=disk.warn x3" }, { "0:00 first CRIT new:disk=disk.crit",
      "0:15 new_kind WARN new:disk=disk.warn over:disk=disk.crit" } },
  { "of the same class but worse is an escalation", { "queue=!warn", "queue=!crit" },
    { "0:00 first WARN new:queue=warn", "0:05 escalated CRIT worse:queue=crit" } },
  { "of the same class but worse has its ladder begin anew", { "queue=!warn", "queue=!warn +30h",
    "queue=!crit", "queue=!crit x4" }, { "0:00 first WARN new:queue=warn",
      "30:00 reminder WARN open:queue=warn", "30:05 escalated CRIT worse:queue=crit",
      "30:20 reminder CRIT open:queue=crit" } },
  { "that was worse before is no escalation when it comes back to it",
    { "queue=!crit", "queue=!warn", "queue=!crit" }, { "0:00 first CRIT new:queue=crit" } },
  { "is deferred and over before the window is: it is told all the same",
    { "query=pg.auth", "query=pg.auth a=!crit", "query=pg.auth a=ok x2", "query=pg.auth" },
    { "0:00 first CRIT new:query=pg.auth",
      "0:15 recovered CRIT open:query=pg.auth past:a=crit" }, options = { bypass = 0 } },
})

cases("classes that alternate", {
  { "are two problems that are open, and no mail each", { "query=pg.refused x2",
    "query=pg.no_response", "query=pg.refused", "query=pg.no_response", "query=pg.refused",
    "query=pg.no_response" },
    { "0:05 first CRIT new:query=pg.refused",
      "0:10 new_kind CRIT new:query=pg.no_response open:query=pg.refused",
      "0:25 reminder CRIT open:query=pg.no_response,query=pg.refused" } },
  { "with what could not be observed do not hide that it is down", { "query=pg.refused", "query=?",
    "query=pg.refused" }, { "0:10 first CRIT new:query=pg.refused" } },
})

cases("a recovery", {
  { "is told after two good runs, once", { "query=pg.auth", "query=ok x30" },
    { "0:00 first CRIT new:query=pg.auth", "0:10 recovered OK over:query=pg.auth" } },
  { "of one run is none", { "query=pg.auth", "query=ok", "query=pg.auth", "query=ok",
    "query=pg.auth" }, { "0:00 first CRIT new:query=pg.auth", "0:20 reminder CRIT open:query=pg.auth" } },
  { "of one of two waits for the window, and goes alone then",
    { "query=pg.auth disk=disk.crit", "query=ok disk=disk.crit x9" },
    { "0:00 first CRIT new:query=pg.auth,disk=disk.crit",
      "0:15 recovered CRIT open:disk=disk.crit over:query=pg.auth" } },
  { "of one of two is in the mail about a third", { "query=pg.auth disk=disk.crit",
    "query=ok disk=disk.crit x2", "query=ok disk=disk.crit backup=backup.missing +1m" },
    { "0:00 first CRIT new:query=pg.auth,disk=disk.crit",
      "0:11 new_kind CRIT new:backup=backup.missing open:disk=disk.crit over:query=pg.auth" } },
  { "of the last does not wait for the window", { "query=pg.auth disk=disk.crit",
    "query=ok disk=ok x2" }, { "0:00 first CRIT new:query=pg.auth,disk=disk.crit",
      "0:10 recovered OK over:query=pg.auth,disk=disk.crit" } },
  { "that is taken back before it was told is none", { "query=pg.auth disk=disk.crit",
    "query=ok disk=disk.crit x2", "query=pg.auth disk=disk.crit" },
    { "0:00 first CRIT new:query=pg.auth,disk=disk.crit",
      "0:15 reminder CRIT open:query=pg.auth,disk=disk.crit" } },
  { "like a network's that is taken back before it was told is none",
    { "query=pg.refused disk=disk.crit x2", "query=ok disk=disk.crit x2",
      "query=pg.refused disk=disk.crit" },
    { "0:00 first CRIT new:disk=disk.crit", "0:05 new_kind CRIT new:query=pg.refused open:disk=disk.crit",
      "0:20 reminder CRIT open:query=pg.refused,disk=disk.crit" } },
  { "after which it fails again is a new problem", { "query=pg.auth", "query=ok x2",
    "query=pg.auth +20m" }, { "0:00 first CRIT new:query=pg.auth",
      "0:10 recovered OK over:query=pg.auth", "0:30 first CRIT new:query=pg.auth" } },
  { "of what nobody was told of is told as what is over", { "query=pg.auth down", "query=ok down x5",
    "query=ok" }, { "0:30 recovered OK past:query=pg.auth" } },
})

cases("while a parent is down", {
  { "its children are not judged", { "engine=ok query=ok", "engine=engine.timeout query<engine x4",
    "engine=ok query=ok x3" },
    { "0:10 first CRIT new:engine=engine.timeout", "0:30 recovered OK over:engine=engine.timeout" },
    options = { ladder = { 900 } } },
  { "a child that failed before neither recovers nor fails", { "engine=ok query=pg.auth",
    "engine=engine.denied query<engine x2", "engine=ok query=pg.auth", "engine=ok query=ok x2" },
    { "0:00 first CRIT new:query=pg.auth",
      "0:05 new_kind CRIT new:engine=engine.denied open:query=pg.auth",
      "0:20 recovered CRIT open:query=pg.auth over:engine=engine.denied",
      "0:25 recovered OK over:query=pg.auth" } },
  { "a child's count of bad runs stands still", { "engine=ok query=pg.refused",
    "engine=engine.timeout query<engine", "engine=ok query=pg.refused" },
    { "0:10 first CRIT new:query=pg.refused" } },
  { "a child that was deferred is still told", { "query=pg.auth", "query=pg.auth a=!crit",
    "query=pg.auth a<engine engine=ok x3" }, { "0:00 first CRIT new:query=pg.auth",
      "0:15 new_kind CRIT new:a=crit open:query=pg.auth" }, options = { bypass = 0 } },
})

cases("when the mail server is down", {
  { "what is still so goes as one mail, and the window is not used up",
    { "query=pg.auth down x10", "query=pg.auth x2" }, { "0:50 first CRIT new:query=pg.auth" } },
  { "ten problems are one mail", { "a=!crit down", "a=!crit b=!crit down",
    "a=ok b=!crit c=!crit down x2", "a=ok b=ok c=!crit down x2", "a=ok b=ok c=!crit" },
    { "0:30 first CRIT new:c=crit past:a=crit,b=crit" } },
  { "a reminder that fails is tried with the next run", { "query=pg.auth", "query=pg.auth x2",
    "query=pg.auth down x4", "query=pg.auth x3" }, { "0:00 first CRIT new:query=pg.auth",
      "0:35 reminder CRIT open:query=pg.auth" } },
  { "a recovery is told when it is back", { "query=pg.auth", "query=ok down x4", "query=ok x3" },
    { "0:00 first CRIT new:query=pg.auth", "0:25 recovered OK over:query=pg.auth" } },
  { "what recovered and failed again is still open", { "query=pg.auth", "query=ok down x4",
    "query=pg.auth down", "query=pg.auth x2" }, { "0:00 first CRIT new:query=pg.auth",
      "0:30 reminder CRIT open:query=pg.auth" } },
  { "a failed mail takes no token", { "a=!crit", "a=!crit b=!crit down x2", "a=!crit b=!crit" },
    { "0:00 first CRIT new:a=crit", "0:15 new_kind CRIT new:b=crit open:a=crit" },
    options = { bypass = 1 } },
})

cases("strictly one mail a window", {
  { "makes a new kind wait", { "query=pg.auth", "query=pg.auth disk=disk.crit x5" },
    { "0:00 first CRIT new:query=pg.auth",
      "0:15 new_kind CRIT new:disk=disk.crit open:query=pg.auth" }, options = { strict = true } },
  { "makes a recovery wait", { "query=pg.auth", "query=ok x5" },
    { "0:00 first CRIT new:query=pg.auth", "0:15 recovered OK over:query=pg.auth" },
    options = { strict = true } },
  { "makes an escalation wait", { "disk=disk.warn", "disk=disk.crit x5" },
    { "0:00 first WARN new:disk=disk.warn",
      "0:15 escalated CRIT new:disk=disk.crit over:disk=disk.warn" }, options = { strict = true } },
  { "tells what came and went within it", { "query=pg.auth", "query=pg.auth disk=disk.crit",
    "query=ok disk=ok x4" }, { "0:00 first CRIT new:query=pg.auth",
      "0:15 recovered OK over:query=pg.auth past:disk=disk.crit" }, options = { strict = true } },
})

cases("a problem that flaps", {
  { "is told as such at its fourth change, then kept silent, then told how it settled",
    { "query=pg.auth", "query=ok x2", "query=pg.auth", "query=ok x2", "query=pg.auth",
      "query=ok x2", "query=pg.auth", "query=ok x30" },
    { "0:00 first CRIT new:query=pg.auth", "0:10 recovered OK over:query=pg.auth",
      "0:15 first CRIT new:query=pg.auth", "0:25 flapping OK flaps:query=pg.auth",
      "1:25 flapping OK settled:query=pg.auth" } },
  { "and settles as failing is told as open", { "query=pg.auth", "query=ok x2", "query=pg.auth",
    "query=ok x2", "query=pg.auth x21", "query=ok x2" },
    { "0:00 first CRIT new:query=pg.auth", "0:10 recovered OK over:query=pg.auth",
      "0:15 first CRIT new:query=pg.auth", "0:25 flapping OK flaps:query=pg.auth",
      "1:00 flapping CRIT settled:query=pg.auth", "1:15 reminder CRIT open:query=pg.auth",
      "2:00 reminder CRIT open:query=pg.auth", "2:20 recovered OK over:query=pg.auth" } },
  { "for days is told of once a day", again(150, "query=pg.auth", "query=ok x2"),
    { "0:00 first CRIT new:query=pg.auth", "0:10 recovered OK over:query=pg.auth",
      "0:15 first CRIT new:query=pg.auth", "0:25 flapping OK flaps:query=pg.auth",
      "24:25 reminder OK flaps:query=pg.auth" } },
  { "does not hide another", { "query=pg.auth", "query=ok x2", "query=pg.auth", "query=ok x2",
    "query=pg.auth disk=disk.crit", "query=ok disk=disk.crit x3" },
    { "0:00 first CRIT new:query=pg.auth", "0:10 recovered OK over:query=pg.auth",
      "0:15 first CRIT new:query=pg.auth", "0:25 flapping OK flaps:query=pg.auth",
      "0:30 new_kind CRIT new:disk=disk.crit flaps:query=pg.auth",
      "0:45 reminder CRIT open:disk=disk.crit flaps:query=pg.auth" } },
  { "and could not be told of goes as one mail when it has settled", { "query=pg.auth down",
    "query=ok down x2", "query=pg.auth down", "query=ok down x2", "query=ok down x8", "query=ok x2" },
    { "1:10 flapping OK settled:query=pg.auth" } },
  { "slowly is told each time", { "query=pg.auth", "query=ok x2 +20m", "query=pg.auth +20m",
    "query=ok x2 +20m" }, { "0:00 first CRIT new:query=pg.auth",
      "0:40 recovered OK over:query=pg.auth", "1:00 first CRIT new:query=pg.auth",
      "1:40 recovered OK over:query=pg.auth" } },
})

cases("two tasks that share the state", {
  { "do not close each other's problems", { "query=ok", "@backup task:backup=task.failed",
    "query=ok x2", "query=ok +10h", "@backup task:backup=ok" },
    { "0:05 first CRIT new:task:backup=task.failed",
      "10:15 reminder CRIT open:task:backup=task.failed",
      "10:20 recovered OK over:task:backup=task.failed" } },
  { "a backup recovers with one good run", { "@backup task:backup=task.failed",
    "@backup task:backup=ok +1d" }, { "0:00 first CRIT new:task:backup=task.failed",
      "24:00 recovered OK over:task:backup=task.failed" } },
  { "a backup whose proof failed is over with the next that is proven",
    { "@backup task:backup=backup.unverified", "@backup task:backup=ok +1d" },
    { "0:00 first WARN new:task:backup=backup.unverified",
      "24:00 recovered OK over:task:backup=backup.unverified" } },
  { "what failed at boot and no longer is checked is closed by the task that looked last",
    { "@verify-startup query=pg.auth queue=!crit", "queue=!crit query=pg.auth", "query=pg.auth x3" },
    { "0:00 first CRIT new:query=pg.auth,queue=crit",
      "0:15 recovered CRIT open:query=pg.auth over:queue=crit" } },
  { "a second failure within the window is no second mail", { "@backup task:backup=task.failed",
    "@backup task:backup=task.failed +10m" }, { "0:00 first CRIT new:task:backup=task.failed" } },
  { "the good runs of one do not end what the other sees", { "query=pg.auth",
    "@backup task:backup=ok x9 +1m" }, { "0:00 first CRIT new:query=pg.auth" } },
  { "a backup reminds of what the health check has found", { "query=pg.auth",
    "@backup task:backup=ok +16m" }, { "0:00 first CRIT new:query=pg.auth",
      "0:16 reminder CRIT open:query=pg.auth" } },
  { "what failed at boot is over when the health check says so",
    { "@verify-startup query=pg.auth", "query=ok x2" }, { "0:00 first CRIT new:query=pg.auth",
      "0:10 recovered OK over:query=pg.auth" } },
  { "a boot closes nothing that it does not look at", { "disk=disk.crit query=ok",
    "@verify-startup query=ok", "disk=disk.crit query=ok x3" },
    { "0:00 first CRIT new:disk=disk.crit", "0:15 reminder CRIT open:disk=disk.crit" } },
})

cases("what a run did not look at", {
  { "in a narrowed run stays as it is", { "query=pg.auth b/query=ok", "partial b/query=ok x9" },
    { "0:00 first CRIT new:query=pg.auth", "0:15 reminder CRIT open:query=pg.auth" } },
  { "in a complete run is no longer checked, and that is told", { "queue=!crit query=ok", "query=ok x9" },
    { "0:00 first CRIT new:queue=crit", "0:05 recovered OK over:queue=crit" } },
  { "of a target that is no longer configured is closed by any task",
    { "old/query=pg.auth", "@backup partial task:backup=ok" },
    { "0:00 first CRIT new:old/query=pg.auth", "0:05 recovered OK over:old/query=pg.auth" },
    options = { targets = { main = true } } },
  { "of nightjar itself is in order", { "-/self=self.policy query=ok", "query=ok x2" },
    { "0:00 first WARN new:-/self=self.policy", "0:10 recovered OK over:-/self=self.policy" } },
})

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
