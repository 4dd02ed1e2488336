---@meta nightjar.fs

---Files and folders. What is written is there whole or not at all.
---@class nightjar.fs
local fs = {}

---@class nightjar.fs.status
---@field type "file"|"folder"|"link"|"other"
---@field size integer bytes
---@field mtime number seconds since 1970
---@field mode integer permission bits
---@field uid integer
---@field gid integer
---@field device integer
---@field inode integer

---What there is of this name, or nil.
---
---waits: no
---
---```lua
---assert(fs.stat("/tmp").type == "folder" and fs.stat("/no/such/thing") == nil)
---```
---@param path string
---@param options? { follow?: boolean } follow: look at what a link leads to (default false)
---@return nightjar.fs.status? status
---@raise DENIED SYSTEM
function fs.stat(path, options) end

---The names in a folder, sorted.
---
---waits: no
---
---```lua
---fs.mkdir("folder")
---fs.write("folder/a", "text")
---assert(fs.list("folder")[1] == "a")
---```
---@param path string
---@return string[] names
---@raise NOT_FOUND DENIED SYSTEM
function fs.list(path) end

---The bytes of a file.
---
---waits: yes
---
---```lua
---fs.write("file", "text")
---assert(fs.read("file") == "text")
---```
---@param path string
---@param options? { limit?: integer } limit: of bytes (default 64 MiB); more raises FORMAT
---@return string bytes
---@raise NOT_FOUND DENIED FORMAT SYSTEM CANCELLED
function fs.read(path, options) end

---Write a file: into a temporary one beside it, to the disk, and then in its place.
---
---waits: yes
---
---```lua
---fs.write("file", "text", { mode = 420 }) -- 0644
---```
---@param path string
---@param bytes string
---@param options? { mode?: integer } mode: permission bits (default 384, which is 0600)
---@raise NOT_FOUND DENIED SYSTEM CANCELLED
function fs.write(path, bytes, options) end

---Add to the end of a file, all or nothing. It is made where it is missing; it is not flushed to the disk.
---
---waits: no
---
---```lua
---fs.append("log", "a line\n")
---```
---@param path string
---@param bytes string
---@param options? { mode?: integer } mode: permission bits of a new file (default 384, which is 0600)
---@raise NOT_FOUND DENIED SYSTEM
function fs.append(path, bytes, options) end

---Make a folder, and those above it.
---
---waits: no
---
---```lua
---assert(fs.mkdir("a/b/c") == true and fs.mkdir("a/b/c") == false)
---```
---@param path string
---@param options? { mode?: integer, parents?: boolean } mode: permission bits (default 448, which is 0700); parents (default true)
---@return boolean made false where it was there already
---@raise NOT_FOUND DENIED EXISTS SYSTEM
function fs.mkdir(path, options) end

---Remove a file, a link or a folder.
---
---waits: no
---
---```lua
---assert(fs.remove("no such file") == false)
---```
---@param path string
---@param options? { recursive?: boolean } recursive: with all that is in it, never following a link (default false)
---@return boolean removed false where there was nothing
---@raise DENIED SYSTEM
function fs.remove(path, options) end

---Give a file or a folder another name, never over one that is there. Both folders are flushed to the disk.
---
---waits: yes
---
---```lua
---fs.write("old", "text")
---fs.remove("new")
---fs.rename("old", "new")
---```
---@param from string
---@param to string
---@raise NOT_FOUND EXISTS DENIED SYSTEM CANCELLED
function fs.rename(from, to) end

---Flush a folder to the disk: the names in it, not the files.
---
---waits: yes
---
---```lua
---fs.sync(".")
---```
---@param path string
---@raise NOT_FOUND DENIED SYSTEM CANCELLED
function fs.sync(path) end

---@class nightjar.fs.space
---@field total integer bytes
---@field free integer bytes
---@field available integer bytes that a user without privileges can use
---@field inodes integer 0 where the file system does not count them
---@field inodes_free integer

---How much room there is where the path is.
---
---waits: yes
---
---```lua
---local space = fs.space("/")
---print(("%.0f %% free"):format(100 * space.available / space.total))
---```
---@param path string
---@return nightjar.fs.space space
---@raise NOT_FOUND DENIED SYSTEM CANCELLED
function fs.space(path) end

---@class nightjar.fs.lock
local lock = {}

---Take a lock on a file, which goes with the process however it ends.
---
---waits: yes
---
---```lua
---local held <close> = fs.lock("nightly.lock", { note = "the nightly copy", timeout = 0 })
---```
---@param path string made where it is missing
---@param options? { note?: string, timeout?: number } note: a line that others are told; timeout: seconds (default 0)
---@return nightjar.fs.lock lock to be closed
---@raise LOCKED NOT_FOUND DENIED SYSTEM CANCELLED
function fs.lock(path, options) end

---Let go of a lock, as its closing does.
---
---waits: no
---
---```lua
---local held = fs.lock("nightly.lock")
---held:release()
---```
function lock:release() end

---The path from the root; links stay as they are.
---
---waits: no
---
---```lua
---assert(fs.absolute("a"):sub(1, 1) == "/")
---```
---@param path string
---@return string path
---@raise SYSTEM
function fs.absolute(path) end

---Where a program is, or nil.
---
---waits: no
---
---```lua
---assert(fs.find_program("sh") and not fs.find_program("no-such-program"))
---```
---@param name string looked up in PATH, where it holds no slash
---@return string? path
function fs.find_program(name) end

---A file that a pipeline reads.
---
---waits: no
---
---```lua
---fs.write("file", "text")
---pipeline.run { from = fs.source("file"), to = pipeline.discard() }
---```
---@param path string
---@return nightjar.stage stage
function fs.source(path) end

---A file that a pipeline writes: anew, whole, and on the disk; or not at all.
---
---An existing file is an error.
---
---waits: no
---
---```lua
---fs.remove("copy")
---pipeline.run { from = process.source { "echo", "hello" }, to = fs.sink("copy") }
---assert(fs.read("copy") == "hello\n")
---```
---@param path string
---@return nightjar.stage stage
function fs.sink(path) end

return fs
