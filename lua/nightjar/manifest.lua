-- The manifest of a set: what is in it, from where, how large, and whether it has been proven.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local shape = require "nightjar.shape"
local units = require "nightjar.units"

local M = {}

M.schema_version = 1
M.file_name = "manifest.json"

local list <const>, maybe <const>, record <const> = shape.list, shape.maybe, shape.record
local integer <const>, number <const>, text <const> = shape.integer, shape.number, shape.text

local function any() end

local states <const> = { complete = true, failed = true }
local verdicts <const> = { proven = true, differs = true, unreadable = true, not_verified = true }

local fingerprint_shape <const> = record {
  hash = maybe(text),
  tables = list(record { name = text, rows = integer, hash = text, offset = maybe(integer),
    bytes = maybe(integer) }),
  sequences = list(record { name = text, value = integer, called = shape.boolean }),
  objects = list(text), statements = list(text),
  -- Not in sets that were made before a restore had several jobs.
  session = maybe(list(record { offset = integer, bytes = integer })),
}
local file_shape <const> = record {
  name = text, kind = text, bytes = integer, sha256 = text, md5 = text, database = maybe(text),
  raw_bytes = maybe(integer), fingerprint = maybe(fingerprint_shape),
}
local database_shape <const> = record {
  name = text, bytes = maybe(integer), encoding = maybe(text), collation = maybe(text),
  extensions = list(record { name = text }), roles = list(text),
}
local verdict_shape <const> = record {
  name = maybe(text), verdict = text, reason = maybe(text), seconds = maybe(number),
  differences = maybe(list(any)), definitions_differ = maybe(list(any)),
}
local set_shape <const> = record {
  schema_version = integer, id = text, target = text, host = text, state = text, started = text,
  finished = text, server_version = integer, client_version = text, files = list(file_shape),
  databases = list(database_shape),
  options = record { only = maybe(text), bootstrap_role = maybe(text) },
  problems = list(record { message = text, database = maybe(text) }),
  verification = list(record { verdict = text, at = maybe(text), kind = maybe(text),
    seconds = maybe(number), reason = maybe(text), databases = maybe(list(verdict_shape)) }),
  uploads = list(record { remote = maybe(text), at = maybe(text),
    confirmed = maybe(shape.boolean) }),
  pinned = shape.boolean,
}

local function problem_of_file(value, where)
  if value.name:find("/", 1, true) or value.name:sub(1, 1) == "." then
    return ("%s.name '%s' is not a plain file name"):format(where, value.name)
  elseif value.kind == "database" and not (value.database and value.fingerprint) then
    return where .. ".fingerprint or database is missing"
  end
end

-- What is wrong with a decoded manifest, as one line, or nil.
function M.problem(value)
  if type(value) ~= "table" then
    return "it holds no object"
  end
  if math.type(value.schema_version) == "integer" and value.schema_version > M.schema_version then
    return ("it has schema version %d, and this nightjar knows up to %d"):format(
      value.schema_version, M.schema_version)
  end
  local problem = set_shape(value, "")
  if problem then
    return problem
  end
  if not units.parse_iso(value.started) then
    return ("started '%s' is no time"):format(value.started)
  end
  if not states[value.state] then
    return ("state '%s' is unknown"):format(value.state)
  end
  for index, each in ipairs(value.files) do
    problem = problem_of_file(each, ("files[%d]"):format(index))
    if problem then
      return problem
    end
  end
  for index, entry in ipairs(value.verification) do
    if not verdicts[entry.verdict] then
      return ("verification[%d].verdict is unknown"):format(index)
    end
  end
end

function M.validate(value, path)
  local problem <const> = M.problem(value)
  if problem then
    fail("FORMAT", ("manifest '%s' is not valid: %s"):format(path, problem),
      "The set is not listed as good. Restore from another one; nightjar backups lists them.")
  end
  return value
end

local function mark_lists(value, names)
  for _, name in ipairs(names) do
    if value[name] then
      json.array(value[name])
    end
  end
end

-- An empty Lua table does not say whether it is a list: the lists are marked before they become
-- JSON.
local function mark(value)
  mark_lists(value, { "files", "databases", "problems", "verification", "uploads" })
  for _, database in ipairs(value.databases) do
    mark_lists(database, { "extensions", "roles" })
  end
  for _, file in ipairs(value.files) do
    mark_lists(file.fingerprint or {}, { "tables", "sequences", "objects", "statements",
      "session" })
  end
  for _, entry in ipairs(value.verification) do
    mark_lists(entry, { "databases" })
    for _, database in ipairs(entry.databases or {}) do
      mark_lists(database, { "differences", "definitions_differ" })
    end
  end
  return value
end

-- A manifest of these fields, with what every set has from the start.
function M.make(values)
  local value = {
    schema_version = M.schema_version, state = "complete", files = {}, databases = {},
    options = {}, problems = {}, verification = {}, uploads = {}, pinned = false,
  }
  for name, content in pairs(values) do
    value[name] = content
  end
  return mark(value)
end

-- A fingerprint as the manifest keeps it: the statements' hashes without their texts.
function M.fingerprint(print)
  local statements = {}
  for index, statement in ipairs(print.statements) do
    statements[index] = statement.hash
  end
  return {
    hash = print.hash, tables = json.array(print.tables), sequences = json.array(print.sequences),
    objects = json.array(print.objects), statements = json.array(statements),
    session = json.array(print.session),
  }
end

-- The text of a manifest's file.
function M.encode(value)
  return json.encode(mark(value), { pretty = true }) .. "\n"
end

function M.write(folder, value)
  local path <const> = folder .. "/" .. M.file_name
  fs.write(path, M.encode(M.validate(value, path)), { mode = 384 })
end

function M.read(folder)
  local path <const> = folder .. "/" .. M.file_name
  if not fs.stat(path) then
    fail("NOT_FOUND", ("'%s' is missing"):format(path))
  end
  local value, err = try(json.decode, fs.read(path))
  if err then
    fail("FORMAT", ("manifest '%s' is not valid JSON: %s"):format(path, err.message), nil,
      { cause = err })
  end
  return M.validate(value, path)
end

-- The newest verdict, or nil.
function M.verdict(value)
  local newest <const> = value.verification[#value.verification]
  return newest and newest.verdict
end

-- The file of a kind ("database", "create"), for a database; or nil.
function M.file(value, kind, database)
  for _, file in ipairs(value.files) do
    if file.kind == kind and file.database == database then
      return file
    end
  end
end

return M
