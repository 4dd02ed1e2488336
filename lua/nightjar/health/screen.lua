-- The findings as people read them: a sentence a target, and a table on one screen. Pure.

local sentence = require "nightjar.health.sentence"
local units = require "nightjar.units"

local M = {}

local words <const> = { ok = "ok", warn = "WARN", crit = "CRIT", unknown = "UNKNOWN",
  skipped = "-" }
local colors <const> = { ok = "green", warn = "yellow", crit = "red", unknown = "yellow",
  skipped = "dim" }
-- With more targets than these, what is fine takes no line.
local few <const> = 2

local function padded(text, width)
  return text .. (" "):rep(width - (utf8.len(text) or #text))
end

-- "-  connections, transactions, disk: not checked, because of 'query'", a line a reason.
local function skipped_lines(findings, add)
  local reasons, names = {}, {}
  for _, found in ipairs(findings) do
    local reason <const> = found.status == "skipped" and found.blocked_by
    if reason and not names[reason] then
      reasons[#reasons + 1], names[reason] = reason, {}
    end
    if reason then
      table.insert(names[reason], found.check)
    end
  end
  for _, reason in ipairs(reasons) do
    add(("not checked because of '%s': %s"):format(reason, table.concat(names[reason], ", ")))
  end
end

-- Lines for the findings of one target or of the home: those that are ok only where `all`.
local function finding_lines(findings, all, width, color)
  local lines = {}
  local function add(status, check, text)
    lines[#lines + 1] = ("  %s  %s  %s"):format(color(colors[status], padded(words[status], 7)),
      padded(check, width), text)
  end
  for _, found in ipairs(findings) do
    if found.status ~= "skipped" and (all or found.status ~= "ok") then
      add(found.status, found.check, found.message)
      if found.hint and found.status ~= "ok" then
        lines[#lines + 1] = ("  %s  %s  %s"):format((" "):rep(7), (" "):rep(width), found.hint)
      end
    end
  end
  skipped_lines(findings, function(text)
    add("skipped", "", text)
  end)
  return lines
end

local function width_of(findings)
  local width = 0
  for _, found in ipairs(findings) do
    width = math.max(width, utf8.len(found.check) or #found.check)
  end
  return width
end

local function append(lines, more)
  table.move(more, 1, #more, #lines + 1, lines)
end

-- What is of no target: the home's own. An engine that several share stands with each of them.
local function of_home(findings)
  local own = {}
  for _, found in ipairs(findings) do
    if not found.target and found.check ~= "engine" then
      own[#own + 1] = found
    end
  end
  return own
end

-- The lines for all findings of these targets. color(name, text) colours a text or does not.
-- options: verbose, seconds.
function M.lines(findings, targets, color, options)
  local lines, width <const> = {}, width_of(findings)
  local all <const> = options.verbose or #targets <= few
  for _, target in ipairs(targets) do
    local own <const> = sentence.findings_of(findings, target)
    local text <const>, status <const> = sentence.of_target(own)
    lines[#lines + 1] = ("%s  %s: %s"):format(color(colors[status], padded(words[status], 7)),
      color("bold", target.name), text)
    append(lines, finding_lines(own, all, width, color))
  end
  local home <const> = finding_lines(of_home(findings), all, width, color)
  if #home > 0 then
    lines[#lines + 1] = color("bold", "here")
    append(lines, home)
  end
  if options.seconds then
    lines[#lines + 1] = color("dim", ("%d findings in %s"):format(#findings,
      units.format_duration(options.seconds)))
  end
  return lines
end

return M
