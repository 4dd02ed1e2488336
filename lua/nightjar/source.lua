-- Where backups are taken from: the backup folder, or the remote by way of a private folder.

local catalogue = require "nightjar.catalogue"
local host = require "nightjar.host"
local remote_catalogue = require "nightjar.remote.catalogue"
local remote_of = require "nightjar.remote"
local retrieval = require "nightjar.remote.retrieval"
local workspace_of = require "nightjar.workspace"

local M = {}

-- ---- here ----

local here = {}
here.__index = here

function here:list(target)
  return catalogue.list(self.context.config.backup_folder, target.name)
end

-- Nothing to do: the set's folder has its files, and whoever reads them checks them.
function here.fetch()
end
here.bring = here.fetch

function here:check(set, files)
  retrieval.check(self.context, set.folder, files)
end

function here.shell(_, set, name)
  return ("gunzip -c '%s/%s'"):format(set.folder, name)
end

function here.__close()
end

-- ---- at the remote ----

local there = {}
there.__index = there

function there:list(target)
  return remote_catalogue.list(self.remote, target.name, self.workspace)
end

function there:bring(set, files)
  local began <const> = host.now()
  self.context.log:info("fetch.started", { id = set.id, target = set.target,
    remote = self.remote.to })
  retrieval.fetch(self.remote, set, files, self.workspace)
  self.context.log:info("fetch.done", { id = set.id, target = set.target, files = #files,
    seconds = host.now() - began })
end

function there:check(set, files)
  local _, err = try(retrieval.check, self.context, set.folder, files)
  if err and err.code == "CHECKSUM" then
    err.message = ("backup %s at the remote '%s': %s"):format(set.id, self.remote.to, err.message)
    err.hint = "The copy there is damaged. Where the backup is still here, nightjar upload sends "
      .. "it again; else take another one: nightjar backups --remote."
  end
  if err then
    error(err, 0)
  end
end

function there:fetch(set, files)
  self:bring(set, files)
  self:check(set, files)
end

function there:shell(set, name)
  return ("rclone%s cat '%s/%s' | gunzip -c"):format(self.remote.config
    and (" --config '%s'"):format(self.remote.config) or "", set.path, name)
end

function there:__close()
  self.workspace:__close()
end

-- ---- either ----

-- A source of sets, to be closed: after that what it has fetched is gone. Fields: place (for
-- people), remote (nil here). Methods:
--   list(target)       the sets, as catalogue.list
--   bring(set, files)  make sure that set.folder has these files of its manifest
--   check(set, files)  make sure that they have its sizes and hashes
--   fetch(set, files)  as much of that as whoever reads them does not do
--   shell(set, name)   a command that prints a compressed file of a set
function M.open(context, from_remote, purpose)
  if not from_remote then
    return setmetatable({ context = context, place = context.config.backup_folder }, here)
  end
  local remote <const> = remote_of.open(context)
  return setmetatable({ context = context, remote = remote, place = remote.to,
    workspace = workspace_of.open(context, purpose) }, there)
end

return M
