-- Lua's text as words, as far as the prompt has to understand it: pure.

local M = {}

local keywords <const> = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch("%a+") do
  keywords[word] = true
end
M.keywords = keywords

-- Where a long bracket that opens at `start` ends, and whether it does; nil where none opens.
local function long_bracket(text, start)
  local level <const> = text:match("^%[(=*)%[", start)
  if not level then
    return nil
  end
  local _, finish = text:find("]" .. level .. "]", start + #level + 2, true)
  return finish or #text, finish ~= nil
end

local function quoted(text, start)
  local quote, position = text:sub(start, start), start + 1
  while position <= #text do
    local character <const> = text:sub(position, position)
    if character == "\\" then
      position = position + 1
    elseif character == quote then
      return position, true
    elseif character == "\n" then
      return position - 1, false
    end
    position = position + 1
  end
  return #text, false
end

local function comment(text, start)
  local finish, closed = long_bracket(text, start + 2)
  if not finish then
    finish = (text:find("\n", start, true) or #text + 1) - 1
    closed = finish < #text
  end
  return finish, closed
end

local symbols <const> = { "...", "..", "::", "//", "<<", ">>", "==", "~=", "<=", ">=" }

local function symbol(text, start)
  for _, known in ipairs(symbols) do
    if text:sub(start, start + #known - 1) == known then
      return start + #known - 1
    end
  end
  return start
end

-- The word that begins at `start`: its kind (name, keyword, number, string, comment, symbol), its
-- end, and for strings and comments whether they end at all.
local function word_at(text, start)
  local first <const> = text:sub(start, start)
  local name_end <const> = select(2, text:find("^[%a_][%w_]*", start))
  if name_end then
    return keywords[text:sub(start, name_end)] and "keyword" or "name", name_end, true
  elseif text:find("^%.?%d", start) then
    return "number", select(2, text:find("^[%w.]+", start)), true
  elseif text:find("^%-%-", start) then
    return "comment", comment(text, start)
  elseif first == '"' or first == "'" then
    return "string", quoted(text, start)
  end
  local finish <const>, closed <const> = long_bracket(text, start)
  if finish then
    return "string", finish, closed
  end
  return "symbol", symbol(text, start), true
end

-- The words of a text, comments too: { {kind=, text=, start=, finish=, closed=}... }.
function M.words(text)
  local words, position = {}, 1
  while true do
    position = text:find("%S", position)
    if not position then
      return words
    end
    local kind <const>, finish <const>, closed <const> = word_at(text, position)
    words[#words + 1] = { kind = kind, text = text:sub(position, finish), start = position,
      finish = finish, closed = closed }
    position = finish + 1
  end
end

return M
