-- What was installed, with which scheduler, and when: state/schedule.json. By it a schedule that
-- has gone is missed.

local fs = require "nightjar.fs"
local json = require "nightjar.json"

local M = {}

local function path_of(config)
  return config.state_folder .. "/schedule.json"
end

-- { kind=, scope=, root=, user=, program=, installed = seconds since 1970, jobs = {[name] = since
-- when it is there} }, or nil.
function M.read(config)
  local path <const> = path_of(config)
  if not fs.stat(path) then
    return nil
  end
  local record, err = try(function()
    return json.decode(fs.read(path))
  end)
  if type(record) ~= "table" or type(record.kind) ~= "string" or type(record.scope) ~= "string"
    or type(record.jobs) ~= "table" then
    fail("FORMAT", ("'%s' cannot be read%s"):format(path, err and ": " .. err.message or ""),
      "nightjar schedule install writes it anew.")
  end
  return record
end

function M.write(config, record)
  fs.mkdir(config.state_folder, { parents = true, mode = 448 })
  fs.write(path_of(config), json.encode(record) .. "\n", { mode = 384 })
end

function M.remove(config)
  fs.remove(path_of(config))
end

return M
