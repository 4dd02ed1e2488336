-- The types of generated columns, and values of each as PostgreSQL reads them: the common, the extreme and the hostile ones.
--
-- A type: {name = as SQL writes it, %s for the schema; draw = function(dice) → text; nature = "text", "bytes", "number" or
-- nil, by which a single bit of it can be changed; built = SQL that fails where PostgreSQL was built without it}. A value is a
-- text, or false for NULL.

local json = require "nightjar.json"

local M = {}

-- What COPY escapes, what looks like COPY's own, and characters of every length.
local pieces <const> = { "\\N", "\\.", "\\", "\t", "\n", "\r", "\b", "\f", "\v", "\1", "\127", "ü", "表", "🐘", "e\u{301}",
  "\u{FEFF}", "\u{2028}", "\u{10FFFD}", " ", "  ", "'", '"', ";", "--", "$$", "{}", "\\x00", "NULL", "a", "b", "0", "-1",
  "\n\\.\n", "\\.\r\n", "COPY t (a) FROM stdin;\n", "\n--\n-- PostgreSQL database dump complete\n--\n", "\\restrict x\n",
  "%s", ",", "(", ")", ("long "):rep(60) }

function M.text(dice)
  local chosen = {}
  for index = 1, dice:roll(6) - 1 do
    chosen[index] = dice:pick(pieces)
  end
  return table.concat(chosen)
end

local function bytes(dice)
  local hex = {}
  for index = 1, dice:once_in(4) and dice:roll(400) or dice:roll(12) - 1 do
    hex[index] = ("%02x"):format(dice:once_in(3) and dice:pick { 0, 9, 10, 13, 46, 92, 255 } or dice:roll(256) - 1)
  end
  return "\\x" .. table.concat(hex)
end

-- One of some values, or what `make` draws.
local function either(values, make)
  return function(dice)
    return dice:roll(2) == 1 and dice:pick(values) or make(dice)
  end
end

local function one_of(...)
  local values <const> = { ... }
  return function(dice)
    return dice:pick(values)
  end
end

-- A signed integer of so many bits.
local function integer(bits)
  local highest <const> = (1 << (bits - 1)) - 1
  local values <const> = { "0", "1", "-1", "10", tostring(highest), tostring(-highest - 1) }
  return either(values, function(dice)
    return tostring(dice:bits() % (highest + 1) - dice:roll(2) + 1)
  end)
end

local function float(format)
  return either({ "0", "-0", "NaN", "Infinity", "-Infinity", "1e-37", "3e38", "0.1", "0.30000000000000004" }, function(dice)
    return format:format((dice:roll(1 << 31) / dice:roll(1 << 20)) * (dice:roll(2) * 2 - 3))
  end)
end

local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
end

local function array(make, most)
  return function(dice)
    local elements = {}
    for index = 1, dice:roll(most) - 1 do
      elements[index] = dice:once_in(4) and "NULL" or quoted(make(dice))
    end
    return "{" .. table.concat(elements, ",") .. "}"
  end
end

local small_integer <const> = one_of("0", "1", "-7", "42", "2147483647")

local function pair(dice)
  return ("(%s,%s)"):format(small_integer(dice), dice:once_in(4) and "" or quoted(M.text(dice)))
end

local function uuid(dice)
  return ("%016x%016x"):format(dice:bits(), dice:bits())
end

local function moment(dice)
  return ("%04d-%02d-%02d %02d:%02d:%02d.%06d"):format(1800 + dice:roll(400), dice:roll(12), dice:roll(28), dice:roll(24) - 1,
    dice:roll(60) - 1, dice:roll(60) - 1, dice:pick { 0, 1, 120000, 999999 })
end

local function range(dice)
  local low <const> = dice:roll(100)
  return ("%s%d,%d%s"):format(dice:pick { "[", "(" }, low, low + 1 + dice:roll(9), dice:pick { "]", ")" })
end

local function document(dice)
  return ('{"a":%s, "b":[%s,null,%s],  "a":{}}'):format(json.encode(M.text(dice)), small_integer(dice),
    json.encode(M.text(dice)))
end

M.labels = { "sad", "it''s ok", "häppy", "a,b" } -- of the enum `mood`, as SQL writes them

