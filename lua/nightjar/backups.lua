-- The backups of a home for scripts and the prompt: what there is, and bringing one back.

local catalogue = require "nightjar.catalogue"
local config_of = require "nightjar.config"
local host = require "nightjar.host"
local options_of = require "nightjar.options"
local restore = require "nightjar.restore"
local scratch = require "nightjar.scratch"
local session_of = require "nightjar.session"
local source_of = require "nightjar.source"
local swap = require "nightjar.swap"
local target_of = require "nightjar.target"
local units = require "nightjar.units"

local M = {}

local columns <const> = {
  "target", "id", "state", "proven", "age", "bytes", "databases", "problem",
}

-- A set as scripts see it: what the catalogue says, without what is the catalogue's own.
local function seen(set)
  return {
    target = set.target, id = set.id, state = set.state, good = set.good, proven = set.proven,
    pinned = set.pinned, started = set.started, bytes = set.bytes, raw_bytes = set.raw_bytes,
    age = set.started and units.format_duration(math.max(0, host.time() - set.started) // 1),
    databases = set.databases, problem = set.problem, folder = set.folder,
  }
end

local function sets_of(options)
  local config <const> = options.config or config_of.current()
  local sets = {}
  for _, target in ipairs(target_of.selected(config, options.target)) do
    local found <const> = catalogue.list(config.backup_folder, target.name)
    table.move(found, 1, #found, #sets + 1, sets)
  end
  table.sort(sets, function(one, other)
    return one.id > other.id or one.id == other.id and one.target < other.target
  end)
  return sets
end

function M.list(options)
  options = options_of.only(options, { "target", "config" })
  local rows = { columns = columns }
  for index, set in ipairs(sets_of(options)) do
    rows[index] = seen(set)
  end
  return rows
end

local function find(name)
  return function(options)
    options = options_of.only(options, { "target", "database", "config" })
    return seen(catalogue.resolve(sets_of(options), name, options.database))
  end
end

M.latest, M.latest_proven = find "latest", find "latest-verified"

-- ---- restoring ----

local restore_options <const> = {
  "backup", "database", "from", "from_remote", "target", "as", "replace", "prepare",
}

function M.restore(context, options)
  options = options_of.only(options, restore_options)
  local from <const> = target_of.only(context.config, options.from or options.target)
  local into <const> = options.target and target_of.only(context.config, options.target) or from
  local source <close> = source_of.open(context, options.from_remote, "restore")
  local choice <const> = restore.choose(source, source:list(from), {
    backup = options.backup or "latest-verified", database = options.database, as = options.as,
    replace = options.replace,
  })
  choice.prepare = options.prepare
  local session <close> = session_of.open(context, into, "restore", choice.into)
  scratch.sweep(session)
  for _, step in ipairs(restore.plan(session, choice)) do
    context.log:info("restore.plan", { step = step.step, text = step.text })
  end
  local done <const> = restore.run(session, choice)
  swap.drop_old(session, context.config.policy.restore.keep_old, host.time())
  done.id = choice.set.id
  return done
end

return M
