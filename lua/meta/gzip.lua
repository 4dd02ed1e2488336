---@meta nightjar.gzip

---gzip as a stage of a pipeline, on all processors.
---@class nightjar.gzip
local gzip = {}

---@class nightjar.range
---@field offset integer of the first byte, from 0
---@field bytes integer how many there are

---Compress, as independent members of about 1 MiB each. Every gunzip reads them.
---
---waits: no
---
---```lua
---fs.remove("numbers.gz")
---pipeline.run { from = process.source { "seq", "1000" }, through = { gzip.compress { level = 6 } },
---  to = fs.sink("numbers.gz") }
---```
---@param options? { level?: integer, threads?: integer } level: 1 is fastest, 12 smallest (default 3); threads (default: as many as processors)
---@return nightjar.stage stage
function gzip.compress(options) end

---Decompress any gzip. What is cut short, damaged, no gzip, or followed by something is an error of its own.
---
---waits: no
---
---```lua
---fs.remove("hello.gz")
---pipeline.run { from = process.source { "echo", "hello" }, through = { gzip.compress() }, to = fs.sink("hello.gz") }
---local read = pipeline.run { from = fs.source("hello.gz"), through = { gzip.decompress() },
---  to = pipeline.discard() }
---assert(read.bytes_out == 6)
---```
---@param options? { only?: nightjar.range[] } only: these bytes of what was compressed, in order and apart; members of gzip.compress that hold nothing of them are passed over unread (default: all)
---@return nightjar.stage stage
function gzip.decompress(options) end

return gzip
