-- Whether a mail goes out after a run, why, and what it has to say: a pure function.

local clock = require "nightjar.alert.clock"
local entries_of = require "nightjar.alert.entries"
local limiter = require "nightjar.alert.limiter"
local telling = require "nightjar.alert.telling"

local M = {}

M.version = 1
M.key = entries_of.key

local rank <const> = entries_of.rank

-- A state that knows nothing. Beside these it may have
--   updated         when it was last decided
--   last_delivered  when the last mail was delivered; bypassed: how many have broken its window
--   root            the Message-ID of the first mail of what is going on
--   pending         {message_id, digest, since, attempts, error}: a mail that is not delivered
--   failed, refused what alert.delivery keeps of the last try to send
function M.fresh()
  return { version = M.version, entries = {}, notices = {} }
end

-- ---- the verdict ----

-- Why something has to be told before the window is over, or nil.
local function urgent_reason(lists, notices)
  local another <const> = lists.another or #notices > 0
  if (another or lists.worse) and lists.told == 0 then
    return "first"
  end
  return another and "new_kind" or lists.worse and "escalated" or lists.unsteady and "flapping"
    or nil
end

-- Why something is to be told when the window is over, or nil.
local function calm_reason(lists, state, now, options)
  if #lists.new > 0 then
    return "new_kind"
  elseif #lists.recovered + #lists.past > 0 then
    return "recovered"
  end
  local due <const> = limiter.next_reminder(state.entries, state.last_delivered or 0, options)
  return due and now >= due and "reminder" or nil
end

-- {action=, reason=, admission=, ends=}: "send" by an admission, "deferred" until the window ends,
-- or "none".
local function verdict(lists, state, now, options)
  local reason = urgent_reason(lists, state.notices)
  if reason then
    local admission <const>, ends <const> = limiter.admit(state, now, options)
    return { action = admission and "send" or "deferred", reason = reason, admission = admission,
      ends = ends }
  end
  reason = calm_reason(lists, state, now, options)
  local ends <const> = limiter.window_end(state, now, options)
  -- That all is well again does not wait, unless the reader wants no second mail whatever it says.
  local all_well <const> = #lists.recovered > 0 and lists.hard == 0 and not options.strict
  if not reason then
    return { action = "none" }
  elseif ends and not all_well then
    return { action = "deferred", reason = reason, ends = ends }
  end
  return { action = "send", reason = reason, admission = ends and "recovery" or "open" }
end

-- ---- the state when the mail has been delivered ----

local function tell_hard(entry, now)
  local told <const> = entry.told
  if not told or rank(entry.status) > rank(told.status) then
    entry.told = { status = entry.status, first = now }
  end
  entry.untold = nil
end

local function tell(entry, now)
  local flapping <const> = entry.flapping
  if flapping and not flapping.settled then
    flapping.told, entry.untold = now, nil
    return
  elseif flapping then
    entry.flapping, entry.changes, entry.told = nil, {}, nil
  end
  if entry.phase == "hard" then
    tell_hard(entry, now)
  elseif entry.phase == "fine" then
    entry.told, entry.untold = nil, nil
  end
end

-- Everything is told.
local function delivered_state(state, admission, message_id, now)
  local after, goes_on = {}, false
  for name, value in pairs(state) do
    after[name] = value
  end
  after.entries, after.notices = {}, {}
  after.pending, after.failed, after.refused = nil, nil, nil
  for index, entry in ipairs(state.entries) do
    local told <const> = entries_of.copy(entry)
    tell(told, now)
    after.entries[index] = told
    goes_on = goes_on or told.told ~= nil or told.flapping ~= nil
  end
  after.last_delivered = now
  after.bypassed = admission == "open" and 0 or (state.bypassed or 0)
    + (admission == "bypass" and 1 or 0)
  after.root = goes_on and (state.root or message_id) or nil
  return after
end

-- ---- the decision ----

