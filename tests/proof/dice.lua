-- Chance that a seed repeats: roll, pick, shuffle.

local M = {}

local dice = {}
dice.__index = dice

function M.new(seed)
  return setmetatable({ state = seed * 0x9E3779B97F4A7C15 + 1 }, dice)
end

-- An integer from 1 to `sides`, at most 2^31.
function dice:roll(sides)
  self.state = self.state * 6364136223846793005 + 1442695040888963407
  return (self.state >> 33) % sides + 1
end

-- True once in so many times.
function dice:once_in(times)
  return self:roll(times) == 1
end

function dice:pick(list)
  return list[self:roll(#list)]
end

-- All 64 bits of an integer.
function dice:bits()
  return self:roll(1 << 30) << 60 ~ self:roll(1 << 30) << 30 ~ self:roll(1 << 30)
end

-- A copy in another order.
function dice:shuffled(list)
  local copy = table.move(list, 1, #list, 1, {})
  for index = #copy, 2, -1 do
    local other <const> = self:roll(index)
    copy[index], copy[other] = copy[other], copy[index]
  end
  return copy
end

return M
