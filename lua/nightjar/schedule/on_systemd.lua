-- The schedule with systemd: its units put in place and started, taken away, and looked at.

local placement = require "nightjar.schedule.placement"
local systemctl = require "nightjar.schedule.systemctl"
local systemd = require "nightjar.schedule.systemd"

local M = {}

local function only_timers(names)
  local timers = {}
  for _, name in ipairs(names) do
    timers[#timers + 1] = name:find "%.timer$" and name or nil
  end
  return timers
end

-- The units that start the jobs.
local function units_of(jobs, facts)
  local units = {}
  for index, job in ipairs(jobs) do
    units[index] = systemd.unit(facts, job)
  end
  return units
end

local function what_is_left(manager, facts, notes)
  if not manager.there then
    notes[#notes + 1] = "There is no systemctl here, so the units are neither enabled nor started."
  elseif manager.root ~= "" then
    notes[#notes + 1] = ("They are enabled below %s, and start with its next boot."):format(
      manager.root)
  elseif not manager.runs then
    notes[#notes + 1] = "systemd does not run here: the units are enabled, not started. They start "
      .. "with the next boot."
  end
  if facts.scope == "user" and systemctl.lingers(facts.user) ~= true then
    notes[#notes + 1] = ("Units of a user stop when the user logs out, unless: "
      .. "loginctl enable-linger %s"):format(facts.user)
  end
end

-- Stop what starts by itself, before the files go that a plan removes.
local function retire(manager, plan)
  local units = {}
  for _, step in ipairs(plan) do
    local starts <const> = step.action == "remove" and step.text:find("\n[Install]\n", 1, true)
    units[#units + 1] = starts and step.name or nil
  end
  manager:stop(units)
  manager:disable(units)
  manager:forget(only_timers(units))
end

-- options: root, force. Returns the folder, the plan that was carried out, and notes.
function M.install(jobs, facts, options)
  local manager <const> = systemctl.open(facts.scope, options.root)
  local wanted <const>, units <const> = systemd.files(jobs, facts), units_of(jobs, facts)
  local plan <const> = placement.plan(manager.folder, wanted, facts.home, options.force)
  retire(manager, plan)
  placement.apply(manager.folder, wanted, plan)
  manager:reload()
  manager:enable(units)
  local changed <const> = {}
  for _, step in ipairs(plan) do
    changed[step.name] = step.action == "write"
  end
  local again, first = {}, {}
  for _, name in ipairs(only_timers(units)) do
    local list <const> = changed[name] and again or first
    list[#list + 1] = name
  end
  manager:restart(again)
  manager:start(first)
  local notes = {}
  what_is_left(manager, facts, notes)
  return { folder = manager.folder, plan = plan, notes = notes }
end

function M.remove(facts, options)
  local manager <const> = systemctl.open(facts.scope, options.root)
  local plan <const> = placement.plan(manager.folder, {}, facts.home, options.force)
  retire(manager, plan)
  placement.apply(manager.folder, {}, plan)
  manager:reload()
  return { folder = manager.folder, plan = plan, notes = {} }
end

-- The worst of the states of a job's files, which is the job's drift; nil where there is none.
local order <const> = { "missing", "foreign", "other", "edited", "outdated" }

local function drift_of(states, facts, job)
  for _, state in ipairs(order) do
    for _, suffix in ipairs { ".service", ".timer" } do
      if states[("%s-%s%s"):format(facts.name, job.name, suffix)] == state then
        return state
      end
    end
  end
  -- Without it nobody is told of a crash.
  return states[facts.name .. "-failed@.service"] ~= "same" and "outdated" or nil
end

-- Jobs that have files, and are not among the wanted ones.
local function surplus(folder, wanted, facts)
  local jobs, listed = {}, {}
  for name in pairs(placement.ours(folder, facts.home)) do
    local job <const> = name:sub(#facts.name + 2):match "^(.*)%.%a+$" or name
    if not wanted[name] and not listed[job] then
      listed[job], jobs[#jobs + 1] = true, job
    end
  end
  table.sort(jobs)
  return jobs
end

-- {[job's name] = {installed=, enabled=, active=, drift=, next=, last=}}; and of the files: folder,
-- wanted, states, surplus (jobs that are there and not wanted).
function M.observe(jobs, facts, options)
  local manager <const> = systemctl.open(facts.scope, options.root)
  local wanted <const> = systemd.files(jobs, facts)
  local states <const> = placement.states(manager.folder, wanted, facts.home)
  local shown <const> = manager:show(units_of(jobs, facts))
  local seen = {}
  for _, job in ipairs(jobs) do
    local unit <const> = systemd.unit(facts, job)
    local drift <const> = drift_of(states, facts, job)
    local installed <const> = drift ~= "missing" and drift ~= "foreign" and drift ~= "other"
    local live <const> = shown and shown[unit] or {}
    seen[job.name] = { installed = installed, enabled = installed and manager:is_enabled(unit),
      drift = drift, next = live.next, last = live.last }
    if installed and shown and not job.when.boot then
      seen[job.name].active = live.active or false
    end
  end
  return seen, { folder = manager.folder, wanted = wanted, states = states,
    surplus = surplus(manager.folder, wanted, facts) }
end

return M
