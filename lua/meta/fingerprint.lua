---@meta nightjar.fingerprint

---What a plain SQL dump holds, counted as it streams past: by this a backup is proven.
---@class nightjar.fingerprint
local fingerprint = {}

---@class nightjar.fingerprint.result
---@field complete? "database"|"cluster" whose end marker was seen; nil for a dump that was cut short
---@field ended_in? string what was open at the end of the input
---@field tables { name: string, rows: integer, hash: string, offset?: integer, bytes?: integer }[] the order of rows does not matter; offset and bytes: where in the dump its COPY stands, of tables of 1 MiB or more
---@field sequences { name: string, value: integer, called: boolean }[]
---@field objects string[] Name|Type|Schema|Owner of each
---@field statements { hash: string, text?: string }[]
---@field hash string over all statements
---@field session nightjar.range[] where in the dump the settings of the session stand; empty where it cannot be divided

---A stage that reads a dump and passes it through unchanged; the pipeline's result has `fingerprint`.
---
---waits: no
---
---```lua
---local result = pipeline.run {
---  from = process.source { "pg_dump", "--no-password", "app" },
---  through = { fingerprint.sql() },
---  to = pipeline.discard(),
---}
---for _, each in ipairs(result.fingerprint.tables) do
---  print(each.name, each.rows, each.hash)
---end
---```
---@param options? { texts?: boolean } texts: keep the statements' texts, up to 4 KiB each (default false)
---@return nightjar.stage stage
function fingerprint.sql(options) end

return fingerprint
