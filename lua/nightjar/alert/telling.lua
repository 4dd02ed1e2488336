-- What there is to tell of the entries after a run: sorted, weighed, and as a mail's content. Pure.

local entries_of = require "nightjar.alert.entries"

local M = {}

local rank <const> = entries_of.rank

-- ---- order ----

local layers <const> = {
  engine = 1, container = 2, pg_isready = 3, query = 4, connections = 5, transactions = 6,
  wraparound = 7, replication = 8, disk = 10, backup = 11, task = 12, schedule = 13, self = 14,
}
local users_own <const> = 9

local function layer(check)
  return layers[check:match("^[^:]*")] or users_own
end

-- The worst first, then the cause before what may follow from it.
local function before(one, other)
  if rank(one.status) ~= rank(other.status) then
    return rank(one.status) > rank(other.status)
  elseif layer(one.check) ~= layer(other.check) then
    return layer(one.check) < layer(other.check)
  end
  return entries_of.key(one) < entries_of.key(other)
end

-- ---- lists ----

-- How bad the worst is that has been told of each check and whose end has not.
local function told_ranks(entries)
  local ranks = {}
  for _, entry in ipairs(entries) do
    if entry.told then
      local key <const> = entries_of.check_key(entry)
      ranks[key] = math.max(ranks[key] or 0, rank(entry.told.status))
    end
  end
  return ranks
end

local function add(list, value)
  list[#list + 1] = value
end

-- A new class of a check that is told of is no bad news where it is the milder one.
local function sort_open(lists, entry, told_rank)
  if not entry.told then
    add(lists.new, entry)
    lists.worse = lists.worse or told_rank ~= nil and rank(entry.status) > told_rank
    lists.another = lists.another or told_rank == nil or rank(entry.status) == told_rank
  elseif rank(entry.status) > rank(entry.told.status) then
    add(lists.escalated, entry)
    lists.worse = true
  else
    add(lists.open, entry)
  end
end

local function sort_entry(lists, entry, told_rank)
  if entry.flapping then
    add(entry.flapping.settled and lists.settled or lists.flapping, entry)
    lists.unsteady = lists.unsteady or not entry.flapping.told or entry.flapping.settled
  elseif entry.phase == "hard" then
    sort_open(lists, entry, told_rank)
  elseif entry.phase == "soft" then
    add(lists.watched, entry)
  elseif entry.told then
    add(lists.recovered, entry)
  elseif entry.untold then
    add(lists.past, entry)
  end
end

-- The entries, which are put in order, by what a mail says of them: new, escalated, open, recovered
-- (told of, and over), past (over before anybody was told), flapping, settled, watched (not certain
-- yet). And what cannot wait: `another` kind, something `worse`, something `unsteady`; and `hard`,
-- `told`: how many there are.
function M.sorted(entries)
  local lists = { new = {}, escalated = {}, open = {}, recovered = {}, past = {}, flapping = {},
    settled = {}, watched = {}, hard = 0, told = 0 }
  table.sort(entries, before)
  local ranks <const> = told_ranks(entries)
  for _, entry in ipairs(entries) do
    lists.hard = lists.hard + (entry.phase == "hard" and 1 or 0)
    lists.told = lists.told + (entry.told and 1 or 0)
    sort_entry(lists, entry, ranks[entries_of.check_key(entry)])
  end
  return lists
end

-- ---- the mail ----

-- What was not looked at, by what kept from it: {{target, blocked_by, checks}...}.
local function skipped(findings)
  local groups, by_cause = {}, {}
  for _, finding in ipairs(findings) do
    if finding.status == "skipped" and not finding.held then
      local cause <const> = ("%s|%s"):format(finding.target or "", finding.blocked_by or "")
      local group = by_cause[cause]
      if not group then
        group = { target = finding.target, blocked_by = finding.blocked_by, checks = {} }
        by_cause[cause] = group
        add(groups, group)
      end
      add(group.checks, finding.check)
    end
  end
  return groups
end

local function worst(entries)
  local status = "ok"
  for _, entry in ipairs(entries) do
    if entry.phase == "hard" and rank(entry.status) > rank(status) then
      status = entry.status
    end
  end
  return status
end

-- What a mail of these lists says: the lists and
--   reason, time, status   the worst that is open, or "ok"
--   skipped, notices       what was not looked at; what nightjar says of itself
--   late                   {since=, attempts=, error=}: where it could not be delivered before
--   refused                the recipients that the last mail did not reach
--   root                   the Message-ID of the incident's first mail
function M.mail(lists, state, findings, reason, now)
  local pending <const> = state.pending
  local mail = { reason = reason, time = now, status = worst(state.entries), root = state.root,
    notices = state.notices, skipped = skipped(findings), refused = state.refused }
  for name, list in pairs(lists) do
    mail[name] = type(list) == "table" and list or nil
  end
  if pending and pending.error then
    mail.late = { since = pending.since, attempts = pending.attempts, error = pending.error }
  end
  return mail
end

-- A number for what a mail says: the same problems in the same state are the same mail, whatever
-- has become of the first try to send it.
function M.digest(reason, entries)
  local hash = -3750763034362895579 -- FNV-1a
  local function feed(text)
    for index = 1, #text do
      hash = (hash ~ text:byte(index)) * 1099511628211
    end
  end
  feed(reason)
  for _, entry in ipairs(entries) do
    if entry.phase ~= "soft" then
      feed(("\n%s %s %s %s"):format(entries_of.key(entry), entry.phase, entry.status,
        entry.told and "told" or entry.untold and "untold" or ""))
    end
  end
  return ("%016x"):format(hash)
end

return M
