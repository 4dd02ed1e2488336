-- A generated database: tables of every type with hostile names, and what hangs on them. It is a schema of its own, so that
-- many of them fit into one real database and one dump.
--
-- generate(number, types, dice) → {number=, schema=, made = SQL of what is there before the tables, tables=, sequences=, parts=,
-- wordings=}
--   table     {name=, definition=, columns=, rows=, alike = the same columns as another's, partitioned=,
--             keyed=, index = of its key}; a row is a list of values
--   sequence  {reference = SQL that gives it, value=, called=}
--   part      {drop=, create=, is_table=}: SQL of an object that may be missing; of one of the tables, where it is so
--   wording   {change=, undo=}: SQL of a definition that may read otherwise
-- A column that is `fixed` is never NULL, and keeps its value: a key. The first of a partitioned table chooses the partition.

local names = require "nightjar.names"
local postgres = require "nightjar.postgres"
local values = require "tests.proof.values"

local M = {}

local identifier <const>, literal <const> = postgres.identifier, postgres.literal

local hostile <const> = { "plain", "UPPER", "two words", 'quote"d', "apo'strophe", "back\\slash", "semi;colon", "-- dashes",
  "line\nbreak", "tab\t", "dot.dot", "a|b|c", "x; Type: TABLE; Schema: y; Owner: z", "ünïcödé 数据 🐘", "$$", "select", " ",
  "COPY t (a) FROM stdin;", "\\.", "%s", "(", "/*", ("n"):rep(63), ("ü"):rep(31) }

-- A name that nothing else in the database has, of 63 bytes at the most.
local function new_name(database, dice)
  database.named = database.named + 1
  return identifier(names.fit(dice:pick(hostile), tostring(database.named)))
end

local function qualified_name(database, dice)
  return database.schema .. "." .. new_name(database, dice)
end

local function statement(format, ...)
  return format:format(...)
end

-- ---- columns and rows ----

local function new_column(database, dice, type)
  return { name = new_name(database, dice), type = type,
    sql = (type.name:gsub("%%s", function() return database.schema end)) }
end

-- A common type, or the next of all: so each comes equally often.
local function next_type(types, dice)
  if dice:once_in(3) then
    return dice:pick(values.common)
  end
  types.turn = (types.turn or 0) % #types + 1
  return types[types.turn]
end

-- Some columns, of which the first two are often of one type.
local function new_columns(database, dice)
  local first <const> = next_type(database.types, dice)
  local columns = { new_column(database, dice, first),
    new_column(database, dice, dice:once_in(3) and next_type(database.types, dice) or first) }
  for index = 3, dice:roll(5) do
    columns[index] = new_column(database, dice, next_type(database.types, dice))
  end
  return columns
end

local function columns_sql(columns)
  local parts = {}
  for index, column in ipairs(columns) do
    parts[index] = column.name .. " " .. column.sql
  end
  return table.concat(parts, ", ")
end

function M.draw_row(dice, of)
  local row = {}
  for index, column in ipairs(of.columns) do
    row[index] = (column.fixed or not dice:once_in(7)) and column.type.draw(dice)
  end
  return row
end

local function draw_rows(dice, of, most)
  local rows = {}
  for index = 1, dice:roll(most) do
    rows[index] = index > 1 and dice:once_in(8) and rows[index - 1] or M.draw_row(dice, of)
  end
  return rows
end

-- ---- kinds of tables ----

