-- The fingerprint through a real PostgreSQL, on some generated databases: ./dev proof does it on thousands.

local proof = require "tests.proof.proof"

describe("generated databases", function()
  local counts
  local problems = {}

  setup(function()
    counts = proof.run { databases = 12, rounds = 6, seed = 20260710, note = function(problem)
      problems[#problems + 1] = problem
    end }
  end)

  it("have an equal fingerprint exactly as long as their data is equal", function()
    assert.equal("", table.concat(problems, "\n"))
  end)

  it("are of every type, and of values up to a megabyte", function()
    assert.is_true(counts.largest > 1024 * 1024, counts.largest)
    for _, type in ipairs(counts.types) do
      assert.is_true((counts.columns[type.name] or 0) > 0, type.name)
    end
  end)

  it("were changed in every way, enough times to tell something", function()
    local total = 0
    for _, kind in ipairs(proof.kinds) do
      assert.is_true(counts.changes[kind] > 0, kind)
      total = total + counts.changes[kind]
    end
    assert.is_true(total >= 55, total)
    assert.is_true(counts.same >= 48, counts.same)
  end)
end)
