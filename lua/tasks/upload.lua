-- nightjar upload: a proven backup copied to the remote, and confirmed there.

local offsite = require "nightjar.remote.offsite"

local function run(arguments, context)
  return offsite.upload_all(context, arguments.target, arguments.backup)
end

return {
  name = "upload",
  summary = "copy a proven backup to the remote, and confirm it there",
  description = "Sends the files of a backup to the rclone remote that RCLONE_REMOTE names, "
    .. "confirms the size and the hash of each one there, and sends the manifest last. What is "
    .. "there and equal is not sent again. Then deletes at the remote what RCLONE_KEEP no longer "
    .. "keeps.",
  log = "backup", alert = "until_success",
  arguments = {
    { "backup", type = "string", optional = true,
      help = "its id, a unique prefix of it, or latest; the newest proven one otherwise" },
    { "--target", type = "string", help = "only this target's" },
    { "--json", type = "flag", help = "print the result as JSON" },
  },
  run = run,
}