-- A table of these columns; `most` rows.
local function add_table(database, dice, columns, most)
  local made = { name = qualified_name(database, dice), columns = columns }
  made.definition = statement("CREATE TABLE %s (%s);", made.name, columns_sql(columns))
  made.rows = most > 0 and draw_rows(dice, made, most) or {}
  database.tables[#database.tables + 1] = made
  return made
end

local function add_part(database, drop, create)
  local part <const> = { drop = drop, create = create }
  database.parts[#database.parts + 1] = part
  return part
end

local function add_wording(database, change, undo)
  database.wordings[#database.wordings + 1] = { change = change, undo = undo }
end

local function add_names_wording(database, of)
  local one <const>, other <const> = of.columns[1], of.columns[2]
  if one.type == other.type then
    local rename <const> = "ALTER TABLE %s RENAME COLUMN %s TO %s; "
    local exchange <const> = statement(rename, of.name, one.name, "passing")
      .. statement(rename, of.name, other.name, one.name) .. statement(rename, of.name, "passing", other.name)
    add_wording(database, exchange, exchange)
  end
end

-- Two of the same columns, between which values and rows can wander; and a view of one.
local function add_twins(database, dice)
  local columns <const> = new_columns(database, dice)
  local one <const>, other <const> = add_table(database, dice, columns, 10), add_table(database, dice, columns, 10)
  one.alike, other.alike = columns, columns
  add_names_wording(database, other)
  local default <const> = statement("ALTER TABLE %s ALTER COLUMN %s ", one.name, columns[1].name)
  add_wording(database, default .. "SET DEFAULT " .. literal(columns[1].type.draw(dice)), default .. "DROP DEFAULT")
  local comment <const> = statement("COMMENT ON TABLE %s IS ", one.name)
  add_part(database, comment .. "NULL", comment .. literal("a comment " .. values.text(dice)))
  local view <const> = qualified_name(database, dice)
  add_part(database, "DROP VIEW " .. view, statement("CREATE VIEW %s AS SELECT * FROM %s", view, one.name))
end

-- A parent and its child, of the same columns.
local function add_family(database, dice)
  local columns <const> = new_columns(database, dice)
  local parent <const>, child <const> = add_table(database, dice, columns, 8), add_table(database, dice, columns, 8)
  parent.alike, child.alike = columns, columns
  child.definition = statement("CREATE TABLE %s () INHERITS (%s);", child.name, parent.name)
end

local regions <const> = { name = "text", draw = function(dice) return dice:pick { "a", "b", "c", "d" } end }
local numbers <const> = { name = "integer", draw = function(dice) return tostring(dice:roll(40)) end }

local partitions <const> = {
  LIST = { "FOR VALUES IN ('a')", "FOR VALUES IN ('b', 'c')", "DEFAULT" },
  RANGE = { "FOR VALUES FROM (MINVALUE) TO (10)", "FOR VALUES FROM (10) TO (30)", "DEFAULT" },
  HASH = { "FOR VALUES WITH (MODULUS 3, REMAINDER 0)", "FOR VALUES WITH (MODULUS 3, REMAINDER 1)",
    "FOR VALUES WITH (MODULUS 3, REMAINDER 2)" },
}

local function add_partitioned(database, dice)
  local way <const> = dice:pick { "LIST", "RANGE", "HASH" }
  local columns <const> = new_columns(database, dice)
  local key <const> = new_column(database, dice, way == "LIST" and regions or numbers)
  key.fixed = true
  table.insert(columns, 1, key)
  local of <const> = add_table(database, dice, columns, 16)
  of.partitioned = true
  local statements = { statement("CREATE TABLE %s (%s) PARTITION BY %s (%s);", of.name, columns_sql(columns), way, key.name) }
  for _, bound in ipairs(partitions[way]) do
    statements[#statements + 1] = statement("CREATE TABLE %s PARTITION OF %s %s;", qualified_name(database, dice), of.name,
      bound)
  end
  of.definition = table.concat(statements, "\n")
end

local function add_links(database, dice, keyed)
  local reference <const> = new_column(database, dice, numbers)
  reference.fixed = true
  reference.type = { name = "integer", draw = function() return tostring(dice:roll(#keyed.rows)) end }
  local links <const> = add_table(database, dice, { reference, new_column(database, dice, next_type(database.types, dice)) }, 10)
  local constraint <const>, trigger <const> = new_name(database, dice), new_name(database, dice)
  local alter <const> = "ALTER TABLE " .. links.name
  add_part(database, statement("%s DROP CONSTRAINT %s", alter, constraint),
    statement("%s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s DEFERRABLE INITIALLY DEFERRED", alter, constraint,
      reference.name, keyed.name))
  add_part(database, statement("DROP TRIGGER %s ON %s", trigger, links.name),
    statement("CREATE TRIGGER %s BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
      trigger, links.name))
end

-- A table with an identity, a generated column, a key, an index and a check; and one that refers to it.
local function add_keyed(database, dice)
  local id <const>, amount <const> = new_column(database, dice, numbers), new_column(database, dice, values.amount)
  id.fixed = true
  local columns <const> = { id, amount, new_column(database, dice, next_type(database.types, dice)) }
  local keyed <const> = add_table(database, dice, columns, 12)
  for index, row in ipairs(keyed.rows) do
    keyed.rows[index] = table.move(row, 1, #row, 1, {})
    keyed.rows[index][1] = tostring(index)
  end
  keyed.keyed, keyed.index = true, new_name(database, dice)
  local twice <const>, check <const> = new_name(database, dice), new_name(database, dice)
  keyed.definition = statement("CREATE TABLE %s (%s %s GENERATED ALWAYS AS IDENTITY CONSTRAINT %s PRIMARY KEY, %s %s, %s %s, "
    .. "%s numeric GENERATED ALWAYS AS (%s * 2) STORED, CONSTRAINT %s CHECK (%s > 0));", keyed.name, id.name, id.sql,
    keyed.index, amount.name, amount.sql, columns[3].name, columns[3].sql, twice, amount.name, check, id.name)
  local alter <const>, index <const> = "ALTER TABLE " .. keyed.name, new_name(database, dice)
  add_wording(database, statement("%s DROP CONSTRAINT %s", alter, check),
    statement("%s ADD CONSTRAINT %s CHECK (%s > 0)", alter, check, id.name))
  add_part(database, statement("DROP INDEX %s.%s", database.schema, index),
    statement("CREATE INDEX %s ON %s (%s DESC) WHERE %s <> 7", index, keyed.name, amount.name, id.name))
  database.sequences[#database.sequences + 1] = { value = dice:roll(99) + 12, called = true,
    reference = statement("pg_get_serial_sequence(%s, %s)", literal(keyed.name), literal(names.parts(id.name)[1])) }
  add_links(database, dice, keyed)
end

-- Values that PostgreSQL keeps out of line.
local function add_wide(database, dice)
  local stored <const> = new_column(database, dice, values.wide_bytes)
  local of <const> = add_table(database, dice, { stored, new_column(database, dice, values.wide_text) }, 2)
  of.definition = of.definition .. statement(" ALTER TABLE %s ALTER %s SET STORAGE EXTERNAL;", of.name, stored.name)
end

local function add_bare(database, dice)
  add_table(database, dice, {}, 4)
  local empty <const> = add_table(database, dice, new_columns(database, dice), 0)
  add_part(database, "DROP TABLE " .. empty.name, empty.definition).is_table = true
end

local function add_sequence(database, dice)
  local name <const> = qualified_name(database, dice)
  local step <const> = dice:pick { 1, 5, -3 }
  database.sequences[#database.sequences + 1] = { reference = literal(name), value = dice:roll(1 << 30) * (step > 0 and 1 or -1),
    called = dice:once_in(2) }
  database.made[#database.made + 1] = statement("CREATE SEQUENCE %s INCREMENT %d;", name, step)
  local alter <const> = statement("ALTER SEQUENCE %s INCREMENT ", name)
  add_wording(database, alter .. step * 2, alter .. step)
end

local function add_function(database, dice)
  local create <const> = statement("CREATE OR REPLACE FUNCTION %s() RETURNS text LANGUAGE plpgsql AS ",
    qualified_name(database, dice))
  local body <const> = "BEGIN\n  RETURN '%s" .. "\n\\.\n-- PostgreSQL database dump complete\n';\nEND"
  database.made[#database.made + 1] = create .. literal(body:format "0") .. ";"
  add_wording(database, create .. literal(body:format "1"), create .. literal(body:format "0"))
end

local kinds <const> = {
  { add = add_family, once_in = 2 }, { add = add_partitioned, once_in = 2 }, { add = add_keyed, once_in = 2 },
  { add = add_wide, once_in = 12 }, { add = add_bare, once_in = 2 }, { add = add_sequence, once_in = 2 },
  { add = add_function, once_in = 2 },
}

-- `types` is a list that is turned further from one database to the next.
function M.generate(number, types, dice)
  local database = { number = number, types = types, named = 0, tables = {}, sequences = {}, parts = {}, wordings = {} }
  database.schema = identifier(names.fit(("d%d~"):format(number) .. dice:pick(hostile), ""))
  database.made = {
    statement("CREATE SCHEMA %s;", database.schema),
    statement("CREATE TYPE %s.mood AS ENUM ('%s');", database.schema, table.concat(values.labels, "', '")),
    statement([[CREATE TYPE %s.pair AS (n integer, "wörd ""t""" text);]], database.schema),
    statement("CREATE DOMAIN %s.code AS text CHECK (length(VALUE) < 3000);", database.schema),
  }
  add_twins(database, dice)
  for _, kind in ipairs(kinds) do
    if dice:once_in(kind.once_in) then
      kind.add(database, dice)
    end
  end
  return database
end

return M
