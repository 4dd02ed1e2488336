-- Connection strings mean what libpq takes them to mean.

local dsn = require "nightjar.dsn"

local cases <const> = {
  { "postgresql://me:s%40cret@db.example:5433/verify?sslmode=require",
    { user = "me", password = "s@cret", host = "db.example", port = 5433, dbname = "verify",
      sslmode = "require" } },
  { "postgres://db.example", { host = "db.example" } },
  { "postgresql://[::1]:5432/x", { host = "::1", port = 5432, dbname = "x" } },
  { "postgresql://%2Fvar%2Frun/x", { host = "/var/run", dbname = "x" } },
  { "host=db.example port=5433 user=me", { host = "db.example", port = 5433, user = "me" } },
  { [[password='it\'s a \\ secret' host = 'h']], { password = [[it's a \ secret]], host = "h" } },
  { [[password=a\'b]], { password = "a'b" } },
}

describe("a connection string", function()
  for _, case in ipairs(cases) do
    it("is read: " .. case[1], function()
      assert.same(case[2], dsn.parse(case[1]))
    end)
  end

  for _, text in ipairs { "hots=x", "host='x", "host=x nonsense", "host=x port=high" } do
    it("is refused: " .. text, function()
      local value, err = try(dsn.parse, text)
      assert.is_nil(value)
      assert.equal("CONFIG", err.code)
    end)
  end
end)
