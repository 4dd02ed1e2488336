-- nightjar restore: bring a database back from a backup, beside the live one or in its place.

local host = require "nightjar.host"
local json = require "nightjar.json"
local restore = require "nightjar.restore"
local scratch = require "nightjar.scratch"
local session_of = require "nightjar.session"
local source_of = require "nightjar.source"
local swap = require "nightjar.swap"
local target_of = require "nightjar.target"
local units = require "nightjar.units"

local function check_arguments(arguments)
  if arguments.as and arguments.replace then
    fail("USAGE", "--as and --replace exclude each other",
      "--as NAME restores beside the live database, --replace in its place.")
  end
  if arguments.undo and not arguments.database then
    fail("USAGE", "--undo needs --database", "Say which database is to be swapped back.")
  end
  if arguments.undo and (arguments.as or arguments.replace or arguments.from_remote) then
    fail("USAGE", "--undo goes with none of --as, --replace and --from-remote")
  end
end

-- A human says yes: on the command line, or when asked.
local function demand_consent(arguments, context)
  local asked <const> = host.terminal(0) and host.terminal(2) and not context.json
  if not (arguments.yes or arguments.dry_run or asked) then
    fail("USAGE", "restore changes a server, and nobody is there to ask",
      "Say --yes, or --dry-run to see the plan.")
  end
end

local function confirm(arguments, question)
  if arguments.yes then
    return
  end
  io.stderr:write(question, " [y/N] ")
  local answer <const> = host.read_line()
  if not (answer or ""):lower():find("^%s*y") then
    fail("DECLINED", "nothing was done: the answer was not yes")
  end
end

local function say_plan(context, steps)
  for _, step in ipairs(steps) do
    if step.step == "warning" then
      context.say("%s %s", context.color("yellow", "warning:"), step.text)
    else
      context.say("%-8s %s", step.step, step.text)
    end
  end
end

local function undo(arguments, context, session)
  local aside <const> = swap.newest_aside(target_of.databases(session.connection),
    arguments.database)
  local text <const> = ("end the connections to '%s', and in one transaction put it aside and "
    .. "rename '%s', live until %s, to '%s'"):format(aside.database, aside.name, aside.time,
    aside.database)
  local steps <const> = { { step = "swap", text = text } }
  say_plan(context, steps)
  local document <const> = { status = "ok", plan = steps, database = aside.database }
  if arguments.dry_run then
    return document
  end
  confirm(arguments, "Swap it back?")
  local began <const> = host.now()
  document.was = swap.undo(session, aside) or json.null
  document.seconds = host.now() - began
  context.say("'%s' is again what it was until %s.", aside.database, aside.time)
  return document
end

local function bring_back(arguments, context, session, choice)
  local steps <const> = restore.plan(session, choice)
  say_plan(context, steps)
  local document <const> = { status = "ok", plan = json.array(steps), database = choice.into }
  if arguments.dry_run then
    restore.check(choice)
    context.say("The files are whole and what the manifest says. Nothing was changed.")
    return document
  end
  confirm(arguments, "Do it?")
  local done <const> = restore.run(session, choice)
  document.was, document.rows, document.seconds = done.was or json.null, done.rows, done.seconds
  context.say("Restored '%s': %d rows in %s.%s", done.database, done.rows,
    units.format_duration(done.seconds),
    done.was and (" What was live is '%s'."):format(done.was) or "")
  local keep_old <const> = context.config.policy.restore.keep_old
  for _, name in ipairs(swap.drop_old(session, keep_old, host.time())) do
    context.say("Dropped '%s', put aside longer ago than restore.keep_old.", name)
  end
  return document
end

local function run(arguments, context)
  check_arguments(arguments)
  local target <const> = target_of.only(context.config, arguments.target)
  demand_consent(arguments, context)
  local source <close> = source_of.open(context, arguments.from_remote, "restore")
  local choice <const> = not arguments.undo and restore.choose(source, source:list(target), {
    backup = arguments.backup, database = arguments.database, as = arguments.as,
    replace = arguments.replace,
  })
  local session <close> = session_of.open(context, target, "restore", choice and choice.into
    or arguments.database)
  if arguments.undo then
    return undo(arguments, context, session)
  end
  if arguments.dry_run then
    return bring_back(arguments, context, session, choice)
  end
  scratch.sweep(session)
  local document <const> = bring_back(arguments, context, session, choice)
  scratch.sweep(session) -- once more: what programs of a killed run still held at the beginning
  return document
end

return {
  name = "restore",
  summary = "bring a database back from a backup",
  description = "Restores into a database of its own, checks what it reads against the backup's "
    .. "manifest, and only then gives it its name. With --replace the live database is put aside "
    .. "in the same transaction, and --undo swaps it back. Whatever fails before that leaves the "
    .. "live database as it was.",
  log = "backup", alert = "once",
  arguments = {
    { "backup", type = "string", optional = true, default = "latest",
      help = "its id, a unique prefix of it, latest or latest-verified" },
    { "--target", type = "string", help = "the target, where there are several" },
    { "--database", type = "string", help = "the database to bring back" },
    { "--as", type = "string", help = "restore it under this name, beside the live one" },
    { "--replace", type = "flag", help = "put it in the place of the live one" },
    { "--from-remote", type = "flag", help = "from the copy at the remote" },
    { "--undo", type = "flag", help = "swap back what --replace put aside" },
    { "--dry-run", type = "flag", help = "check the backup, print the plan, and change nothing" },
    { "--yes", type = "flag", help = "do not ask" },
    { "--json", type = "flag", help = "print the result as JSON" },
  },
  run = run,
}
