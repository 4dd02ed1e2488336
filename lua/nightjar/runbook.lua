-- The runbook (docs/DR-RUNBOOK.md) with the names, backups and times of a home in it.

local catalogue = require "nightjar.catalogue"
local docker = require "nightjar.docker"
local history = require "nightjar.history"
local host = require "nightjar.host"
local journal = require "nightjar.remote.journal"
local quoting = require "nightjar.schedule.quoting"
local redact = require "nightjar.redact"
local units = require "nightjar.units"

local M = {}

local engine_seconds <const> = 2

-- ---- what is known of a target ----

-- The newest proven set, or else the newest complete one, or nil.
local function best_set(config, target)
  local good
  for _, set in ipairs(catalogue.list(config.backup_folder, target.name)) do
    if set.proven then
      return set
    end
    good = good or set.good and set or nil
  end
  return good
end

-- What its container was made of, while the engine still knows: {image=, volume=}.
local function container_facts(config, target)
  if not target.container then
    return {}
  end
  local inspected, err = try(function()
    local options <const> = docker.settings(config.values)
    options.timeout = engine_seconds
    return docker.connect(options):inspect(target.container)
  end)
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    return {}
  end
  for _, mount in ipairs(inspected.Mounts or {}) do
    if mount.Type == "volume" then
      return { image = inspected.Config.Image, volume = mount.Name }
    end
  end
  return { image = inspected.Config.Image }
end

local function look(config, target)
  return { target = target, set = best_set(config, target),
    container = container_facts(config, target), upload = journal.read(config, target.name) }
end

-- ---- the names ----

local function assignment(name, value, comment)
  local word <const> = ("%s=%s"):format(name, quoting.shell_word(value))
  return ("%-41s # %s"):format(word, comment)
end

-- The largest of the databases that a backup holds: the one that matters, most often.
local function main_database(seen)
  local largest, bytes = nil, -1
  for _, file in ipairs(seen.set and catalogue.manifest(seen.set).files or {}) do
    if file.database and (file.raw_bytes or 0) > bytes then
      largest, bytes = file.database, file.raw_bytes or 0
    end
  end
  return largest or (seen.target.databases or {})[1] or "app"
end

local function connection(target)
  local words = {}
  for _, pair in ipairs { { "PGHOST", target.host }, { "PGPORT", target.port },
    { "PGUSER", target.user } } do
    if pair[2] then
      words[#words + 1] = ("%s=%s"):format(pair[1], quoting.shell_word(tostring(pair[2])))
    end
  end
  return #words > 0 and "export " .. table.concat(words, " ") or nil
end

-- The block of the names. `placeholders` is that of the document.
local function names(config, seen, placeholders)
  local target <const> = seen.target
  local values <const> = {
    home = config.home, target = target.name, database = main_database(seen),
    backups = ("%s/%s"):format(config.backup_folder, target.name), container = target.container,
    image = seen.container.image, volume = seen.container.volume, remote = config.policy.remote.to,
  }
  local lines = {}
  for line in placeholders:gmatch "[^\n]+" do
    local name <const>, comment <const> = line:match "^(%l+)=.-%s+# (.*)$"
    if name then
      line = values[name] and assignment(name, values[name], comment)
        or line .. (" (an example: not known here)")
    elseif line:find "^export " then
      line = connection(target) or line
    end
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- the facts ----

local function backup_fact(seen, now)
  local set <const> = seen.set
  if not set then
    return "**There is no good backup of it here.**"
  end
  local value <const> = catalogue.manifest(set)
  local rows = {}
  for _, database in ipairs(value.databases) do
    rows[#rows + 1] = ("%s (%d tables, %d rows)"):format(database.name, database.tables,
      database.rows)
  end
  return ("The last %s backup is `%s`, %s old, %s, in `%s`. It holds: %s."):format(
    set.proven and "proven" or "complete, not proven,", set.id,
    units.format_duration(math.max(0, math.floor(now - set.started))), units.format_size(set.bytes),
    set.folder, #rows > 0 and table.concat(rows, ", ") or "no database")
end

-- How long its test restore took, each database by itself.
local function time_fact(seen)
  local entries <const> = seen.set and catalogue.manifest(seen.set).verification or {}
  local last <const> = entries[#entries]
  local times = {}
  for _, database in ipairs(last and last.databases or {}) do
    times[#times + 1] = ("%s %s"):format(database.name,
      units.format_duration(database.seconds or 0))
  end
  return #times > 0 and ("Restoring and comparing it took: %s."):format(table.concat(times, ", "))
    or nil
end

local function upload_fact(seen)
  if not seen.upload.remote then
    return "**No copy is kept outside of this machine** (RCLONE_REMOTE is not set)."
  elseif not seen.upload.succeeded then
    return ("No upload to `%s` has been confirmed yet."):format(seen.upload.remote)
  end
  return ("At `%s` is `%s`, confirmed at %s."):format(seen.upload.remote,
    seen.upload.succeeded.id, seen.upload.succeeded.at)
end

local function server_fact(target)
  return ("%s%s%s"):format(target.host or "the local socket",
    target.port and ":" .. target.port or "",
    target.container and (", in the container `%s`"):format(target.container) or "")
end

local function drill_fact(config)
  local drill <const> = history.last(config, "task", "drill")
  if not drill then
    return "No drill has been held yet: `nightjar drill` measures how long a recovery takes."
  end
  return ("The last drill, at %s, ended with %s after %s."):format(drill.time, drill.status,
    units.format_duration(drill.recovery_seconds or drill.seconds or 0))
end

local function facts(config, all, now)
  local lines = { ("Written at %s by nightjar %s on %s, for the home `%s`."):format(
    units.iso(now), host.version, host.hostname, config.home), "" }
  for _, seen in ipairs(all) do
    lines[#lines + 1] = ("- **%s**: %s. %s%s %s"):format(seen.target.name,
      server_fact(seen.target), backup_fact(seen, now),
      time_fact(seen) and " " .. time_fact(seen) or "", upload_fact(seen))
  end
  lines[#lines + 1] = "\n" .. drill_fact(config)
  return table.concat(lines, "\n") .. "\n"
end

-- ---- the text ----

-- The document with other names and facts: pure.
function M.fill(document, fill_names, fact_text)
  local function replaced(text, pattern, f)
    local result <const>, count <const> = text:gsub(pattern, f)
    return count == 1 and result or fail("LUA", "the runbook lacks a place for names or facts")
  end
  document = replaced(document, "(\n```sh values\n)(.-\n)(```)", function(open, block, close)
    return open .. fill_names(block) .. close
  end)
  return replaced(document, "(<!%-%- facts %-%->\n)(.-)(<!%-%- /facts %-%->)",
    function(open, _, close)
      return open .. fact_text .. close
    end)
end

-- The runbook of a home. target: whose names stand in it; the first one where it is nil.
function M.text(config, target)
  local all, chosen = {}, nil
  for index, one in ipairs(config.targets) do
    all[index] = look(config, one)
    chosen = one.name == (target or config.targets[1].name) and all[index] or chosen
  end
  local text <const> = M.fill(host.source "docs/DR-RUNBOOK.md", function(block)
    return names(config, chosen, block)
  end, facts(config, all, host.time()))
  return redact(text, config.secrets)
end

return M
