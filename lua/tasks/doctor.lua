-- nightjar doctor: what stands in the way of backups, restores and alerts, and what to do about it.

local engine_of = require "nightjar.examination.engine"
local home_of = require "nightjar.examination.home"
local json = require "nightjar.json"
local mail_of = require "nightjar.examination.mail"
local proof = require "nightjar.proof"
local remote_of = require "nightjar.examination.remote"
local server_of = require "nightjar.examination.target"
local target_of = require "nightjar.target"

local colors <const> = { ok = "green", warn = "yellow", crit = "red" }

-- Names of databases and words of servers may hold anything: nothing that a terminal obeys.
local function printable(text)
  local function hexadecimal(bytes)
    return (bytes:gsub(".", function(byte)
      return ("\\x%02x"):format(byte:byte())
    end))
  end
  return (text:gsub("%c", hexadecimal):gsub("\xC2[\x80-\x9F]", hexadecimal))
end

local function say_findings(context, title, findings)
  context.say("%s", title)
  for _, finding in ipairs(findings) do
    context.say("  %s %s: %s", context.color(colors[finding.status],
      ("%-4s"):format(finding.status)), finding.check,
      printable(finding.message))
    if finding.hint and finding.status ~= "ok" then
      context.say("       %s", printable(finding.hint))
    end
  end
end

-- Where PostgreSQL runs in no container, Docker does not matter.
local function has_container(targets)
  for _, target in ipairs(targets) do
    if target.container then
      return true
    end
  end
  return false
end

local function examine_targets(config, targets, take)
  local findings, engine
  if has_container(targets) then
    findings, engine = engine_of.examine(config)
    take("Docker", findings)
  end
  for _, target in ipairs(targets) do
    findings = engine and target.container and engine_of.container(engine, target) or {}
    local of_server <const> = server_of.examine(config, target)
    take("target " .. target.name, table.move(of_server, 1, #of_server, #findings + 1, findings))
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
  local config <const> = context.config
  take("home " .. config.home, home_of.examine(config))
  examine_targets(config, target_of.selected(config, arguments.target), take)
  take("mail", mail_of.examine(config))
  take("off-site copies", remote_of.examine(context))
  return document
end

return {
  name = "doctor",
  summary = "check configuration, servers, Docker, mail and the remote, and say what to do",
  log = "doctor",
  arguments = {
    { "--target", type = "string", help = "only this target" },
    { "--json", type = "flag", help = "print the findings as JSON" },
  },
  run = run,
}
