-- ./dev torture: nightjar run tests/torture/run.lua [--kills N] [--seed N]

table.insert(package.searchers, function(name)
  return name:match "^tests%." and loadfile(name:gsub("%.", "/") .. ".lua", "t")
end)

local torture = require "tests.torture.torture"

local given = { kills = 1000, seed = os.time() }
local words <const> = { ... }
for index = 1, #words, 2 do
  local name <const> = words[index]:match "^%-%-(%a+)$"
  local number <const> = math.tointeger(tonumber(words[index + 1]))
  if not given[name] or not number then
    fail("USAGE", "torture: --kills N, --seed N")
  end
  given[name] = number
end

print(("seed %d"):format(given.seed))
given.say = function(format, ...)
  print(format:format(...))
end
local violations <const> = torture.run(given)
return #violations == 0 and 0 or 1
