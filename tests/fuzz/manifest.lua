-- A manifest: what passes its check can be used by all that reads manifests.
local catalogue = require "nightjar.catalogue"
local division = require "nightjar.division"
local json = require "nightjar.json"
local manifest = require "nightjar.manifest"
local proof = require "nightjar.proof"
local retention = require "nightjar.retention"

return function(text)
  local value <const> = manifest.validate(json.decode(text), "manifest.json")
  local set <const> = catalogue.describe("main", "2026-11-23T02-15-00Z", value)
  retention.plan({ set }, { keep = 604800, keep_min = 3 }, 1700000000)
  for _, file in ipairs(value.files) do
    if file.fingerprint then
      proof.totals(file.fingerprint)
      proof.compare(file.fingerprint, file.fingerprint)
      division.plan(file.fingerprint, 2)
    end
  end
  manifest.encode(value)
end
