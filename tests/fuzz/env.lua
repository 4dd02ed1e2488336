-- monitoring.env: any text is read or refused.
local env = require "nightjar.env"

return function(text)
  env.parse(text, "monitoring.env")
end
