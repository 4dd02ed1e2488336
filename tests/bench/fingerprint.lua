-- How fast a plain dump is fingerprinted, in GB/s: nightjar run tests/bench/fingerprint.lua FILE

local fingerprint = require "nightjar.fingerprint"
local fs = require "nightjar.fs"
local pipeline = require "nightjar.pipeline"

local path <const> = ...

local function rate(through)
  local result <const> = pipeline.run {
    from = fs.source(path), through = through, to = pipeline.discard(),
  }
  return result.bytes_in / result.seconds / 1e9
end

rate { fingerprint.sql() } -- the file is in memory after this
print(("%.2f"):format(rate { fingerprint.sql() }))
