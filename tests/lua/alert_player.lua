-- Plays sequences of runs on alert.decide, and tells the mails that go out.
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

return { epoch = epoch, player = player, finding_of = finding_of, clock_of = clock_of,
  lists = names }
