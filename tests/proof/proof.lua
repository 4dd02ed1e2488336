-- The fingerprint's proof through a real PostgreSQL: whatever a generated database holds, the fingerprint of its dump is the
-- same exactly as long as its data is, in whatever order it lies; and every single change of it is seen.
--
-- Some tens of generated databases, a schema each, go into one real database. It is backed up and proven by nightjar, and
-- made a second time in another order. Then, round by round, each of them gets one change, or is only rewritten, and the
-- fingerprint must tell exactly those tables and sequences that PostgreSQL itself says are other than they were.

local changes = require "tests.proof.changes"
local dice_of = require "tests.proof.dice"
local generator = require "tests.proof.generator"
local host = require "nightjar.host"
local large_objects = require "tests.proof.large_objects"
local manifest = require "nightjar.manifest"
local names = require "nightjar.names"
local proof = require "nightjar.proof"
local real_of = require "tests.proof.real"
local support = require "tests.e2e.support"
local task = require "nightjar.task"
local values = require "tests.proof.values"

local M = {}

-- Every kind of change, by name.
M.kinds = { "large_objects" }
for kind in pairs(changes.kinds) do
  table.insert(M.kinds, kind)
end
table.sort(M.kinds)

local together <const> = 30 -- generated databases in a real one

local function complain(self, format, ...)
  self.note(("seed %d, batch %d, %s: %s"):format(self.seed, self.number, self.moment, format:format(...)))
end

-- Which generated database something of a dump belongs to: its number as text, or "large".
local function owner_of(text)
  return text and text:match "d(%d+)~" or "large"
end

-- What the fingerprint tells of each generated database that is other than it was: {[number] = {relations = {[key] = text},
-- object = text, wording = text}}. A relation is a table or a sequence.
local function told(self, after)
  local compared <const> = proof.compare(self.base, manifest.fingerprint(after))
  for _, statement in ipairs(after.statements) do
    self.texts[statement.hash] = statement.text
  end
  local found = {}
  local function of(text)
    local number <const> = owner_of(text)
    found[number] = found[number] or { relations = {} }
    return found[number]
  end
  for _, difference in ipairs(compared.differences) do
    if difference.kind:find "^object" then
      of(difference.name).object = difference.text
    else
      of(difference.name).relations[names.key(difference.name)] = difference.text
    end
  end
  for _, hashes in pairs(compared.definitions) do
    for _, hash in ipairs(hashes) do
      of(self.texts[hash]).wording = self.texts[hash] or hash
    end
  end
  return found
end

-- Nothing may differ, not even a definition.
local function demand_same(self, what, print)
  for number, difference in pairs(told(self, print)) do
    local _, relation <const> = next(difference.relations)
    complain(self, "%s, %s: %s", what, number, relation or difference.object or difference.wording)
  end
  if print.hash ~= self.base.hash then
    complain(self, "%s has another hash over its statements", what)
  end
  self.counts.same = self.counts.same + #self.databases
end

-- ---- the same data ----

-- By the program, as its user has it.
local function back_up(self)
  local document <const>, result = self.home:json { "backup", "--database", self.real.name }
  local set <const> = document.sets and document.sets[1]
  local verdict <const> = set and set.verification[1] and set.verification[1].databases[1]
  if not verdict or verdict.verdict ~= "proven" then
    fail("EXIT", ("seed %d, batch %d: the backup is not proven: %s%s"):format(self.seed, self.number, result.stdout,
      result.stderr))
  end
  for _, definition in ipairs(verdict.definitions_differ or {}) do
    complain(self, "restored, it reads otherwise: %s / %s", definition.stored, definition.restored)
  end
  self.counts.same = self.counts.same + #self.databases
  for _, file in ipairs(set.files) do
    if file.kind == "database" then
      return file.fingerprint
    end
  end
end

local function make(self, name, databases)
  local real <const> = real_of.new(self.server, name)
  for _, database in ipairs(databases) do
    real:make(database, self.dice)
  end
  real:make_large(self.large, self.dice)
  return real
end

local function check_other_order(self)
  local other <close> = make(self, "proof other", self.dice:shuffled(self.databases))
  for _, database in ipairs(self.databases) do
    other:rewrite(database, self.dice)
  end
  demand_same(self, "another order", other:fingerprint())
end

-- ---- changes ----

