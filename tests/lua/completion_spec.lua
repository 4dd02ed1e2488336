-- What could stand next on the command line: a table of cases.

local completion = require "nightjar.completion"

local tasks <const> = {
  backup = { summary = "make one", arguments = {
    { "--target", type = "string" }, { "--no-verify", type = "flag" }, { "--out", type = "path" },
    { "--for", choices = { "cron", "systemd" } } } },
  restore = { summary = "bring one back", arguments = {
    { "backup", type = "string", optional = true }, { "--as", type = "string" }, { "word", type = "string", many = true } } },
  run = { summary = "run a file", arguments = { { "FILE", type = "path" } } },
  mine = { summary = "one of my own" },
}

local function named(...)
  local list = {}
  for index, name in ipairs { ... } do
    list[index] = { name, "" }
  end
  return list
end

local world <const> = {
  global = { { "--home", type = "path", help = "the folder" }, { "--quiet", type = "flag" } },
  names = function() return { { "restore", "bring one back" }, { "backup", "make one" }, { "run", "" }, { "mine", "" } } end,
  task = function(name) return tasks[name] end,
  values = {
    ["--target"] = function() return named("main", "other", "mine") end,
    backup = function() return named("latest", "2026-11-23T02-15-00Z") end,
    word = function() return named("one", "two") end,
  },
}

local cases <const> = {
  { { "" }, "backup mine restore run" },
  { {}, "backup mine restore run" },
  { { "re" }, "restore" },
  { { "x" }, "" },
  { { "--" }, "--help --home --quiet --version" },
  { { "-" }, "--help --home --quiet --version -e -i" },
  { { "--home", "" }, "files" },
  { { "--home", "/x", "ba" }, "backup" },
  { { "--quiet", "backup", "--no" }, "--no-verify" },
  { { "-e", "" }, "" },
  { { "-i", "" }, "files" },
  { { "backup", "" }, "--for --help --home --no-verify --out --quiet --target" },
  { { "backup", "--" }, "--for --help --home --no-verify --out --quiet --target" },
  { { "backup", "--target", "" }, "main mine other" },
  { { "backup", "--target", "m" }, "main mine" },
  { { "backup", "--target=m" }, "main mine" },
  { { "backup", "--target", "=", "m" }, "main mine" },
  { { "backup", "--target", "=" }, "main mine other" },
  { { "backup", "--target", "main", "--f" }, "--for" },
  { { "backup", "--no-verify", "--for", "s" }, "systemd" },
  { { "backup", "--out", "" }, "files" },
  { { "backup", "--home", "" }, "files" },
  { { "restore", "" }, "2026-11-23T02-15-00Z latest" },
  { { "restore", "l" }, "latest" },
  { { "restore", "--as", "" }, "" },
  { { "restore", "--as", "x", "l" }, "latest" },
  { { "restore", "latest", "t" }, "two" },
  { { "restore", "latest", "one", "o" }, "one" },
  { { "restore", "latest", "--" }, "--as --help --home --quiet" },
  { { "run", "" }, "files" },
  { { "mine", "" }, "--help --home --quiet" },
  { { "nothing", "" }, "" },
}

describe("completion of the command line", function()
  for _, case in ipairs(cases) do
    it(("of '%s'"):format(table.concat(case[1], " ")), function()
      local found <const> = completion.candidates(case[1], world)
      local words = {}
      for index, candidate in ipairs(found ~= "files" and found or {}) do
        words[index] = candidate[1]
      end
      assert.equal(case[2], found == "files" and found or table.concat(words, " "))
    end)
  end
end)
