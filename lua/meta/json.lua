---@meta nightjar.json

---JSON, with 64-bit integers and NUL kept right.
---@class nightjar.json
---@field null lightuserdata what stands for null where nil cannot
local json = {}

---A value as JSON. The keys of objects are sorted.
---
---A list is an array, any other table an object; an empty table is an object unless json.array made it.
---
---waits: no
---
---```lua
---assert(json.encode { b = { 1, 2 }, a = json.null } == '{"a":null,"b":[1,2]}')
---```
---@param value any texts, finite numbers, booleans, nil, json.null and tables of them
---@param options? { pretty?: boolean } pretty: on lines of its own (default false)
---@return string text
---@raise LUA
function json.encode(value, options) end

---The value of a JSON text.
---
---waits: no
---
---```lua
---assert(json.decode('{"n": 9007199254740993}').n == 9007199254740993)
---```
---@param text string
---@param options? { nulls?: boolean } nulls: keep the nulls of objects, as json.null (default false: they are absent)
---@return any value
---@raise FORMAT
function json.decode(text, options) end

---Make a table an array, also where it is empty.
---
---waits: no
---
---```lua
---assert(json.encode(json.array {}) == "[]")
---```
---@param list table
---@return table list the same
function json.array(list) end

return json
