-- Every binding's calls, with each of their allocations failing in turn, those of Lua and then those below it, and with the
-- collector at work all the time: each call succeeds or raises, and leaves no file open and no child. What it leaks, a sanitizer
-- tells at the end. (Where the scheduler itself gets no memory, the program ends in order: no script could go on.)

-- luacheck: globals fail_allocation allocation_failed fail_core spare_core

local digest = require "nightjar.digest"
local fingerprint = require "nightjar.fingerprint"
local fs = require "nightjar.fs"
local gzip = require "nightjar.gzip"
local http = require "nightjar.http"
local json = require "nightjar.json"
local pipeline = require "nightjar.pipeline"
local postgres = require "nightjar.postgres"
local process = require "nightjar.process"
local smtp = require "nightjar.smtp"
local stream = require "nightjar.raw.docker_stream"

-- What is beside the tests, for them alone.
package.searchers[#package.searchers + 1] = function(name)
  return name:find "^tests%." and loadfile(name:gsub("%.", "/") .. ".lua", "t") or nil
end

local support = require "tests.e2e.support"

local folder <const> = process.run({ "mktemp", "-d" }).stdout:gsub("\n", "")
local dump <const> = "--\n-- Name: t; Type: TABLE; Schema: public; Owner: me\n--\nSET a = 0;\nCREATE TABLE t (a int);\n"
  .. "COPY public.t (a) FROM stdin;\n1\n2\n\\.\nSELECT pg_catalog.setval('s', 1, true);\n--\n-- PostgreSQL database dump complete\n--\n"
fs.write(folder .. "/dump", dump)
local document <const> = { a = { 1, 2.5, true, json.null, "ü" }, b = {}, c = { d = { e = "f" } } }
local text <const> = json.encode(document)

local calls <const> = {
  ["json.encode"] = function() json.encode(document, { pretty = true }) end,
  ["json.decode"] = function() json.decode(text) end,
  ["json.decode refuses"] = function() try(json.decode, '{"a": [1, 2') end,
  ["fs.write, read, list, stat, remove"] = function()
    fs.remove(folder .. "/sub", { recursive = true }) -- of a call that was cut off
    fs.mkdir(folder .. "/sub/deep")
    fs.write(folder .. "/sub/deep/file", ("x"):rep(100))
    fs.read(folder .. "/sub/deep/file")
    fs.list(folder .. "/sub")
    fs.stat(folder .. "/sub/deep/file")
    fs.rename(folder .. "/sub/deep/file", folder .. "/sub/moved")
    fs.space(folder)
    fs.remove(folder .. "/sub", { recursive = true })
  end,
  ["fs.lock"] = function()
    local _ <close> = fs.lock(folder .. "/lock")
  end,
  ["fs.read of nothing"] = function() try(fs.read, folder .. "/nothing") end,
  ["digest.of"] = function() digest.of("sha256", text) end,
  ["process.run"] = function() process.run { "sh", "-c", "cat; echo err >&2", stdin = "hello", env = { A = "b" } } end,
  ["process.run fails"] = function() try(process.run, { "sh", "-c", "echo oops >&2; exit 3" }) end,
  ["process.run of nothing"] = function() try(process.run, { "/no/such/program" }) end,
  ["pipeline.run"] = function()
    fs.remove(folder .. "/dump.gz")
    pipeline.run { from = process.source { "cat", folder .. "/dump" }, through = { fingerprint.sql { texts = true },
      gzip.compress { level = 1, threads = 1 }, digest { "sha256", "md5" } }, to = fs.sink(folder .. "/dump.gz"),
      progress = pipeline.meter() }
    pipeline.run { from = fs.source(folder .. "/dump.gz"), through = { gzip.decompress { only = { { offset = 3, bytes = 9 } } } },
      to = process.sink { "cat" } }
  end,
  ["pipeline.run fails"] = function()
    try(pipeline.run, { from = fs.source(folder .. "/dump"), through = { gzip.decompress {} }, to = pipeline.discard() })
  end,
  ["postgres.connect refused"] = function() try(postgres.connect, { host = "127.0.0.1", port = 1, connect_timeout = 2 }) end,
  ["http.request refused"] = function() try(http.request, { url = "http://127.0.0.1:1/", timeout = 2 }) end,
  ["smtp.send refused"] = function()
    try(smtp.send, { host = "127.0.0.1", port = 1, security = "none", from = "a@example.org", to = { "b@example.org" },
      subject = "x", text = "y", timeout = 2 })
  end,
  ["docker_stream.split"] = function() stream.split("\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\4oops") end,
}

-- Without those of the worker threads, one each: how many there are depends on how busy the machine is.
local function open_files()
  return #fs.list "/proc/self/fd" - #fs.list "/proc/self/task"
end

local function children()
  return process.run({ "sh", "-c", "ps -o comm= --ppid $PPID | grep -cv nightjar_pidfd" }).stdout
end

local wired <const>, close_wires <const> = require("tests.memory.wired").open()
for name, call in pairs(wired) do
  calls[name] = call
end
local names = {}
for name in pairs(calls) do
  names[#names + 1] = name
end
table.sort(names)
for _, name in ipairs(names) do
  local call <const> = calls[name]
  call() -- so that modules and caches are there
  collectgarbage()
  local files <const>, processes <const> = open_files(), children()
  local number = 0
  repeat
    number = number + 1
    fail_allocation(number)
    pcall(call)
    local fired <const> = allocation_failed()
    fail_allocation(0)
  until not fired
  local core_number, fired = 0, not name:find "^json%." -- json-c is known to go on without memory, wrongly
  while fired do
    -- Behind the first hundred only some: libcrypto takes 26,000 for a password, all alike.
    core_number = core_number + (core_number < 100 and 1 or core_number // 4)
    fail_core(core_number)
    local well <const>, err <const> = pcall(call)
    fired = spare_core()
    -- A thread is not started, or there is no memory; and nothing goes wrong by that afterwards.
    local told <const> = tostring(err):lower()
    if not well and not (fired and (told:find("memory", 1, true) or told:find(" thread: ", 1, true))) then
      error(("%s, allocation %d below Lua: %s"):format(name, core_number, err))
    end
  end
  collectgarbage("incremental", 0, 1000, 0)
  call()
  collectgarbage("generational")
  collectgarbage "incremental"
  collectgarbage()
  collectgarbage()
  -- A thread that has asked a server to cancel may be a moment later than the call.
  support.wait_for(10, name .. ": as many files and children are there as before", function()
    return open_files() == files and children() == processes
  end)
  print(("%-36s %4d allocations of Lua, %4d below it"):format(name, number - 1, math.max(0, core_number - 1)))
end
close_wires()
fs.remove(folder, { recursive = true })