-- A change of the kind that was drawn least often, of those that there can be.
local function draw_change(self, database)
  local drawn <const> = self.drawn
  local order = table.move(M.kinds, 1, #M.kinds, 1, {})
  table.sort(order, function(one, other)
    return drawn[one] < drawn[other] or drawn[one] == drawn[other] and one < other
  end)
  for _, kind in ipairs(order) do
    local draw <const> = changes.kinds[kind]
    local change = draw and draw(database, self.dice)
    if change then
      drawn[kind], change.kind = drawn[kind] + 1, kind
      return change
    end
  end
end

local function change_all(self)
  local made = {}
  for _, database in ipairs(self.databases) do
    if self.dice:once_in(10) then
      self.real:rewrite(database, self.dice)
      made[tostring(database.number)] = { kind = "rewritten" }
    else
      local change <const> = draw_change(self, database)
      self.real:apply(database, change, self.dice)
      made[tostring(database.number)] = change
    end
  end
  local large <const> = self.dice:once_in(3) and self.large or large_objects.changed(self.large, self.dice)
  self.real:make_large(large, self.dice)
  made.large = { kind = "large_objects" }
  return made
end

local function undo_all(self, made)
  for _, database in ipairs(self.databases) do
    self.real:undo(database, made[tostring(database.number)], self.dice)
  end
  self.real:make_large(self.large, self.dice)
end

-- Keys of the relations whose content is other than it was, by PostgreSQL alone.
local function other_relations(before, after)
  local others = {}
  for key, content in pairs(before) do
    others[key] = after[key] ~= content or nil
  end
  for key in pairs(after) do
    others[key] = others[key] or not before[key] or nil
  end
  return others
end

-- A change against what the fingerprint tells: all of it, and nothing else.
local function judge(self, number, change, others, difference)
  local function expect(wanted, found, what)
    if wanted and not found then
      complain(self, "%s of %s has not been seen: %s", change.kind, number, what or change.sql)
    elseif found and not wanted then
      complain(self, "%s of %s does not change this: %s", change.kind, number, found)
    end
  end
  for key in pairs(others) do
    expect(true, difference.relations[key], key)
  end
  for key, text in pairs(difference.relations) do
    expect(others[key], text)
  end
  if number ~= "large" then -- of those each is an object
    expect(change.object, difference.object)
    expect(change.definition or change.object and difference.wording, difference.wording)
  end
  local counts <const> = self.counts
  if next(others) or change.object or change.definition then
    counts.changes[change.kind] = counts.changes[change.kind] + 1
  else
    counts.same = counts.same + 1
  end
end

local function round(self)
  local made <const> = change_all(self)
  local now <const> = self.real:contents()
  local found <const> = told(self, self.real:fingerprint())
  for number, change in pairs(made) do
    judge(self, number, change, other_relations(self.contents[number] or {}, now[number] or {}),
      found[number] or { relations = {} })
  end
  undo_all(self, made)
end

local function run_batch(self, rounds)
  self.moment = "at first"
  self.base = back_up(self)
  local print <const> = self.real:fingerprint()
  demand_same(self, "a second dump", print)
  check_other_order(self)
  self.contents = self.real:contents()
  for index = 1, rounds do
    self.moment = ("round %d"):format(index)
    round(self)
  end
  self.moment = "at last"
  demand_same(self, "with all changes undone", self.real:fingerprint())
end

-- ---- the whole ----

-- The types that this PostgreSQL has.
local function built_types(server)
  local types = {}
  for _, type in ipairs(values.list) do
    if not type.built or try(server.query, server, "postgres", type.built) then
      types[#types + 1] = type
    end
  end
  return types
end

local function count_content(counts, database)
  for _, of in ipairs(database.tables) do
    counts.rows = counts.rows + #of.rows
    for _, row in ipairs(of.rows) do
      for _, value in ipairs(row) do
        counts.largest = math.max(counts.largest, value and #value or 0)
      end
    end
    for _, column in ipairs(of.columns) do
      counts.columns[column.type.name] = (counts.columns[column.type.name] or 0) + 1
    end
  end
end

-- The next generated databases, all in one real one.
local function new_batch(common, number, count)
  local counts <const> = common.counts
  local self = setmetatable({ number = number, texts = {}, databases = {},
    dice = dice_of.new(common.seed * 1000003 + number) }, { __index = common })
  for index = 1, count do
    counts.databases = counts.databases + 1
    self.databases[index] = generator.generate(counts.databases, counts.types, self.dice)
    count_content(counts, self.databases[index])
  end
  self.large = large_objects.draw(self.dice)
  counts.real = number
  return self
end

-- Closed even when the run is given up by Ctrl-C.
local function closing(thing)
  return setmetatable({}, { __close = function() task.shield(60, thing.close, thing) end })
end

-- options: databases, how many are generated; rounds, of a change to each; seed; say(counts), called after each real one;
-- note(problem). Returns the counts: {databases=, real=, rows=, largest = size of a value, types=,
-- columns = {[type's name] = n}, changes = {[kind] = n that did change something}, same = n that did not, seconds=}.
function M.run(options)
  local began <const> = host.now()
  local server <const> = support.server "autovacuum=off"
  local _ <close> = closing(server)
  local home <const> = support.home(server)
  local _ <close> = closing(home)
  local counts <const> = { databases = 0, real = 0, rows = 0, largest = 0, same = 0, types = built_types(server), columns = {},
    changes = {} }
  local common <const> = { seed = options.seed, note = options.note, counts = counts, server = server, home = home,
    drawn = {} }
  for _, kind in ipairs(M.kinds) do
    common.drawn[kind], counts.changes[kind] = 0, 0
  end
  while counts.databases < options.databases do
    local self <const> = new_batch(common, counts.real + 1, math.min(together, options.databases - counts.databases))
    local real <close> = make(self, "proof", self.databases)
    self.real = real
    run_batch(self, options.rounds)
    counts.seconds = host.now() - began
    if options.say then
      options.say(counts)
    end
  end
  return counts
end

return M
