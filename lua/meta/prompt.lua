---@meta

---What is at the prompt alone, and for -e: every module by its name, and beside them these.
---@class nightjar.prompt
local prompt = {}

---A configured target, as target.NAME. It opens its connection when it is first asked, and keeps it.
---@class nightjar.prompt.target
---@field name string
---@field host? string
---@field port? string|integer
---@field container? string
local target = {}

---The rows of a statement.
---
---waits: yes
---
---```lua
---print(target.main:query("select count(*) as n from pg_stat_activity")[1].n)
---```
---@see connection:query
function target:query(sql, parameters, options) end

---Its open connection; a new one where it is lost.
---
---waits: yes
---
---```lua
---print(target.main:connection():version())
---```
---@return nightjar.connection connection
---@raise AUTH REFUSED NOT_FOUND DENIED PG TIMEOUT CANCELLED
function target:connection() end

---Its databases, as rows.
---
---waits: yes
---
---```lua
---print(inspect(target.main:databases()))
---```
---@return nightjar.rows rows name, owner, connectable, encoding, bytes
---@raise PG TIMEOUT CANCELLED
function target:databases() end

---The same server, another database.
---
---waits: no
---
---```lua
---local app = target.main:database "app"
---print(app:query("select count(*) as n from orders")[1].n)
---app:close()
---```
---@param name string
---@return nightjar.prompt.target other
function target:database(name) end

---Close its connection.
---
---waits: no
---
---```lua
---target.main:close()
---```
function target:close() end

---The tasks that run, and where each waits, as rows.
---
---waits: no
---
---```lua
---print(inspect(ps()))
---```
---@return nightjar.rows rows state, seconds, operation, where
function prompt.ps() end

---Show values, and give them back: it can stand in the middle of an expression.
---
---waits: no
---
---```lua
---assert(#p({ 1, 2 }) == 2)
---```
---@param ... any
---@return any ... the same
function prompt.p(...) end

---Run a task as the command line does.
---
---waits: yes
---
---```lua
---assert(run("backups", "--target", "main") == 0)
---```
---@param name string
---@param ... string its words
---@return integer status its exit status
---@raise USAGE
function prompt.run(name, ...) end

---@class nightjar.prompt.health
local health = {}

---What the health check finds now, as rows: without a mail, and without healing anything.
---
---waits: yes
---
---```lua
---for _, found in ipairs(health.run "main") do
---  print(found.check, found.status, found.message)
---end
---```
---@param name? string only this target (default: all)
---@return nightjar.rows rows target, check, status, class, message
---@raise CONFIG USAGE CANCELLED
function health.run(name) end

---@class nightjar.prompt.mail
local mail = {}

---One mail to each recipient, and what the mail server answers, as rows: the task test-alert.
---
---waits: yes
---
---```lua
---local answers, err = try(mail.test)
---print(answers and answers[1].reply or err.message)
---```
---@return nightjar.rows rows address, accepted, code, reply
---@raise SMTP AUTH TLS REFUSED NOT_FOUND TIMEOUT CLOSED CONFIG CANCELLED
function mail.test() end
