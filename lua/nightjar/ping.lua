-- The dead man's switch: who is pinged after each run tells when the pings stop.

local http = require "nightjar.http"
local mime = require "nightjar.mime"
local redact = require "nightjar.redact"

local M = {}

local seconds <const>, tail <const> = 10, 10000

local suffixes <const> = { start = "/start", success = "", fail = "/fail" }

-- The address for a kind of ping: pure. What follows a "?" stays at the end.
function M.address(url, kind)
  local path <const>, query <const> = url:match("^([^?]*)(.*)$")
  return path:gsub("/+$", "") .. suffixes[kind] .. query
end

-- The end of the log, in whole lines.
local function log_tail(context)
  local file <close> = io.open(context.log.path, "rb")
  if not file then
    return ""
  end
  local size <const> = file:seek("end")
  file:seek("set", math.max(0, size - tail))
  local text <const> = file:read("a") or ""
  return size > tail and text:gsub("^[^\n]*\n", "") or text
end

-- Ping PING_URL, where there is one: "start", "success" or "fail", which takes the end of the log
-- along. What goes wrong is a warning in the log, and changes nothing else.
function M.send(context, kind)
  local config <const> = context.config
  local url <const> = config.values.PING_URL
  if (url or "") == "" then
    return
  end
  local body <const> = kind == "fail" and redact(mime.valid(log_tail(context)), config.secrets)
  local address <const> = M.address(url, kind)
  local _, err = try(http.request, {
    url = address, method = "POST", timeout = seconds, connect_timeout = seconds,
    headers = { ["Content-Type"] = "text/plain; charset=utf-8" }, body = body or "", limit = 65536,
  })
  if err and err.code == "CANCELLED" then
    error(err, 0)
  elseif err then
    context.log:warn("ping.failed", { kind = kind, code = err.code,
      message = redact(err.message, { address, url }) })
  end
end

return M
