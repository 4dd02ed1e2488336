-- What may stand in RCLONE_REMOTE, in cases: it is shown by ps, in logs and in manifests.

local remote = require "nightjar.remote"

local function refusal(to)
  local context <const> = { config = { policy = { remote = { to = to } }, home = "/nonexistent", values = {} } }
  local _, err = try(remote.open, context)
  return err and err.message:match "^RCLONE_REMOTE: (.*)"
end

describe("the name of a remote", function()
  for _, to in ipairs { "gdrive:backups", "secret:backups", "password=x:backups", "my-key:token", "/mnt/disk", "s3:bucket/secret=1",
    "gdrive,shared_with_me=true:", ":sftp,host=example.org,key_file=/home/me/.ssh/id:backups" } do
    it("may be " .. to, function()
      assert.is_nil(refusal(to))
    end)
  end

  for to, words in pairs {
    [":sftp,host=example.org,pass=abc:backups"] = "it holds a secret", ["s3,secret_access_key=abc:bucket"] = "it holds a secret",
    [":webdav,url='https://me:abc@example.org':backups"] = "it holds a secret", ["gdrive,token='{}':x"] = "it holds a secret",
    ["backups"] = "'backups' is no remote", ["a:b\nc"] = "it holds a control character",
  } do
    it("may not be " .. to:gsub("\n", "\\n"), function()
      assert.equal(words, refusal(to))
    end)
  end
end)
