-- Any text in lines that every mail server carries: base64, quoted-printable, encoded words,
-- folding. Pure.

local M = {}

local line_length <const> = 76

-- ---- text ----

-- The text with U+FFFD for each byte that is no UTF-8.
function M.valid(text)
  local parts, position = {}, 1
  while position <= #text do
    local _, wrong = utf8.len(text, position)
    parts[#parts + 1] = text:sub(position, (wrong or #text + 1) - 1)
    if not wrong then
      break
    end
    parts[#parts + 1] = "\u{FFFD}"
    position = wrong + 1
  end
  return table.concat(parts)
end

-- Every line, and the last one too, ended by CR LF.
function M.lines(text)
  text = text:gsub("\r\n", "\n"):gsub("\r", "\n"):gsub("\n", "\r\n")
  return (text == "" or text:sub(-2) == "\r\n") and text or text .. "\r\n"
end

-- ---- base64 ----

local alphabet <const> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

function M.base64(bytes)
  local parts = {}
  for position = 1, #bytes, 3 do
    local one <const>, two <const>, three <const> = bytes:byte(position, position + 2)
    local number <const> = one << 16 | (two or 0) << 8 | (three or 0)
    local digits = {}
    for index = 0, 3 do
      local digit <const> = (number >> (18 - 6 * index) & 63) + 1
      digits[index + 1] = alphabet:sub(digit, digit)
    end
    digits[3] = two and digits[3] or "="
    digits[4] = three and digits[4] or "="
    parts[#parts + 1] = table.concat(digits)
  end
  return table.concat(parts)
end

-- In lines, as the body of a part.
function M.base64_lines(bytes)
  return (M.base64(bytes):gsub(("."):rep(line_length), "%0\r\n"):gsub("([^\n])$", "%1\r\n"))
end

-- ---- quoted-printable ----

local function escaped(byte)
  return ("=%02X"):format(byte:byte())
end

-- A line in pieces that fit; never cut within an escape.
local function cut(line, parts)
  while #line > line_length do
    local length = line_length - 1
    if line:sub(length, length) == "=" then
      length = length - 1
    elseif line:sub(length - 1, length - 1) == "=" then
      length = length - 2
    end
    parts[#parts + 1] = line:sub(1, length) .. "=\r\n"
    line = line:sub(length + 1)
  end
  parts[#parts + 1] = line .. "\r\n"
end

-- The text, in lines that end in CR LF.
function M.quoted_printable(text)
  local parts = {}
  for line in text:gmatch("(.-)\r\n") do
    line = line:gsub("[^\t -<>-~]", escaped):gsub("[\t ]$", escaped)
    cut(line, parts)
  end
  return table.concat(parts)
end

-- ---- headers ----

local function word_character(character)
  if character == " " then
    return "_"
  end
  return (character:gsub("[^%w!*+/-]", escaped))
end

-- RFC 2047: UTF-8 as words of ASCII, a line each, no character cut. `taken` is what stands before
-- the first one in its line.
function M.encoded_words(text, taken)
  local open <const>, close <const> = "=?UTF-8?Q?", "?="
  local words, word, room = {}, {}, line_length - taken - #open - #close
  for character in text:gmatch(utf8.charpattern) do
    local encoded <const> = word_character(character)
    if #encoded > room then
      words[#words + 1] = open .. table.concat(word) .. close
      word, room = {}, line_length - 1 - #open - #close
    end
    word[#word + 1], room = encoded, room - #encoded
  end
  words[#words + 1] = open .. table.concat(word) .. close
  return table.concat(words, "\r\n ")
end

-- A header's line, broken at its spaces where it is too long.
function M.fold(name, value)
  local lines, line = {}, name .. ": "
  local filled = false
  for gap, word in value:gmatch("(%s*)(%S+)") do
    if filled and #line + #gap + #word > line_length then
      lines[#lines + 1], line = line, gap == "" and " " or gap
    else
      line = line .. gap
    end
    line, filled = line .. word, true
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\r\n") .. "\r\n"
end

-- Text for a header, with encoded words where ASCII cannot say it or where it would be read as such
-- a word. Control characters become spaces.
function M.header_text(text, taken)
  text = M.valid(text):gsub("%c+", " "):match("^%s*(.-)%s*$")
  local unbreakable <const> = text:find(("%S"):rep(line_length))
  if text:find("[\128-\255]") or text:find("=?", 1, true) or unbreakable then
    return M.encoded_words(text, taken), true
  end
  return text, false
end

return M
