-- Runs busted specs inside nightjar, where the bindings are: nightjar run tests/lua/busted.lua SPEC...
-- What the specs leave behind is seen whole only where they have a folder of their own: tests/spec.sh.

local folders = { "/usr/share/lua/5.4", "/usr/local/share/lua/5.4" }
local libraries = { "/usr/lib/x86_64-linux-gnu/lua/5.4", "/usr/lib/aarch64-linux-gnu/lua/5.4", "/usr/local/lib/lua/5.4" }

-- busted and its libraries are the tests' own; nightjar itself never looks there.
local function from_system(name)
  local path = name:gsub("%.", "/")
  for _, folder in ipairs(folders) do
    local chunk = loadfile(folder .. "/" .. path .. ".lua", "t") or loadfile(folder .. "/" .. path .. "/init.lua", "t")
    if chunk then
      return chunk
    end
  end
  for _, folder in ipairs(libraries) do
    local open = package.loadlib(folder .. "/" .. path .. ".so", "luaopen_" .. name:gsub("%.", "_"))
    if open then
      return open
    end
  end
  return "\n\tno '" .. name .. "' among the system's Lua modules"
end

-- What a spec asks for from beside itself: require "tests.e2e.support".
local function from_tests(name)
  local path = name:match("^tests%.") and name:gsub("%.", "/") .. ".lua"
  return path and loadfile(path, "t") or "\n\tno '" .. name .. "' among the tests"
end

package.searchers[#package.searchers + 1] = from_tests
package.searchers[#package.searchers + 1] = from_system
setmetatable(_G, nil)            -- busted and luassert use undeclared globals

os.setlocale = function()
  return "C"
end
package.preload["tests.watch"] = function()
  require("tests.lua.leaks").watch()
end
arg = { [0] = "busted", "--helper=tests.watch", table.unpack({ ... }) }
require "busted.runner" { standalone = false, output = "TAP" }
