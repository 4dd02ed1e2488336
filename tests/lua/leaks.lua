-- What a test leaves behind: open descriptors, programs, files and scratch databases fail it, by name.
--
-- Counted are those that came between the first before_each and the last after_each of a test, and between the
-- beginning and the end of a spec's file. So a fixture may live as long as its `describe`.
-- Not seen: programs of another user when the tests do not run as root, and what happens in containers.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local task = require "nightjar.task"

local M = {}

-- Seconds in which what is on its way out may go: a program that was just killed, a connection being closed.
M.patience = 3

-- What tests/spec.sh has made for this spec. Run without it, files and strays cannot be told from others'.
local folder <const> = os.getenv "SPEC_FOLDER"

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a" or ""
end

-- ---- what there is: lists of {key, text}. A thing with a key that was there before is one that came back. ----

local function descriptors()
  local lfs <const> = require "lfs" -- which only busted's specs have
  local found = {}
  -- A worker thread stays for the next job, and with it the eventfd by which it is cancelled (host/pool.c).
  local workers = #fs.list "/proc/self/task" - 1
  for _, name in ipairs(fs.list "/proc/self/fd") do
    local target <const> = lfs.symlinkattributes("/proc/self/fd/" .. name, "target")
    if target == "anon_inode:[eventfd]" and workers > 0 then
      workers = workers - 1
    elseif target then           -- not the folder's own, which is closed by now
      found[#found + 1] = { key = target:gsub("%[%d+%]$", ""), text = target }
    end
  end
  return found
end

local foreign = {}               -- processes that are not of this spec, by number and time of start

local function is_of_spec(pid, born)
  local name <const> = pid .. " " .. born
  if foreign[name] then
    return false
  end
  local inherited <const> = "\0" .. read(("/proc/%s/environ"):format(pid))
  local own <const> = folder ~= nil and inherited:find("\0SPEC_FOLDER=" .. folder .. "\0", 1, true) ~= nil
  foreign[name] = not own or nil
  return own
end

-- Children of this process, dead ones that it has not waited for among them, and whatever descends from it.
local function programs()
  local found = {}
  for _, pid in ipairs(fs.list "/proc") do
    local stat <const> = pid:find "^%d" and read(("/proc/%s/stat"):format(pid)) or ""
    local name, state, parent, rest = stat:match "^%d+ %((.*)%) (%a) (%d+) (.*)"
    if name and tonumber(pid) ~= host.pid then
      local child <const> = tonumber(parent) == host.pid
      -- The 22nd field of all is the 18th of the rest.
      if child or is_of_spec(pid, rest:match("^" .. ("%S+ "):rep(17) .. "(%d+)")) then
        local words = read(("/proc/%s/cmdline"):format(pid)):gsub("%z", " "):sub(1, 200)
        words = state == "Z" and name .. ", dead and not waited for" or words
        -- A fixture that was started again may have other arguments.
        found[#found + 1] = { key = words:match "^%S* ?%S*",
          text = ("%s%s (pid %s)"):format(child and "child " or "", words, pid) }
      end
    end
  end
  return found
end

local function files()
  local found = {}
  for _, name in ipairs(folder and fs.list(folder) or {}) do
    found[#found + 1] = { key = name, text = folder .. "/" .. name }
  end
  return found
end

-- What may be there when a test begins. What only a finalizer closes is no leak.
local function own()
  collectgarbage()
  collectgarbage()
  return { descriptor = descriptors(), program = programs(), file = files() }
end

local fixtures = {}              -- what tests/e2e/support.lua holds open, with functions that count in it

-- All there is, with what nightjar is never to leave in a fixture: asking a server takes a moment.
function M.count()
  local counted = own()
  for fixture, kinds in pairs(fixtures) do
    for kind, list in pairs(kinds) do
      counted[kind] = counted[kind] or {}
      for _, text in ipairs(list(fixture)) do
        table.insert(counted[kind], { key = text, text = text })
      end
    end
  end
  return counted
end

-- ---- what is new ----

local function tally(list, field)
  local numbers = {}
  for _, thing in ipairs(list or {}) do
    numbers[thing[field]] = (numbers[thing[field]] or 0) + 1
  end
  return numbers
end

-- The things of one kind that are more than there were. Pure.
local function more(before, after)
  local had <const>, knew <const>, has <const> = tally(before, "key"), tally(before, "text"), tally(after, "key")
  local new = {}
  for _, thing in ipairs(after) do
    local key <const>, text <const> = thing.key, thing.text
    if (knew[text] or 0) > 0 then
      knew[text] = knew[text] - 1
    elseif has[key] > (had[key] or 0) then
      has[key] = has[key] - 1
      new[#new + 1] = thing
    end
  end
  return new
end

-- What is there after that was not there before: {{kind, key, text}}, sorted. Pure.
function M.compare(before, after)
  local left = {}
  for kind, list in pairs(after) do
    for _, thing in ipairs(more(before[kind], list)) do
      left[#left + 1] = { kind = kind, key = thing.key, text = thing.text }
    end
  end
  table.sort(left, function(a, b) return a.kind .. a.text < b.kind .. b.text end)
  return left
end

-- ---- what is allowed ----

local allowed, noted, known = {}, {}, {}

-- For a test that leaves this kind of thing on purpose, until its end; say why beside it.
function M.allow(kind)
  allowed[kind] = true
end

-- A fixture is open in which these things are counted too: {kind = function(fixture) -> names}.
function M.opened(fixture, kinds)
  fixtures[fixture] = kinds
end

-- It is about to be closed, and what was left in it goes with it unseen.
function M.closing(fixture)
  for kind, list in pairs(fixtures[fixture] or {}) do
    for _, text in ipairs(list(fixture)) do
      noted[#noted + 1] = { kind = kind, key = text, text = text }
    end
  end
  fixtures[fixture] = nil
end

local function not_allowed(list)
  local bad = {}
  for _, thing in ipairs(list) do
    if allowed[thing.kind] then
      known[thing.kind .. thing.text] = true
    elseif not known[thing.kind .. thing.text] then
      bad[#bad + 1] = thing
    end
  end
  return bad
end

-- What there is since `before` and stays, less what is allowed.
function M.left(before)
  local deadline <const> = host.now() + M.patience
  local gone <const> = not_allowed(noted)
  local left
  repeat
    left = not_allowed(M.compare(before, M.count()))
  until #left == 0 or host.now() > deadline or task.sleep(0.02)
  table.move(gone, 1, #gone, #left + 1, left)
  for _, thing in ipairs(left) do
    known[thing.kind .. thing.text] = true -- said once is enough
  end
  allowed, noted = {}, {}
  return left
end

local function demand_nothing(before, who)
  local lines = {}
  for _, thing in ipairs(M.left(before)) do
    lines[#lines + 1] = ("  %s: %s"):format(thing.kind, thing.text)
  end
  if #lines > 0 then
    error(("%s left behind\n%s"):format(who, table.concat(lines, "\n")), 0)
  end
end

-- A test that broke off has not come to its clean-up; it has failed already.
local function forgive(before)
  for _, thing in ipairs(M.compare(before, M.count())) do
    known[thing.kind .. thing.text] = true
  end
  allowed, noted = {}, {}
end

-- ---- when ----

local function watch_tests(busted)
  local before, name, succeeded
  busted.before_each(function()
    before, name, succeeded = own(), nil, true
  end)
  busted.subscribe({ "test", "start" }, function(element)
    name = element.name
    return nil, true
  end)
  busted.subscribe({ "test", "end" }, function(_, _, status)
    succeeded = status == "success"
    return nil, true
  end)
  busted.after_each(function()
    if succeeded then
      demand_nothing(before, ("'%s'"):format(name))
    else
      forgive(before)
    end
  end)
end

local function watch_files(busted)
  local before
  busted.subscribe({ "file", "start" }, function()
    before, known = own(), {}
    return nil, true
  end)
  busted.subscribe({ "file", "end" }, function()
    demand_nothing(before, "the spec, with its setup and teardown,")
    return nil, true
  end)
  busted.subscribe({ "exit" }, function()
    try(fs.remove, folder or "")
    return nil, true
  end)
end

function M.watch()
  local busted <const> = require "busted"
  watch_tests(busted)
  watch_files(busted)
end

return M
