---@meta nightjar.units

---How people write durations, sizes and times, and how they are shown to them.
---@class nightjar.units
local units = {}

---Seconds of a text such as 15m or 1h30m; a number is seconds already.
---
---waits: no
---
---```lua
---assert(units.duration("1h30m") == 5400)
---```
---@param value string|number s m h d w; at most 100 years
---@return number? seconds nil for what is none
---@return string? expected and then what was expected
function units.duration(value) end

---Bytes of a text such as 500MB or 2GiB; a number is bytes already.
---
---waits: no
---
---```lua
---assert(units.size("2GiB") == 2147483648)
---```
---@param value string|number
---@return integer? bytes nil for what is none
---@return string? expected and then what was expected
function units.size(value) end

---A share such as 85% as a number.
---
---waits: no
---
---```lua
---assert(units.percent("85%") == 85)
---```
---@param value string|number
---@return number? percent nil for what is none
---@return string? expected and then what was expected
function units.percent(value) end

---Seconds for people, in the two largest units.
---
---waits: no
---
---```lua
---assert(units.format_duration(5400) == "1 h 30 min")
---```
---@param seconds number
---@return string text
function units.format_duration(seconds) end

---Bytes for people.
---
---waits: no
---
---```lua
---assert(units.format_size(1536) == "1.5 KiB")
---```
---@param bytes number
---@return string text
function units.format_size(bytes) end

---A time as ISO 8601 in UTC.
---
---waits: no
---
---```lua
---assert(units.iso(0) == "1970-01-01T00:00:00Z")
---```
---@param unix number seconds since 1970
---@return string text
function units.iso(unix) end

---A time as the id of a backup.
---
---waits: no
---
---```lua
---assert(units.id(0) == "1970-01-01T00-00-00Z")
---```
---@param unix number seconds since 1970
---@return string text
function units.id(unix) end

---The time that units.iso or units.id wrote.
---
---waits: no
---
---```lua
---assert(units.parse_iso("1970-01-01T00:00:00Z") == 0)
---```
---@param text string
---@return number? unix nil for what is none
function units.parse_iso(text) end

return units
