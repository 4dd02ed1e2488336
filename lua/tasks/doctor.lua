-- nightjar doctor: what stands in the way of backups and restores, and what to do about it.

local examination = require "nightjar.examination"
local json = require "nightjar.json"
local proof = require "nightjar.proof"
local target_of = require "nightjar.target"

local colors <const> = { ok = "green", warn = "yellow", crit = "red" }

local function say_findings(context, title, findings)
  context.say("%s", title)
  for _, finding in ipairs(findings) do
    context.say("  %s %s: %s", context.color(colors[finding.status],
      ("%-4s"):format(finding.status)), finding.check,
      finding.message)
    if finding.hint and finding.status ~= "ok" then
      context.say("       %s", finding.hint)
    end
  end
end

local function run(arguments, context)
  local document <const> = { status = "ok", findings = json.array {} }
  local function take(title, findings)
    say_findings(context, title, findings)
    for _, finding in ipairs(findings) do
      document.status = proof.worse_status(document.status, finding.status)
      document.findings[#document.findings + 1] = {
        target = finding.target or json.null, check = finding.check, status = finding.status,
        message = finding.message, hint = finding.hint or json.null,
      }
    end
  end
  take("home " .. context.config.home, examination.home(context.config))
  for _, target in ipairs(target_of.selected(context.config, arguments.target)) do
    take("target " .. target.name, examination.target(context.config, target))
  end
  return document
end

return {
  name = "doctor",
  summary = "check configuration, programs, privileges and space, and say what to do",
  log = "doctor",
  arguments = {
    { "--target", type = "string", help = "only this target" },
    { "--json", type = "flag", help = "print the findings as JSON" },
  },
  run = run,
}
