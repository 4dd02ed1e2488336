-- Documents from outside, with every value in them gone or of another shape: what passes the check that stands at the door
-- can be used by all that is behind it.

local fs = require "nightjar.fs"
local json = require "nightjar.json"

local gone <const> = {}
local shapes <const> = { gone, json.null, true, -1, 1.5, 1 << 62, "", "x", {}, { 1 }, { { { } } }, { x = {} } }

-- Call f(text, what) with the document as it is then, for each place and shape that JSON can have.
local function with_each_shape(text, f)
  local function visit(path)
    local place = json.decode(text)
    for _, key in ipairs(path) do
      place = place[key]
    end
    if type(place) ~= "table" then
      return
    end
    for key in pairs(place) do
      for number, shape in ipairs(shapes) do
        local document = json.decode(text)
        local holder = document
        for _, step in ipairs(path) do
          holder = holder[step]
        end
        holder[key] = shape ~= gone and shape or nil
        local changed <const> = try(json.encode, document)
        if changed then
          f(changed, ("%s.%s as shape %d"):format(table.concat(path, "."), key, number))
        end
      end
      path[#path + 1] = key
      visit(path)
      path[#path] = nil
    end
  end
  visit {}
end

-- nightjar's own errors have a code; what is raised by Lua itself has LUA.
local function demand_no_defect(what, f, ...)
  local _, err = try(f, ...)
  if err and (type(err) ~= "table" or err.code == "LUA") then
    error(("%s: %s"):format(what, type(err) == "table" and err.message or tostring(err)), 0)
  end
end

-- The drivers that are fuzzed as well.
for driver, seeds in pairs { manifest = { "proven" }, docker = { "running", "killed", "unhealthy" } } do
  local use <const> = require("tests.fuzz." .. driver)
  for _, seed in ipairs(seeds) do
    it(("%s, %s"):format(driver, seed), function()
      local text <const> = fs.read(("tests/fuzz/seeds/%s/%s"):format(driver, seed))
      use(text)
      local count = 0
      with_each_shape(text, function(changed, what)
        count = count + 1
        demand_no_defect(what, use, changed)
      end)
      assert.is_true(count > (driver == "manifest" and 1000 or 200), tostring(count))
    end)
  end
end
