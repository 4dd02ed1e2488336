---@meta

---What a task's run(arguments, context) finds in its context.
---@class nightjar.context
---@field config nightjar.config
---@field log nightjar.log
---@field json boolean --json was given: say nothing else on standard output
---@field quiet boolean
---@field verbose boolean
local context = {}

---@class nightjar.config
---@field home string
---@field backup_folder string
---@field state_folder string
---@field log_folder string
---@field values table<string, string> of monitoring.env and the environment
---@field policy table the defaults, with policy.lua over them
---@field targets table[] each with name, host, port, user, password, dbname, container
---@field secrets string[] what must not be shown
---@field target fun(name: string): table the target of a name; raises USAGE

---Say a line on standard output, unless --json or --quiet is given.
---
---waits: no
---
---```lua
---local context = ...
---context.say("%d rows", 3)
---```
---@param format string as string.format has it
---@param ... any
function context.say(format, ...) end

---A connection to a target, to be closed.
---
---waits: yes
---
---```lua
---local context = ...
---local connection <close> = context.connect("main", "app")
---context.say("%d orders", connection:query("select count(*) as n from orders")[1].n)
---```
---@param target? string its name (default: the only one)
---@param database? string (default: PGDATABASE, or postgres)
---@return nightjar.connection connection
---@raise AUTH REFUSED NOT_FOUND DENIED CONFIG PG SYSTEM TIMEOUT CANCELLED USAGE
function context.connect(target, database) end

---What is wrong for certain, and not over: whatever has been mailed, or would be.
---
---waits: no
---
---```lua
---local context = ...
---for _, alert in ipairs(context.open_alerts()) do
---  context.say("%s %s: %s", alert.target or "nightjar", alert.check, alert.message or alert.class)
---end
---```
---@return { target?: string, check: string, class?: string, status: string, message?: string, since: string, told: boolean }[] alerts
function context.open_alerts() end

---Text in a colour, where standard output is a terminal that wants it.
---
---waits: no
---
---```lua
---local context = ...
---context.say("%s", context.color("green", "done"))
---```
---@param name "red"|"green"|"yellow"|"bold"|"dim"
---@param text string
---@return string text
function context.color(name, text) end

---A line on the terminal that shows how far a pipeline has come, until it is closed.
---
---waits: no
---
---```lua
---local context = ...
---local meter = pipeline.meter()
---local _ <close> = context.progress("copying", meter)
---```
---@param label string
---@param meter nightjar.pipeline.meter
---@return any shown to be closed
function context.progress(label, meter) end

---Say what became of a target, where the task works on several and declares `alert`.
---
---waits: no
---
---```lua
---local context = ...
---context.outcome { target = "main", status = "ok" }
---```
---@param told { target?: string, status?: string, class?: string, message?: string, hint?: string, error?: nightjar.error, partial?: boolean }
function context.outcome(told) end

---@class nightjar.log
local log = {}

---Write an event to the log; shown with --verbose alone.
---
---waits: no
---
---```lua
---local context = ...
---context.log:debug("looked", { rows = 3 })
---```
---@param event string a word, with dots for parts
---@param fields? table<string, any> written as key=value, without secrets
function log:debug(event, fields) end

---Write an event to the log.
---
---waits: no
---
---```lua
---local context = ...
---context.log:info("copy.done", { database = "app", seconds = 13.1 })
---```
---@see log:debug
function log:info(event, fields) end

---Write a warning to the log.
---
---waits: no
---
---```lua
---local context = ...
---context.log:warn("copy.slow", { seconds = 130 })
---```
---@see log:debug
function log:warn(event, fields) end

---Write an error to the log. To fail, raise with fail() instead: that is logged by itself.
---
---waits: no
---
---```lua
---local context = ...
---context.log:error("copy.failed", { code = "TIMEOUT" })
---```
---@see log:debug
function log:error(event, fields) end
