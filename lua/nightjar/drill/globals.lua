-- Roles and tablespaces brought to an empty server, and what of them a restore would lack.

local fs = require "nightjar.fs"
local gzip = require "nightjar.gzip"
local manifest = require "nightjar.manifest"
local names = require "nightjar.names"
local pipeline = require "nightjar.pipeline"
local postgres = require "nightjar.postgres"
local stored = require "nightjar.stored"

local M = {}

local duplicate_object <const> = "42710"
local tail_bytes <const> = 8192

-- Every error in what psql has said: {{sqlstate=, message=}...}. Pure.
function M.errors(said)
  local found = {}
  for sqlstate, message in said:gmatch(":%s+%u+:%s+([%d%u][%d%u][%d%u][%d%u][%d%u]): ([^\n]*)") do
    local class <const> = sqlstate:sub(1, 2)
    if class ~= "00" and class ~= "01" and class ~= "02" then
      found[#found + 1] = { sqlstate = sqlstate, message = message }
    end
  end
  return found
end

-- What is missing, of those errors: the server's first role was there before, by its name. Pure.
function M.missing(said, bootstrap_role)
  local missing = {}
  for _, err in ipairs(M.errors(said)) do
    local is_first <const> = err.sqlstate == duplicate_object
      and err.message:find('"' .. bootstrap_role .. '"', 1, true)
    if not is_first then
      missing[#missing + 1] = { kind = "globals", name = err.sqlstate, message = err.message }
    end
  end
  if #said >= tail_bytes then
    missing[#missing + 1] = { kind = "globals", name = "…",
      message = "psql had more to say of the roles than is kept" }
  end
  return missing
end

-- The tablespaces that the text of a globals.sql makes: {name = folder}. Pure.
function M.tablespaces(text)
  local found = {}
  for line in text:gmatch("CREATE TABLESPACE ([^\n]*)") do
    local name <const> = names.parts(line:sub(1, 1) == '"' and line or line:match("^%S+"))[1]
    found[name] = line:match("LOCATION '(.*)';$") or ""
  end
  return found
end

local function text_of(folder, file, workspace)
  local path <const> = workspace.path .. "/globals.sql"
  pipeline.run { from = fs.source(folder .. "/" .. file.name), through = { gzip.decompress {} },
    to = fs.sink(path) }
  return fs.read(path)
end

local function has(connection, query, name)
  return #connection:query(query, { name }) > 0
end

-- A tablespace whose folder this machine does not have: told, and put into the data folder, so that
-- the rest can still be rehearsed.
local function replace_tablespaces(session, text, missing)
  local connection <const> = session.connection
  for name, folder in pairs(M.tablespaces(text)) do
    if not has(connection, "SELECT 1 AS there FROM pg_tablespace WHERE spcname = $1", name) then
      missing[#missing + 1] = { kind = "tablespace", name = name,
        message = ("tablespace '%s' needs the folder '%s'"):format(name, folder) }
      if session.server.major >= 15 then
        connection:query("SET allow_in_place_tablespaces = on")
        connection:query(("CREATE TABLESPACE %s LOCATION ''"):format(postgres.identifier(name)))
      end
    end
  end
end

-- The roles' own attributes came along, those of the role that we are among them.
local function keep_access(session)
  local password <const> = session.target.password
  session.connection:query(("ALTER ROLE %s WITH LOGIN SUPERUSER CONNECTION LIMIT -1 "
    .. "VALID UNTIL 'infinity'%s"):format(postgres.identifier(session.target.user),
    password and " PASSWORD " .. postgres.literal(password) or ""))
  session.connection:query(("ALTER ROLE %s RESET ALL"):format(
    postgres.identifier(session.target.user)))
end

-- Play the globals of a set on the drill's server. Returns what is missing: {{kind, name,
-- message}...}.
function M.play(session, folder, value, workspace)
  local file <const> = manifest.file(value, "globals")
  if not file then
    return { { kind = "globals", name = "globals.sql.gz", message = "the backup holds no roles" } }
  end
  local missing = M.missing(stored.play_globals(session, folder, file), session.target.user)
  keep_access(session)
  local text <const> = text_of(folder, file, workspace)
  replace_tablespaces(session, text, missing)
  return missing
end

-- Roles that a database of the set names and the server has not: told, and, on a throwaway server,
-- made, so that the rest can still be rehearsed.
function M.missing_roles(session, value, make)
  local missing, seen = {}, {}
  for _, described in ipairs(value.databases) do
    for _, role in ipairs(described.roles) do
      if not seen[role] and not has(session.connection,
          "SELECT 1 AS there FROM pg_roles WHERE rolname = $1", role) then
        missing[#missing + 1] = { kind = "role", name = role, database = described.name,
          message = ("role '%s', which owns or is granted something in '%s', is not there"):format(
            role, described.name) }
        if make then
          session.connection:query("CREATE ROLE " .. postgres.identifier(role))
        end
      end
      seen[role] = true
    end
  end
  return missing
end

-- Extensions that a database of the set uses and the server has not got.
function M.missing_extensions(session, value)
  local missing, seen = {}, {}
  for _, described in ipairs(value.databases) do
    for _, extension in ipairs(described.extensions) do
      if not seen[extension.name] and not has(session.connection,
          "SELECT 1 AS there FROM pg_available_extensions WHERE name = $1", extension.name) then
        missing[#missing + 1] = { kind = "extension", name = extension.name,
          database = described.name,
          message = ("extension '%s', which '%s' uses, is not installed there"):format(
            extension.name, described.name) }
      end
      seen[extension.name] = true
    end
  end
  return missing
end

return M
