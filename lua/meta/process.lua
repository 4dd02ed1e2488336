---@meta nightjar.process

---Programs: run to their end, or as the ends of a pipeline. Never through a shell.
---@class nightjar.process
local process = {}

---@class nightjar.process.run_options
---@field [integer] string|number the program, looked up in PATH, and its arguments
---@field env? table<string, string|false> variables over those of nightjar; false takes one away
---@field cwd? string the folder to run in (default: that of nightjar)
---@field stdin? string what it reads (default: nothing)
---@field timeout? number seconds, then it is ended with all its children (default 3600)
---@field check? boolean raise where it does not succeed (default true)
---@field limit? integer bytes of its standard output (default 16 MiB); more raises FORMAT

---@class nightjar.process.result
---@field exit? integer its exit status
---@field signal? integer the signal that ended it
---@field stdout string
---@field stderr string the last 64 KiB
---@field seconds number

---Run a program to its end.
---
---It has a process group of its own and cannot ask the terminal for a password.
---
---waits: yes
---
---```lua
---local result = process.run { "grep", "-c", "x", stdin = "xy\nz\n", timeout = 10, check = false }
---assert(result.exit == 0 and result.stdout == "1\n")
---```
---@param command nightjar.process.run_options
---@return nightjar.process.result result
---@raise EXIT SIGNAL NOT_FOUND DENIED TIMEOUT FORMAT CANCELLED
function process.run(command) end

---@class nightjar.process.end_options
---@field [integer] string|number the program and its arguments
---@field env? table<string, string|false> variables over those of nightjar
---@field cwd? string the folder to run in

---A program whose standard output a pipeline reads.
---
---waits: no
---
---```lua
---local result = pipeline.run { from = process.source { "echo", "hello" }, to = pipeline.discard() }
---assert(result.bytes_in == 6)
---```
---@param command nightjar.process.end_options
---@return nightjar.stage stage
function process.source(command) end

---A program that a pipeline writes to.
---
---Its input is closed only when all before it has ended well; else it is killed first, so that it never takes
---half of something for all of it.
---
---waits: no
---
---```lua
---pipeline.run { from = process.source { "echo", "hello" }, to = process.sink { "cat" } }
---```
---@param command nightjar.process.end_options
---@return nightjar.stage stage
function process.sink(command) end

return process
