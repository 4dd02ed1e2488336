-- Runs of nightjar that are killed at a random moment, the next one started at once; and what must hold whatever the moment.
--
-- run{kills=, seed=, rows=, say=} → list of violations, each with the number of the kill. The same seed gives the same
-- moments, as far as the machine is as fast.

local host = require "nightjar.host"
local process = require "nightjar.process"
local scene_of = require "tests.torture.scene"
local support = require "tests.e2e.support"
local task = require "nightjar.task"

local M = {}

local rest_every <const> = 5 -- kills until a run is let be

local kinds <const> = {
  backup = { "backup", "--database", "shop", "--upload" },
  restore = { "restore", "latest-verified", "--database", "shop", "--replace", "--yes" },
  ["health-check"] = { "health-check" },
}

local function command(kind)
  return table.move(kinds[kind], 1, #kinds[kind], 1, {})
end

-- The seconds that a run takes when nobody kills it.
local function measure(scene, kind)
  local began <const> = host.now()
  scene.home:run(command(kind))
  return host.now() - began
end

-- Run it, and kill it after so many seconds.
local function kill_after(scene, kind, seconds)
  scene.home:during(command(kind), function(pid)
    task.sleep(seconds)
    try(support.kill, "KILL", pid)
  end)
end

local function newest_proven(sets)
  local newest
  for id, proven in pairs(sets) do
    newest = proven and (not newest or id > newest) and id or newest
  end
  return newest
end

-- The set that was proven before, or a newer one, is there and proven.
local function check_proven(problems, before, sets)
  local newest <const> = newest_proven(sets)
  if before and (not newest or newest < before) then
    problems[#problems + 1] = ("set %s was proven, and the newest that is so now is %s"):format(before, newest)
  end
end

-- A problem that is there from the start is mailed once, however often the run is killed: what is sent twice has the same id.
local function check_mail(problems, scene, from)
  local ids, count = {}, 0
  for index, message in ipairs(scene.mail:received()) do
    local id <const> = message.text:match "Message%-ID: <([^>]*)>"
    if index > from and message.text:find("queue", 1, true) and not ids[id] then
      ids[id], count = true, count + 1
    end
  end
  if count ~= 1 then
    problems[#problems + 1] = ("%d mails tell of the problem, not 1"):format(count)
  end
end

local function forget_alerts(scene)
  process.run { "rm", "-rf", scene.home.path .. "/state/alerts.json", scene.home.path .. "/state/spool" }
  return #scene.mail:received()
end

-- The next run of the kind, let be; all that a killed run has left is gone after it.
local function let_be(scene, kind, problems)
  local result <const> = scene.home:run(command(kind))
  local wanted <const> = kind == "health-check" and 2 or 0
  if result.exit ~= wanted then
    local log <const> = process.run({ "sh", "-c", 'tail -n 15 "$0"/logs/*.log', scene.home.path }).stdout
    problems[#problems + 1] = ("%s, let be, ended with %s: %s%s%s"):format(kind, result.exit, result.stdout, result.stderr, log)
  end
  scene:check_rest(problems)
  local document <const> = scene.home:json { "backups" }
  local ids <const> = scene.home:sets()
  if #document.sets ~= #ids then
    problems[#problems + 1] = ("backups lists %d sets, and there are %d"):format(#document.sets, #ids)
  end
  for _, set in ipairs(document.sets) do
    if set.state ~= "complete" then
      problems[#problems + 1] = ("set %s is listed as %s: %s"):format(set.id, set.state, set.problem)
    end
  end
end

-- One round: some kills of a kind, one after the other at once, and then a run that is let be.
local function round(scene, kind, seconds, random, note)
  local was <const> = scene:generation_of "shop"
  local live <const> = kind == "restore" and scene:renew() or was
  local allowed <const> = { [live] = true, [was] = true } -- all backups are of what was
  local mails <const> = kind == "health-check" and forget_alerts(scene)
  local problems = {}
  local before = newest_proven(scene:check_sets(problems))
  for _ = 1, rest_every do
    local moment <const> = random() * seconds * 1.1
    kill_after(scene, kind, moment)
    local sets <const> = scene:check_sets(problems)
    check_proven(problems, before, sets)
    before = newest_proven(sets)
    scene:check_remote(problems)
    scene:check_live(problems, allowed)
    note(kind, moment, problems)
    problems = {}
  end
  let_be(scene, kind, problems)
  scene:check_live(problems, { [was] = true })
  scene:check_remote(problems)
  if mails then
    check_mail(problems, scene, mails)
  end
  scene:drop_aside()
  note(kind .. ", let be", 0, problems)
end

function M.run(options)
  local seed, state = options.seed, options.seed
  local function random() -- of its own, so that nothing else draws from it
    state = (state * 6364136223846793005 + 1442695040888963407)
    return ((state >> 11) & 0xFFFFFFFF) / 0x100000000
  end
  local scene <const> = scene_of.open(options.rows or 20000)
  local violations, kills = {}, 0
  local _, err = try(function()
    local seconds = {}
    for kind in pairs(kinds) do
      seconds[kind] = measure(scene, kind)
    end
    local function note(kind, moment, problems)
      kills = kills + (moment > 0 and 1 or 0)
      for _, problem in ipairs(problems) do
        violations[#violations + 1] = ("kill %d (seed %d), %s at %.4f s of %.2f: %s"):format(kills, seed, kind, moment,
          seconds[kind:match "^[%w-]+"], problem)
        options.say("%s", violations[#violations])
      end
    end
    local order <const> = { "backup", "restore", "backup", "restore", "health-check" }
    local turn = 0
    while kills < options.kills do
      turn = turn % #order + 1
      round(scene, order[turn], seconds[order[turn]], random, note)
      options.say("%d kills, %d violations", kills, #violations)
    end
    scene.home:expect(0, { "verify" })
  end)
  task.shield(120, scene.close, scene)
  if err then
    error(err, 0)
  end
  return violations
end

return M
