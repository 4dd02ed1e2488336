---@meta

---What every script finds without asking for it.

---An error as nightjar raises it. tostring gives message, code and hint.
---@class nightjar.error
---@field code string a stable word in capitals, such as TIMEOUT or NOT_FOUND; LUA for a mistake in a script
---@field message string one line, lower case
---@field hint? string a sentence that says what to do
---@field op? string what was being done, such as postgres.query
---@field detail? string more of what the other side said
---@field stderr? string the last 8 KiB that a program wrote to its standard error
---@field exit? integer the exit status of a program, for code EXIT
---@field signal? integer that ended a program, for code SIGNAL
---@field status? integer that an HTTP or a mail server answered with
---@field sqlstate? string of PostgreSQL, for codes PG and AUTH
---@field errno? integer of a failed system call
---@field cause? any the error behind this one
---@field traceback string where it was raised

---Call a function, and get what it raises as a second result.
---
---The function's results come through; where it raises, the results are nil and the error. Raise CANCELLED
---again where you catch it: it means that the whole task is to end.
---
---waits: yes
---
---```lua
---local text, err = try(fs.read, "no such file")
---assert(text == nil and err.code == "NOT_FOUND")
---```
---@param f function what to call
---@param ... any its arguments
---@return any value its first result; nil where it raised
---@return nightjar.error|any err the error, or its second result
function try(f, ...) end

---Raise an error that others can tell apart by its code.
---
---waits: no
---
---```lua
---local _, err = try(fail, "STALE", "the copy is 3 days old", "Run nightjar backup.")
---assert(err.code == "STALE" and err.hint == "Run nightjar backup.")
---```
---@param code string a word in capitals, that does not change
---@param message string one line, lower case, values in 'quotes'
---@param hint? string a sentence that says what to do
---@param fields? table further fields of the error
---@raise CODE
function fail(code, message, hint, fields) end

---Any value as text for people: sorted keys, cut where it is long, secrets as ***.
---
---Rows of a query become a table.
---
---waits: no
---
---```lua
---print(inspect({ name = "app", password = "hush" })) -- { name = "app", password = "***" }
---```
---@param value any
---@param options? nightjar.inspect_options
---@return string text
function inspect(value, options) end

---@class nightjar.inspect_options
---@field depth? integer tables within tables (default 6)
---@field width? integer entries of one table, or rows (default 100)
---@field text? integer bytes of one string (default 400)
---@field columns? integer characters of a line, for rows (default 100)
---@field secrets? string[] texts that are shown as *** wherever they stand (default none)

---Explain a function, a module, a topic, or what there is.
---
---Prints. At the prompt, `postgres.connect?` is the same as help(postgres.connect).
---
---waits: no
---
---```lua
---help(postgres.connect)
---help "errors"
---```
---@param what? any a function, a module, or the name of one or of a topic (default: what there is)
---@raise NOT_FOUND
function help(what) end
