-- What the prompt says: results, and errors with the line that they come from.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local inspect_value = require "nightjar.inspect"
local json = require "nightjar.json"
local plain = require "nightjar.plain"
local redact = require "nightjar.redact"
local rows = require "nightjar.inspect.rows"
local secrecy = require "nightjar.secrecy"

local M = {}

local codes <const> = { red = "31", dim = "2", bold = "1" }
local tail_lines <const> = 10

-- painter(colored) → paint(name, text)
function M.painter(colored)
  return function(name, text)
    return colored and ("\27[%sm%s\27[0m"):format(codes[name], text) or text
  end
end

-- The rows of a query as a list of objects with all their columns.
local function row_list(value)
  local list <const> = json.array {}
  for index, row in ipairs(value) do
    list[index] = {}
    for _, name in ipairs(value.columns) do
      list[index][name] = row[name] == nil and json.null or row[name]
    end
  end
  return list
end

-- As JSON; nil for what cannot be: functions, cycles.
local function as_json(value, secrets)
  value = type(value) == "table" and rows.is(value) and row_list(value) or value
  local text <const> = try(function()
    return json.encode(secrecy.mask(value, secrets), { pretty = true })
  end)
  return text
end

-- One value as the prompt shows it. view: json, columns, secrets.
function M.value(value, view)
  local text <const> = view.json and as_json(value, view.secrets)
    or inspect_value(value, { columns = view.columns, secrets = view.secrets })
  return plain(redact(text, view.secrets)) -- what has a text of its own
end

-- ---- errors ----

-- The text of the file that a position in an error names, or nil.
local function source_of(file, view)
  if file == view.name then
    return view.code
  elseif file:find("^nightjar/") or file:find("^tasks/") then
    return host.source(file)
  end
  local path <const> = file:sub(1, 1) == "/" and file or (view.home or ".") .. "/" .. file
  return file:find("%.lua$") and try(fs.read, path)
end

local function line_of(text, number)
  local at = 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    at = at + 1
    if at == number then
      return line
    end
  end
end

-- Where it happened: what the message says, or else the innermost line of what was typed.
local function place_of(err, view)
  local file, line = tostring(err.message):match("^([^:\n]+):(%d+): ")
  if not file then
    file, line = view.name, (err.traceback or ""):match("\n%s*" .. view.name .. ":(%d+): ")
    if not line or not view.code:find("\n", 1, true) then
      return nil
    end
  end
  local text <const> = source_of(file, view)
  local shown <const> = text and line_of(text, math.tointeger(tonumber(line)))
  return shown and ("  %s:%s | %s"):format(file, line, shown)
end

-- The calls between the error and what was typed, without those of the prompt itself.
local function calls_of(err, view)
  local lines = {}
  for line in (err.traceback or ""):gmatch("[^\n]+") do
    local call <const> = line:match("^%s+(.*)$")
    if call and not call:find("^%[C%]") and not call:find("^nightjar/repl[./]") then
      lines[#lines + 1] = "    " .. call
      if call:find(view.name .. ":", 1, true) == 1 and call:find("in main chunk$") then
        break
      end
    end
  end
  return #lines > 1 and lines or {}
end

local function tail(text)
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    lines[#lines + 1] = "    " .. line
  end
  return table.move(lines, math.max(1, #lines - tail_lines + 1), #lines, 1, {})
end

-- view: name and code of what was typed, home, paint, verbose, secrets.
function M.error(err, view)
  local paint <const> = view.paint
  local head = tostring(err.message)
  if err.op then
    head = err.op .. ": " .. head
  end
  if err.code ~= "LUA" then
    head = ("%s (%s)"):format(head, err.sqlstate and err.code .. " " .. err.sqlstate or err.code)
  end
  local lines = {}
  local function add(style, text)
    if text and text ~= "" then
      text = plain(redact(text, view.secrets))
      lines[#lines + 1] = style and paint(style, text) or text
    end
  end
  add("red", head)
  add(nil, place_of(err, view))
  add(nil, err.hint and "  hint: " .. err.hint)
  add("dim", err.detail and table.concat(tail(err.detail), "\n"))
  add("dim", err.stderr and table.concat(tail(err.stderr), "\n"))
  if err.code == "LUA" or view.verbose then
    add("dim", table.concat(calls_of(err, view), "\n"))
  end
  return table.concat(lines, "\n")
end

return M
