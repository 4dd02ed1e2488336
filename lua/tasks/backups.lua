-- nightjar backups: what there is, good and bad, and whether it is proven.

local host = require "nightjar.host"
local json = require "nightjar.json"
local source_of = require "nightjar.source"
local table_text = require "nightjar.table_text"
local target_of = require "nightjar.target"
local units = require "nightjar.units"

local function proof_text(set)
  if set.proven then
    return "proven"
  end
  return set.verdict and set.verdict:gsub("_", " ") or "no"
end

local function row_of(set, now)
  return {
    set.target, set.id, set.started and units.format_duration(math.max(0,
      math.floor(now - set.started))) or "?",
    units.format_size(set.bytes), set.state .. (set.pinned and ", pinned" or ""), proof_text(set),
      set.problem or "",
  }
end

local function document_of(set)
  return {
    id = set.id, target = set.target, state = set.state, proven = set.proven, pinned = set.pinned,
    started = set.started and units.iso(set.started) or json.null, bytes = set.bytes,
    raw_bytes = set.raw_bytes,
    databases = json.array(set.databases), problem = set.problem or json.null,
  }
end

local function run(arguments, context)
  local source <close> = source_of.open(context, arguments.remote, "backups")
  local rows, sets = { { "TARGET", "BACKUP", "AGE", "SIZE", "STATE", "PROVEN", "PROBLEM" } },
    json.array {}
  local now <const> = host.time()
  for _, target in ipairs(target_of.selected(context.config, arguments.target)) do
    for _, set in ipairs(source:list(target)) do
      rows[#rows + 1] = row_of(set, now)
      sets[#sets + 1] = document_of(set)
    end
  end
  if #sets == 0 then
    context.say("There is no backup in %s yet. nightjar %s makes one.", source.place,
      arguments.remote and "upload" or "backup")
  else
    for _, line in ipairs(table_text(rows)) do
      context.say("%s", line)
    end
  end
  return { status = "ok", sets = sets, remote = source.remote and source.place }
end

return {
  name = "backups",
  summary = "list the backups, good and bad, with their proof",
  log = "backup",
  arguments = {
    { "--target", type = "string", help = "only this target's" },
    { "--remote", type = "flag", help = "those at the remote, by their own manifests" },
    { "--json", type = "flag", help = "print the list as JSON" },
  },
  run = run,
}
