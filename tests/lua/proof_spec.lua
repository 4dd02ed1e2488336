-- Whether a restored database is the one that was dumped: fingerprints compared.

local names = require "nightjar.names"
local proof = require "nightjar.proof"

local function print_of(changes)
  local print = {
    tables = { { name = "public.a", rows = 3, hash = "aa" },
      { name = "public.b", rows = 0, hash = "00" } },
    sequences = { { name = "public.a_id_seq", value = 3, called = true } },
    objects = { "a|TABLE|public|me", "b|TABLE|public|me", "citext|EXTENSION|-|" },
    statements = { "s1", "s2", "s2" },
  }
  for name, value in pairs(changes or {}) do
    print[name] = value
  end
  return print
end

local function compare(changes)
  return proof.compare(print_of(), print_of(changes))
end

describe("a proof", function()
  it("is given for the same content", function()
    local result = compare()
    assert.equal("proven", result.verdict)
    assert.same({}, result.differences)
  end)

  local cases <const> = {
    { "a missing table", { tables = { { name = "public.a", rows = 3, hash = "aa" } } },
      "table public.b is missing" },
    { "a missing row", { tables = { { name = "public.a", rows = 2, hash = "ab" },
      { name = "public.b", rows = 0, hash = "00" } } }, "table public.a has 2 rows, not 3" },
    { "other content in as many rows", { tables = { { name = "public.a", rows = 3, hash = "ab" },
      { name = "public.b", rows = 0, hash = "00" } } }, "table public.a has other content" },
    { "a sequence at another value", { sequences = { { name = "public.a_id_seq", value = 1,
      called = false } } },
      "sequence public.a_id_seq is at 1 (not called yet), not 3" },
    { "a sequence that would give its value again",
      { sequences = { { name = "public.a_id_seq", value = 3, called = false } } },
      "sequence public.a_id_seq is at 3 (not called yet), not 3" },
    { "a sequence that is gone", { sequences = {} }, "sequence public.a_id_seq is missing" },
    { "an object that is gone", { objects = { "a|TABLE|public|me", "b|TABLE|public|me" } },
      "EXTENSION citext is missing" },
  }
  for _, case in ipairs(cases) do
    it("is refused for " .. case[1], function()
      local result = compare(case[2])
      assert.equal("differs", result.verdict)
      assert.equal(case[3], result.reason)
    end)
  end

  it("counts the other differences in its reason", function()
    assert.equal("table public.a is missing, and 2 more differences",
      compare({ tables = {}, sequences = {} }).reason)
  end)

  it("is given when only the text of a definition differs, which it tells", function()
    local result = compare { statements = { "s1", "s2", "s3" } }
    assert.equal("proven", result.verdict)
    assert.same({ stored = { "s2" }, restored = { "s3" } }, result.definitions)
  end)

  it("does not mind another order of the tables", function()
    local stored = print_of()
    assert.equal("proven", compare({ tables = { stored.tables[2], stored.tables[1] } }).verdict)
  end)
end)

describe("the verdict on a set", function()
  it("is the worst of its databases'", function()
    local verdicts = { { verdict = "proven" }, { verdict = "differs", reason = "x" },
      { verdict = "not_verified" } }
    assert.equal("x", proof.worst(verdicts).reason)
    verdicts[4] = { verdict = "unreadable" }
    assert.equal("unreadable", proof.worst(verdicts).verdict)
    assert.is_nil(proof.worst {})
  end)
end)

describe("tables that a dump lacks", function()
  it("are found however their names are quoted", function()
    local print = { tables = { { name = "public.a" }, { name = '"My Schema"."ta""ble"' },
      { name = '"public".b' } } }
    assert.same({}, proof.missing_tables({ "public.a", '"My Schema"."ta""ble"', "public.b" }, print,
      names.key))
    assert.same({ "public.c" }, proof.missing_tables({ "public.a", "public.c" }, print, names.key))
  end)
end)

describe("psql's error", function()
  it("tells a fault of the backup from a fault of the server it was tried on", function()
    local no_space = proof.restore_error("psql:<stdin>:5: NOTICE:  00000: hello\n"
      .. "psql:<stdin>:9: ERROR:  53100: could not extend file: No space left\nLOCATION:  x\n")
    assert.equal("53100", no_space.sqlstate)
    assert.is_true(no_space.circumstance)
    local duplicate = proof.restore_error("FEHLER:  23505: doppelter Schlüssel\n")
    assert.equal("doppelter Schlüssel", duplicate.message)
    assert.is_false(duplicate.circumstance)
    assert.is_nil(proof.restore_error("psql: error: connection failed"))
  end)
end)
