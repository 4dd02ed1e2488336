-- Running rclone: as a child without a shell, its log read as it grows, its failures explained.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local process = require "nightjar.process"
local scheduler = require "nightjar.scheduler"
local task = require "nightjar.task"
local trouble = require "nightjar.remote.trouble"
local units = require "nightjar.units"

local M = {}

local look_seconds <const>, listing_seconds <const> = 0.5, 600
local longest_log <const> = 65536

-- Variables of the user's that would change what rclone writes, or keep it from doing anything.
local unwanted <const> = {
  "RCLONE_VERBOSE", "RCLONE_QUIET", "RCLONE_LOG_FILE", "RCLONE_LOG_FORMAT", "RCLONE_LOG_LEVEL",
  "RCLONE_LOG_SYSTEMD", "RCLONE_SYSLOG", "RCLONE_DRY_RUN", "RCLONE_INTERACTIVE", "RCLONE_PROGRESS",
  "RCLONE_STATS", "RCLONE_STATS_ONE_LINE", "RCLONE_USE_JSON_LOG", "RCLONE_DUMP",
}

local function environment(remote)
  local values = { RCLONE_CONFIG_PASS = remote.config_password }
  for _, name in ipairs(unwanted) do
    values[name] = false
  end
  return values
end

-- A half of the stall limit for each connection: so rclone can open another one in time.
local function base_flags(remote)
  local flags = {
    "--use-json-log", "--ask-password=false", "--retries=3", "--retries-sleep=5s",
    "--contimeout=30s",
    ("--timeout=%dms"):format(math.ceil(remote.policy.stall * 500)),
  }
  if remote.config then
    flags[#flags + 1] = "--config=" .. remote.config
  end
  return table.move(remote.policy.flags, 1, #remote.policy.flags, #flags + 1, flags)
end

-- The command for process.run and process.source. `words` begin with what rclone is to do;
-- `operands` are paths, whatever they look like.
function M.command(remote, words, operands)
  if not fs.find_program "rclone" then
    fail("NOT_FOUND", "there is no rclone on this machine's PATH",
      "Install it (apt-get install rclone, or from rclone.org): off-site copies need it.",
      { missing = "rclone" })
  end
  local command = { "rclone", table.unpack(words) }
  local flags <const> = base_flags(remote)
  table.move(flags, 1, #flags, #command + 1, command)
  command[#command + 1] = "--"
  table.move(operands, 1, #operands, #command + 1, command)
  command.env = environment(remote)
  return command
end

-- A list of files as --files-from-raw takes it: {{name=}...}.
function M.names_of(files)
  local names = {}
  for index, file in ipairs(files) do
    names[index] = file.name .. "\n"
  end
  return table.concat(names)
end

-- Raise what an rclone that did not succeed means.
function M.complain(remote, text, exit)
  local explained <const> = trouble.explain(text, exit, remote)
  fail(explained.code, explained.message, explained.hint,
    { op = "rclone", exit = exit, stderr = text:sub(-longest_log), remote = remote.to })
end

-- Run what is over soon: looking, reading small files, deleting. Whatever its exit status, the
-- result is that of process.run. options: stdin, timeout, limit.
function M.run(remote, words, operands, options)
  options = options or {}
  local command <const> = M.command(remote, words, operands)
  command.stdin, command.check = options.stdin, false
  command.timeout, command.limit = options.timeout or listing_seconds, options.limit
  return process.run(command)
end

local nothing_there <const> = 3

-- The same, with success demanded. Returns its standard output and its log, or nil where there is
-- nothing of that name.
function M.ask(remote, words, operands, options)
  local result <const> = M.run(remote, words, operands, options)
  if result.exit == 0 then
    return result.stdout, result.stderr
  elseif result.exit == nothing_there then
    return nil
  end
  M.complain(remote, result.stderr, result.exit)
end

-- ---- what takes long ----

-- The log of a running rclone, read from where the last look ended. Returns the newest statistics.
local function read_on(log)
  local file <close> = io.open(log.path, "rb")
  if not file then
    return nil
  end
  file:seek("set", log.position)
  local text <const> = file:read("a")
  local whole <const> = text:match("^.*\n") or ""
  log.position = log.position + #whole
  local newest
  for line in whole:gmatch("[^\n]+") do
    local entry <const> = line:find('"stats":', 1, true) and try(json.decode, line)
    newest = type(entry) == "table" and type(entry.stats) == "table" and entry.stats or newest
  end
  return newest
end

-- Whatever of it changes is progress.
local function signature(stats)
  return ("%s %s %s %s %s"):format(stats.bytes, stats.checks, stats.transfers, stats.deletes,
    stats.renames)
end

-- Look at the log until nothing has moved for too long. Never returns.
local function watch(remote, log, meter)
  local stall <const> = remote.policy.stall
  local seen, since
  since = host.now()
  while true do
    task.sleep(math.min(look_seconds, stall / 4))
    local stats <const> = read_on(log)
    local now <const> = stats and signature(stats) or seen
    if now ~= seen then
      seen, since = now, host.now()
      meter.bytes = stats.bytes or 0
    elseif host.now() - since > stall then
      fail("TIMEOUT", ("no byte moved to or from the remote '%s' for %s"):format(remote.to,
        units.format_duration(stall)),
        "Is the network up? What has been sent already is not sent again. remote.stall is the "
          .. "limit.", { remote = remote.to })
    end
  end
end

-- What progress shows of a running rclone.
local function new_meter()
  return { bytes = 0, bytes_in = function(meter) return meter.bytes end }
end

local function end_of(path)
  local file <close> = io.open(path, "rb")
  if not file then
    return ""
  end
  local size <const> = file:seek("end")
  file:seek("set", math.max(0, size - longest_log))
  return file:read("a")
end

-- Run what moves many bytes, under the deadline and the stall limit of the policy. rclone writes
-- its log to a file in `folder`, where it can be read while it runs; process.run gives what a
-- program has written only when it has ended. options: label (for the progress), accept = {[exit
-- status] = true}. Returns {exit=, stdout=, log= the end of it}.
function M.carry(remote, words, operands, folder, options)
  local log <const> = { path = folder .. "/rclone.log", position = 0 }
  fs.remove(log.path)
  local all = table.move(words, 1, #words, 1, {})
  local every <const> = math.min(1, remote.policy.stall / 4)
  table.move({ "--log-file=" .. log.path, "--log-level=INFO", "--stats-log-level=NOTICE",
    ("--stats=%dms"):format(math.ceil(every * 1000)) }, 1, 4, #all + 1, all)
  local command <const> = M.command(remote, all, operands)
  command.check, command.timeout = false, remote.policy.timeout
  local meter <const> = new_meter()
  local _ <close> = remote.context.progress(options.label, meter)
  local group <close> = scheduler.group()
  group:spawn(process.run, command)
  group:spawn(watch, remote, log, meter)
  local _, succeeded, value = group:next()
  if not succeeded then
    error(value, 0)
  end
  local result <const> = value[1]
  local text <const> = end_of(log.path) .. result.stderr
  if result.exit ~= 0 and not (options.accept or {})[result.exit] then
    M.complain(remote, text, result.exit)
  end
  return { exit = result.exit, stdout = result.stdout, log = text }
end

return M
