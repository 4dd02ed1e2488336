-- Uploads as tasks do them: each target's, told in words, with the remote's retention after them.

local host = require "nightjar.host"
local json = require "nightjar.json"
local proof = require "nightjar.proof"
local rclone = require "nightjar.remote.rclone"
local remote_of = require "nightjar.remote"
local remote_pruning = require "nightjar.remote.pruning"
local runbook = require "nightjar.runbook"
local target_of = require "nightjar.target"
local units = require "nightjar.units"
local upload = require "nightjar.remote.upload"
local workspace_of = require "nightjar.workspace"

local M = {}

-- What a way of confirming is, in words.
local function words_of(by)
  local beneath <const> = by:match("^crypt (.*)")
  if beneath then
    return ("by the %s of what is encrypted"):format(beneath:upper())
  elseif by == "download" then
    return "by reading every file back"
  end
  return by == "size" and "by their sizes alone" or "by " .. by:upper()
end

local function say(context, done)
  local sent = 0
  for _, file in ipairs(done.files) do
    sent = sent + (file.sent and 1 or 0)
  end
  context.say("%s: backup %s is at %s: %d files, %s, %s in %s, confirmed %s", done.target, done.id,
    done.remote, #done.files, units.format_size(done.bytes), sent == 0 and "all there already"
    or sent == #done.files and "sent" or ("%d of them sent"):format(sent),
    units.format_duration(done.seconds), words_of(done.by))
  if done.by == "size" then
    context.say("  %s this remote has no hashes. remote.confirm = \"download\" in policy.lua reads "
      .. "every file back; nightjar drill does so too.", context.color("yellow", "note:"))
  end
  if not done.proven then
    context.say("  %s it has not been proven; nightjar verify %s does that.",
      context.color("yellow", "note:"), done.id)
  end
  if done.unrecorded then
    context.say("  %s its manifest here does not say so yet: %s. The next upload notes it.",
      context.color("yellow", "warning:"), done.unrecorded.message)
  end
end

local function document_of(done)
  return {
    target = done.target, id = done.id, remote = done.remote, confirmed = true, by = done.by,
    bytes = done.bytes, seconds = done.seconds, files = json.array(done.files),
  }
end

local function prune(remote, target)
  local workspace <close> = workspace_of.open(remote.context, "prune")
  return remote_pruning.run(remote, target, workspace, host.time())
end

-- The runbook goes along, for the day when this machine is gone. That it does not is no reason to
-- call the upload a failure.
local function send_runbook(remote, target)
  local context <const> = remote.context
  local _, err = try(function()
    rclone.ask(remote, { "rcat" }, { remote:path(target.name, "DR-RUNBOOK.md") },
      { stdin = runbook.text(context.config, target.name) })
  end)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    context.log:warn("runbook.not_sent", { target = target.name, message = err.message })
    context.say("  %s the runbook was not sent: %s", context.color("yellow", "warning:"),
      err.message)
  end
end

-- Upload a set of a target (as upload.run), then apply the remote's retention; both are told, and
-- put into the document: uploads, remote_retention, status. Raises what the upload raises: then
-- nothing has been deleted.
function M.upload(context, target, name, document)
  local remote <const> = remote_of.open(context)
  local done <const> = upload.run(remote, target, name)
  say(context, done)
  document.uploads[#document.uploads + 1] = document_of(done)
  if done.unrecorded then
    document.status = proof.worse_status(document.status, "warn")
  end
  send_runbook(remote, target)
  local decisions, err = try(prune, remote, target)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    document.status = proof.worse_status(document.status, "warn")
    context.log:warn("remote.prune.failed", { target = target.name, code = err.code,
      message = err.message })
    context.say("  %s nothing was pruned there: %s", context.color("yellow", "warning:"),
      err.message)
    return
  end
  table.move(decisions, 1, #decisions, #document.remote_retention + 1, document.remote_retention)
end

-- What the document of a run that uploads has.
function M.prepare(document)
  document.uploads, document.remote_retention = json.array {}, json.array {}
  document.failures = document.failures or json.array {}
  return document
end

-- Whoever is mailed hears of it as the task `upload`, whichever task does it; also of a remote that
-- is not configured as it should be, for uploads have nobody who looks.
local function tell(context, target, err)
  if not err then
    context.outcome { target = target.name, task = "upload", status = "ok" }
  elseif err.code ~= "LOCKED" and err.code ~= "USAGE" then
    context.outcome { target = target.name, task = "upload", status = "crit", message = err.message,
      hint = err.hint }
  end
end

-- Upload for a target, and let the others still have theirs. Returns the error, if any.
function M.attempt(context, target, name, document)
  local _, err = try(M.upload, context, target, name, document)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  end
  tell(context, target, err)
  if err then
    document.status = "crit"
    document.failures[#document.failures + 1] = { target = target.name, code = err.code,
      message = err.message, hint = err.hint }
  end
  return err
end

function M.say_failures(context, document)
  for _, failure in ipairs(document.failures) do
    context.say("%s: %s\n  %s", context.color("red", failure.target), failure.message,
      failure.hint or "")
  end
end

-- Upload for every target that is meant. Raises where none of them could be.
function M.upload_all(context, target_name, name)
  local document <const> = M.prepare { status = "ok" }
  local first_error
  for _, target in ipairs(target_of.backed_up(context.config, target_name)) do
    first_error = M.attempt(context, target, name, document) or first_error
  end
  if first_error and #document.uploads == 0 then
    error(first_error, 0)
  end
  M.say_failures(context, document)
  local first <const> = document.uploads[1]
  document.files, document.remote = first.files, first.remote
  return document
end

return M
