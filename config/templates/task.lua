-- nightjar NAME: say here what it is for, in one line.
--
-- This one counts the sessions of a target. Try it: nightjar NAME --help, then nightjar NAME. Then
-- make it yours: help "tasks" at the prompt tells of every field, docs/scripting.md goes through a
-- larger one.

-- arguments: what was given on the command line, by name. context: what a task has at hand
-- (help "context").
local function run(arguments, context)
  -- Closed when the function ends, however it ends.
  local connection <close> = context.connect(arguments.target)
  local sessions <const> = connection:query([[
    SELECT count(*) AS n FROM pg_stat_activity WHERE backend_type = 'client backend']])[1].n

  context.say("%d sessions", sessions) -- for people; --quiet and --json keep it back
  context.log:info("counted", { sessions = sessions }) -- a line in logs/NAME.log

  -- What fails raises, and stops the task: fail("CODE", "what is wrong", "What to do."). A status
  -- says the rest: ok, warn, crit or unknown; it becomes the exit status 0, 1, 2 or 3.
  local status <const> = sessions > arguments.limit and "warn" or "ok"
  return { status = status, sessions = sessions }
end

return {
  name = "NAME",
  summary = "count the sessions of a target",
  arguments = {
    { "--target", type = "string", help = "which one, where there are several" },
    { "--limit", type = "integer", default = 80, help = "more than that is a warning" },
    { "--json", type = "flag", help = "print the result as JSON" },
  },
  -- alert = "until_success",                            -- mail a failure, until a run succeeds
  run = run,
}
