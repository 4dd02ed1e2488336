---@meta nightjar.pipeline

---Bytes from one place to another, through what changes or counts them. They never enter Lua.
---@class nightjar.pipeline
local pipeline = {}

---A part of a pipeline, made by process, fs, gzip, digest, fingerprint or pipeline.
---@class nightjar.stage

---@class nightjar.pipeline.run_options
---@field from nightjar.stage process.source{…} or fs.source(path)
---@field through? nightjar.stage[] at most 8, each kind once: gzip, digest, fingerprint
---@field to nightjar.stage process.sink{…}, fs.sink(path) or pipeline.discard()
---@field timeout? number seconds in all (default: none)
---@field stall? number seconds without a byte moved (default 300)
---@field progress? nightjar.pipeline.meter to look at meanwhile

---@class nightjar.pipeline.result
---@field bytes_in integer read from the source
---@field bytes_out integer written to the sink
---@field seconds number
---@field digests? table<string, string> hex digits by algorithm
---@field fingerprint? nightjar.fingerprint.result
---@field stages table[] each with its name and what it counted

---Run a pipeline to its end.
---
---It succeeds when the source has ended, every program has exited with 0, and all is written and on the disk.
---Anything else raises, names the stage, and leaves no half a file.
---
---waits: yes
---
---```lua
---fs.remove("hello.gz")
---local result = pipeline.run {
---  from = process.source { "echo", "hello" },
---  through = { gzip.compress { level = 1 }, digest { "sha256" } },
---  to = fs.sink("hello.gz"),
---  timeout = 60,
---}
---print(result.bytes_in, result.bytes_out, result.digests.sha256)
---```
---@param options nightjar.pipeline.run_options
---@return nightjar.pipeline.result result
---@raise EXIT SIGNAL FORMAT CHECKSUM PIPE NOT_FOUND EXISTS DENIED TIMEOUT SYSTEM CANCELLED
function pipeline.run(options) end

---Nowhere: for what only counts or checks.
---
---waits: no
---
---```lua
---local counted = pipeline.run { from = process.source { "echo", "hello" }, to = pipeline.discard() }
---assert(counted.bytes_out == 6)
---```
---@return nightjar.stage stage
function pipeline.discard() end

---@class nightjar.pipeline.meter
local meter = {}

---A meter to look at while a pipeline runs.
---
---waits: no
---
---```lua
---local meter = pipeline.meter()
---pipeline.run { from = process.source { "echo", "hello" }, to = pipeline.discard(), progress = meter }
---assert(meter:bytes_in() == 6 and meter:bytes_out() == 6)
---```
---@return nightjar.pipeline.meter meter
function pipeline.meter() end

---Bytes that have come from the source so far.
---
---waits: no
---
---```lua
---assert(pipeline.meter():bytes_in() == 0)
---```
---@return integer bytes
function meter:bytes_in() end

---Bytes that have gone to the sink so far.
---
---waits: no
---
---```lua
---assert(pipeline.meter():bytes_out() == 0)
---```
---@return integer bytes
function meter:bytes_out() end

return pipeline
