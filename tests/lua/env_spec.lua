-- monitoring.env, read exactly: every way to write a value, and every mistake by its line.

local env = require "nightjar.env"

local function parse(...)
  return (env.parse(table.concat({ ... }, "\n"), "config/monitoring.env"))
end

local function refused(...)
  local values, err = try(parse, ...)
  assert.is_nil(values)
  assert.equal("CONFIG", err.code)
  assert.matches("^%w.*%.$", err.hint)
  return err.message
end

describe("monitoring.env", function()
  it("takes values bare, quoted and exported", function()
    assert.same({ PGHOST = "db.example", PGUSER = "ann", PGPASSWORD = "a b", SMTP_USER = "x y",
      PGPORT = "", BACKUP_DIR = "/srv/with space" }, parse(
      "PGHOST=db.example", "export PGUSER=ann", "PGPASSWORD='a b'", '  SMTP_USER="x y"  ',
      "PGPORT=", "BACKUP_DIR=/srv/with space  "))
  end)

  it("knows a comment from a # in a value", function()
    assert.same({ PGPASSWORD = "a#b", PGUSER = "ann", SMTP_USER = "x # y", PGHOST = "" }, parse(
      "# a comment", "", "   # another", "PGPASSWORD=a#b", "PGUSER=ann # the owner",
      "SMTP_USER='x # y' # quoted", "PGHOST=# none"))
  end)

  it("undoes what double quotes escape, and nothing in single quotes", function()
    assert.same({ PGPASSWORD = [[a"b\c$d]], SMTP_PASSWORD = [[a\"b]] }, parse(
      [[PGPASSWORD="a\"b\\c\$d"]], [[SMTP_PASSWORD='a\"b']]))
  end)

  it("reads a file that was written on Windows", function()
    assert.same({ PGHOST = "db", PGUSER = "ann" },
      parse("\u{FEFF}PGHOST=db\r", "PGUSER='ann'\r", ""))
  end)

  it("names the line and the key of what is wrong", function()
    local cases <const> = {
      { "PGHSOT=x", "config/monitoring.env:2: 'PGHSOT' is unknown (did you mean 'PGHOST'?)" },
      { "NOTHING_LIKE_IT=x", "config/monitoring.env:2: 'NOTHING_LIKE_IT' is unknown" },
      { "PGUSER=bob", "config/monitoring.env:2: 'PGUSER' is there already, in line 1" },
      { "PGHOST='x", "config/monitoring.env:2: the closing ' is missing" },
      { 'PGHOST="x', 'config/monitoring.env:2: the closing " is missing' },
      { "PGHOST='x'y", "config/monitoring.env:2: something follows the closing quote" },
      { "PGHOST = x", "config/monitoring.env:2: KEY=VALUE expected" },
      { "PGHOST=a\0b", "config/monitoring.env:2: the value of 'PGHOST' holds a NUL" },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[2], refused("PGUSER=ann", case[1]))
    end
  end)

  it("never shows a password that is in a bad line", function()
    assert.is_nil(refused("PGPASSWORD 'hush'"):find("hush", 1, true))
    assert.is_nil(refused("PGPASSWORD='hush"):find("hush", 1, true))
  end)
end)
