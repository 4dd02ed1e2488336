-- nightjar status: how each task ended last, what runs next, and what is open.

local history = require "nightjar.history"
local host = require "nightjar.host"
local json = require "nightjar.json"
local open_alerts = require "nightjar.alert.open"
local proof = require "nightjar.proof"
local rows_of = require "nightjar.schedule.rows"
local schedule = require "nightjar.schedule"
local table_text = require "nightjar.table_text"
local units = require "nightjar.units"

local colors <const> = { ok = "green", warn = "yellow", crit = "red", unknown = "red" }

-- ---- tasks ----

local function last_runs(config)
  local runs = json.array {}
  for _, name in ipairs(history.names(config, "task")) do
    local entry <const> = history.last(config, "task", name)
    if entry then
      runs[#runs + 1] = { name = name, last_run = entry.time, last_result = entry.status,
        seconds = entry.seconds, code = entry.code or json.null, job = entry.job or json.null }
    end
  end
  return runs
end

local function say_runs(context, runs, now)
  local rows = {}
  for index, run in ipairs(runs) do
    local began <const> = units.parse_iso(run.last_run)
    rows[index] = { "  " .. run.name,
      units.format_duration(math.max(0, math.floor(now - (began or now)))) .. " ago",
      "took " .. units.format_duration(run.seconds or 0),
      run.last_result .. (run.code ~= json.null and (" (%s)"):format(run.code) or "") }
  end
  context.say(#rows > 0 and "Last runs:" or "Nothing has run here yet.")
  for _, line in ipairs(table_text(rows)) do
    context.say("%s", line)
  end
end

-- ---- alerts ----

local function say_alerts(context, alerts, undelivered)
  context.say(#alerts > 0 and "Open:" or "Nothing is open.")
  for _, alert in ipairs(alerts) do
    local where <const> = alert.target ~= json.null and alert.target .. " " or ""
    context.say("  %s %s%s: %s (since %s%s)", context.color(colors[alert.status],
      ("%-7s"):format(alert.status)), where, alert.check, alert.message ~= json.null
        and alert.message or alert.class, alert.since, alert.told and "" or ", not mailed yet")
  end
  if undelivered ~= json.null then
    context.say("%s a mail waits since %s, after %d attempts: %s",
      context.color("yellow", "warning:"), undelivered.since, undelivered.attempts,
      undelivered.error ~= json.null and undelivered.error or "not tried yet")
  end
end

-- ---- jobs ----

-- What is seen of the schedule; where nobody has one, that is no problem.
local function look_at_jobs(config, now)
  local observed, err = try(schedule.observe, config, {}, now)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    observed = { jobs = schedule.jobs(config), seen = {}, problems = {} }
  end
  if not schedule.is_expected(config) then
    observed.problems = {}
  end
  return observed
end

local function say_jobs(context, observed)
  context.say("Jobs:")
  for _, line in ipairs(table_text(rows_of.cells(observed))) do
    context.say("  %s", line)
  end
  for _, problem in ipairs(observed.problems) do
    context.say("%s %s %s", context.color("yellow", "warning:"), problem.job, problem.message)
  end
end

local function overall(alerts, undelivered, observed)
  local status = (#observed.problems > 0 or undelivered ~= json.null) and "warn" or "ok"
  for _, alert in ipairs(alerts) do
    status = proof.worse_status(status, alert.status)
  end
  return status
end

local function run(_, context)
  local config <const>, now <const> = context.config, host.time()
  local runs <const>, observed <const> = last_runs(config), look_at_jobs(config, now)
  local alerts <const>, undelivered <const> = open_alerts.list(config)
  say_alerts(context, alerts, undelivered)
  say_runs(context, runs, now)
  say_jobs(context, observed)
  return { status = overall(alerts, undelivered, observed), tasks = runs, alerts = alerts,
    jobs = rows_of.documents(observed), problems = json.array(observed.problems),
    undelivered = undelivered }
end

return {
  name = "status",
  summary = "how each task ended last, what runs next, and what is open",
  log = "status",
  arguments = {
    { "--json", type = "flag", help = "print it as JSON" },
  },
  run = run,
}
