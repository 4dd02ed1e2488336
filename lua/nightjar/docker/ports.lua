-- Whether the port by which a server is asked leads into its container: pure.

local target_of = require "nightjar.target"

local M = {}

-- {"5432/tcp at 127.0.0.1:15432", ...}, and whether one of them is the port.
local function published(inspected, port)
  local list, found = {}, nil
  for inner, places in pairs((inspected.NetworkSettings or {}).Ports or {}) do
    for _, place in ipairs(type(places) == "table" and places or {}) do
      list[#list + 1] = ("%s at %s:%s"):format(inner, place.HostIp, place.HostPort)
      found = found or tostring(port) == place.HostPort and inner
    end
  end
  table.sort(list)
  return list, found
end

-- Does the port by which the server is reached lead into its container? Status, message and hint;
-- nothing where that cannot be told: the server's host or the container's network is another one.
function M.judge(target, inspected)
  local port <const> = target.port or 5432
  local network <const> = (inspected.HostConfig or {}).NetworkMode
  if not target_of.is_loopback(target.host or "/") or network == "host"
    or not inspected.State.Running then
    return nil
  end
  local list <const>, found <const> = published(inspected, port)
  if found then
    return "ok", ("port %s leads to %s in '%s'"):format(port, found, target.container)
  elseif #list == 0 then
    return "warn", ("container '%s' publishes no port, so port %s leads elsewhere"):format(
      target.container, port), ("Run it with --publish 127.0.0.1:%s:5432"):format(port)
  end
  return "warn", ("port %s does not lead to container '%s', which publishes %s"):format(port,
    target.container, table.concat(list, ", ")), "Set PGPORT to the one that leads to 5432/tcp."
end

return M
