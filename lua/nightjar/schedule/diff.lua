-- What differs between two texts, line by line: pure, for texts as short as a unit.

local function lines_of(text)
  local lines = {}
  for line in (text:find("\n$") and text or text .. "\n"):gmatch("([^\n]*)\n") do
    lines[#lines + 1] = line
  end
  return text == "" and {} or lines
end

-- The lengths of the longest common subsequences of what remains.
local function common(one, other)
  local table_of = {}
  for row = #one + 1, 1, -1 do
    table_of[row] = {}
    for column = #other + 1, 1, -1 do
      if row > #one or column > #other then
        table_of[row][column] = 0
      elseif one[row] == other[column] then
        table_of[row][column] = table_of[row + 1][column + 1] + 1
      else
        table_of[row][column] = math.max(table_of[row + 1][column], table_of[row][column + 1])
      end
    end
  end
  return table_of
end

-- The lines that are only in `found` ("-…") and only in `wanted` ("+…"), in their order.
return function(found, wanted)
  local one <const>, other <const> = lines_of(found), lines_of(wanted)
  local lengths <const>, changes = common(one, other), {}
  local row, column = 1, 1
  while row <= #one or column <= #other do
    if row <= #one and column <= #other and one[row] == other[column] then
      row, column = row + 1, column + 1
    elseif column > #other or row <= #one and lengths[row + 1][column] >= lengths[row][column + 1]
    then
      changes[#changes + 1], row = "-" .. one[row], row + 1
    else
      changes[#changes + 1], column = "+" .. other[column], column + 1
    end
  end
  return changes
end
