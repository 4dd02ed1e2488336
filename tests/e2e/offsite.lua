-- What the specs of off-site copies share: a home with one proven set, remotes, and uploads to them.

local fs = require "nightjar.fs"
local host = require "nightjar.host"
local json = require "nightjar.json"
local process = require "nightjar.process"
local remotes = require "tests.fixture.remotes"
local support = require "tests.e2e.support"
local units = require "nightjar.units"

local M = {}

local shop <const> = [[
  CREATE TABLE goods AS SELECT n, md5(n::text) AS name, md5((n * 7)::text) AS text FROM generate_series(1, %d) AS n;]]

-- The files of the set, and of an upload of it.
M.everything = { "globals.sql.gz", "manifest.json", "postgres.create.sql", "postgres.sql.gz", "shop.create.sql",
  "shop.sql.gz" }

local scene = {}
scene.__index = scene

-- A server with the database `shop`, a home, and a proven set of it. To be closed, with the remotes.
-- options: rows, prepare(server), and what support.home takes. Fields: server, home, id, set (the set's folder).
function M.scene(options)
  options = options or {}
  local server <const> = support.server()
  server:database("shop", shop:format(options.rows or 5000))
  if options.prepare then
    options.prepare(server)
  end
  local home <const> = support.home(server, options)
  home:expect(0, { "backup" })
  local ids <const>, _, where <const> = home:sets()
  return setmetatable({ server = server, home = home, id = ids[1], set = where .. "/" .. ids[1], remotes = {} }, scene)
end

-- Start remotes, and write the home's rclone.conf of them and of further sections.
function scene:configure(started, ...)
  local sections = { ... }
  for _, remote in ipairs(started) do
    self.remotes[#self.remotes + 1] = remote
    sections[#sections + 1] = remote.section
  end
  remotes.configure(self.home, table.unpack(sections))
end

function scene:close()
  for _, remote in ipairs(self.remotes) do
    remote:close()
  end
  self.home:close()
  self.server:close()
end

-- Run a task with this remote: its document, and the result.
function scene:json(remote, ...)
  local arguments = { ... }
  arguments.env = { RCLONE_REMOTE = remote }
  return self.home:json(arguments)
end

-- Upload to a remote, with changes to the environment: the document, and the result.
function scene:upload(remote, additions)
  local arguments = { "upload", env = { RCLONE_REMOTE = remote } }
  for key, value in pairs(additions or {}) do
    arguments.env[key] = value
  end
  return self.home:json(arguments)
end

function scene:manifest()
  return json.decode(fs.read(self.set .. "/manifest.json"))
end

-- What the manifest here says of a remote, or nil.
function scene:recorded(remote)
  for _, entry in ipairs(self:manifest().uploads) do
    if entry.remote == remote then
      return entry
    end
  end
end

-- The files that an upload has sent, sorted.
function M.sent(document)
  local names = {}
  for _, file in ipairs(document.files or {}) do
    names[#names + 1] = file.sent and file.name or nil
  end
  table.sort(names)
  return names
end

-- Demand that the files there are those here.
function scene:same(folder)
  for _, name in ipairs(M.everything) do
    if name ~= "manifest.json" then
      process.run { "cmp", folder .. "/" .. name, self.set .. "/" .. name }
    end
  end
end

-- An upload that has to fail: with this code, and these words in the hint. Returns its message.
function scene:fails(remote, code, hint, additions)
  local document, result = self:upload(remote, additions)
  assert(document.error.code == code and result.exit == (code == "CONFIG" and 78 or 2),
    ("%s, exit %s: %s"):format(document.error.code, result.exit, document.error.message))
  assert(document.error.hint:find(hint, 1, true), document.error.hint)
  assert(not self:recorded(remote), "it is recorded as uploaded")
  return document.error.message
end

-- A copy of a set in the same folder, made `days` ago; change(manifest, path) may alter it. Returns its id.
function M.aged(folder, days, change)
  local started <const> = math.floor(host.time() - days * 86400)
  local id <const> = units.id(started)
  local path <const> = folder:gsub("[^/]*$", id)
  process.run { "cp", "-R", folder, path }
  local value = json.decode(fs.read(path .. "/manifest.json"))
  value.id, value.started, value.finished = id, units.iso(started), units.iso(started + 1)
  if change then
    change(value, path)
  end
  fs.write(path .. "/manifest.json", json.encode(value))
  return id
end

-- The decisions of a document by id.
function M.actions(decisions)
  local found = {}
  for _, decision in ipairs(decisions) do
    found[decision.id] = decision
  end
  return found
end

-- Turn one bit of a file. Twice is as it was.
function M.damage(path)
  local bytes <const> = fs.read(path)
  fs.write(path, bytes:sub(1, 199) .. string.char(bytes:byte(200) ~ 1) .. bytes:sub(201))
end

return M
