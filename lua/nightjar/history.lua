-- What ran when, and how it ended: state/history.jsonl, a line an end of a task. When it has grown,
-- the last of each task and job that would be forgotten gets a file of its own in state/last/.

local fs = require "nightjar.fs"
local json = require "nightjar.json"

local M = {}

local largest <const>, tail <const> = 1000000, 500000

local function path_of(config)
  return config.state_folder .. "/history.jsonl"
end

-- The end of a file, at most so many bytes, the first line of which may be cut.
local function read_tail(path, most)
  local file <close> = io.open(path, "rb")
  if not file then
    return ""
  end
  local size <const> = file:seek "end"
  file:seek("set", math.max(0, size - most))
  return file:read "a" or ""
end

local function decode(line)
  local entry <const> = try(json.decode, line)
  return type(entry) == "table" and type(entry.time) == "string" and entry or nil
end

-- ---- the last of each ----

local function last_path(config, kind, name)
  return ("%s/last/%s.%s.json"):format(config.state_folder, kind, name)
end

-- Put the last line of each task and job of a file into `found`, {task = {[name] = line}, job = …}.
local function collect(found, path)
  for line in read_tail(path, 2 * largest):gmatch "[^\n]+" do
    for kind, lines in pairs(found) do
      local name <const> = line:match('"' .. kind .. '":"([%w_-]+)"')
      if name then
        lines[name] = line
      end
    end
  end
  return found
end

local function keep_last(config, path)
  for kind, lines in pairs(collect({ task = {}, job = {} }, path)) do
    for name, line in pairs(lines) do
      fs.mkdir(config.state_folder .. "/last", { mode = 448 })
      fs.write(last_path(config, kind, name), line .. "\n", { mode = 384 })
    end
  end
end

-- The file before takes what was there; its own place is free then. Two runs that do it at once:
-- the second finds it done.
local function rotate(config, path)
  local status <const> = fs.stat(path)
  if status and status.size >= largest then
    keep_last(config, path .. ".1")
    fs.remove(path .. ".1")
    fs.rename(path, path .. ".1")
  end
end

-- Add an entry: { time (text), task, status, seconds, job (of the schedule that ran it), ... }. It
-- is not flushed to disk: what can be lost with the power is a line, which is not worth the wait.
function M.append(config, entry)
  local path <const> = path_of(config)
  fs.mkdir(config.state_folder, { parents = true, mode = 448 })
  try(rotate, config, path)
  fs.append(path, json.encode(entry) .. "\n", { mode = 384 })
end

local cached = {}

-- The last lines that the history has, read again when it has grown.
local function latest(config)
  local path <const> = path_of(config)
  local now <const>, before <const> = fs.stat(path), fs.stat(path .. ".1")
  local key <const> = ("%s %s %s"):format(path, now and now.size, before and before.size)
  if cached.key ~= key then
    local found <const> = collect({ task = {}, job = {} }, path .. ".1")
    cached = { key = key, found = collect(found, path) }
  end
  return cached.found
end

-- The last entry of a task (kind "task") or of a job ("job"), or nil.
function M.last(config, kind, name)
  local line = latest(config)[kind][name]
  line = line or try(fs.read, last_path(config, kind, name))
  return line and decode(line)
end

-- The names of the tasks or jobs that have a last entry, sorted.
function M.names(config, kind)
  local folder <const>, names, known = config.state_folder .. "/last", {}, {}
  for name in pairs(latest(config)[kind]) do
    names[#names + 1], known[name] = name, true
  end
  for _, file in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
    local of <const>, name <const> = file:match "^(%a+)%.([%w_-]+)%.json$"
    names[#names + 1] = of == kind and not known[name] and name or nil
  end
  table.sort(names)
  return names
end

-- ---- all of them ----

local function lines_of(config, task)
  local path <const> = path_of(config)
  local text = read_tail(path, tail)
  if #text < tail then
    text = read_tail(path .. ".1", tail) .. text
  end
  local lines, wanted <const> = {}, task and ('"task":%s'):format(json.encode(task))
  for line in text:gmatch "[^\n]+" do
    if not wanted or line:find(wanted, 1, true) then
      lines[#lines + 1] = line
    end
  end
  return lines
end

-- So many of the lines, evenly: the last one always.
local function thin(lines, most)
  if not most or #lines <= most then
    return lines
  end
  local kept = {}
  for index = 1, most do
    kept[index] = lines[math.ceil(index * #lines / most)]
  end
  return kept
end

-- The entries of a task, or of all, oldest first. limit: only the newest so many; evenly: only so
-- many of those, evenly, the newest among them. What cannot be read is passed over.
function M.read(config, options)
  options = options or {}
  local lines = lines_of(config, options.task)
  if options.limit then
    lines = table.move(lines, math.max(1, #lines - options.limit + 1), #lines, 1, {})
  end
  local entries = {}
  for _, line in ipairs(thin(lines, options.evenly)) do
    entries[#entries + 1] = decode(line)
  end
  return entries
end

return M
