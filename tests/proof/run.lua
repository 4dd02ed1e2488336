-- ./dev proof: nightjar run tests/proof/run.lua [--databases N] [--rounds N] [--seed N]
--
-- With --databases 1600 --rounds 5 --seed 20261129, on PostgreSQL 15 and two busy cores: 44,454 rows, 7,050 changes told, 7,620
-- times the same, no problem, 22 minutes.

table.insert(package.searchers, function(name)
  return name:match "^tests%." and loadfile(name:gsub("%.", "/") .. ".lua", "t")
end)

local proof = require "tests.proof.proof"

local given = { databases = 3000, rounds = 8, seed = os.time() }
local words <const> = { ... }
for index = 1, #words, 2 do
  local name <const> = words[index]:match "^%-%-(%a+)$"
  local number <const> = math.tointeger(tonumber(words[index + 1]))
  if not given[name] or not number then
    fail("USAGE", "proof: --databases N, --rounds N of changes to each, --seed N")
  end
  given[name] = number
end

print(("seed %d"):format(given.seed))
local problems = 0

local function total(changes)
  local sum = 0
  for _, count in pairs(changes) do
    sum = sum + count
  end
  return sum
end

given.note = function(problem)
  problems = problems + 1
  print(problem)
end
given.say = function(counts)
  print(("%d databases in %d real ones, %d rows: %d changes, %d times the same, %d problems, %.0f s"):format(
    counts.databases, counts.real, counts.rows, total(counts.changes), counts.same, problems, counts.seconds))
end

local counts <const> = proof.run(given)
local kinds = {}
for kind, count in pairs(counts.changes) do
  kinds[#kinds + 1] = ("%-26s %d"):format(kind, count)
end
table.sort(kinds)
print(table.concat(kinds, "\n"))
return problems == 0 and 0 or 1
