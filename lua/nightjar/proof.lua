-- Whether what was restored is what was dumped: two fingerprints compared, without any I/O.

local M = {}

local severity <const> = { proven = 0, not_verified = 1, differs = 2, unreadable = 3 }

local function counted(values)
  local counts = {}
  for _, value in ipairs(values) do
    counts[value] = (counts[value] or 0) + 1
  end
  return counts
end

-- The values of `one` that `other` has fewer of, in the order of `one`.
local function surplus(one, other)
  local available, found = counted(other), {}
  for _, value in ipairs(one) do
    if (available[value] or 0) > 0 then
      available[value] = available[value] - 1
    else
      found[#found + 1] = value
    end
  end
  return found
end

local function by_name(entries)
  local index = {}
  for _, entry in ipairs(entries) do
    index[entry.name] = entry
  end
  return index
end

-- A list of differences with a way to add to it.
local function collector(differences)
  return function(kind, name, stored, restored, text, ...)
    differences[#differences + 1] = {
      kind = kind, name = name, stored = stored, restored = restored, text = text:format(...),
    }
  end
end

local function compare_tables(stored, restored, note)
  local there <const> = by_name(restored)
  for _, expected in ipairs(stored) do
    local name <const>, found <const> = expected.name, there[expected.name]
    if not found then
      note("table_missing", name, expected.rows, nil, "table %s is missing", name)
    elseif found.rows ~= expected.rows then
      note("rows", name, expected.rows, found.rows, "table %s has %d rows, not %d", name,
        found.rows, expected.rows)
    elseif found.hash ~= expected.hash then
      note("content", name, expected.hash, found.hash, "table %s has other content", name)
    end
    there[name] = nil
  end
  for _, found in ipairs(restored) do
    if there[found.name] then
      note("table_extra", found.name, nil, found.rows, "table %s was not in the backup", found.name)
    end
  end
end

local function sequence_text(sequence)
  return ("%s%s"):format(sequence.value, sequence.called and "" or " (not called yet)")
end

local function compare_sequences(stored, restored, note)
  local there <const> = by_name(restored)
  for _, expected in ipairs(stored) do
    local name <const>, found <const> = expected.name, there[expected.name]
    if not found then
      note("sequence_missing", name, expected.value, nil, "sequence %s is missing", name)
    elseif found.value ~= expected.value or found.called ~= expected.called then
      note("sequence", name, expected.value, found.value, "sequence %s is at %s, not %s", name,
        sequence_text(found), sequence_text(expected))
    end
  end
end

local function object_text(object)
  local name, type, schema = object:match("^(.*)|([^|]*)|([^|]*)|[^|]*$")
  if not name then
    return object
  end
  return schema == "-" and ("%s %s"):format(type, name) or ("%s %s.%s"):format(type, schema, name)
end

local function compare_objects(stored, restored, note)
  for _, object in ipairs(surplus(stored, restored)) do
    note("object_missing", object, nil, nil, "%s is missing", object_text(object))
  end
  for _, object in ipairs(surplus(restored, stored)) do
    note("object_extra", object, nil, nil, "%s was not in the backup", object_text(object))
  end
end

-- Compare two fingerprints in the manifest's form. Returns
-- {verdict = "proven"|"differs", reason = one line or nil,
--  differences = {{kind, name, stored, restored, text}...},
--  definitions = {stored = hashes, restored = hashes} of statements that only one of them has}.
-- Data and objects decide; the text of a definition does not, for PostgreSQL may print it in
-- another form.
function M.compare(stored, restored)
  local differences = {}
  local note <const> = collector(differences)
  compare_tables(stored.tables, restored.tables, note)
  compare_sequences(stored.sequences, restored.sequences, note)
  compare_objects(stored.objects, restored.objects, note)
  local result = {
    verdict = "proven", differences = differences,
    definitions = {
      stored = surplus(stored.statements, restored.statements),
      restored = surplus(restored.statements, stored.statements),
    },
  }
  if #differences > 0 then
    result.verdict, result.reason = "differs", differences[1].text
    if #differences > 1 then
      result.reason = ("%s, and %d more differences"):format(result.reason, #differences - 1)
    end
  end
  return result
end

-- Tables of the server that a dump lacks. Names are compared as names, however they are quoted.
function M.missing_tables(expected, fingerprint, key)
  local there, missing = {}, {}
  for _, entry in ipairs(fingerprint.tables) do
    there[key(entry.name)] = true
  end
  for _, name in ipairs(expected) do
    if not there[key(name)] then
      missing[#missing + 1] = name
    end
  end
  return missing
end

-- The verdict on a set from those on its databases: the worst of them, with the reason that goes
-- with it.
function M.worst(verdicts)
  local worst
  for _, one in ipairs(verdicts) do
    if not worst or severity[one.verdict] > severity[worst.verdict] then
      worst = one
    end
  end
  return worst
end

local gravity <const> = { ok = 0, warn = 1, unknown = 2, crit = 3 }

-- The worse of two statuses.
function M.worse_status(one, other)
  return gravity[other] > gravity[one] and other or one
end

-- Tables and rows of a fingerprint.
function M.totals(fingerprint)
  local rows = 0
  for _, entry in ipairs(fingerprint.tables) do
    rows = rows + entry.rows
  end
  return #fingerprint.tables, rows
end

-- SQLSTATEs of a restore that say something of the server it was tried on, not of the backup: no
-- resources, no privilege, an operator, something that is not installed there.
local circumstances <const> = {
  ["08"] = true, ["53"] = true, ["57"] = true, ["58"] = true,
  ["42501"] = true, ["42704"] = true, ["0A000"] = true, ["55006"] = true, ["28000"] = true,
    ["28P01"] = true,
}

local not_an_error <const> = { ["00"] = true, ["01"] = true, ["02"] = true }

-- What the first error in psql's verbose standard error says, in whatever language its severity is
-- written: {sqlstate=, message=, circumstance=boolean}, or nil.
function M.restore_error(stderr)
  for sqlstate, message in stderr:gmatch(":  ([%d%u][%d%u][%d%u][%d%u][%d%u]): ([^\n]*)") do
    local class <const> = sqlstate:sub(1, 2)
    if not not_an_error[class] then
      return { sqlstate = sqlstate, message = message,
        circumstance = circumstances[sqlstate] or circumstances[class] or false }
    end
  end
end

return M
