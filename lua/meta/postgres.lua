---@meta nightjar.postgres

---PostgreSQL: connections, queries with parameters, quoting.
---@class nightjar.postgres
local postgres = {}

---What is left out is as libpq has it: PGHOST, ~/.pgpass and so on.
---@class nightjar.postgres.connect_options
---@field host? string a name or an address; a folder for a unix socket
---@field port? integer|string
---@field user? string
---@field password? string
---@field passfile? string
---@field dbname? string
---@field sslmode? string disable, allow, prefer, require, verify-ca, verify-full
---@field application_name? string
---@field options? string as PGOPTIONS, such as "-c statement_timeout=5s"
---@field connect_timeout? number seconds (default 10)

---@class nightjar.connection
local connection = {}

---Open a connection, to be closed.
---
---waits: yes
---
---```lua
---local connection <close> = postgres.connect { dbname = "app" }
---print(connection:query("select count(*) as n from orders")[1].n)
---```
---@param options? nightjar.postgres.connect_options
---@return nightjar.connection connection
---@raise AUTH REFUSED NOT_FOUND DENIED CONFIG PG SYSTEM TIMEOUT CANCELLED
function postgres.connect(options) end

---What pg_isready says. Weak evidence: a server that refuses the password is "ok" as well.
---
---waits: yes
---
---```lua
---assert(postgres.ready { host = "localhost", port = 1, connect_timeout = 2 } == "no_response")
---```
---@param options? nightjar.postgres.connect_options
---@return "ok"|"rejecting"|"no_response"|"no_attempt" state
---@raise CANCELLED SYSTEM
function postgres.ready(options) end

---A name as SQL writes it.
---
---waits: no
---
---```lua
---assert(postgres.identifier('a "b"') == '"a ""b"""')
---```
---@param name string without NUL
---@return string quoted
function postgres.identifier(name) end

---A text as SQL writes it. Parameters ($1, $2) are the better way where they can stand.
---
---waits: no
---
---```lua
---assert(postgres.literal("it's") == "'it''s'")
---```
---@param text string without NUL
---@return string quoted
function postgres.literal(text) end

---Rows of a query: a list of records by column name, and beside it the names of the columns in order.
---@class nightjar.rows
---@field [integer] table<string, any>
---@field columns string[]
---@field affected integer rows that a statement changed, or gave

---Run one statement with parameters, or several without, and give the rows of the last.
---
---int2, int4, int8 and oid are integers, float4 and float8 floats, bool a boolean, null nil; everything else,
---numeric too, is text. A query that is given up, by its time or by Ctrl-C, is cancelled on the server.
---
---waits: yes
---
---```lua
---local connection <close> = postgres.connect { dbname = "app" }
---local rows = connection:query("select id, total from orders where id > $1 order by id", { 10 }, { timeout = 5 })
---for _, row in ipairs(rows) do
---  print(row.id, row.total)
---end
---```
---@param sql string
---@param parameters? any[] for $1, $2 and so on: texts, numbers, booleans; nil or json.null for null
---@param options? { timeout?: number, limit?: integer } timeout: seconds (default 30); limit: bytes of the rows (default 64 MiB)
---@return nightjar.rows rows
---@raise PG DENIED TIMEOUT FORMAT CLOSED BUSY CANCELLED
function connection:query(sql, parameters, options) end

---Can it be used now? Looks at what has come, and does not ask the server.
---
---waits: no
---
---```lua
---local connection <close> = postgres.connect { dbname = "app" }
---assert(connection:ready())
---```
---@return boolean ready
function connection:ready() end

---Ask the server to cancel what runs on the connection for another task.
---
---waits: yes
---
---```lua
---local connection <close> = postgres.connect { dbname = "app" }
---assert(connection:cancel() == false) -- nothing ran
---```
---@return boolean asked false where nothing ran
---@raise TIMEOUT CANCELLED SYSTEM
function connection:cancel() end

---Close the connection. Again is fine.
---
---waits: no
---
---```lua
---local connection = postgres.connect { dbname = "app" }
---connection:close()
---```
---@raise BUSY
function connection:close() end

---The server's version as a number: 150020 for 15.20.
---
---waits: no
---
---```lua
---local connection <close> = postgres.connect { dbname = "app" }
---assert(connection:version() > 90000)
---```
---@return integer version
---@raise CLOSED BUSY
function connection:version() end

---The last 50 notices and warnings of the server, oldest first.
---
---waits: no
---
---```lua
---local connection <close> = postgres.connect { dbname = "app" }
---connection:query "do $$ begin raise notice 'look here'; end $$"
---assert(connection:notices()[1]:find "look here")
---```
---@return string[] notices
---@raise BUSY
function connection:notices() end

return postgres
