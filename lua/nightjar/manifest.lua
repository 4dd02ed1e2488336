-- The manifest of a set: what is in it, from where, how large, and whether it has been proven.

local fs = require "nightjar.fs"
local json = require "nightjar.json"

local M = {}

M.schema_version = 1
M.file_name = "manifest.json"

local states <const> = { complete = true, failed = true }
local verdicts <const> = { proven = true, differs = true, unreadable = true, not_verified = true }

-- field = type; a leading "?" lets it be absent.
local fields <const> = {
  schema_version = "integer", id = "string", target = "string", host = "string", state = "string",
  started = "string", finished = "string", server_version = "integer", client_version = "string",
  files = "table", databases = "table", options = "table", problems = "table",
  verification = "table",
  uploads = "table", pinned = "boolean",
}
local file_fields <const> = {
  name = "string", kind = "string", bytes = "integer", sha256 = "string", md5 = "string",
  database = "?string",
  raw_bytes = "?integer", fingerprint = "?table",
}
local print_fields <const> = {
  tables = "table", sequences = "table", objects = "table", statements = "table",
  session = "?table", -- not in sets that were made before a restore had several jobs
}

local function type_of(value)
  return math.type(value) == "integer" and "integer" or type(value)
end

local function check_fields(value, expected, where)
  for name, described in pairs(expected) do
    local wanted <const> = described:gsub("^%?", "")
    local found <const> = type_of(value[name])
    if found == "nil" and wanted == described then
      return ("%s%s is missing, not a %s"):format(where, name, wanted)
    elseif found ~= "nil" and found ~= wanted then
      return ("%s%s is a %s, not a %s"):format(where, name, found, wanted)
    end
  end
end

local function check_file(file, where)
  local problem <const> = type(file) ~= "table" and where .. " is no object"
    or check_fields(file, file_fields, where)
  if problem then
    return problem
  end
  if file.name:find("/", 1, true) or file.name:sub(1, 1) == "." then
    return ("%sname '%s' is not a plain file name"):format(where, file.name)
  end
  if file.kind == "database" then
    local print = file.fingerprint
    if not (file.database and print and check_fields(print, print_fields, where) == nil) then
      return where .. "fingerprint or database is missing"
    end
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
  local problem = check_fields(value, fields, "")
  if problem then
    return problem
  end
  if not value.started:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$") then
    return ("started '%s' is no time"):format(value.started)
  end
  if not states[value.state] then
    return ("state '%s' is unknown"):format(value.state)
  end
  for index, file in ipairs(value.files) do
    problem = check_file(file, ("files[%d]."):format(index))
    if problem then
      return problem
    end
  end
  for index, entry in ipairs(value.verification) do
    if type(entry) ~= "table" or not verdicts[entry.verdict] then
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