local function hard_keys(entries)
  local keys = {}
  for _, entry in ipairs(entries) do
    if entry.phase == "hard" then
      keys[M.key(entry)] = true
    end
  end
  return keys
end

-- What went hard, became fine or began to flap in this run, for the log.
local function changes(before_run, after_run)
  local old, list = {}, {}
  for _, entry in ipairs(before_run) do
    old[M.key(entry)] = entry
  end
  for _, entry in ipairs(after_run) do
    local was <const> = old[M.key(entry)] or { phase = "fine" }
    local what <const> = entry.flapping and not was.flapping and "flapping"
      or entry.phase == "hard" and was.phase ~= "hard" and "hard"
      or entry.phase == "fine" and was.phase == "hard" and entry.ended
    list[#list + 1] = what and { what = what, entry = entry } or nil
  end
  return list
end

-- Where there is nobody to tell, nothing is owed of what is over.
local function forget_past(state)
  for _, entry in ipairs(state.entries) do
    entry.untold = entry.phase == "hard" and entry.untold or nil
  end
  state.notices, state.pending = {}, nil
end

-- What a finding tells as well needs no notice.
local function without_told(notices, findings)
  local found, left = {}, {}
  for _, finding in ipairs(findings) do
    found[finding.class or ""] = rank(finding.status) > 0
  end
  for _, notice in ipairs(notices) do
    left[#left + 1] = not found[notice.class] and notice or nil
  end
  return left
end

local function advance(state, findings, now, options)
  local after <const> = clock.rebase(state, now)
  after.notices = without_told(after.notices, findings)
  after.entries = entries_of.advance(after.entries, findings, now, options)
  after.updated = now
  if options.unreadable then
    table.insert(after.notices, { class = "self.state", at = now, message = options.unreadable })
  end
  return after
end

-- Put into the decision what is to be sent, and what is so afterwards.
local function prepare_mail(decision, lists, findings, admission, now, options)
  local state <const>, pending <const> = decision.state, decision.state.pending
  local digest <const> = telling.digest(decision.reason, state.entries)
  decision.message_id = pending and pending.digest == digest and pending.message_id
    or options.message_id
  decision.mail = telling.mail(lists, state, findings, decision.reason, now)
  decision.delivered = delivered_state(state, admission, decision.message_id, now)
  decision.mail.next_reminder = limiter.next_reminder(decision.delivered.entries, now, options)
  state.pending = { message_id = decision.message_id, digest = digest,
    since = pending and pending.since or now, attempts = (pending and pending.attempts or 0) + 1,
    error = pending and pending.error }
end

-- state: as alert.state keeps it, or fresh(); it stays as it is. findings: of this run. now:
-- seconds since 1970. options: task, complete, targets, at_once (see entries.advance), interval,
-- ladder, bypass, strict (policy.alerts), mailing (false: there is nobody to tell), unreadable (why
-- there was no state to read), message_id (for a new mail).
--
-- Returns a table:
--   action     "send", "deferred" or "none"
--   reason     first, new_kind, escalated, flapping, recovered or reminder; nil with "none"
--   ends       when the window is over that defers it
--   state      to be kept before a mail is tried, and when there is none
--   delivered  to be kept when the mail has been delivered
--   message_id, mail   what is to be sent, and what it says: see telling.mail; next_reminder
--   hard       {[key] = true}: what is certain
--   changes    {{what=, entry=}...}: what has become certain or fine in this run
function M.decide(state, findings, now, options)
  local after <const> = advance(state, findings, now, options)
  local found = { action = "none" }
  local lists
  if options.mailing == false then
    forget_past(after)
  else
    lists = telling.sorted(after.entries)
    found = verdict(lists, after, now, options)
  end
  local decision <const> = { action = found.action, reason = found.reason, ends = found.ends,
    state = after, hard = hard_keys(after.entries),
    changes = changes(state.entries, after.entries) }
  if found.action == "send" then
    prepare_mail(decision, lists, findings, found.admission, now, options)
  elseif found.action == "none" then
    after.pending = nil
  end
  return decision
end

return M
