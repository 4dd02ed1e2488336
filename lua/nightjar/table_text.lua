-- Rows of cells as lines of text in columns: pure.

local function width_of(text)
  return utf8.len(text) or #text
end

-- The lines of a table whose columns are as wide as their widest cell, two spaces between them.
return function(rows)
  local widths = {}
  for _, row in ipairs(rows) do
    for column, text in ipairs(row) do
      widths[column] = math.max(widths[column] or 0, width_of(text))
    end
  end
  local lines = {}
  for index, row in ipairs(rows) do
    local cells = {}
    for column, text in ipairs(row) do
      cells[column] = text .. (" "):rep(widths[column] - width_of(text))
    end
    lines[index] = table.concat(cells, "  "):gsub("%s+$", "")
  end
  return lines
end
