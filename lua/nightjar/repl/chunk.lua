-- What is typed at the prompt as Lua: an expression or statements, complete or not, and locals that
-- outlive their line. Compiles, and runs nothing.

local lexer = require "nightjar.repl.lexer"

local M = {}

local opening <const> = { ["function"] = true, ["do"] = true, ["then"] = true, ["repeat"] = true,
  ["{"] = true, ["("] = true, ["["] = true }
local closing <const> = { ["end"] = true, ["until"] = true, ["}"] = true, [")"] = true,
  ["]"] = true }

-- How much deeper what follows a word is nested. The `then` of an elseif opens nothing more.
local function step(word, state)
  if word.kind == "string" or word.kind == "comment" then
    return 0
  elseif word.text == "elseif" then
    state.elseif_open = true
  elseif word.text == "then" and state.elseif_open then
    state.elseif_open = false
    return 0
  end
  return opening[word.text] and 1 or closing[word.text] and -1 or 0
end

local function blank(text)
  return (text:gsub("[^\n]", " "))
end

-- The words from `index` on that declare locals, `local` included: what is blanked of them, the end
-- of the declaration, and whether a value is given.
local function declaration(words, index)
  local blanked = { words[index] }
  if words[index + 1] and words[index + 1].text == "function" then
    return blanked, index, true
  end
  local position = index + 1
  while words[position] and words[position].kind == "name" do
    if words[position + 1] and words[position + 1].text == "<" then
      table.move(words, position + 1, position + 3, #blanked + 1, blanked)
      position = position + 3
    end
    if not words[position + 1] or words[position + 1].text ~= "," then
      break
    end
    position = position + 2
  end
  local following <const> = words[position + 1]
  return blanked, position, following ~= nil and following.text == "="
end

-- The code with the locals of its outermost block made variables of the prompt, and whether there
-- were any. Everything stays in its line and column.
function M.keep_locals(code)
  local words, depth, state, edits = {}, 0, {}, {}
  for _, word in ipairs(lexer.words(code)) do
    words[#words + 1] = word.kind ~= "comment" and word or nil
  end
  for index, word in ipairs(words) do
    if depth == 0 and word.kind == "keyword" and word.text == "local" and words[index + 1] then
      local blanked <const>, last <const>, valued <const> = declaration(words, index)
      for _, gone in ipairs(blanked) do
        edits[#edits + 1] = { from = gone.start, to = gone.finish, text = blank(gone.text) }
      end
      if not valued then
        edits[#edits + 1] = { from = words[last].finish + 1, to = words[last].finish,
          text = " = nil" }
      end
    end
    depth = depth + step(word, state)
  end
  table.sort(edits, function(one, other) return one.from < other.from end)
  local parts, position = {}, 1
  for _, edit in ipairs(edits) do
    parts[#parts + 1] = code:sub(position, edit.from - 1) .. edit.text
    position = edit.to + 1
  end
  parts[#parts + 1] = code:sub(position)
  return table.concat(parts), #edits > 0
end

local function ends_early(message)
  return message:find("<eof>'?$") ~= nil
end

-- A quote that is not closed is no reason to wait for another line: no line can close it.
local function open_quote(code)
  local words <const> = lexer.words(code)
  local last <const> = words[#words]
  return last and last.kind == "string" and not last.closed and last.text:find("^[\"']") ~= nil
    and not last.text:find("\\$")
end

-- Compile what was typed. Returns { run = function, kept = has it locals that stay }; or
-- { message = what is wrong, incomplete = whether further lines could right it }.
function M.compile(code, name, environment)
  code = code:gsub("^%s*=", "", 1)
  local chunk <const>, as_value <const> = load("return " .. code, name, "t", environment)
  if chunk then
    return { run = chunk }
  end
  -- What Lua would refuse as it stands is told of as it stands.
  local plain <const>, problem <const> = load(code, name, "t", environment)
  if not plain then
    local incomplete <const> = (ends_early(problem) or ends_early(as_value))
      and not open_quote(code)
    return { incomplete = incomplete, message = problem }
  end
  local kept <const>, any <const> = M.keep_locals(code)
  return { run = any and load(kept, name, "t", environment) or plain, kept = any }
end

return M
