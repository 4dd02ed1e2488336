-- What one database holds and what the role may not read of it, seen before pg_dump starts.

local postgres = require "nightjar.postgres"

local M = {}

local own_schemas <const> = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
local not_of_extension <const> = [[
  NOT EXISTS (SELECT 1 FROM pg_depend e
               WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')]]

-- Tables and sequences that pg_dump will lock or read, with what the role lacks on them.
local relations_query <const> = [[
  SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
         has_schema_privilege(n.oid, 'USAGE') AS usage,
         CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                        ELSE has_table_privilege(c.oid, 'SELECT') END AS readable,
         c.relkind <> 'S' AND row_security_active(c.oid) AS rows_hidden
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'S') AND ]] .. own_schemas .. " AND " .. not_of_extension .. [[
     AND (NOT has_schema_privilege(n.oid, 'USAGE')
          OR c.relkind <> 'S' AND row_security_active(c.oid)
          OR NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                                ELSE has_table_privilege(c.oid, 'SELECT') END)
   ORDER BY 1, 2]]

-- Tables whose rows must be in the dump. One without a column of its own has none to copy.
local tables_query <const> = [[
  SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND ]] .. own_schemas .. " AND " .. not_of_extension .. [[
     AND (c.relpersistence = 'p' OR c.relpersistence = 'u' AND NOT pg_is_in_recovery())
     AND EXISTS (SELECT 1 FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    AND a.attgenerated = '')
   ORDER BY 1]]

local large_objects_query <const> = [[
  SELECT count(*) AS hidden FROM pg_largeobject_metadata m
   WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
     AND current_setting('lo_compat_privileges') = 'off'
     AND NOT pg_has_role(m.lomowner, 'USAGE')
     AND NOT EXISTS (SELECT 1 FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
                      AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))]]

local extensions_query <const> = [[
  SELECT e.extname AS name, e.extversion AS version FROM pg_extension e ORDER BY 1]]

-- Roles that own something in this database or are granted something there: what must exist where
-- it is restored.
local roles_query <const> = [[
  SELECT DISTINCT r.rolname AS name FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
   WHERE d.refclassid = 'pg_authid'::regclass
     AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
     AND (d.dbid <> 0 OR d.classid = 'pg_database'::regclass
          AND d.objid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  UNION SELECT r.rolname FROM pg_database b JOIN pg_roles r ON r.oid = b.datdba
   WHERE b.datname = current_database()
   ORDER BY 1]]

local function names_of(rows)
  local names = {}
  for index, row in ipairs(rows) do
    names[index] = row.name
  end
  return names
end

-- {unreadable={rows...}, hidden_large_objects=, tables={names}, extensions={{name, version}},
-- roles={names}}. In the transaction of a snapshot it is what a dump of that snapshot will hold.
function M.inspect(connection)
  local extensions = {}
  for index, row in ipairs(connection:query(extensions_query)) do
    extensions[index] = { name = row.name, version = row.version }
  end
  return {
    unreadable = connection:query(relations_query),
    hidden_large_objects = connection:query(large_objects_query)[1].hidden,
    tables = names_of(connection:query(tables_query)),
    extensions = extensions,
    roles = names_of(connection:query(roles_query)),
  }
end

local function qualified(relation)
  return postgres.identifier(relation.schema) .. "." .. postgres.identifier(relation.name)
end

-- For people: quoted only where SQL needs it.
local function readable(relation)
  local name <const> = relation.schema .. "." .. relation.name
  return name:find("^[a-z_][a-z0-9_]*%.[a-z_][a-z0-9_]*$") and name or qualified(relation)
end

local most_grants <const> = 20

local function grants_for(relations, role)
  local statements, schemas = {}, {}
  for _, relation in ipairs(relations) do
    if not relation.usage and not schemas[relation.schema] then
      schemas[relation.schema] = true
      statements[#statements + 1] = ("GRANT USAGE ON SCHEMA %s TO %s;"):format(
        postgres.identifier(relation.schema), role)
    end
    if not relation.readable then
      statements[#statements + 1] = ("GRANT SELECT ON %s %s TO %s;"):format(
        relation.kind == "S" and "SEQUENCE" or "TABLE", qualified(relation), role)
    end
  end
  return statements
end

-- What the role lacks, from what inspect found: nil, or {message=, grants={SQL...}}. Pure.
function M.missing_privileges(found, server)
  local role <const> = postgres.identifier(server.role)
  local grants = grants_for(found.unreadable, role)
  local denied, hidden = {}, {}
  for _, relation in ipairs(found.unreadable) do
    local list = (not relation.readable or not relation.usage) and denied or hidden
    list[#list + 1] = readable(relation)
  end
  if #grants > most_grants and server.major >= 14 then
    grants = { ("GRANT pg_read_all_data TO %s;"):format(role) }
  end
  local parts = {}
  local function say(format, list)
    parts[#parts + 1] = format:format(#list == 1 and list[1]
      or ("%s and %d more"):format(list[1], #list - 1))
  end
  if #denied > 0 then
    say("role '" .. server.role .. "' may not read %s", denied)
  end
  if #hidden > 0 then
    say("row-level security hides rows of %s from role '" .. server.role .. "'", hidden)
    grants[#grants + 1] = ("ALTER ROLE %s BYPASSRLS;"):format(role)
  end
  if found.hidden_large_objects > 0 then
    parts[#parts + 1] = ("role '%s' may not read %d large objects"):format(server.role,
      found.hidden_large_objects)
    grants[#grants + 1] = ("GRANT SELECT ON LARGE OBJECT … TO %s; (for each)"):format(role)
  end
  if #parts > 0 then
    return { message = table.concat(parts, "; "), grants = grants }
  end
end

-- Raise what the role lacks in a database, with the SQL that would help.
function M.demand_privileges(found, server, database)
  local missing <const> = M.missing_privileges(found, server)
  if missing then
    fail("DENIED", ("database '%s': %s"):format(database, missing.message),
      "In that database, as its owner or a superuser: " .. table.concat(missing.grants, " "),
      { database = database, grants = missing.grants })
  end
end

return M