M.list = {
  { name = "text", draw = M.text, nature = "text" },
  { name = "bytea", draw = bytes, nature = "bytes" },
  { name = "character varying(4000)", draw = M.text, nature = "text" },
  { name = "%s.code", draw = M.text, nature = "text" },
  { name = "character(9)", draw = one_of("", "a", "a b", "üüüüüüüüü", "it's", "\\", "\t") },
  { name = '"char"', draw = one_of("", "a", "\\", "'", "\n") },
  { name = "name", draw = one_of("", "a", "pg_class", 'A "b"', ("n"):rep(63)) },
  { name = "smallint", draw = integer(16), nature = "number" },
  { name = "integer", draw = integer(32), nature = "number" },
  { name = "bigint", draw = integer(64), nature = "number" },
  { name = "numeric", draw = either({ "NaN", "Infinity", "-Infinity", "0", "0.00", "1.0", "1.00", "-0.0", "1e-200", "1e200" },
    function(dice) return ("%d.%d"):format(dice:bits(), dice:roll(1 << 31)) end) },
  { name = "numeric(30,10)", draw = one_of("NaN", "0", "12345678901234567890.0123456789", "-0.0000000001", "7") },
  { name = "real", draw = float "%.9g" },
  { name = "double precision", draw = float "%.17g" },
  { name = "boolean", draw = one_of("t", "f") },
  { name = "bit varying", draw = one_of("", "0", "1", "00", "10110", ("01"):rep(70)) },
  { name = "date", draw = either({ "infinity", "-infinity", "4713-01-01 BC", "2024-02-29" },
    function(dice) return moment(dice):sub(1, 10) end) },
  { name = "timestamp without time zone", draw = either({ "infinity", "-infinity", "0044-03-15 12:00 BC" }, moment) },
  { name = "timestamp with time zone", draw = either({ "infinity", "-infinity", "2026-03-29 01:30:00.123456+02" },
    function(dice) return moment(dice) .. dice:pick { "+00", "-11:30", "+14" } end) },
  { name = "time without time zone", draw = one_of("00:00", "24:00", "23:59:59.999999", "12:00") },
  { name = "time with time zone", draw = one_of("00:00+00", "23:59:59+14", "12:00+01", "13:00+02") },
  { name = "interval", draw = one_of("0", "1 mon", "30 days", "720:00:00", "-1 year 2 mons -3 days 04:05:06.7", "1 us") },
  { name = "uuid", draw = uuid },
  { name = "json", draw = either({ "null", "{}", '{"a": 1}', '{"a":1}', '{"a":1,"a":2}', '""', " 1 " }, document) },
  { name = "jsonb", draw = either({ "null", "{}", '{"big": 18446744073709551616}', "1.0", "1.00", '""' }, document) },
  { name = "inet", draw = one_of("10.0.0.1", "10.0.0.1/8", "::1", "2001:db8::1/64", "0.0.0.0/0") },
  { name = "cidr", draw = one_of("10.0.0.0/8", "10.0.0.0/9", "2001:db8::/32") },
  { name = "macaddr", draw = one_of("08:00:2b:01:02:03", "08:00:2b:01:02:04", "ff:ff:ff:ff:ff:ff") },
  { name = "int4range", draw = either({ "empty", "(,)", "[5,)", "(,5)" }, range) },
  { name = "numrange", draw = either({ "empty", "(,)", "[1.0,1.00]", "(,NaN)" }, range) },
  { name = "int4multirange", draw = one_of("{}", "{[1,2)}", "{[1,2),[5,9)}", "{(,)}") },
  { name = "integer[]", draw = either({ "{}", "[2:3]={1,2}", "{1,2}", "{{1,2},{3,NULL}}" }, array(small_integer, 6)) },
  { name = "text[]", draw = either({ "{}", '{""}', "{NULL}", '{"NULL"}', '{{"a,b","c\\"d"},{NULL,"{}"}}' }, array(M.text, 5)) },
  { name = "bytea[]", draw = array(bytes, 4) },
  { name = "%s.pair", draw = pair },
  { name = "%s.pair[]", draw = array(pair, 4) },
  { name = "%s.mood", draw = one_of("sad", "it's ok", "häppy", "a,b") },
  { name = "tsvector", draw = one_of("", "'cat':1", "'cat':2A 'fat':1", "'it''s'", "'\\\\'") },
  { name = "point", draw = one_of("(0,0)", "(-0,0)", "(NaN,Infinity)", "(1.5,0.30000000000000004)") },
  { name = "xml", draw = one_of("", "<a/>", "<a></a>", '<a b="1">\n\\.\n</a>', "<a>ü &amp; \t</a>", "text"), built = "SELECT '<a/>'::xml" },
  { name = "pg_lsn", draw = one_of("0/0", "FFFFFFFF/FFFFFFFF", "0/1") },
  { name = "oid", draw = one_of("0", "1", "4294967295") },
}

M.common = { M.list[1], M.list[2], M.list[10] } -- text, bytea, bigint

M.amount = { name = "numeric(12,3)", draw = one_of("NaN", "0", "-0.001", "1.5", "123456789.125", "7") }

-- Of a megabyte and a little.
M.wide_bytes = { name = "bytea", nature = "bytes", draw = function(dice)
  return "\\x" .. uuid(dice):rep(32768) .. ("%02x"):format(dice:roll(256) - 1)
end }
M.wide_text = { name = "text", nature = "text", draw = function(dice)
  return (("%d\t🐘\\"):format(dice:bits())):rep(40000) .. M.text(dice)
end }

return M
