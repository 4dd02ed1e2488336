-- The jobs as lines of cron: for a crontab, or for a file in /etc/cron.d. Pure.

local marker = require "nightjar.schedule.marker"
local quoting = require "nightjar.schedule.quoting"

local M = {}

local path <const> = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
local longest_command <const> = 998 -- cron's own limit is 1000, with what ends it

-- The five fields of a time, or @reboot.
function M.fields(when)
  if when.boot then
    return "@reboot"
  elseif when.every then
    local minutes <const> = when.every // 60
    return minutes < 60 and (minutes == 1 and "* * * * *" or ("*/%d * * * *"):format(minutes))
      or minutes == 60 and "0 * * * *" or ("0 */%d * * *"):format(minutes // 60)
  end
  local days = {}
  for index, number in ipairs(when.weekdays or {}) do
    days[index] = tostring(number % 7) -- Sunday is 0 everywhere, and 7 only in some
  end
  return ("%d %d %s * %s"):format(when.at.minute, when.at.hour, when.day or "*",
    #days > 0 and table.concat(days, ",") or "*")
end

-- env, because a line that sets PATH would hold for everything that stands below it, and because
-- SHELL may be any shell. timeout, because cron has none. NIGHTJAR_JOB is how the history knows
-- which job a run belonged to.
local function command(facts, job)
  local words = { "env", "PATH=" .. path, "NIGHTJAR_JOB=" .. job.name, "timeout", "-k", "10",
    tostring(job.limit), facts.program, "--home", facts.home, "--quiet" }
  table.move(job.words, 1, #job.words, #words + 1, words)
  for index, word in ipairs(words) do
    words[index] = quoting.shell_word(word)
  end
  local text <const> = table.concat(words, " "):gsub("%%", "\\%%")
  if #text > longest_command then
    fail("CONFIG", ("the command line of '%s' is too long for cron: %d bytes, %d at most"):format(
      job.name, #text, longest_command), "Give the home a shorter path.")
  end
  return text
end

-- Programs differ in what they take a backslash before a percent sign for.
local function demand_no_backslash(what, text)
  quoting.demand_text(what, text)
  if text:find("\\", 1, true) then
    fail("CONFIG", ("%s has a backslash in its path: '%s'"):format(what, text),
      "cron programs differ in how they read one; move it to another path.")
  end
end

-- A job's line. `user` stands in it where given, as files in /etc/cron.d have it.
function M.line(job, facts, user)
  demand_no_backslash("the home", facts.home)
  demand_no_backslash("the program", facts.program)
  return ("%s %s%s\n"):format(M.fields(job.when), user and user .. " " or "",
    command(facts, job))
end

-- The lines of the active jobs, with nightjar's mark.
local function lines(jobs, facts, user)
  local text = {}
  for index, job in ipairs(jobs) do
    text[index] = M.line(job, facts, user)
  end
  return marker.seal(facts.home, table.concat(text))
end

-- {file name = text}: one file for /etc/cron.d.
function M.files(jobs, facts)
  return { [facts.name] = lines(jobs, facts, facts.user) }
end

-- ---- a block in a crontab ----

local function edge(word, home)
  return ("# %s nightjar %s\n"):format(word, home)
end

-- The block of a crontab.
function M.block(jobs, facts)
  return edge("BEGIN", facts.home) .. lines(jobs, facts) .. edge("END", facts.home)
end

-- Where the home's block is in a crontab: the place of its first and of its last byte; or nil.
-- Fails where it has no end.
local function find_block(crontab, home)
  local text <const> = "\n" .. crontab
  local first <const> = text:find("\n" .. edge("BEGIN", home), 1, true)
  if not first then
    return nil
  end
  local _, last <const> = text:find("\n" .. edge("END", home), first, true)
  if not last then
    fail("FORMAT", ("the block of '%s' in the crontab has no end"):format(home),
      ("crontab -e, and take its lines out by hand, from '# BEGIN nightjar %s' on."):format(home))
  end
  return first, last - 1
end

-- What the block in a crontab holds, or nil.
function M.find(crontab, home)
  local first <const>, last <const> = find_block(crontab, home)
  return first and crontab:sub(first, last)
end

-- The crontab with the block in it (nil takes it out), and everything else as it is.
function M.replace(crontab, home, block)
  local first <const>, last <const> = find_block(crontab, home)
  if first then
    return crontab:sub(1, first - 1) .. (block or "") .. crontab:sub(last + 1)
  elseif not block then
    return crontab
  end
  -- cron ignores a last line without its end.
  return crontab .. (crontab:find("[^\n]$") and "\n" or "") .. block
end

-- The block's text without its edges, which is what carries the mark.
function M.inside(block, home)
  return block:sub(#edge("BEGIN", home) + 1, -#edge("END", home) - 1)
end

return M
