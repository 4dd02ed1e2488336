-- A database's own properties (encoding, locale, owner, privileges, settings) as SQL that makes it
-- again.
--
-- The text is for psql. It creates the database under its own name, or under another with -v
-- database=NAME; with -v part=create it stops after CREATE DATABASE, with -v part=settings it does
-- only what follows. So a restore can fill the database before a setting or a connection limit of
-- its own gets in the way.

local M = {}

-- Settings whose values are lists of names; PostgreSQL takes them back element by element.
local name_lists <const> = {
  search_path = true, temp_tablespaces = true, local_preload_libraries = true,
  session_preload_libraries = true,
  shared_preload_libraries = true, unix_socket_directories = true,
}

local locale_providers <const> = { c = "libc", i = "icu", b = "builtin" }

local function locale_columns(version)
  if version >= 170000 then
    return "d.datlocprovider::text AS provider, d.datlocale AS locale, d.daticurules AS rules"
  elseif version >= 160000 then
    return "d.datlocprovider::text AS provider, d.daticulocale AS locale, d.daticurules AS rules"
  elseif version >= 150000 then
    return "d.datlocprovider::text AS provider, d.daticulocale AS locale, NULL::text AS rules"
  end
  return "NULL::text AS provider, NULL::text AS locale, NULL::text AS rules"
end

-- Everything that render needs, read from the catalogue of the server.
function M.describe(connection, name)
  local described <const> = connection:query(([[
    SELECT d.oid, d.datname AS name, r.rolname AS owner,
      pg_encoding_to_char(d.encoding) AS encoding,
           d.datcollate AS collation, d.datctype AS ctype, d.datconnlimit AS connection_limit,
           d.datistemplate AS template, t.spcname AS tablespace,
             shobj_description(d.oid, 'pg_database') AS comment,
           d.datacl IS NOT NULL AS has_privileges, %s
      FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace
      LEFT JOIN pg_roles r ON r.oid = d.datdba
     WHERE d.datname = $1]]):format(locale_columns(connection:version())), { name })[1]
  described.privileges = connection:query([[
    SELECT a.privilege_type AS privilege, a.is_grantable AS grantable, a.grantee = 0 AS public,
      r.rolname AS role
      FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE d.datname = $1 ORDER BY a.grantee, a.privilege_type]], { name })
  described.settings = connection:query([[
    SELECT r.rolname AS role, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
      FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
      LEFT JOIN pg_roles r ON r.oid = s.setrole
     WHERE s.setdatabase = $1 ORDER BY r.rolname NULLS FIRST, c]], { described.oid })
  described.labels = connection:query([[
    SELECT provider, label FROM pg_shseclabel
     WHERE classoid = 'pg_catalog.pg_database'::regclass AND objoid = $1 ORDER BY provider]],
       { described.oid })
  return described
end

local function identifier(name)
  return '"' .. name:gsub('"', '""') .. '"'
end

-- E'' is right whatever standard_conforming_strings says.
local function literal(text)
  local quoted <const> = "'" .. text:gsub("'", "''"):gsub("\\", "\\\\") .. "'"
  return quoted:find("\\", 1, true) and "E" .. quoted or quoted
end

-- A quoted argument of a psql command, where a backslash begins an escape.
local function psql_argument(text)
  return "'" .. text:gsub("\\", "\\\\"):gsub("'", "''"):gsub("\n", "\\n") .. "'"
end

