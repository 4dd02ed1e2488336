-- nightjar runbook: what to do when something has happened, with this home's names and times in it.

local runbook = require "nightjar.runbook"

local function run(arguments, context)
  if arguments.target then
    context.config.target(arguments.target)
  end
  local text <const> = runbook.text(context.config, arguments.target)
  io.write(text)
  return { status = "ok" }
end

return {
  name = "runbook",
  summary = "print what to do when something has happened, with this home's names in it",
  description = "Prints the runbook with the servers, paths, last proven backup and measured times "
    .. "of this home. Keep a copy outside of the machine.",
  log = "status",
  arguments = {
    { "--target", type = "string", help = "the target whose names stand in the commands" },
  },
  run = run,
}
