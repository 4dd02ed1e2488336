-- Doing things at the same time, in time, and again: tasks whose children end before the call
-- returns.

local host = require "nightjar.host"
local scheduler = require "nightjar.scheduler"
local suggest = require "nightjar.suggest"

local M = {}

local function check_options(options, known)
  for key in pairs(options) do
    if type(key) == "string" and not known[key] and type(options[key]) ~= "function" then
      local names = {}
      for name in pairs(known) do
        names[#names + 1] = name
      end
      local near = suggest(key, names)
      error(("unknown option '%s'%s"):format(key,
        near and (" (did you mean '%s'?)"):format(near) or ""), 3)
    end
  end
end

M.sleep = scheduler.sleep
M.list = scheduler.list

local parallel_options = { limit = true, collect = true }

-- The keys that hold functions: the list's in order, then the names sorted.
local function function_keys(functions)
  local keys, names = {}, {}
  for index in ipairs(functions) do
    keys[#keys + 1] = index
  end
  for key, value in pairs(functions) do
    if type(key) == "string" and not parallel_options[key] and type(value) == "function" then
      names[#names + 1] = key
    end
  end
  table.sort(names)
  return table.move(names, 1, #names, #keys + 1, keys)
end

function M.parallel(functions)
  check_options(functions, parallel_options)
  local keys, outcomes = function_keys(functions), {}
  local limit <const> = functions.limit or #keys
  if math.type(limit) ~= "integer" or limit < 1 and #keys > 0 then
    error("option 'limit': an integer above 0 expected", 2)
  end
  local group <close> = scheduler.group()
  local started = 0

  local function start_next()
    if started < #keys then
      started = started + 1
      group:spawn(functions[keys[started]])
    end
  end

  for _ = 1, limit do
    start_next()
  end
  while true do
    local index, succeeded, value = group:next()
    if not index then
      return outcomes
    end
    local key = keys[index]
    if functions.collect then
      outcomes[key] = succeeded and { ok = true, value = value[1] } or { ok = false, error = value }
    elseif succeeded then
      outcomes[key] = value[1]
    else
      value.key = key
      error(value, 0)
    end
    start_next()
  end
end

-- Call f as a child of the group, within a time. Returns how group:next says that it ended.
local function run_within(group, seconds, f, ...)
  if math.type(seconds) == nil or seconds <= 0 or seconds ~= seconds then
    error("a number of seconds above 0 expected", 3)
  end
  group:spawn(f, ...)
  group:deadline(seconds)
  local index, succeeded, value = group:next()
  if index == false then
    group:cancel()
    group:deadline(nil)
    succeeded, value = select(2, group:next())
  end
  return succeeded, value
end

-- What cancelled a child that had this long: the time, or somebody else.
local function fail_late(err, began, seconds)
  if err.code == "CANCELLED" and host.now() - began >= seconds then
    fail("TIMEOUT", ("did not end within %g s"):format(seconds), nil,
      { cause = err, traceback = err.traceback })
  end
  error(err, 0)
end

function M.timeout(seconds, f, ...)
  local began <const> = host.now()
  local group <close> = scheduler.group()
  local succeeded, value = run_within(group, seconds, f, ...)
  if not succeeded then
    fail_late(value, began, seconds)
  end
  return table.unpack(value, 1, value.n)
end

function M.shield(seconds, f, ...)
  local _ <close> = scheduler.shield()
  return M.timeout(seconds, f, ...)
end

-- For code that is not trusted to end, such as a policy's function: what it may compute and hold.
local most_instructions <const>, most_bytes <const> = 100 * 1000 * 1000, 64 * 1024 * 1024

function M.budget(seconds, f, ...)
  local began <const> = host.now()
  local group <close> = scheduler.group()
  group:limit(most_instructions, most_bytes)
  local succeeded, value = run_within(group, seconds, f, ...)
  if succeeded then
    return table.unpack(value, 1, value.n)
  elseif group:overspent() then
    fail("BUDGET", ("did not end within %d million instructions"):format(
      most_instructions // 1000000), nil, { cause = value, traceback = value.traceback })
  elseif value.message == "not enough memory" then
    fail("BUDGET", ("wanted more than %d MiB of memory"):format(most_bytes >> 20), nil,
      { cause = value, traceback = value.traceback })
  end
  fail_late(value, began, seconds)
end

local retry_options = { times = true, delay = true, on = true }

function M.retry(options)
  check_options(options, retry_options)
  local times <const>, delay <const> = options.times or 3, options.delay or 1
  local f <const> = options[1]
  local wanted
  if options.on then
    wanted = {}
    for _, code in ipairs(options.on) do
      wanted[code] = true
    end
  end
  for attempt = 1, times do
    local outcome = table.pack(xpcall(f, host.wrap_error, attempt))
    if outcome[1] then
      return table.unpack(outcome, 2, outcome.n)
    end
    local err = outcome[2]
    if attempt == times or err.code == "CANCELLED" or wanted and not wanted[err.code] then
      error(err, 0)
    end
    M.sleep(delay)
  end
end

return M
