-- The single changes of a generated database.
--
-- changes.kinds[kind](database, dice) → {rows = {[table] = its rows now}, sql=, undo=, object = true where one is missing after
-- it, definition = true where one reads otherwise}, or nil where the database has nothing to change so. The model stays as it
-- is. What it is meant to change may turn out equal: whether it did is for PostgreSQL to say.

local generator = require "tests.proof.generator"

local M = {}

local kinds = {}
M.kinds = kinds

-- ---- cells and rows ----

-- The cells of which `wanted(value, column, table)` is true: {table=, row=, column=}.
local function cells(database, wanted)
  local found = {}
  for _, of in ipairs(database.tables) do
    for number, row in ipairs(of.rows) do
      for index, column in ipairs(of.columns) do
        if not column.fixed and wanted(row[index], column, of) then
          found[#found + 1] = { table = of, row = number, column = index }
        end
      end
    end
  end
  return found
end

-- Tables of which `wanted(table)` is true, with at least so many rows.
local function tables(database, least, wanted)
  local found = {}
  for _, of in ipairs(database.tables) do
    if #of.rows >= least and (not wanted or wanted(of)) then
      found[#found + 1] = of
    end
  end
  return found
end

local function one_of(dice, list)
  return #list > 0 and dice:pick(list) or nil
end

local function copy(list)
  return table.move(list, 1, #list, 1, {})
end

-- The rows of a table with other values in some cells: {{row, column, value}...}.
local function with_values(of, ...)
  local rows = copy(of.rows)
  for _, change in ipairs { ... } do
    local number <const>, index <const>, value <const> = table.unpack(change)
    rows[number] = rows[number] == of.rows[number] and copy(rows[number]) or rows[number]
    rows[number][index] = value
  end
  return rows
end

local function set(cell, value)
  return { rows = { [cell.table] = with_values(cell.table, { cell.row, cell.column, value }) } }
end

local function value_of(cell)
  return cell.table.rows[cell.row][cell.column]
end

local function type_of(cell)
  return cell.table.columns[cell.column].type
end

-- ---- single values ----

local function has(nature)
  return function(value, column)
    return value and value ~= "" and value ~= "\\x" and column.type.nature == nature
  end
end

-- One bit, so that it is still a character.
local function flip_text(dice, text)
  for _ = 1, 100 do
    local at <const> = dice:roll(#text)
    local byte <const> = text:byte(at) ~ 1 << dice:roll(8) - 1
    local flipped <const> = text:sub(1, at - 1) .. string.char(byte) .. text:sub(at + 1)
    if byte ~= 0 and utf8.len(flipped) then
      return flipped
    end
  end
end

function kinds.text_bit(database, dice)
  local cell <const> = one_of(dice, cells(database, has "text"))
  local flipped <const> = cell and flip_text(dice, value_of(cell))
  return flipped and set(cell, flipped)
end

function kinds.bytes_bit(database, dice)
  local cell <const> = one_of(dice, cells(database, has "bytes"))
  if not cell then
    return nil
  end
  local hex <const> = value_of(cell)
  local at <const> = 2 + dice:roll(#hex - 2)
  local digit <const> = tonumber(hex:sub(at, at), 16) ~ 1 << dice:roll(4) - 1
  return set(cell, ("%s%x%s"):format(hex:sub(1, at - 1), digit, hex:sub(at + 1)))
end

-- The lower bits, which every width has, and no sign.
function kinds.number_bit(database, dice)
  local cell <const> = one_of(dice, cells(database, has "number"))
  return cell and set(cell, tostring(math.tointeger(value_of(cell)) ~ 1 << dice:roll(15) - 1))
end

function kinds.to_null(database, dice)
  local cell <const> = one_of(dice, cells(database, function(value) return value end))
  return cell and set(cell, false)
end

function kinds.from_null(database, dice)
  local cell <const> = one_of(dice, cells(database, function(value) return not value end))
  return cell and set(cell, type_of(cell).draw(dice))
end

-- NULL against the empty text.
function kinds.null_or_empty(database, dice)
  local cell <const> = one_of(dice, cells(database, function(value, column)
    local nature <const> = column.type.nature
    return (nature == "text" or nature == "bytes") and (not value or value == "" or value == "\\x")
  end))
  return cell and set(cell, not value_of(cell) and (type_of(cell).nature == "text" and "" or "\\x"))
end

function kinds.other_value(database, dice)
  local cell <const> = one_of(dice, cells(database, function() return true end))
  return cell and set(cell, type_of(cell).draw(dice))
end

-- The end of a text into the beginning of its neighbour.
function kinds.shifted_boundary(database, dice)
  local cell <const> = one_of(dice, cells(database, function(value, column, of)
    for index, other in ipairs(of.columns) do
      if other == column then
        local next_column <const> = of.columns[index + 1]
        return has "text"(value, column) and value:byte(-1) < 128 and next_column and not next_column.fixed
          and next_column.type.nature == "text"
      end
    end
  end))
  if not cell then
    return nil
  end
  local of <const>, row <const>, index <const> = cell.table, cell.row, cell.column
  local value <const>, neighbour <const> = value_of(cell), of.rows[row][index + 1] or ""
  return { rows = { [of] = with_values(of, { row, index, value:sub(1, -2) }, { row, index + 1, value:sub(-1) .. neighbour }) } }
end

-- ---- values that change places ----

function kinds.swapped_between_rows(database, dice)
  local of <const> = one_of(dice, tables(database, 2, function(each) return #each.columns > 1 end))
  if not of then
    return nil
  end
  local index <const> = dice:roll(#of.columns)
  local one <const> = dice:roll(#of.rows)
  local other <const> = (one + dice:roll(#of.rows - 1) - 1) % #of.rows + 1
  if of.columns[index].fixed then
    return nil
  end
  return { rows = { [of] = with_values(of, { one, index, of.rows[other][index] }, { other, index, of.rows[one][index] }) } }
end

function kinds.swapped_between_columns(database, dice)
  local of <const> = one_of(dice, tables(database, 1, function(each)
    local first <const>, second <const> = each.columns[1], each.columns[2]
    return second and first.type == second.type and not first.fixed
  end))
  if not of then
    return nil
  end
  local row <const> = dice:roll(#of.rows)
  return { rows = { [of] = with_values(of, { row, 1, of.rows[row][2] }, { row, 2, of.rows[row][1] }) } }
end

-- Two tables of the same columns: twins, or a parent and its child.
local function alike(database, dice, least)
  local one <const> = one_of(dice, tables(database, least, function(each) return each.alike end))
  local other <const> = one and one_of(dice, tables(database, 0, function(each)
    return each ~= one and each.alike == one.alike
  end))
  return one, other
end

function kinds.swapped_between_tables(database, dice)
  local one <const>, other <const> = alike(database, dice, 1)
  if not one or #other.rows == 0 then
    return nil
  end
  local row <const>, other_row <const>, index <const> = dice:roll(#one.rows), dice:roll(#other.rows), dice:roll(#one.columns)
  return { rows = { [one] = with_values(one, { row, index, other.rows[other_row][index] }),
    [other] = with_values(other, { other_row, index, one.rows[row][index] }) } }
end

-- ---- rows ----

local function without(rows, number)
  local left = copy(rows)
  return left, table.remove(left, number)
end

local function with(rows, row)
  local more = copy(rows)
  more[#more + 1] = row
  return more
end

local function loose(of)
  return not of.keyed
end

function kinds.dropped_row(database, dice)
  local of <const> = one_of(dice, tables(database, 1, loose))
  return of and { rows = { [of] = without(of.rows, dice:roll(#of.rows)) } }
end

function kinds.doubled_row(database, dice)
  local of <const> = one_of(dice, tables(database, 1, loose))
  return of and { rows = { [of] = with(of.rows, dice:pick(of.rows)) } }
end

function kinds.added_row(database, dice)
  local of <const> = one_of(dice, tables(database, 0, loose))
  return { rows = { [of] = with(of.rows, generator.draw_row(dice, of)) } }
end

-- One row dropped and another doubled: their number stays.
function kinds.replaced_row(database, dice)
  local of <const> = one_of(dice, tables(database, 2, loose))
  return of and { rows = { [of] = with(without(of.rows, dice:roll(#of.rows)), dice:pick(of.rows)) } }
end

-- Every copy of a row that is there more than once made another, alike again: a sum in which equals cancel out would not see it.
function kinds.changed_copies(database, dice)
  local copies = {}
  for _, of in ipairs(tables(database, 2, loose)) do
    for index = 2, #of.rows do
      if of.rows[index] == of.rows[index - 1] then
        copies[#copies + 1] = { table = of, row = of.rows[index] }
      end
    end
  end
  local chosen <const> = one_of(dice, copies)
  if not chosen then
    return nil
  end
  local rows, other = {}, generator.draw_row(dice, chosen.table)
  for index, row in ipairs(chosen.table.rows) do
    rows[index] = row == chosen.row and other or row
  end
  return { rows = { [chosen.table] = rows } }
end

function kinds.moved_to_other_table(database, dice)
  local one <const>, other <const> = alike(database, dice, 1)
  if not one then
    return nil
  end
  local left <const>, row <const> = without(one.rows, dice:roll(#one.rows))
  return { rows = { [one] = left, [other] = with(other.rows, row) } }
end

function kinds.moved_to_other_partition(database, dice)
  local of <const> = one_of(dice, tables(database, 1, function(each) return each.partitioned end))
  return of and { rows = { [of] = with_values(of, { dice:roll(#of.rows), 1, of.columns[1].type.draw(dice) }) } }
end

-- All rows of one in the other, and of the other in the one.
function kinds.exchanged_tables(database, dice)
  local one <const>, other <const> = alike(database, dice, 1)
  return one and { rows = { [one] = other.rows, [other] = one.rows } }
end

-- ---- beside the rows ----

function M.setval(sequence, value, called)
  return ("SELECT setval(%s, %d, %s);"):format(sequence.reference, value, called)
end

local function sequence_change(database, dice, change)
  local sequence <const> = one_of(dice, database.sequences)
  if sequence then
    local value <const>, called <const> = change(sequence)
    return { sql = M.setval(sequence, value, called), undo = M.setval(sequence, sequence.value, sequence.called) }
  end
end

function kinds.sequence_value(database, dice)
  return sequence_change(database, dice, function(sequence)
    local step <const> = dice:pick { 1, 2, 1024 }
    return sequence.value + (sequence.value > 0 and step or -step), sequence.called
  end)
end

function kinds.sequence_called(database, dice)
  return sequence_change(database, dice, function(sequence)
    return sequence.value, not sequence.called
  end)
end

function kinds.missing_object(database, dice)
  local part <const> = one_of(dice, database.parts)
  return part and { sql = part.drop, undo = part.create, object = true }
end

function kinds.other_definition(database, dice)
  local wording <const> = one_of(dice, database.wordings)
  return wording and { sql = wording.change, undo = wording.undo, definition = true }
end

return M
