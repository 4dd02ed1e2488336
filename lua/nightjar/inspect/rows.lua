-- The rows of a query as a table for people. Where they are too wide for the terminal, the last
-- column goes on in further lines, or each row gets lines of its own.

local plain = require "nightjar.plain"
local secrecy = require "nightjar.secrecy"

local M = {}

local widest_cell <const>, widest_last <const> = 60, 500
local least_wrapped <const> = 30 -- characters of a last column that goes on in further lines

-- What postgres.query returns, or is made like it: a list of records, with the columns' names, and
-- nothing else that would not be seen.
function M.is(value)
  local columns <const> = rawget(value, "columns")
  if type(columns) ~= "table" or debug.getmetatable(value) then
    return false
  end
  for key in next, value do
    if type(key) ~= "number" and key ~= "columns" and key ~= "affected" then
      return false
    end
  end
  for _, name in next, columns do
    if type(name) ~= "string" then
      return false
    end
  end
  for index = 1, rawlen(value) do
    if type(rawget(value, index)) ~= "table" then
      return false
    end
  end
  return true
end

local function length(text)
  return utf8.len(text) or #text
end

-- At most that many characters.
local function cut(text, limit)
  if length(text) <= limit then
    return text
  end
  local finish <const> = utf8.len(text) and utf8.offset(text, limit) or limit
  return text:sub(1, finish - 1) .. "…"
end

local function cell_of(row, name, limits, show)
  local value <const> = rawget(row, name)
  if value == nil then
    return "null"
  elseif secrecy.is_secret_name(name) and type(value) ~= "boolean" then
    return "***"
  elseif type(value) == "string" then
    return (plain(limits.hide(value)):gsub("[\n\t]", { ["\n"] = "\\n", ["\t"] = "\\t" }))
  elseif type(value) == "table" then
    return show(value)
  end
  return tostring(value)
end

-- The texts of the shown rows, and the width of each column.
local function cells_of(rows, columns, count, limits, show)
  local cells, widths = {}, {}
  for column, name in ipairs(columns) do
    widths[column] = length(name)
  end
  for index = 1, count do
    cells[index] = {}
    for column, name in ipairs(columns) do
      local text <const> = cell_of(rows[index], name, limits, show)
      local limit <const> = column == #columns and widest_last or widest_cell
      cells[index][column] = cut(text, limit)
      widths[column] = math.max(widths[column], math.min(length(text), limit))
    end
  end
  return cells, widths
end

local function padded(text, width, right)
  local space <const> = (" "):rep(width - length(text))
  return right and space .. text or text .. space
end

local function line_of(cells, widths, rights)
  local parts = {}
  for column, text in ipairs(cells) do
    parts[column] = padded(text, widths[column], rights[column])
  end
  return (table.concat(parts, "  "):gsub("%s+$", ""))
end

-- Numbers stand to the right.
local function numeric(rows, columns, count)
  local rights = {}
  for column, name in ipairs(columns) do
    rights[column] = false
    for index = 1, count do
      local value <const> = rawget(rows[index], name)
      rights[column] = type(value) == "number" or rights[column] and value == nil
      if value ~= nil and type(value) ~= "number" then
        break
      end
    end
  end
  return rights
end

local function head_of(columns, widths, rights)
  local rule = {}
  for column, width in ipairs(widths) do
    rule[column] = ("-"):rep(width)
  end
  return { line_of(columns, widths, rights), table.concat(rule, "  ") }
end

local function as_table(cells, columns, widths, rights)
  local lines <const> = head_of(columns, widths, rights)
  for _, row in ipairs(cells) do
    lines[#lines + 1] = line_of(row, widths, rights)
  end
  return lines
end

-- The text in pieces of at most `width` characters, broken at blanks where there are some.
local function wrapped(text, width)
  local pieces = {}
  while length(text) > width do
    local limit <const> = utf8.len(text) and utf8.offset(text, width + 1) or width + 1
    local blank <const> = text:sub(1, limit):match(".*() ")
    local finish <const> = blank and blank > limit // 2 and blank or limit
    pieces[#pieces + 1] = text:sub(1, finish - 1)
    text = text:sub(finish):gsub("^ ", "")
  end
  pieces[#pieces + 1] = text
  return pieces
end

-- The same with a last column of that width, which goes on in further lines.
local function as_wrapped(cells, columns, widths, rights, width)
  local last <const> = #widths
  widths = table.move(widths, 1, last, 1, {})
  widths[last] = math.max(width, length(columns[last]))
  local lines <const> = head_of(columns, widths, rights)
  local margin = 0
  for column = 1, last - 1 do
    margin = margin + widths[column] + 2
  end
  for _, row in ipairs(cells) do
    local pieces <const> = wrapped(row[last], widths[last])
    local shown <const> = table.move(row, 1, last - 1, 1, {})
    shown[last] = pieces[1]
    lines[#lines + 1] = line_of(shown, widths, rights)
    for index = 2, #pieces do
      lines[#lines + 1] = (" "):rep(margin) .. pieces[index]
    end
  end
  return lines
end

local function as_records(cells, columns, room)
  local lines, width = {}, 0
  for _, name in ipairs(columns) do
    width = math.max(width, length(name))
  end
  for index, row in ipairs(cells) do
    lines[#lines + 1] = ("-- row %d"):format(index)
    for column, text in ipairs(row) do
      lines[#lines + 1] = padded(columns[column], width) .. "  "
        .. cut(text, math.max(20, room - width - 2))
    end
  end
  return lines
end

local function total(widths)
  local sum = 2 * (#widths - 1)
  for _, width in ipairs(widths) do
    sum = sum + width
  end
  return sum
end

local function footer(rows, shown)
  local count <const> = rawlen(rows)
  if count > shown then
    return ("(%d rows, %d shown)"):format(count, shown)
  end
  return count == 1 and "(1 row)" or ("(%d rows)"):format(count)
end

-- limits: width = rows at most, columns = of the terminal, hide(text) → without secrets.
-- show(value) → text of a table in a cell.
function M.text(rows, limits, show)
  local columns <const> = rows.columns
  if #columns == 0 then
    return ("(%s affected)"):format(rawget(rows, "affected") or 0)
  end
  local count <const> = math.min(rawlen(rows), limits.width)
  local cells <const>, widths <const> = cells_of(rows, columns, count, limits, show)
  local rights <const> = numeric(rows, columns, count)
  local room <const> = widths[#widths] + limits.columns - total(widths)
  local lines
  if total(widths) <= limits.columns then
    lines = as_table(cells, columns, widths, rights)
  elseif room >= least_wrapped and not rights[#columns] then
    lines = as_wrapped(cells, columns, widths, rights, room)
  else
    lines = as_records(cells, columns, limits.columns)
  end
  lines[#lines + 1] = footer(rows, count)
  return table.concat(lines, "\n")
end

return M
