-- What rclone's complaint means, and what to do about it: pure, from its log and its exit status.

local json = require "nightjar.json"

local M = {}

local longest_cause <const> = 240

-- ---- what it said ----

-- A line that is no JSON: the fatal ones are not, and what a server answered comes with its own
-- line breaks.
local function plain(line)
  return (line:gsub("^%d%d%d%d/%d%d/%d%d %d%d:%d%d:%d%d ", ""))
end

local quiet <const> = { info = true, debug = true, warning = true, notice = true }

-- The complaints in rclone's log, the last one last. text: what --use-json-log has written.
function M.complaints(text)
  local found = {}
  for line in text:gmatch("[^\n]+") do
    local entry <const> = line:sub(1, 1) == "{" and try(json.decode, line)
    if type(entry) ~= "table" or type(entry.msg) ~= "string" then
      local continued <const> = line:find("^%s") or line:find("^Response:") or line:find("^[{}]")
      if continued and #found > 0 then
        found[#found] = found[#found] .. " " .. line:gsub("^%s+", "")
      else
        found[#found + 1] = plain(line)
      end
    elseif not quiet[entry.level] then
      local object <const> = type(entry.object) == "string" and entry.object ~= ""
        and not entry.object:find("[:'\"]") and entry.object .. ": " or ""
      found[#found + 1] = object .. entry.msg
    end
  end
  return found
end

-- ---- what it means ----

local function config_flag(place)
  return place.config and (" --config '%s'"):format(place.config) or ""
end

-- The remote that refuses may lie beneath the configured one: rclone names it.
local function reconnect(place, text)
  local name <const> = text:match('rclone config reconnect ([^"]-):"') or place.name
  return ("Run: rclone%s config reconnect %s: (docs/operations.md tells how without a browser).")
    :format(config_flag(place), name)
end

local function see_config(place)
  return ("See: rclone%s config show; rclone%s config changes it."):format(config_flag(place),
    config_flag(place))
end

local function configure(place)
  return ("Run: rclone%s config; config/rclone.conf.example shows some remotes."):format(
    config_flag(place))
end

-- In the order in which they are looked for: a server that counts requests also speaks of a quota,
-- and every failed login began with a connection. `words` are looked for in lower case.
local kinds <const> = {
  { code = "AUTH", says = "its authorisation has expired or was revoked", hint = reconnect,
    words = { "invalid_grant", "empty token found", "maybe token expired", "maybe it has expired",
      "expired_access_token", "token has been expired or revoked", "invalidauthenticationtoken" } },
  { code = "AUTH", says = "its client id is not accepted", hint = see_config,
    words = { "invalid_client", "unauthorized_client", "deleted_client" } },
  { code = "CONFIG", says = "the API is not enabled for its client id",
    hint = "Enable the Google Drive API for the project of the client id, in Google's console.",
    words = { "accessnotconfigured", "api has not been used in project" } },
  { code = "RATE", says = "it takes no more for now",
    hint = "Try again later (Google Drive takes 750 GB a day). A client id of your own has "
      .. "limits of its own: see config/rclone.conf.example.",
    words = { "ratelimitexceeded", "dailylimitexceeded", "rate limit exceeded",
      "too many requests", "too_many_requests", "slowdown", "quota metric" } },
  { code = "QUOTA", says = "it is full",
    hint = "Make room there: nightjar prune --remote --dry-run shows what could go. Google Drive "
      .. "counts its trash too: rclone cleanup empties it.",
    words = { "storagequotaexceeded", "quotaexceeded", "quota has been exceeded",
      "insufficient storage", "no space left on device", "disk quota exceeded",
      "insufficient_space", "insufficient space", "not enough space", "filelimitexceeded" } },
  { code = "CONFIG", says = "it is not configured", hint = configure,
    words = { "didn't find section in config file", "didn't find backend called" } },
  { code = "CONFIG", says = "rclone's configuration cannot be read",
    hint = "RCLONE_CONFIG_PASS in monitoring.env opens an encrypted configuration.",
    words = { "unable to decrypt configuration", "couldn't decrypt configuration",
      "failed to load config file", "rclone_config_pass", "wrong password",
      "error reading config" } },
  { code = "CONFIG", says = "a password in rclone's configuration is not as rclone writes it",
    hint = "Passwords stand there as rclone obscure prints them.",
    words = { "is it obscured", "failed to decrypt password", "failed to reveal" } },
  { code = "AUTH", says = "it does not know its own host key, or another one answers",
    hint = "Compare the host key with the server's, then correct known_hosts_file.",
    words = { "knownhosts:", "host key mismatch" } },
  { code = "AUTH", says = "it refuses the login", hint = see_config,
    words = { "unable to authenticate", "401 unauthorized", "invalidaccesskeyid",
      "signaturedoesnotmatch", "login incorrect", "530 ", "authentication failed",
      "403 forbidden: invalid" } },
  { code = "DENIED", says = "it does not allow that",
    hint = "Give the account, or the application's scope, the right to read and write there.",
    words = { "permission denied", "403 forbidden", "insufficientfilepermissions", "accessdenied",
      "insufficient authentication scopes", "insufficientpermissions", "access denied",
      "read-only file system", "405 method not allowed" } },
  { code = "TLS", says = "its certificate is not accepted",
    hint = "Is the clock right? ca_cert in rclone's flags names a certificate authority of one's "
      .. "own (policy.remote.flags).",
    words = { "x509:", "tls: " } },
  { code = "NETWORK", says = "it cannot be reached",
    hint = "Is the network up, and the address right? What was sent already is not sent again.",
    words = { "no such host", "network is unreachable", "no route to host", "connection refused",
      "i/o timeout", "connection reset", "handshake timeout", "server misbehaving",
      "context deadline exceeded", "temporary failure in name resolution", "broken pipe",
      "unexpected eof", "use of closed network connection", "connection lost", ": eof" } },
  { code = "CHECKSUM", says = "what arrived is not what was sent",
    hint = "Run it again; if it comes back, suspect the network or the disk.",
    words = { "corrupted on transfer", "sizes differ", "hashes differ" } },
  { code = "CHECKSUM", says = "what is there was not encrypted with this password",
    hint = "Compare password and password2 of the crypt remote with those of the machine that "
      .. "wrote it.",
    words = { "bad password", "not an encrypted file", "failed to authenticate decrypted block" } },
  { code = "NOT_FOUND", says = "what is asked for is not there",
    hint = "nightjar backups --remote lists what there is.",
    words = { "directory not found", "object not found", "file not found" } },
}

local function matching(complaints)
  for _, kind in ipairs(kinds) do
    for index = #complaints, 1, -1 do
      local lower <const> = complaints[index]:lower()
      for _, word in ipairs(kind.words) do
        if lower:find(word, 1, true) then
          return kind, complaints[index]
        end
      end
    end
  end
end

-- Without what rclone puts around it: which file system, how many errors, the address asked (it may
-- hold a key).
local function cause_of(complaint)
  local cause = complaint:gsub('^Failed to create file system for "[^"]*": ', "")
    :gsub("^Failed to [%w ]+ with %d+ errors: last error was: ", "")
    :gsub("^Failed to %w+: ", "")
    :gsub('%f[%w]%u%l+ "%l+://[^"]*": ', "")
    :gsub("%s+", " ")
  if #cause > longest_cause then
    cause = cause:sub(1, utf8.offset(cause, 0, longest_cause) - 1) .. "…"
  end
  return cause
end

-- The error that an unsuccessful rclone means: {code=, message=, hint=}.
-- place: {to= the remote as configured, name= its name in rclone's configuration, config= the path
-- of a configuration of its own, or nil}.
function M.explain(text, exit, place)
  local complaints <const> = M.complaints(text)
  local kind <const>, complaint <const> = matching(complaints)
  local said <const> = complaint or complaints[#complaints]
  local cause <const> = said and cause_of(said)
  if not kind then
    return {
      code = "EXIT", hint = see_config(place),
      message = ("rclone failed on the remote '%s' (exit status %s)%s"):format(place.to,
        exit or "none", cause and ": " .. cause or " and did not say why"),
    }
  end
  local hint <const> = kind.hint
  return {
    code = kind.code,
    message = ("the remote '%s': %s (%s)"):format(place.to, kind.says, cause),
    hint = type(hint) == "function" and hint(place, said) or hint,
  }
end

return M
