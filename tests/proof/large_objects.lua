-- The large objects of a real database, which no schema holds: their model, and changes of them.
--
-- draw(dice) → {[number] = bytes in hex}; changed(objects, dice) → what they are changed to.

local postgres = require "nightjar.postgres"

local M = {}

local first <const> = 500000
local hex_page <const> = 4096 -- pg_dump writes 16 KiB at once: sizes are below, at and above

local function content(dice)
  local length <const> = dice:pick { 0, 1, 2, 2047, 16384, 16385, 40000 }
  return ("%016x"):format(dice:bits()):rep(hex_page * 20 // 16):sub(1, length * 2)
end

function M.draw(dice)
  local objects = {}
  for number = first, first + dice:roll(8) + 1 do
    objects[number] = content(dice)
  end
  return objects
end

local function numbers(objects)
  local list = {}
  for number in pairs(objects) do
    list[#list + 1] = number
  end
  table.sort(list)
  return list
end

local ways <const> = {
  function(dice, objects, one)
    local hex <const> = objects[one]
    if #hex > 0 then
      local at <const> = dice:roll(#hex)
      objects[one] = ("%s%x%s"):format(hex:sub(1, at - 1), tonumber(hex:sub(at, at), 16) ~ 1, hex:sub(at + 1))
    end
  end,
  function(_, objects, one) objects[one] = nil end,
  function(_, objects, one) objects[first + 100] = objects[one] end,
  function(_, objects, one, other) objects[one], objects[other] = objects[other], objects[one] end,
  function(_, objects, one, other) objects[one] = objects[other] end,
  function(_, objects, one) objects[one] = objects[one] .. "00" end,
}

function M.changed(objects, dice)
  local changed = {}
  for number, hex in pairs(objects) do
    changed[number] = hex
  end
  local list <const> = dice:shuffled(numbers(objects))
  dice:pick(ways)(dice, changed, list[1], list[2])
  return changed
end

-- SQL that makes them what the model says, in the given order or another.
function M.sql(objects, dice)
  local statements = { "SELECT lo_unlink(oid) FROM pg_largeobject_metadata;" }
  for _, number in ipairs(dice:shuffled(numbers(objects))) do
    statements[#statements + 1] = ("SELECT lo_from_bytea(%d, %s);"):format(number, postgres.literal("\\x" .. objects[number]))
  end
  return table.concat(statements, "\n")
end

return M
