-- What a mail shows, before it is text or HTML: a headline, a sentence, sections of rows. Pure.

local headline = require "nightjar.alert.headline"
local wording = require "nightjar.alert.wording"

local M = {}

local most_rows <const> = 30

local labels <const> = headline.labels

-- ---- rows ----

-- A row: label, title, note (when), lines.
local function row_of(entry, now, note)
  local row = { label = labels[entry.status], title = wording.place(entry), class = entry.class,
    note = note, lines = {} }
  row.lines[1] = entry.message
  row.lines[#row.lines + 1] = entry.hint
  if entry.phase == "hard" and entry.blocked then
    row.lines[#row.lines + 1] = ("not checked now, because of %s; last seen %s"):format(
      entry.blocked, wording.time(entry.seen, now))
  elseif entry.phase == "hard" and entry.good > 0 then
    row.lines[#row.lines + 1] = "the last run found it fine; the next one decides"
  end
  return row
end

local function row_open(entry, now)
  local again <const> = entry.times > 1 and (", for the %d. time"):format(entry.times) or ""
  return row_of(entry, now, wording.since(entry.first, now) .. again)
end

local function row_over(entry, now)
  local row <const> = row_of(entry, now, wording.between(entry.first,
    entry.recovered or entry.seen, now))
  row.label = "OK"
  row.lines[1] = entry.message and "it was: " .. entry.message
  row.lines[2] = nil
  if entry.ended == "unchecked" then
    row.label, row.lines[#row.lines + 1] = "–", "it is no longer checked"
  elseif entry.ended == "replaced" then
    row.label, row.lines[#row.lines + 1] = "–", "the same check finds something else now"
  end
  return row
end

local function row_flapping(entry, now)
  local row <const> = row_of(entry, now, ("went %d times since %s"):format(#entry.changes,
    wording.time(entry.flapping.since, now)))
  row.lines[#row.lines + 1] = entry.phase == "hard" and "now it fails" or "now it is fine"
  row.lines[#row.lines + 1] = "nothing more is sent about it until it has been steady for 30 min"
  return row
end

local function row_settled(entry, now)
  local row <const> = row_of(entry, now, ("came and went since %s"):format(
    wording.time(entry.flapping.since, now)))
  local steady <const> = entry.changes[#entry.changes] or entry.flapping.since
  row.label = entry.phase == "hard" and row.label or "OK"
  row.lines[#row.lines + 1] = ("%s since %s, without a change"):format(
    entry.phase == "hard" and "it has failed" or "it has been fine", wording.time(steady, now))
  return row
end

local function row_watched(entry, now)
  return row_of(entry, now, wording.since(entry.first, now))
end

local function row_of_notice(notice)
  return { label = labels.warn, title = "nightjar", class = notice.class,
    lines = { notice.message } }
end

-- ---- sections ----

local sections <const> = {
  { "new", "New", row_open }, { "escalated", "Worse than before", row_open },
  { "settled", "Steady again", row_settled }, { "flapping", "Comes and goes", row_flapping },
  { "notices", "nightjar itself", row_of_notice }, { "open", "Still open", row_open },
  { "recovered", "Over", row_over }, { "past", "Over before it could be told", row_over },
  { "watched", "Not certain yet", row_watched },
}

local function section(title, list, make, now)
  local made = { title = title, rows = {} }
  for index = 1, math.min(#list, most_rows) do
    made.rows[index] = make(list[index], now)
  end
  if #list > most_rows then
    made.more = ("and %d more"):format(#list - most_rows)
  end
  return made
end

local function row_skipped(group)
  return { title = table.concat(group.checks, ", "):gsub("task:", ""), lines = {},
    note = ("because of %s%s"):format(group.target and group.target .. " " or "",
      group.blocked_by or "another check") }
end

local function row_backup(backup, now)
  return { title = wording.backup(backup, now), lines = {} }
end

-- One line of the runbook for each class that is open.
local function what_to_do(mail)
  local rows, seen = {}, {}
  for _, name in ipairs { "new", "escalated", "settled", "flapping", "notices", "open" } do
    for _, entry in ipairs(mail[name]) do
      local advice <const> = entry.class and not seen[entry.class]
        and wording.advice(entry, mail.containers)
      if advice then
        seen[entry.class] = true
        rows[#rows + 1] = { title = entry.class, lines = { advice } }
      end
    end
  end
  return rows
end

local function all_sections(mail)
  local made = {}
  local function take(title, list, make)
    if #list > 0 then
      made[#made + 1] = section(title, list, make, mail.time)
    end
  end
  for _, each in ipairs(sections) do
    take(each[2], mail[each[1]], each[3])
  end
  take("Not checked", mail.skipped, row_skipped)
  take("Last good backup", mail.backups or {}, row_backup)
  take("What to do", what_to_do(mail), function(row) return row end)
  return made
end

-- ---- the rest ----

local function remarks(mail)
  local lines = {}
  if mail.late then
    lines[1] = ("This mail comes late: it could not be delivered since %s (%d %s). The last failed "
      .. "with: %s"):format(wording.time(mail.late.since, mail.time), mail.late.attempts,
      mail.late.attempts == 1 and "try" or "tries", mail.late.error.message)
  end
  for _, refused in ipairs(mail.refused or {}) do
    lines[#lines + 1] = ("The mail before this one did not reach %s: %s"):format(refused.address,
      refused.reply or "it was refused")
  end
  return lines
end

local function closing(mail)
  local lines = {}
  if mail.next_reminder then
    lines[1] = ("If nothing changes, the next reminder comes %s."):format(
      wording.time(mail.next_reminder, mail.time))
  end
  lines[#lines + 1] = ("nightjar %s on %s, %s, home %s, %s"):format(mail.version, mail.host,
    mail.task, mail.home, os.date("!%F %H:%M UTC", math.floor(mail.time)))
  return lines
end

-- mail: as telling.mail has it, with next_reminder, host, home, version, task, containers
-- ({[target] = name}) and backups ({{target=, time=, proven=, problem=}...}).
-- Returns {subject=, sentence=, label=, remarks={...}, sections={{title=, rows=, more=}...},
-- closing={...}}, a row being {label=, title=, class=, note=, lines={...}}.
function M.of(mail)
  local subject <const>, sentence <const> = headline.of(mail)
  return { subject = subject, sentence = sentence, remarks = remarks(mail),
    sections = all_sections(mail), closing = closing(mail), label = labels[mail.status] }
end

return M
