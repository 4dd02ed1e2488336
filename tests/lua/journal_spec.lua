-- What follows from what has become of the uploads: cases for what is overdue, and for what is held back.

local journal = require "nightjar.remote.journal"
local remote = require "nightjar.health.remote"
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

local proven <const> = { started = now - day, proven = true, uploads = {} }

-- A set that its manifest says was uploaded.
local function noted(days, to, confirmed)
  return { started = now - days * day, proven = true, uploads = { { remote = to, confirmed = confirmed ~= false } } }
end

-- name, the journal's entry, the sets here, whether a copy is overdue, and how that is told
local cases <const> = {
  { "a fresh upload", { succeeded = uploaded(1) }, { proven }, false, "the newest copy is of a backup that is 1 d old" },
  { "an upload of a week and a bit", { succeeded = uploaded(7.9) }, { proven }, false, "the newest copy" },
  { "an upload that is too old", { succeeded = uploaded(8.1) }, { proven }, true, "the newest copy is of a backup that is 8 d 2 h" },
  { "no upload yet", {}, { proven }, true, "nothing has been uploaded yet" },
  { "no upload, and nothing to upload", {}, { { started = now, uploads = {} } }, false, "there is nothing to upload yet" },
  { "a failure after a fresh upload", { succeeded = uploaded(1), failing = failing(0.5) }, { proven }, false,
    "the newest copy is of a backup that is 1 d old; uploads fail since 2026-11-27T00:00:00Z: it refuses" },
  { "failures from the first", { failing = failing(3) }, { proven }, true, "nothing has been uploaded yet; uploads fail since" },
  { "a journal that is lost, and a manifest that knows", { remote = "a:b" }, { noted(3, "a:b") }, false,
    "the newest copy is of a backup that is 3 d" },
  { "a manifest that knows of another remote", { remote = "a:b" }, { noted(3, "c:d") }, true, "nothing has been uploaded yet" },
  { "a manifest that knows of an upload that was not confirmed", { remote = "a:b" }, { noted(3, "a:b", false) }, true,
    "nothing has been uploaded yet" },
}

describe("the journal of uploads", function()
  for _, case in ipairs(cases) do
    local name <const>, entry <const>, sets <const>, stale <const>, reason <const> = table.unpack(case)
    it(("with %s is %s"):format(name, stale and "overdue" or "well"), function()
      local standing <const> = journal.standing(entry, sets, 8 * day, now)
      assert.equal(stale, standing.stale)
      assert.equal(reason, standing.reason:sub(1, #reason))
      local found <const> = remote.judge(entry, sets, { warn = 8 * day, hold = 14 * day }, now)
      assert.equal(stale and "warn" or "ok", found.status)
      assert.equal(stale and "remote.stale" or nil, found.class)
      assert.equal(entry.failing ~= nil, found.message:find("is kept here until it is 14 d old", 1, true) ~= nil)
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
