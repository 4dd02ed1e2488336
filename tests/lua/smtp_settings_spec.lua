-- The mail settings of monitoring.env.

local smtp = require "nightjar.smtp"

local function values(others)
  local all = { SMTP_HOST = "mail.example.org", SMTP_FROM = "nightjar@example.org", SMTP_TO = "ops@example.org" }
  for key, value in pairs(others) do
    all[key] = value or nil
  end
  return all
end

describe("smtp.settings", function()
  it("is nothing where no mail server is named", function()
    assert.is_nil(smtp.settings {})
    assert.is_nil(smtp.settings { SMTP_HOST = "", SMTP_TO = "nonsense" })
  end)

  it("fills in what is usual", function()
    assert.same({ host = "mail.example.org", port = 587, security = "starttls", from = "nightjar@example.org",
      to = { "ops@example.org" } }, smtp.settings(values {}))
    assert.equal(465, smtp.settings(values { SMTP_SECURITY = "tls" }).port)
    assert.equal(25, smtp.settings(values { SMTP_SECURITY = "none" }).port)
    assert.equal(2525, smtp.settings(values { SMTP_PORT = "2525" }).port)
    assert.equal("me@example.org", smtp.settings(values { SMTP_FROM = false, SMTP_USER = "me@example.org", SMTP_PASSWORD = "x" }).from)
  end)

  it("reads lists and names", function()
    assert.same({ "a@b.c", "d@e.f", "g@h.i" }, smtp.settings(values { SMTP_TO = " a@b.c, d@e.f ,,g@h.i," }).to)
    local named <const> = smtp.settings(values { SMTP_FROM = '"The owl" <owl@example.org>' })
    assert.same({ "The owl", "owl@example.org" }, { named.from_name, named.from })
    assert.is_nil(smtp.settings(values { SMTP_FROM = "<owl@example.org>" }).from_name)
  end)

  it("takes an app password as Google shows it", function()
    local spaced <const> = { SMTP_USER = "me@gmail.com", SMTP_PASSWORD = "abcd efgh ijkl mnop", SMTP_HOST = "smtp.gmail.com" }
    assert.equal("abcdefghijklmnop", smtp.settings(values(spaced)).password)
    spaced.SMTP_HOST = "mail.example.org"
    assert.equal("abcd efgh ijkl mnop", smtp.settings(values(spaced)).password)
  end)

  it("names the key that is wrong", function()
    for key, others in pairs {
      SMTP_PORT = { SMTP_PORT = "mail" }, SMTP_SECURITY = { SMTP_SECURITY = "ssl" }, SMTP_FROM = { SMTP_FROM = false },
      SMTP_TO = { SMTP_TO = "" }, SMTP_PASSWORD = { SMTP_USER = "me" }, SMTP_USER = { SMTP_PASSWORD = "x" },
    } do
      local _, err <const> = try(smtp.settings, values(others))
      assert.equal("CONFIG", err.code)
      assert.matches("^" .. key .. ": ", err.message)
    end
    for key, text in pairs { SMTP_TO = "ops", SMTP_FROM = "a@b, c@d" } do
      local _, err <const> = try(smtp.settings, values { [key] = text })
      assert.matches(key .. ": '" .. text .. "' is no mail address", err.message, 1, true)
    end
  end)
end)