-- 'public, "my schema"' -> {"public", "my schema"}
local function split_names(value)
  local names, position = {}, 1
  while true do
    position = value:find("[^%s,]", position)
    if not position then
      return names
    end
    if value:sub(position, position) == '"' then
      local name = ""
      repeat
        local last <const> = value:find('"', position + 1, true) or #value
        name = name .. value:sub(position + 1, last - 1)
        position = last + 1
        local doubled <const> = value:sub(position, position) == '"'
        name = doubled and name .. '"' or name
      until not doubled
      names[#names + 1] = name
    else
      local last <const> = (value:find("[%s,]", position) or #value + 1) - 1
      names[#names + 1], position = value:sub(position, last), last + 1
    end
  end
end

local function setting_value(setting)
  if not name_lists[setting.name] then
    return literal(setting.value)
  end
  local names = {}
  for index, name in ipairs(split_names(setting.value)) do
    names[index] = literal(name)
  end
  return #names > 0 and table.concat(names, ", ") or "''"
end

local function create_statement(d)
  local options = { "TEMPLATE = template0", "ENCODING = " .. literal(d.encoding) }
  if d.provider then
    options[#options + 1] = "LOCALE_PROVIDER = " .. locale_providers[d.provider]
  end
  options[#options + 1] = "LC_COLLATE = " .. literal(d.collation)
  options[#options + 1] = "LC_CTYPE = " .. literal(d.ctype)
  if d.locale then
    options[#options + 1] = (d.provider == "b" and "BUILTIN_LOCALE = " or "ICU_LOCALE = ")
      .. literal(d.locale)
  end
  if d.rules then
    options[#options + 1] = "ICU_RULES = " .. literal(d.rules)
  end
  if d.tablespace ~= "pg_default" then
    options[#options + 1] = "TABLESPACE = " .. identifier(d.tablespace)
  end
  return 'CREATE DATABASE :"database" WITH ' .. table.concat(options, " ") .. ";"
end

local function privilege_statements(d, add)
  if not d.has_privileges then
    return
  end
  add 'REVOKE ALL ON DATABASE :"database" FROM PUBLIC;'
  add('REVOKE ALL ON DATABASE :"database" FROM %s;', identifier(d.owner))
  for _, grant in ipairs(d.privileges) do
    if grant.public or grant.role then
      add('GRANT %s ON DATABASE :"database" TO %s%s;', grant.privilege,
        grant.public and "PUBLIC" or identifier(grant.role),
        grant.grantable and " WITH GRANT OPTION" or "")
    end
  end
end

local function setting_statements(d, add)
  if d.owner then
    add('ALTER DATABASE :"database" OWNER TO %s;', identifier(d.owner))
  end
  privilege_statements(d, add)
  for _, setting in ipairs(d.settings) do
    if setting.role then
      add('ALTER ROLE %s IN DATABASE :"database" SET %s TO %s;', identifier(setting.role),
        identifier(setting.name),
        setting_value(setting))
    else
      add('ALTER DATABASE :"database" SET %s TO %s;', identifier(setting.name),
        setting_value(setting))
    end
  end
  for _, label in ipairs(d.labels) do
    add('SECURITY LABEL FOR %s ON DATABASE :"database" IS %s;', identifier(label.provider),
      literal(label.label))
  end
  if d.connection_limit ~= -1 then
    add('ALTER DATABASE :"database" WITH CONNECTION LIMIT = %d;', d.connection_limit)
  end
  if d.template then
    add 'ALTER DATABASE :"database" WITH IS_TEMPLATE = true;'
  end
  add('COMMENT ON DATABASE :"database" IS %s;', d.comment and literal(d.comment) or "NULL")
end

-- The SQL that makes the described database again: pure.
function M.render(d)
  local lines = {
    "-- Makes an empty database as it was when it was backed up; its content goes into it after.",
    "-- psql -X -v ON_ERROR_STOP=1 -f THIS [-v database=OTHER] [-v part=create|settings] postgres",
    "\\encoding UTF8",
    "\\if :{?database}", "\\else", "\\set database " .. psql_argument(d.name), "\\endif",
    "\\if :{?part}", "\\else", "\\set part all", "\\endif",
    "SELECT :'part' <> 'settings' AS creating, :'part' <> 'create' AS setting \\gset",
    "\\if :creating", create_statement(d), "\\endif", "\\if :setting",
  }
  setting_statements(d, function(statement, ...)
    lines[#lines + 1] = select("#", ...) > 0 and statement:format(...) or statement
  end)
  lines[#lines + 1] = "\\endif"
  return table.concat(lines, "\n") .. "\n"
end

return M
