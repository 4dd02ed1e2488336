-- A Docker engine: whatever it answers to inspect is judged or refused.
local container = require "nightjar.health.container"

local answer
package.loaded["nightjar.http"] = {
  request = function(request)
    local ping <const> = request.url:find("_ping", 1, true)
    return { status = 200, headers = { ["api-version"] = "1.41" }, body = ping and "OK" or answer }
  end,
}
local engine <const> = require("nightjar.docker").connect { host = "unix:///docker.sock" }

return function(text)
  answer = text
  local inspected <const> = engine:inspect "db"
  container.judge("db", inspected, nil, 0, 1700000000)
  container.judge("db", inspected, container.remember(inspected), 1, 1700000000)
end
