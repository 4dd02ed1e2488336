-- Whether the remote really has the files of a set: by its hashes, beneath its encryption, by
-- reading them back, or, where nothing else can be had, by their sizes.

local comparison = require "nightjar.remote.comparison"
local digest = require "nightjar.digest"
local pipeline = require "nightjar.pipeline"
local process = require "nightjar.process"
local rclone = require "nightjar.remote.rclone"

local M = {}

-- ---- encrypted ones ----

-- A crypt remote has no hashes. But rclone can read the random beginning of each encrypted file,
-- encrypt the local one with it, and compare that with the hash of what is stored beneath.
local function check_beneath(remote, path, folder, files, states)
  local result <const> = rclone.run(remote,
    { "cryptcheck", "--one-way", "--combined=-", "--log-level=INFO", "--files-from-raw=-" },
    { folder, path }, { stdin = rclone.names_of(files), timeout = remote.policy.timeout })
  local hash <const> = result.stderr:match("Using (%w+) for hash comparisons")
  if not hash then
    if not result.stderr:find("does not support any hashes", 1, true) then
      rclone.complain(remote, result.stderr, result.exit)
    end
    return
  end
  local marks = {}
  for mark, name in result.stdout:gmatch("([^\n]) ([^\n]+)") do
    marks[name] = mark
  end
  for _, file in ipairs(files) do
    local mark <const> = marks[file.name]
    if mark == "=" then
      states[file.name] = { state = "equal", by = "crypt " .. hash }
    elseif mark == "*" then
      states[file.name] = { state = "differs",
        reason = ("the %s beneath its encryption differs"):format(hash) }
    else
      rclone.complain(remote, result.stderr, result.exit)
    end
  end
end

-- ---- reading back ----

local function read_back(remote, path, file)
  local meter <const> = pipeline.meter()
  local _ <close> = remote.context.progress("reading back " .. file.name, meter)
  local result, err = try(pipeline.run, {
    from = process.source(rclone.command(remote, { "cat" }, { path .. "/" .. file.name })),
    through = { digest { "sha256" } }, to = pipeline.discard(),
    timeout = remote.policy.timeout, stall = remote.policy.stall, progress = meter,
  })
  if err then
    if err.stderr and (err.code == "EXIT") then
      rclone.complain(remote, err.stderr, err.exit)
    end
    error(err, 0)
  elseif result.digests.sha256 ~= file.sha256 then
    return { state = "differs", reason = "its sha256, read back, differs" }
  end
  return { state = "equal", by = "download" }
end

-- ---- all together ----

-- Where the policy asks for it every file is read back. Else the remote's hash decides, or the one
-- beneath its encryption; a remote that has neither is believed its sizes, and the result says so.
local function confirm_further(remote, path, folder, files, states)
  local unsure <const> = comparison.select(files, states, "equal")
  if #unsure == 0 then
    return
  elseif remote.policy.confirm == "download" then
    for _, file in ipairs(unsure) do
      states[file.name] = read_back(remote, path, file)
    end
  elseif remote:traits().crypt then
    check_beneath(remote, path, folder, unsure, states)
  end
end

-- What the remote has of these files of a set: path is the set's there, folder the local one.
-- Returns the states of comparison.compare, and the names there that are none of them.
function M.examine(remote, path, folder, files)
  local hash <const> = remote.policy.confirm ~= "download" and remote:traits().hash or nil
  local states <const>, foreign <const> = comparison.compare(files, remote:list(path, 1, hash),
    hash)
  confirm_further(remote, path, folder, files, states)
  return states, foreign
end

return M
