-- The whole library as docs/api.md.

local library = require "nightjar.help.library"
local render = require "nightjar.help.render"

local M = {}

local head <const> = [[
# The Lua API

Generated from lua/meta by `./dev docs`: change it there. The same is shown by
`help(postgres.connect)` at the prompt, by `nightjar help postgres.connect`, and in an editor with
the Lua language server (`nightjar init` sets it up).

Modules are `require "nightjar.NAME"` in scripts, and globals at the prompt. Everything that can
fail raises (see [errors](#errors)); every table of options refuses keys that it does not know.
*waits* says that a function can be cancelled while it waits; all of them work anywhere.
]]

local function short(kind)
  return (kind:gsub("nightjar%.", ""))
end

-- A type as it stands between two stars.
local function emphasised(kind)
  return (short(kind):gsub("([*_|])", "\\%1"))
end

local function value_lines(lines, value, indent)
  local name <const> = value.name ~= "" and ("`%s` "):format(value.name) or ""
  lines[#lines + 1] = ("%s- %s*%s*%s"):format(indent, name, emphasised(value.type),
    value.about ~= "" and ": " .. value.about or "")
  for _, field in ipairs(library.fields(value.type) or {}) do
    lines[#lines + 1] = ("%s  - `%s` *%s*%s"):format(indent, field.name,
      emphasised(field.type), field.about ~= "" and ": " .. field.about or "")
  end
end

local function add_values(lines, title, values)
  if #values > 0 then
    lines[#lines + 1] = title .. "\n"
    for _, value in ipairs(values) do
      value_lines(lines, value, "")
    end
    lines[#lines + 1] = ""
  end
end

local function add_example(lines, example)
  if example then
    lines[#lines + 1] = "```lua\n" .. example .. "\n```\n"
  end
end

local function add_entry(lines, entry)
  lines[#lines + 1] = ("### %s\n"):format(entry.name)
  lines[#lines + 1] = ("`%s`%s\n"):format(render.signature(entry),
    entry.waits == "yes" and " · waits" or "")
  lines[#lines + 1] = entry.text .. "\n"
  add_values(lines, "Takes", entry.params)
  add_values(lines, "Gives", entry.returns)
  if #entry.raises > 0 then
    lines[#lines + 1] = ("Raises %s.\n"):format(table.concat(entry.raises, ", "))
  end
  add_example(lines, entry.example)
end

local function title_of(file)
  return file.module and file.module:gsub("^nightjar%.", "") or file.name
end

-- The text of docs/api.md.
function M.text()
  local lines, titles = { head }, {}
  for _, file in ipairs(library.get().files) do
    titles[#titles + 1] = #file.functions > 0 and ("[%s](#%s)"):format(title_of(file),
      title_of(file)) or nil
  end
  lines[2] = table.concat(titles, " · ") .. " · [topics](#topics)\n"
  for _, file in ipairs(library.get().files) do
    if #file.functions > 0 then
      lines[#lines + 1] = ("## %s\n"):format(title_of(file))
      lines[#lines + 1] = file.about ~= "" and file.about .. "\n" or nil
      for _, entry in ipairs(file.functions) do
        add_entry(lines, entry)
      end
    end
  end
  lines[#lines + 1] = "## topics\n"
  for _, topic in ipairs(library.get().topics) do
    lines[#lines + 1] = ("### %s\n\n%s.\n"):format(topic.name,
      topic.summary:sub(1, 1):upper() .. topic.summary:sub(2))
    -- What is set in is set as it stands.
    lines[#lines + 1] = ("\n" .. topic.more .. "\n"):gsub("\n  ", "\n      "):gsub("\n\n+$", "\n")
    add_example(lines, topic.example)
  end
  return (table.concat(lines, "\n"):gsub("\n\n\n+", "\n\n"):gsub("%s+$", "\n"))
end

return M
