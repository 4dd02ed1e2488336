---@meta nightjar.backups

---The backups of the home: what there is, and bringing one back.
---@class nightjar.backups
local backups = {}

---@class nightjar.backup_set
---@field target string
---@field id string such as 2026-11-23T02-15-00Z
---@field state "complete"|"failed"|"interrupted"
---@field good boolean complete, and not disproved
---@field proven boolean good, and restored and compared
---@field pinned boolean
---@field started? number seconds since 1970; nil where its manifest cannot be read
---@field age? string for people
---@field bytes integer of its files
---@field raw_bytes integer of the SQL in them
---@field databases string[]
---@field problem? string
---@field folder string where it is

---Every backup, good and bad, newest first; shown as a table.
---
---waits: no
---
---```lua
---for _, set in ipairs(backups.list()) do
---  print(set.target, set.id, set.proven)
---end
---```
---@param options? { target?: string, config?: table } config: of context.config in a task (default: that of the home)
---@return nightjar.backup_set[] sets
---@raise CONFIG USAGE
function backups.list(options) end

---The newest good backup.
---
---waits: no
---
---```lua
---print(backups.latest { database = "app" }.age)
---```
---@param options? { target?: string, database?: string, config?: table } database: that holds this one
---@return nightjar.backup_set set
---@raise NOT_FOUND CONFIG USAGE
function backups.latest(options) end

---The newest proven backup.
---
---waits: no
---
---```lua
---print(backups.latest_proven { database = "app" }.id)
---```
---@param options? { target?: string, database?: string, config?: table } database: that holds this one
---@return nightjar.backup_set set
---@raise NOT_FOUND CONFIG USAGE
function backups.latest_proven(options) end

---@class nightjar.backups.restore_options
---@field database string which one
---@field backup? string an id, a prefix of it, latest or latest-verified (default latest-verified)
---@field from? string the target whose backup it is (default: target, or the only one)
---@field from_remote? boolean from the copy at the remote (default false)
---@field target? string where it goes (default: from)
---@field as? string the name it gets (default: its own)
---@field replace? boolean put it in the place of one of that name, which is kept aside for restore.keep_old (default false)
---@field prepare? fun(connection: nightjar.connection) changes it before anybody sees it

---Bring a database back, checked against its manifest, as nightjar restore does.
---
---What raises, in `prepare` too, leaves what was live as it was, and nothing behind.
---
---waits: yes
---
---```lua
---local context = ... -- what a task gets as its second argument; at the prompt it is there
---local done = backups.restore(context, {
---  database = "app", as = "app_masked", replace = true,
---  prepare = function(connection)
---    connection:query "update orders set total = 0"
---  end,
---})
---print(done.database, done.rows)
---```
---@param context nightjar.context
---@param options nightjar.backups.restore_options
---@return { id: string, database: string, was?: string, rows: integer, seconds: number } done was: the name of what was live
---@raise NOT_FOUND CHECKSUM DENIED SPACE USAGE LOCKED EXIT PG TIMEOUT CANCELLED
function backups.restore(context, options) end

return backups
