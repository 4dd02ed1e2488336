-- Documents from outside, with every value in them gone or of another shape: what passes the check that stands at the door
-- can be used by all that is behind it.

local catalogue = require "nightjar.catalogue"
local container = require "nightjar.health.container"
local division = require "nightjar.division"
local docker = require "nightjar.docker"
local fs = require "nightjar.fs"
local http = require "nightjar.http"
local json = require "nightjar.json"
local manifest = require "nightjar.manifest"
local proof = require "nightjar.proof"
local retention = require "nightjar.retention"

local gone <const> = {}
local shapes <const> = { gone, json.null, true, -1, 1.5, 1 << 62, "", "x", {}, { 1 }, { { { } } }, { x = {} } }

-- Call f(document, what) with a fresh copy for each place and shape.
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
        f(document, ("%s.%s as shape %d"):format(table.concat(path, "."), key, number))
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

local function use_manifest(value)
  local text <const> = manifest.encode(manifest.validate(value, "manifest.json"))
  local again <const> = manifest.validate(json.decode(text), "manifest.json")
  local set <const> = catalogue.describe("main", again.id, again)
  retention.plan({ set }, { keep = 604800, keep_min = 3 }, 1700000000)
  for _, file in ipairs(again.files) do
    if file.fingerprint then
      proof.totals(file.fingerprint)
      proof.compare(file.fingerprint, file.fingerprint)
      division.plan(file.fingerprint, 2)
    end
  end
end

it("a manifest", function()
  local count = 0
  with_each_shape(fs.read "tests/fuzz/seeds/manifest/proven", function(value, what)
    count = count + 1
    demand_no_defect(what, use_manifest, value)
  end)
  assert.is_true(count > 1000)
end)

describe("what a Docker engine answers to inspect", function()
  local request <const>, answer = http.request
  setup(function()
    http.request = function(options)
      return { status = 200, headers = { ["api-version"] = "1.41" },
        body = options.url:find("_ping", 1, true) and "OK" or answer }
    end
  end)
  teardown(function()
    http.request = request
  end)

  for _, state in ipairs { "running", "killed", "unhealthy" } do
    it("of a container that is " .. state, function()
      local engine <const> = docker.connect { host = "unix:///docker.sock" }
      with_each_shape(fs.read("tests/fuzz/seeds/docker/" .. state), function(value, what)
        answer = json.encode(value)
        demand_no_defect(what, function()
          local inspected <const> = engine:inspect "db"
          container.judge("db", inspected, nil, 0, 1700000000)
          container.judge("db", inspected, container.remember(inspected), 1, 1700000000)
        end)
      end)
    end)
  end
end)
