-- Reads lua/meta/*.lua, LuaLS annotations that are also what help shows: pure.
--
-- A block is the comment lines (---) that stand together, and the line of code below them. What the
-- language server knows (@class @field @param @return @see @meta) means what it means there; beside
-- it stand @raise CODES, a line "waits: yes" or "waits: no", one example between ```lua and ```,
-- and blocks that begin with "# name: summary", which are topics.

local M = {}

-- ---- types ----

local closing <const> = { ["("] = ")", ["{"] = "}", ["<"] = ">", ["["] = "]" }

-- The type that `text` begins with, and what follows it. Blanks belong to it inside of brackets.
local function split_type(text)
  local depth, position = 0, 1
  while position <= #text do
    local character <const> = text:sub(position, position)
    if closing[character] then
      depth = depth + 1
    elseif character:find("[)}>%]]") then
      depth = depth - 1
      -- fun(a: b): c
      local result <const> = character == ")" and depth == 0 and text:match("^:%s*()", position + 1)
      position = result and result - 1 or position
    elseif character == " " and depth == 0 then
      break
    end
    position = position + 1
  end
  return text:sub(1, position - 1), text:sub(position):gsub("^%s+", "", 1)
end

-- ---- tags ----

local tags = {}

function tags.class(block, text)
  block.class, block.overload = text:match("^([%w._]+)"), nil
  block.parent = text:match("^[%w._]+%s*:%s*([%w._]+)")
  block.fields = {}
end

function tags.field(block, text)
  local name, rest = text:match("^(%[.-%])%s+(.*)$")
  if not name then
    name, rest = text:match("^([%w_]+%??)%s+(.*)$")
  end
  local kind <const>, about <const> = split_type(rest)
  block.fields[#block.fields + 1] = { name = name:gsub("%?$", ""), type = kind, about = about,
    optional = name:find("%?$") ~= nil }
end

function tags.param(block, text)
  local name <const>, rest <const> = text:match("^(%S+)%s+(.*)$")
  local kind <const>, about <const> = split_type(rest)
  block.params[#block.params + 1] = { name = name:gsub("%?$", ""), type = kind, about = about,
    optional = name:find("%?$") ~= nil }
end

tags["return"] = function(block, text)
  local kind <const>, rest <const> = split_type(text)
  local name <const>, about <const> = rest:match("^(%S*)%s*(.*)$")
  block.returns[#block.returns + 1] = { name = name, type = kind, about = about }
end

function tags.raise(block, text)
  for code in text:gmatch("%S+") do
    block.raises[#block.raises + 1] = code
  end
end

function tags.see(block, text)
  block.see = text
end

function tags.meta(block, text)
  block.module = text ~= "" and text or nil
end

function tags.overload(block, text)
  block.overload = text
end

-- ---- blocks ----

local function new_block()
  return { about = {}, params = {}, returns = {}, raises = {} }
end

-- One comment line into its block.
local function take(block, line)
  local tag <const>, rest <const> = line:match("^@(%a+)%s*(.*)$")
  if line:find("^```lua") then
    block.example, block.in_example = {}, true
  elseif line:find("^```") then
    block.in_example = false
  elseif block.in_example then
    block.example[#block.example + 1] = line
  elseif tag then
    assert(tags[tag], "unknown tag @" .. tag)(block, rest)
  elseif line:find("^waits: ") then
    block.waits = line:match("^waits: (%a+)$")
  else
    block.about[#block.about + 1] = line
  end
end

local function trimmed(lines)
  return (table.concat(lines, "\n"):gsub("^%s+", ""):gsub("%s+$", ""))
end

-- The first line of a text, and the rest.
local function split_summary(text)
  local summary <const>, rest <const> = text:match("^([^\n]*)\n*(.*)$")
  return summary, rest
end

local function finish(block)
  block.example = block.example and table.concat(block.example, "\n") or nil
  block.text = trimmed(block.about)
  block.about, block.in_example = nil, nil
  block.summary, block.more = split_summary(block.text)
  return block
end

-- The blocks of a file, each with the line of code below it.
local function blocks_of(text)
  local blocks, block = {}, nil
  for line in (text .. "\n"):gmatch("(.-)\n") do
    local comment <const> = line:match("^%-%-%-(.*)$")
    if comment then
      block = block or new_block()
      take(block, comment)
    elseif block then
      block.code = line
      blocks[#blocks + 1], block = finish(block), nil
    end
  end
  return blocks
end

-- ---- a file ----

local function function_of(block)
  local name <const>, parameters <const> = (block.code or ""):match(
    "^function ([%w_.:]+)%((.-)%) end$")
  if name then
    block.name, block.parameters = name, parameters
  end
  return name
end

-- What a file tells: { module = "nightjar.fs" or nil, about = text, overload = nil, functions =
-- {block...}, classes = {[name] = {fields, parent}}, topics = {{name, summary, more}...} }.
function M.parse(text, name)
  local file <const> = { name = name, functions = {}, classes = {}, topics = {}, about = "" }
  for _, block in ipairs(blocks_of(text)) do
    local topic <const>, summary <const> = block.text:match("^# ([%w-]+): ([^\n]*)")
    file.module = block.module or file.module
    if topic then
      file.topics[#file.topics + 1] = { name = topic, summary = summary,
        more = block.text:gsub("^[^\n]*\n*", "", 1), example = block.example }
    elseif block.class then
      file.classes[block.class] = block
      if block.class == "nightjar." .. name then
        file.about, file.overload = block.text, block.overload
      end
    elseif function_of(block) then
      file.functions[#file.functions + 1] = block
    end
  end
  return file
end

return M
