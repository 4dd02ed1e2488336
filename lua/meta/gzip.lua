---@meta nightjar.gzip

---gzip as a stage of a pipeline, on all processors.
---@class nightjar.gzip
local gzip = {}

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
---@param options? table none yet
---@return nightjar.stage stage
function gzip.decompress(options) end

return gzip
