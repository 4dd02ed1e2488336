-- What a mail says first: its subject, for a lock screen, and its sentence. Pure.

local wording = require "nightjar.alert.wording"

local M = {}

M.labels = { crit = "CRIT", warn = "WARN", unknown = "UNKNOWN", ok = "OK" }

local function of_settled(entry)
  if entry.phase == "hard" then
    return wording.matter(entry) .. ", after coming and going"
  end
  return wording.name(entry) .. " is steady again"
end

local function of_recovery(entry)
  local span <const> = wording.span((entry.recovered or entry.seen) - entry.first)
  if wording.is_event(entry) then
    return wording.matter(entry)
  elseif entry.ended == "unchecked" then
    return wording.name(entry) .. " is no longer checked"
  elseif entry.ended == "replaced" then
    return wording.name(entry) .. " has another problem now"
  elseif entry.told then
    return ("%s is fine again after %s"):format(wording.name(entry), span)
  end
  return ("%s was not fine for %s, and is again"):format(wording.name(entry), span)
end

local function of_reminder(entry, now)
  if entry.flapping then
    return wording.name(entry) .. " still comes and goes"
  end
  return ("%s, for %s"):format(wording.matter(entry), wording.span(now - entry.first))
end

-- The entry that the mail is about (nil where it is about nightjar itself), and how it is put.
local function lead(mail)
  local news <const> = mail.new[1] or mail.escalated[1]
  if news then
    return news, wording.matter(news)
  elseif mail.settled[1] then
    return mail.settled[1], of_settled(mail.settled[1])
  elseif mail.reason == "flapping" then
    return mail.flapping[1], wording.name(mail.flapping[1]) .. " comes and goes"
  elseif mail.notices[1] then
    return nil, wording.matter { check = "self", class = mail.notices[1].class }
  elseif mail.reason == "recovered" then
    local entry <const> = mail.recovered[1] or mail.past[1]
    return entry, of_recovery(entry)
  end
  local entry <const> = mail.open[1] or mail.flapping[1]
  return entry, of_reminder(entry, mail.time)
end

-- How many others are open.
local function others_open(mail, leading)
  local count = 0
  for _, name in ipairs { "new", "escalated", "open", "flapping", "settled" } do
    for _, entry in ipairs(mail[name]) do
      count = count + (entry ~= leading and entry.phase == "hard" and 1 or 0)
    end
  end
  return count
end

local function subject_of(mail, words, others)
  local counted = ""
  if others > 0 then
    counted = (mail.reason == "recovered" and ", %d still open" or " (+%d)"):format(others)
  end
  return ("[nightjar] %s %s: %s%s"):format(M.labels[mail.status], mail.host, words, counted)
end

local function sentence_of(mail, entry, words, others)
  local since <const> = entry and entry.phase == "hard" and not entry.flapping
    and mail.reason ~= "reminder" and ", " .. wording.since(entry.first, mail.time) or ""
  local first <const> = words .. since .. "."
  if others == 1 then
    return first .. " One more problem is open."
  elseif others > 1 then
    return ("%s %d more problems are open."):format(first, others)
  end
  return mail.status == "ok" and first .. " No problem is open." or first
end

-- mail: see view.of. Returns the subject and the sentence.
function M.of(mail)
  local entry <const>, words <const> = lead(mail)
  local others <const> = others_open(mail, entry)
  return subject_of(mail, words, others), sentence_of(mail, entry, words, others)
end

return M
