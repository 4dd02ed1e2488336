-- An entry of the library as text for a terminal.

local library = require "nightjar.help.library"

local M = {}

local margin <const>, room <const> = "  ", 78

-- ---- text ----

-- A paragraph in lines of at most `width` characters.
local function filled(text, width)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if line ~= "" and (utf8.len(line) or #line) + 1 + (utf8.len(word) or #word) > width then
      lines[#lines + 1], line = line, word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line ~= "" and line or nil
  return lines
end

-- Paragraphs are filled; lines that begin with blanks stay as they are.
local function paragraphs(text, width)
  local lines, open = {}, {}
  local function close()
    table.move(filled(table.concat(open, " "), width), 1, 1000, #lines + 1, lines)
    open = {}
  end
  for line in (text .. "\n"):gmatch("(.-)\n") do
    if line == "" or line:find("^%s") then
      close()
      lines[#lines + 1] = line
    else
      open[#open + 1] = line
    end
  end
  close()
  return lines
end

-- Rows of two columns, the second one filled beside the first.
local function two_columns(out, rows)
  local width = 0
  for _, row in ipairs(rows) do
    width = math.max(width, math.min(utf8.len(row[1]) or #row[1], 30))
  end
  for _, row in ipairs(rows) do
    local lines <const> = filled(row[2], room - width - 6)
    local space <const> = math.max(0, width - (utf8.len(row[1]) or #row[1]))
    out[#out + 1] = (margin .. margin .. row[1] .. (" "):rep(space) .. margin .. (lines[1] or ""))
      :gsub("%s+$", "")
    for index = 2, #lines do
      out[#out + 1] = margin .. margin .. (" "):rep(width) .. margin .. lines[index]
    end
  end
end

-- ---- an entry ----

-- Types of nightjar's own without what is the same in all: connection, and not nightjar.connection.
local function short(kind)
  return (kind:gsub("nightjar%.", ""))
end

local function signature(entry)
  local names = {}
  for index, param in ipairs(entry.params) do
    names[index] = param.optional and "[" .. param.name .. "]" or param.name
  end
  local results = {}
  for index, result in ipairs(entry.returns) do
    results[index] = result.name ~= "" and result.name or short(result.type)
  end
  return ("%s(%s)%s"):format(entry.name, table.concat(names, ", "),
    #results > 0 and " → " .. table.concat(results, ", ") or "")
end
M.signature = signature

local function field_rows(fields)
  local rows = {}
  for index, field in ipairs(fields) do
    local about <const> = field.about ~= "" and " " .. field.about or ""
    rows[index] = { field.name, short(field.type) .. (about ~= "" and ":" .. about or "") }
  end
  return rows
end

local function add_values(out, title, values)
  if #values == 0 then
    return
  end
  out[#out + 1] = margin .. title
  for _, value in ipairs(values) do
    local name <const> = value.name ~= "" and value.name or "…"
    local fields <const> = library.fields(value.type)
    two_columns(out, { { name, short(value.type) .. (value.about ~= "" and ": " .. value.about
      or "") } })
    if fields and #fields > 0 then
      local rows <const> = field_rows(fields)
      for _, row in ipairs(rows) do
        row[1] = margin .. row[1]
      end
      two_columns(out, rows)
    end
  end
end

local function add_example(out, example)
  if example then
    out[#out + 1] = margin .. "example"
    for line in (example .. "\n"):gmatch("(.-)\n") do
      out[#out + 1] = (margin .. margin .. line):gsub("%s+$", "")
    end
  end
end

-- A function.
function M.entry(entry)
  local out <const> = { signature(entry), "" }
  table.move(paragraphs(entry.text, room), 1, 1000, #out + 1, out)
  out[#out + 1] = ""
  add_values(out, "takes", entry.params)
  add_values(out, "gives", entry.returns)
  if #entry.raises > 0 then
    out[#out + 1] = margin .. "raises"
    for _, line in ipairs(filled(table.concat(entry.raises, " "), room - 4)) do
      out[#out + 1] = margin .. margin .. line
    end
  end
  out[#out + 1] = margin .. (entry.waits == "yes" and "waits, and can be cancelled while it does"
    or "does not wait")
  add_example(out, entry.example)
  return table.concat(out, "\n")
end

-- A module: what it is, and a line for each function.
function M.module(file)
  local out <const> = paragraphs(file.about, room)
  out[#out + 1] = ""
  local rows = {}
  for index, entry in ipairs(file.functions) do
    rows[index] = { entry.name, entry.summary }
  end
  two_columns(out, rows)
  return table.concat(out, "\n")
end

function M.topic(topic)
  local out <const> = { topic.summary, "" }
  table.move(paragraphs(topic.more, room), 1, 1000, #out + 1, out)
  add_example(out, topic.example)
  return table.concat(out, "\n")
end

-- What there is.
function M.overview()
  local modules, topics, loose, hooks = {}, {}, {}, {}
  for _, file in ipairs(library.get().files) do
    if file.module then
      modules[#modules + 1] = { file.module:gsub("^nightjar%.", ""), file.about:match("^[^\n]*") }
    elseif file.name ~= "context" then
      local rows <const> = file.name == "policy" and hooks or loose
      for _, entry in ipairs(file.functions) do
        rows[#rows + 1] = { entry.name, entry.summary }
      end
    end
  end
  for index, topic in ipairs(library.get().topics) do
    topics[index] = { topic.name, topic.summary }
  end
  local out <const> = { "Modules: require \"nightjar.NAME\" in scripts, NAME at the prompt" }
  two_columns(out, modules)
  out[#out + 1] = "\nAnd"
  two_columns(out, loose)
  out[#out + 1] = "\nFunctions that config/policy.lua may hold"
  two_columns(out, hooks)
  out[#out + 1] = "\nTopics"
  two_columns(out, topics)
  out[#out + 1] = "\nhelp(postgres.connect), help \"postgres\", help \"errors\"; at the prompt "
    .. "also postgres.connect?"
  return table.concat(out, "\n")
end

return M
