-- The remote of a home: where its off-site copies are, and what that place can do.

local fs = require "nightjar.fs"
local json = require "nightjar.json"
local rclone = require "nightjar.remote.rclone"

local M = {}

local remote = {}
remote.__index = remote

-- ---- which one ----

local function refuse(message, hint)
  fail("CONFIG", "RCLONE_REMOTE: " .. message, hint)
end

-- Does NAME,option=value:FOLDER or :backend,option=value:FOLDER give an option that is a secret, or
-- an address with a password?
local function has_secret(to)
  for option in to:lower():gmatch ",%s*([%w_]+)=" do
    for _, word in ipairs { "pass", "secret", "token", "key" } do
      if option:find(word, 1, true) and not option:find "file$" then
        return true
      end
    end
  end
  return to:find("://[^/@]*:[^/@]*@") ~= nil
end

-- What stands in a remote's name is shown by ps, in logs and in manifests.
local function check_name(to)
  if to:find("[%c]") then
    refuse("it holds a control character")
  end
  if has_secret(to) then
    refuse("it holds a secret",
      "Everybody on this machine could see it. Put the remote into config/rclone.conf, and name it "
        .. "here.")
  end
  if not to:find(":", 1, true) and to:sub(1, 1) ~= "/" then
    refuse(("'%s' is no remote"):format(to),
      "Write NAME:FOLDER, as rclone listremotes shows the name, such as gdrive:backups; or the "
        .. "path of a folder, from its /.")
  end
end

-- Is there a remote to copy to?
function M.configured(config)
  return config.policy.remote.to ~= nil
end

-- The home's remote; nothing is sent yet. Fields: to, name, config (the path of the home's own
-- rclone.conf, or nil), policy, context.
function M.open(context)
  local config <const> = context.config
  local to <const> = config.policy.remote.to
  if not to then
    fail("CONFIG", "no remote is configured",
      "RCLONE_REMOTE in config/monitoring.env names it, such as gdrive:backups; "
        .. "config/rclone.conf.example shows how to make one.")
  end
  check_name(to)
  local own <const> = config.home .. "/config/rclone.conf"
  return setmetatable({
    to = to, name = to:match("^([^:,]+)") or to, config = fs.stat(own) and own or nil,
    config_password = config.values.RCLONE_CONFIG_PASS, policy = config.policy.remote,
    context = context,
  }, remote)
end

-- The path at the remote of a target's folder, of a set, of a file: remote:path("main", id, name).
function remote:path(...)
  local rest <const> = table.concat({ ... }, "/")
  local joint <const> = rest ~= "" and not self.to:find("[:/]$") and "/" or ""
  return self.to .. joint .. rest
end

-- ---- what it can do ----

-- What confirms best, of what there is.
local preference <const> = { "sha256", "md5", "sha1" }

-- The hash that confirms a file there, of those that a remote has; nil for none. Pure.
function M.best_hash(hashes)
  for _, wanted in ipairs(preference) do
    for _, name in ipairs(hashes) do
      if name:lower():gsub("%W", "") == wanted then
        return wanted
      end
    end
  end
end

-- {hash= "sha256"|"md5"|"sha1"|nil, crypt= encrypted by rclone, duplicates= names may be there
-- twice}. Asked once.
function remote:traits()
  if not self.known then
    local text <const> = rclone.ask(self, { "backend", "features" }, { self.to })
    local described <const>, err = try(json.decode, text or "")
    if not described then
      fail("FORMAT", ("rclone does not say what the remote '%s' can do"):format(self.to),
        "Is rclone at least version 1.55? rclone version tells.", { cause = err })
    end
    self.known = {
      hash = M.best_hash(described.Hashes or {}),
      crypt = tostring(described.String):find("^Encrypted drive") ~= nil,
      duplicates = (described.Features or {}).DuplicateFiles == true,
    }
  end
  return self.known
end

-- The files below a path: {{Path=, Size=, Hashes=}...}; {} where there is no such folder.
-- depth: of folders, 1 for those in it. hash: the one wanted, or nil.
function remote:list(path, depth, hash)
  local words = { "lsjson", "--recursive", "--files-only", "--no-modtime", "--no-mimetype",
    "--max-depth=" .. depth }
  local seconds
  if hash then
    table.move({ "--hash", "--hash-type=" .. hash }, 1, 2, #words + 1, words)
    seconds = self.policy.timeout
  end
  local text <const> = rclone.ask(self, words, { path }, { timeout = seconds, limit = 256 << 20 })
  if not text then
    return {}
  end
  local entries <const>, err = try(json.decode, text)
  if not entries then
    fail("FORMAT", ("rclone's list of '%s' is no JSON"):format(path), nil, { cause = err })
  end
  return entries
end

-- With another password an encrypted remote looks empty: rclone passes over the names that it
-- cannot decrypt, and says so to who debugs it.
function remote:demand_password()
  if not self:traits().crypt then
    return
  end
  local text <const>, log <const> = rclone.ask(self, { "lsjson", "--log-level=DEBUG" }, { self.to })
  if text and log:find("undecryptable", 1, true) and not text:find("{", 1, true) then
    fail("CHECKSUM",
      ("what is at the remote '%s' was not encrypted with this password"):format(self.to),
      "Compare password, password2 and filename_encryption of the crypt remote with those of the "
        .. "machine that wrote it.")
  end
end

-- A small file's content, or nil where there is none.
function remote:read(path)
  return (rclone.ask(self, { "cat" }, { path }, { limit = 256 << 20 }))
end

return M
