-- What rclone's complaints mean: what real versions of it have written, and the error that follows.

local trouble = require "nightjar.remote.trouble"

local place <const> = { to = "gdrive:backups", name = "gdrive", config = "/srv/nightjar/config/rclone.conf" }

local function failed(rest)
  return "2026/11/27 19:47:22 Failed to create file system for \"gdrive:backups\": " .. rest .. "\n"
end

local function logged(object, message)
  return ('{"level":"error","msg":%s,"object":"%s","source":"operations/operations.go:566"}\n'):format(
    '"' .. message:gsub('"', '\\"') .. '"', object)
end

-- name, what rclone wrote, its exit status, the code, and words of message and hint
local cases <const> = {
  { "Google Drive, when the authorisation has been revoked (1.60)",
    failed [[couldn't find root directory ID: Get "https://www.googleapis.com/drive/v3/files/root": couldn't fetch token ]]
      .. [[- maybe it has expired? - refresh with "rclone config reconnect gdrive:": oauth2: cannot fetch token: 400 Bad Request
Response: {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}]],
    1, "AUTH", "expired or was revoked", "rclone --config '/srv/nightjar/config/rclone.conf' config reconnect gdrive:" },
  { "the same, with the server's answer over several lines",
    failed [[couldn't fetch token: oauth2: cannot fetch token: 400 Bad Request
Response: {
  "error": "invalid_grant",
  "error_description": "Bad Request"
}]], 1, "AUTH", "expired or was revoked", "config reconnect gdrive:" },
  { "the same from a newer rclone (1.69)",
    failed [[couldn't list directory: Get "https://www.googleapis.com/drive/v3/files": couldn't fetch token: invalid_grant: ]]
      .. [[maybe token expired? - try refreshing with "rclone config reconnect gdrive:"]],
    1, "AUTH", "expired or was revoked", "config reconnect gdrive:" },
  { "the one beneath an encrypted remote is named",
    'x: couldn\'t fetch token: invalid_grant: maybe token expired? - try refreshing with "rclone config reconnect deep:"',
    1, "AUTH", "expired", "config reconnect deep:" },
  { "a remote that was never authorised",
    failed 'drive: failed when making oauth client: empty token found - please run "rclone config reconnect gdrive:"',
    1, "AUTH", "expired or was revoked", "config reconnect gdrive:" },
  { "a full Google Drive",
    logged("app.sql.gz", "googleapi: Error 403: The user's Drive storage quota has been exceeded., storageQuotaExceeded"),
    1, "QUOTA", "it is full", "prune --remote" },
  { "a full disk behind SFTP", logged("app.sql.gz", "Failed to copy: Update ReadFrom failed: write: no space left on device"),
    1, "QUOTA", "it is full", "prune --remote" },
  { "a full WebDAV server", failed "read metadata failed: Insufficient Storage: 507 Insufficient Storage", 1, "QUOTA", "full", "" },
  { "more requests than Google takes",
    logged("app.sql.gz", "Failed to copy: googleapi: Error 403: User Rate Limit Exceeded, userRateLimitExceeded"),
    1, "RATE", "no more for now", "750 GB" },
  { "more requests a minute, which Google calls a quota",
    logged("x", "googleapi: Error 403: Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'"),
    1, "RATE", "no more for now", "client id" },
  { "a server that says 429", failed "read metadata failed: Too Many Requests: 429 Too Many Requests", 1, "RATE", "no more", "" },
  { "S3 that wants less", logged("x", "SlowDown: Please reduce your request rate."), 1, "RATE", "no more", "" },
  { "an API that is not enabled",
    logged("", "googleapi: Error 403: Google Drive API has not been used in project 1 before., accessNotConfigured"),
    1, "CONFIG", "not enabled", "Enable" },
  { "a remote that is not in the configuration",
    '2026/11/27 19:46:21 Failed to create file system for "gdrive:backups": didn\'t find section in config file\n',
    1, "CONFIG", "'gdrive:backups': it is not configured", "rclone --config '/srv/nightjar/config/rclone.conf' config;" },
  { "a kind of remote that this rclone does not know",
    failed [[didn't find backend called "nosuch"]], 1, "CONFIG", "not configured", "" },
  { "a password that is not obscured",
    failed "couldn't decrypt password: input too short when revealing password - is it obscured?", 1, "CONFIG",
    "not as rclone writes", "obscure" },
  { "SFTP with a wrong password",
    failed "NewFs: couldn't connect SSH: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none password]",
    1, "AUTH", "refuses the login", "config show" },
  { "WebDAV with a wrong password", failed "read metadata failed: Unauthorized: 401 Unauthorized", 1, "AUTH", "refuses the login", "" },
  { "S3 with a wrong key", failed "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist", 1, "AUTH", "refuses", "" },
  { "another host key",
    failed "NewFs: couldn't connect SSH: ssh: handshake failed: knownhosts: key mismatch", 1, "AUTH", "host key", "known_hosts" },
  { "nobody listens",
    failed [[read metadata failed: Propfind "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused]],
    1, "NETWORK", "cannot be reached (read metadata failed: dial tcp 127.0.0.1:1: connect: connection refused)", "not sent again" },
  { "no name server", failed [[Get "https://x/": dial tcp: lookup x on 10.0.0.1:53: no such host]], 1, "NETWORK", "cannot be reached", "" },
  { "no network at all", failed [[dial tcp 142.250.74.42:443: connect: network is unreachable]], 1, "NETWORK", "cannot be reached", "" },
  { "a connection that ends in the middle", logged("a", "Failed to copy: write tcp: connection reset by peer"), 1, "NETWORK", "", "" },
  { "a certificate that is not known", failed [[Get "https://x/": x509: certificate signed by unknown authority]], 1, "TLS", "", "" },
  { "a folder that may not be written", logged("a", "Failed to copy: Update Create failed: sftp: \\\"Permission denied\\\""),
    1, "DENIED", "", "" },
  { "bytes that changed on the way", logged("a", "corrupted on transfer: md5 hash differ \\\"1\\\" vs \\\"2\\\""),
    1, "CHECKSUM", "", "" },
  { "what was encrypted otherwise", logged("a", "failed to authenticate decrypted block - bad password?"), 1, "CHECKSUM", "password", "" },
  { "a folder that is not there",
    "2026/11/27 19:46:22 Failed to lsjson with 2 errors: last error was: error in ListJSON: directory not found\n",
    3, "NOT_FOUND", "not there", "backups --remote" },
  { "something that nobody has seen yet", logged("a", "the moon is in the wrong house"), 9, "EXIT",
    "exit status 9): a: the moon is in the wrong house", "config show" },
  { "nothing at all", "", 2, "EXIT", "did not say why", "" },
}

describe("rclone's complaint", function()
  for _, case in ipairs(cases) do
    local name <const>, text <const>, exit <const>, code <const>, message <const>, hint <const> = table.unpack(case)
    it(name, function()
      local err <const> = trouble.explain(text, exit, place)
      assert.equal(code, err.code)
      assert.truthy(err.message:find(message, 1, true), err.message)
      assert.truthy((err.hint or ""):find(hint, 1, true), err.hint)
      assert.is_nil(err.message:find "\n")
      assert.is_nil((err.hint or ""):find "\n")
    end)
  end

  it("is not what it only reports", function()
    local text <const> = '{"level":"info","msg":"Copied (new)","object":"invalid_grant.sql"}\n'
      .. '{"level":"warning","msg":"Config file not found - using defaults"}\n'
    assert.same({}, trouble.complaints(text))
  end)

  it("does not show the addresses that were asked: they may hold keys", function()
    local err <const> = trouble.explain(failed 'Get "https://storage/x?key=hidden": dial tcp: i/o timeout', 1, place)
    assert.is_nil(err.message:find "hidden")
  end)
end)
