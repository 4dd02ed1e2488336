---@meta nightjar.digest

---SHA-256, MD5 and SHA-1. `digest { "sha256" }` is a stage of a pipeline, whose result has `digests`.
---@class nightjar.digest
---@overload fun(algorithms: ("sha256"|"md5"|"sha1")[]): nightjar.stage
local digest = {}

---The digest of a text, as hex digits.
---
---waits: no
---
---```lua
---assert(digest.of("md5", "hello") == "5d41402abc4b2a76b9719d911017c592")
---```
---@param algorithm "sha256"|"md5"|"sha1"
---@param text string
---@return string hex
function digest.of(algorithm, text) end

return digest
