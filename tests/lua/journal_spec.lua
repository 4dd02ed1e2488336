-- What follows from what has become of the uploads: a table of cases for what is overdue, and for what is held back.

local journal = require "nightjar.remote.journal"
local units = require "nightjar.units"

local day <const> = 86400
local now <const> = units.parse_iso "2026-11-27T12:00:00Z"

local function ago(days)
  return units.iso(now - days * day)
end

local function uploaded(days)
  return { id = "x", started = ago(days), at = ago(days), by = "md5" }
end

local function failing(days)
  return { since = ago(days), at = ago(0), attempts = 3, code = "AUTH", message = "it refuses" }
end

-- name, the journal's entry, whether there is a set to upload, words of the reason (nil: all is well)
local cases <const> = {
  { "a fresh upload", { succeeded = uploaded(1) }, true, nil },
  { "an upload of a week and a bit", { succeeded = uploaded(7.9) }, true, nil },
  { "an upload that is too old", { succeeded = uploaded(8.1) }, true, "the newest uploaded backup is 8 d" },
  { "no upload yet", {}, true, "nothing has been uploaded yet" },
  { "no upload, and nothing to upload", {}, false, nil },
  { "a failure after a fresh upload", { succeeded = uploaded(1), failing = failing(0.5) }, true,
    "uploads fail since 2026-11-27T00:00:00Z: it refuses" },
  { "failures from the first", { failing = failing(3) }, true, "uploads fail since" },
}

describe("the journal of uploads", function()
  for _, case in ipairs(cases) do
    local name <const>, entry <const>, any <const>, reason <const> = table.unpack(case, 1, 4)
    it(("with %s is %s"):format(name, reason and "overdue" or "well"), function()
      local overdue <const> = journal.overdue(entry, any and now - day or nil, 8 * day, now)
      if reason then
        assert.equal(reason, overdue.reason:sub(1, #reason))
      else
        assert.is_nil(overdue)
      end
    end)
  end

  it("holds nothing back while uploads succeed", function()
    assert.is_nil(journal.hold({ succeeded = uploaded(1) }, 14 * day))
    assert.is_nil(journal.hold({}, 14 * day))
  end)

  it("holds back what is newer than the last uploaded set while they fail", function()
    local hold <const> = journal.hold({ succeeded = uploaded(10), failing = failing(3) }, 14 * day)
    assert.same({ since = now - 3 * day, seconds = 14 * day, uploaded = now - 10 * day }, hold)
  end)
end)
