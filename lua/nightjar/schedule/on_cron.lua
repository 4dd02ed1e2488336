-- The schedule with cron: a file in /etc/cron.d for the system, a block in the crontab for a user.

local cron = require "nightjar.schedule.cron"
local fs = require "nightjar.fs"
local marker = require "nightjar.schedule.marker"
local placement = require "nightjar.schedule.placement"
local process = require "nightjar.process"

local M = {}

local crontab_name <const> = "the crontab"

local function demand_crontab()
  if not fs.find_program "crontab" then
    fail("NOT_FOUND", "there is no crontab on PATH",
      "Install cron, or let systemd do it: --for systemd.")
  end
end

-- "no crontab for …" is an empty one; any other failure must not look like one.
local function read_crontab()
  demand_crontab()
  local result <const> = process.run { "crontab", "-l", check = false, timeout = 30,
    env = { LC_ALL = "C" } }
  if result.exit == 0 then
    return result.stdout
  elseif result.stderr:find("no crontab", 1, true) then
    return ""
  end
  fail("EXIT", ("crontab -l ended with %s: %s"):format(tostring(result.exit),
    result.stderr:match "[^\n]*"), "Is this user allowed to use cron? See crontab(1).")
end

local function write_crontab(text)
  process.run { "crontab", "-", stdin = text, timeout = 30, env = { LC_ALL = "C" } }
end

local function folder_of(root)
  return root .. "/etc/cron.d"
end

-- What is in the crontab now, without the edges of its block, or nil.
local function block_inside(crontab, home)
  local block <const> = cron.find(crontab, home)
  return block and cron.inside(block, home)
end

local function demand_unedited(inside, wanted, facts, force)
  if inside and not force and marker.compare(inside, wanted or "", facts.home) == "edited" then
    fail("DENIED", ("the block of '%s' in the crontab was changed by hand"):format(facts.home),
      "nightjar schedule status --verbose shows how. --force writes it anew; what is to stay "
        .. "belongs into policy.lua, or outside of the block.")
  end
end

local function change_crontab(facts, block, force)
  local before <const> = read_crontab()
  local inside <const> = block_inside(before, facts.home)
  demand_unedited(inside, block and cron.inside(block, facts.home), facts, force)
  local after <const> = cron.replace(before, facts.home, block)
  local action = "keep"
  if after ~= before then
    write_crontab(after)
    action = block and "write" or "remove"
  end
  local plan <const> = (block or inside) and { { name = crontab_name, action = action,
    state = inside and "outdated" or "missing" } } or {}
  return { plan = plan, notes = {} }
end

-- options: root, force.
function M.install(jobs, facts, options)
  if facts.scope == "user" then
    return change_crontab(facts, cron.block(jobs, facts), options.force)
  end
  local folder <const>, wanted <const> = folder_of(options.root), cron.files(jobs, facts)
  local plan <const> = placement.plan(folder, wanted, facts.home, options.force)
  placement.apply(folder, wanted, plan)
  return { folder = folder, plan = plan, notes = {} }
end

function M.remove(facts, options)
  if facts.scope == "user" then
    return change_crontab(facts, nil, options.force)
  end
  local folder <const> = folder_of(options.root)
  local plan <const> = placement.plan(folder, {}, facts.home, options.force)
  placement.apply(folder, {}, plan)
  return { folder = folder, plan = plan, notes = {} }
end

-- What is there, what should be, and how they compare.
local function look(jobs, facts, options)
  if facts.scope == "user" then
    local wanted <const> = cron.inside(cron.block(jobs, facts), facts.home)
    local found <const> = block_inside(read_crontab(), facts.home)
    return found, wanted, crontab_name, marker.compare(found, wanted, facts.home)
  end
  local folder <const>, files <const> = folder_of(options.root), cron.files(jobs, facts)
  local name <const>, wanted <const> = next(files)
  local state <const> = placement.states(folder, files, facts.home)[name]
  local found <const> = state ~= "missing" and fs.read(folder .. "/" .. name) or nil
  return found, wanted, name, state, folder
end

-- {[job's name] = its line} in a text of ours.
local function lines_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]*\n" do
    local job <const> = line:find "^[^#]" and line:match "NIGHTJAR_JOB=([%w-]+) "
    lines[job or ""] = line
  end
  lines[""] = nil
  return lines
end

local function surplus(lines, jobs)
  local wanted, found = {}, {}
  for _, job in ipairs(jobs) do
    wanted[job.name] = true
  end
  for name in pairs(lines) do
    found[#found + 1] = not wanted[name] and name or nil
  end
  table.sort(found)
  return found
end

-- As on_systemd.observe.
function M.observe(jobs, facts, options)
  local found <const>, wanted <const>, name <const>, state <const>, folder <const> =
    look(jobs, facts, options)
  local ours <const> = state ~= "missing" and state ~= "foreign" and state ~= "other"
  local lines <const> = ours and lines_of(found) or {}
  local user <const> = facts.scope == "system" and facts.user or nil
  local seen = {}
  for _, job in ipairs(jobs) do
    local line, drift <const> = lines[job.name], state ~= "same" and state or nil
    local same <const> = line == cron.line(job, facts, user)
    seen[job.name] = { installed = line ~= nil, enabled = line ~= nil,
      drift = ours and not line and "missing" or not (drift == "outdated" and same) and drift
        or nil }
  end
  return seen, { folder = folder, wanted = { [name] = wanted }, states = { [name] = state },
    found = { [name] = found }, surplus = surplus(lines, jobs) }
end

return M
