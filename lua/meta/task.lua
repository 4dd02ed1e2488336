---@meta nightjar.task

---Several things at the same time, in time, and again. What a call begins has ended when it returns.
---@class nightjar.task
local task = {}

---@class nightjar.task.parallel_options
---@field [integer|string] fun(): any the functions, in a list or by names of your own
---@field limit? integer so many at once (default: all)
---@field collect? boolean give each one's outcome, and let none end the others (default false)

---Run functions at the same time, and give their first results under the same keys.
---
---The first error cancels the others, waits for them, and is raised with the field `key`. With collect = true
---each result is { ok = true, value = … } or { ok = false, error = … }.
---
---waits: yes
---
---```lua
---local found = task.parallel {
---  limit = 2,
---  version = function() return target.main:query("select version()")[1].version end,
---  size = function() return fs.space(".").available end,
---}
---print(found.version, found.size)
---```
---@param functions nightjar.task.parallel_options
---@return table results
---@raise CANCELLED
function task.parallel(functions) end

---Call a function that has to end within a time.
---
---waits: yes
---
---```lua
---local _, err = try(task.timeout, 0.1, task.sleep, 60)
---assert(err.code == "TIMEOUT")
---```
---@param seconds number above 0
---@param f function
---@param ... any its arguments
---@return any ... its results
---@raise TIMEOUT CANCELLED
function task.timeout(seconds, f, ...) end

---@class nightjar.task.retry_options
---@field [1] fun(attempt: integer): any what to try
---@field times? integer attempts in all (default 3)
---@field delay? number seconds between them (default 1)
---@field on? string[] only these codes of errors are tried again (default: all but CANCELLED)

---Call a function again until it does not raise.
---
---waits: yes
---
---```lua
---local attempts = task.retry { times = 3, delay = 0.01, on = { "REFUSED" }, function(attempt)
---  return attempt < 2 and fail("REFUSED", "not yet") or attempt
---end }
---assert(attempts == 2)
---```
---@param options nightjar.task.retry_options
---@return any ... the function's results
---@raise CANCELLED
function task.retry(options) end

---Wait.
---
---waits: yes
---
---```lua
---task.sleep(0.1)
---```
---@param seconds number 0 or more
---@raise CANCELLED
function task.sleep(seconds) end

---Call a function that runs to its end also when the task is cancelled: for clean-up.
---
---waits: yes
---
---```lua
---task.shield(10, function()
---  fs.remove("half-written")
---end)
---```
---@param seconds number that it may take
---@param f function
---@param ... any its arguments
---@return any ... its results
---@raise TIMEOUT
function task.shield(seconds, f, ...) end

---Call a function that is not trusted to end: within a time, a number of instructions, and memory.
---
---As policies are called. What computes without end is stopped at 100 million instructions, what allocates
---without end at 64 MiB.
---
---waits: yes
---
---```lua
---local _, err = try(task.budget, 1, function() while true do end end)
---assert(err.code == "TIMEOUT" or err.code == "BUDGET")
---```
---@param seconds number above 0
---@param f function
---@param ... any its arguments
---@return any ... its results
---@raise TIMEOUT BUDGET CANCELLED
function task.budget(seconds, f, ...) end

---@class nightjar.task.entry
---@field state string ready, running, waiting, closing
---@field seconds number since it began
---@field operation? string what it waits for, such as postgres.query
---@field where? string file and line

---The tasks that run, and where each waits.
---
---waits: no
---
---```lua
---for _, entry in ipairs(task.list()) do
---  print(entry.state, entry.seconds, entry.operation, entry.where)
---end
---```
---@return nightjar.task.entry[] entries
function task.list() end

return task
