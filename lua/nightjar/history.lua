-- What ran when, and how it ended: state/history.jsonl, a line an end of a task; and the last of
-- each task and job in a file of its own in state/last/, for the history forgets what is rare.

local fs = require "nightjar.fs"
local json = require "nightjar.json"

local M = {}

local largest <const>, tail <const> = 1000000, 500000

local function path_of(config)
  return config.state_folder .. "/history.jsonl"
end

-- The file before takes what was there; its own place is free then. Two runs that do it at once:
-- the second finds it done.
local function rotate(path)
  local status <const> = fs.stat(path)
  if status and status.size >= largest then
    fs.remove(path .. ".1")
    fs.rename(path, path .. ".1")
  end
end

local function last_path(config, kind, name)
  return ("%s/last/%s.%s.json"):format(config.state_folder, kind, name)
end

local function keep_last(config, kind, name, text)
  if type(name) == "string" and name:find "^[%w_-]+$" then
    fs.mkdir(config.state_folder .. "/last", { mode = 448 })
    fs.write(last_path(config, kind, name), text, { mode = 384 })
  end
end

-- Add an entry: { time (text), task, status, seconds, job (of the schedule that ran it), ... }.
function M.append(config, entry)
  local path <const>, text <const> = path_of(config), json.encode(entry) .. "\n"
  fs.mkdir(config.state_folder, { parents = true, mode = 448 })
  try(rotate, path)
  fs.append(path, text, { mode = 384 })
  keep_last(config, "task", entry.task, text)
  keep_last(config, "job", entry.job, text)
end

-- The last entry of a task (kind "task") or of a job ("job"), or nil.
function M.last(config, kind, name)
  local text <const> = try(fs.read, last_path(config, kind, name))
  local entry <const> = text and try(json.decode, text)
  return type(entry) == "table" and type(entry.time) == "string" and entry or nil
end

-- The names of the tasks or jobs that have a last entry, sorted.
function M.names(config, kind)
  local folder <const>, names = config.state_folder .. "/last", {}
  for _, file in ipairs(fs.stat(folder) and fs.list(folder) or {}) do
    local of <const>, name <const> = file:match "^(%a+)%.([%w_-]+)%.json$"
    names[#names + 1] = of == kind and name or nil
  end
  table.sort(names)
  return names
end

-- The lines at the end of a file, the first of which may be cut.
local function read_tail(path)
  local file <close> = io.open(path, "rb")
  if not file then
    return ""
  end
  local size <const> = file:seek "end"
  file:seek("set", math.max(0, size - tail))
  return file:read "a" or ""
end

local function lines_of(config, task)
  local path <const> = path_of(config)
  local text = read_tail(path)
  if #text < tail then
    text = read_tail(path .. ".1") .. text
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
    local entry <const> = try(json.decode, line)
    if type(entry) == "table" and type(entry.time) == "string" then
      entries[#entries + 1] = entry
    end
  end
  return entries
end

return M
