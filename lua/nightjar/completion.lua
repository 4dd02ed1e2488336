-- What could stand next on the command line, from what tasks and commands declare: pure, but for
-- the names that `world` looks up.

local M = {}

-- ---- reading what stands there ----

-- bash cuts --target=main into three words; zsh and fish leave it whole. Here it is two.
local function normalised(words)
  local made = {}
  for index, word in ipairs(words) do
    local option <const>, value <const> = word:match("^(%-%-[%w-]+)=(.*)$")
    if option then
      made[#made + 1], made[#made + 2] = option, value
    elseif word ~= "=" or index == #words then
      made[#made + 1] = word == "=" and "" or word
    end
  end
  return made
end

-- Options before the task's name that take a value.
local with_value <const> = { ["--home"] = true, ["-e"] = true, ["-i"] = true }

-- Where the name of the task is among the words, or nil where it is still to come.
local function place_of_name(words)
  local index = 1
  while index < #words do
    if words[index]:sub(1, 1) ~= "-" then
      return index
    end
    index = index + (with_value[words[index]] and 2 or 1)
  end
end

local function spec_of(specs, option)
  for _, spec in ipairs(specs) do
    if spec[1] == option then
      return spec
    end
  end
end

-- ---- candidates ----

-- What a value can be: a list of { word, about }, or "files".
local function values_of(spec, world)
  if spec.choices then
    local list = {}
    for index, choice in ipairs(spec.choices) do
      list[index] = { tostring(choice), "" }
    end
    return list
  elseif spec.type == "path" then
    return "files"
  end
  local names <const> = world.values[spec[1]]
  return names and names() or {}
end

local function options_of(specs)
  local list = { { "--help", "show what it takes" } }
  for _, spec in ipairs(specs) do
    if spec[1]:sub(1, 2) == "--" then
      list[#list + 1] = { spec[1], spec.help or "" }
    end
  end
  return list
end

-- The declaration of the value that the last word is, behind the task's name: that of an option
-- before it, or of the next word that is no option; nil where none is left.
local function expected(specs, words, from)
  local positional, waiting, index = {}, nil, 1
  for _, spec in ipairs(specs) do
    positional[#positional + 1] = spec[1]:sub(1, 1) ~= "-" and spec or nil
  end
  for position = from, #words - 1 do
    local option <const> = not waiting and spec_of(specs, words[position])
    if waiting then
      waiting = nil
    elseif option then
      waiting = option.type ~= "flag" and option or nil
    elseif words[position]:sub(1, 1) ~= "-" and positional[index] then
      index = index + (positional[index].many and 0 or 1)
    end
  end
  return waiting or positional[index], waiting ~= nil
end

local function behind_name(words, from, world)
  local task <const> = world.task(words[from - 1])
  if not task then
    return {}
  end
  local specs <const> = table.move(task.arguments or {}, 1, #(task.arguments or {}), 1, {})
  table.move(world.global, 1, #world.global, #specs + 1, specs)
  local spec <const>, is_value <const> = expected(specs, words, from)
  if not is_value and (words[#words]:sub(1, 1) == "-" or not spec) then
    return options_of(specs)
  end
  return spec and values_of(spec, world) or {}
end

local function matching(list, prefix)
  local found = {}
  for _, candidate in ipairs(list) do
    if candidate[1]:sub(1, #prefix) == prefix then
      found[#found + 1] = candidate
    end
  end
  table.sort(found, function(one, other) return one[1] < other[1] end)
  return found
end

-- words: what stands behind `nightjar`, the last one as far as it is typed. world: names() → tasks
-- and commands as { word, about }; task(name) → its table or nil; global = the options of all;
-- values = { [name of an argument] = function() → { word, about }... }.
-- Returns a list of { word, about }, or "files".
function M.candidates(words, world)
  words = normalised(words)
  words[1] = words[1] or ""
  local at <const>, last <const> = place_of_name(words), words[#words]
  local before <const> = words[#words - 1]
  local list
  if at then
    list = behind_name(words, at + 1, world)
  elseif before and with_value[before] then
    list = before == "-e" and {} or "files"
  elseif last:sub(1, 1) == "-" then
    list = options_of(world.global)
    table.move({ { "--version", "print the version" }, { "-e", "evaluate code" },
      { "-i", "run a file, then the prompt" } }, 1, 3, #list + 1, list)
  else
    list = world.names()
  end
  return list == "files" and list or matching(list, last)
end

return M
