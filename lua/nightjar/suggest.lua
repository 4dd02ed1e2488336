-- Did you mean: the known word that a mistyped one is closest to.

-- Typing slips: a letter missing, added, wrong, or two swapped (optimal string alignment).
local function distance(a, b)
  local before, last = {}, {}
  for column = 0, #b do
    last[column] = column
  end
  for line = 1, #a do
    local row <const> = { [0] = line }
    for column = 1, #b do
      local same <const> = a:byte(line) == b:byte(column)
      local cost = math.min(last[column] + 1, row[column - 1] + 1,
        last[column - 1] + (same and 0 or 1))
      if line > 1 and column > 1 and a:byte(line) == b:byte(column - 1)
        and a:byte(line - 1) == b:byte(column) then
        cost = math.min(cost, before[column - 2] + 1)
      end
      row[column] = cost
    end
    before, last = last, row
  end
  return last[#b]
end

-- The closest of the candidates (a list of strings) within about a third of the word's length, or
-- nil. Case does not count, and of equally close ones the first in alphabetical order is it.
return function(word, candidates)
  local wanted <const> = word:lower()
  local limit <const> = math.max(1, (#word + 1) // 3)
  local nearest, least
  for _, candidate in ipairs(candidates) do
    if math.abs(#candidate - #word) <= limit then
      local d <const> = distance(wanted, candidate:lower())
      local nearer <const> = not least or d < least or d == least and candidate < nearest
      if d <= limit and d < #word and nearer then
        nearest, least = candidate, d
      end
    end
  end
  return nearest
end
