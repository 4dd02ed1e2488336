-- Generated databases in a real one: made, filled, rewritten, asked whether their data is the same, and dumped as a backup is.

local changes = require "tests.proof.changes"
local dump = require "nightjar.dump"
local fingerprint = require "nightjar.fingerprint"
local large_objects = require "tests.proof.large_objects"
local names = require "nightjar.names"
local pipeline = require "nightjar.pipeline"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"

local M = {}

local real = {}
real.__index = real

-- What a schema's tables and sequences hold, by PostgreSQL alone: rows are texts, whatever their order.
local contents <const> = [[
  CREATE FUNCTION pg_temp.contents(number oid) RETURNS TABLE (name text, content text) LANGUAGE plpgsql AS $$
  DECLARE
    kind "char";
  BEGIN
    FOR name, kind IN SELECT format('%I.%I', nspname, relname), relkind FROM pg_class
        JOIN pg_namespace AS n ON n.oid = relnamespace WHERE n.oid = number AND relkind IN ('r', 'S') LOOP
      IF kind = 'S' THEN
        EXECUTE 'SELECT last_value || '' '' || is_called FROM ' || name INTO content;
      ELSE
        EXECUTE 'SELECT count(*) || coalesce(md5(string_agg(h, '','' ORDER BY h)), '''')'
          || ' FROM (SELECT md5("~row~"::text) AS h FROM ONLY ' || name || ' AS "~row~") AS hashes' INTO content;
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$]]

local ask <const> = [[
  SELECT substring(nspname FROM '^d(\d+)~') AS number, name, content FROM pg_namespace AS n, pg_temp.contents(n.oid)
    WHERE nspname ~ '^d\d+~'
  UNION ALL SELECT 'large', 'pg_largeobject', string_agg(oid || ' ' || md5(lo_get(oid)), ',' ORDER BY oid)
    FROM pg_largeobject_metadata]]

-- A real database of that name, to be closed.
function M.new(server, name)
  server:database(name)
  local connection <const> = server:connect(name)
  connection:query(contents)
  return setmetatable({ server = server, name = name, connection = connection }, real)
end

function real:__close()
  self.connection:close()
  self.server:query("postgres", ("DROP DATABASE %s WITH (FORCE)"):format(postgres.identifier(self.name)))
end

function real:query(sql)
  local rows, err = try(self.connection.query, self.connection, sql, nil, { timeout = 120 })
  if err then
    error(("%s\n%s"):format(err.message, sql:sub(1, 4000)), 0)
  end
  return rows
end

-- ---- rows ----

local function column_names(of)
  local list = {}
  for index, column in ipairs(of.columns) do
    list[index] = column.name
  end
  return table.concat(list, ", ")
end

local function row_sql(of, row)
  local list = {}
  for index = 1, #of.columns do
    list[index] = row[index] and postgres.literal(row[index]) or "NULL"
  end
  return "(" .. table.concat(list, ", ") .. ")"
end

-- INSERTs of the rows in a drawn order.
local function insert_sql(of, rows, dice)
  local into <const> = "INSERT INTO " .. of.name
  if #of.columns == 0 then
    return (into .. " DEFAULT VALUES;"):rep(#rows)
  end
  local statements, values = {}, {}
  for index, row in ipairs(dice:shuffled(rows)) do
    values[#values + 1] = row_sql(of, row)
    if index == #rows or dice:once_in(4) then
      statements[#statements + 1] = ("%s (%s)%s VALUES %s;"):format(into, column_names(of),
        of.keyed and " OVERRIDING SYSTEM VALUE" or "", table.concat(values, ", "))
      values = {}
    end
  end
  return table.concat(statements, "\n")
end

local function refill_sql(of, rows, dice)
  return ("DELETE FROM %s%s;\n%s"):format(of.partitioned and "" or "ONLY ", of.name, insert_sql(of, rows, dice))
end

-- ---- databases ----

local function creation_sql(database, dice)
  local statements = table.move(database.made, 1, #database.made, 1, {})
  local function add(list, text)
    for _, each in ipairs(list) do
      statements[#statements + 1] = text(each)
    end
  end
  add(database.tables, function(of) return of.definition end)
  add(dice:shuffled(database.tables), function(of) return insert_sql(of, of.rows, dice) end)
  add(database.sequences, function(sequence) return changes.setval(sequence, sequence.value, sequence.called) end)
  add(dice:shuffled(database.parts), function(part) return part.is_table and "" or part.create .. ";" end)
  return table.concat(statements, "\n")
end

function real:make(database, dice)
  self:query(creation_sql(database, dice))
end

function real:make_large(objects, dice)
  self:query(large_objects.sql(objects, dice))
end

-- Tables in their own order, so that a seed gives the same each time.
function real:apply(database, change, dice)
  local statements = {}
  for _, of in ipairs(database.tables) do
    local rows <const> = change.rows and change.rows[of]
    statements[#statements + 1] = rows and refill_sql(of, rows, dice)
  end
  statements[#statements + 1] = change.sql
  self:query(table.concat(statements, "\n"))
end

function real:undo(database, change, dice)
  local rows = {}
  for of in pairs(change.rows or {}) do
    rows[of] = of.rows
  end
  self:apply(database, { rows = rows, sql = change.undo }, dice)
end

-- The same rows elsewhere on the disk and in another order, by all that does so.
function real:rewrite(database, dice)
  local statements, full = {}, {}
  for _, of in ipairs(dice:shuffled(database.tables)) do
    local column <const> = #of.columns > 0 and of.columns[#of.columns].name
    local way <const> = dice:roll(3)
    if way == 1 then
      statements[#statements + 1] = refill_sql(of, of.rows, dice)
    elseif way == 2 and column then
      statements[#statements + 1] = ("UPDATE %s SET %s = %s;"):format(of.name, column, column)
    elseif way == 3 and of.index then
      self:query(("CLUSTER %s USING %s; ALTER TABLE %s SET WITHOUT CLUSTER"):format(of.name, of.index, of.name))
    elseif way == 3 then
      full[#full + 1] = of.name
    end
  end
  self:query(table.concat(statements, "\n"))
  if #full > 0 then
    self:query("VACUUM (FULL) " .. table.concat(full, ", "))
  end
end

-- What each holds: {[number, or "large"] = {[key of a table or sequence] = its content}}.
function real:contents()
  local found = {}
  for _, row in ipairs(self:query(ask)) do
    found[row.number] = found[row.number] or {}
    found[row.number][names.key(row.name)] = row.content
  end
  return found
end

-- The fingerprint of a dump that is made as a backup's is.
function real:fingerprint()
  local arguments <const> = dump.arguments({
    policy = { backup = { lock_wait = 60 } }, server = { recovery = false },
    conninfo = function(_, database) return names.conninfo(database) end,
  }, self.name, "UTF8")
  table.insert(arguments, 1, "pg_dump")
  arguments.env = self.server:environment()
  return pipeline.run {
    from = process.source(arguments), through = { fingerprint.sql { texts = true } }, to = pipeline.discard(),
    timeout = 240,
  }.fingerprint
end

return M
