-- Did you mean: a slip is understood, another word is not.

local suggest = require "nightjar.suggest"

describe("suggest", function()
  it("finds the word with a letter missing, added, wrong, or two swapped", function()
    local words <const> = { "backup", "backups", "level", "retention", "--dry-run" }
    assert.equal("backup", suggest("bakup", words))
    assert.equal("backup", suggest("bakcup", words))
    assert.equal("level", suggest("levle", words))
    assert.equal("retention", suggest("retentoin", words))
    assert.equal("retention", suggest("Retension", words))
    assert.equal("--dry-run", suggest("--dryrun", words))
  end)

  it("proposes nothing that is another word", function()
    assert.is_nil(suggest("x", { "y" }))
    assert.is_nil(suggest("drill", { "backup", "prune" }))
    assert.is_nil(suggest("", { "a", "backup" }))
    assert.is_nil(suggest("keep", {}))
  end)

  it("takes the closest, and of equally close ones the first by name", function()
    assert.equal("prune", suggest("prun", { "pruned", "prune" }))
    assert.equal("task_a", suggest("task_", { "task_b", "task_a" }))
  end)
end)
