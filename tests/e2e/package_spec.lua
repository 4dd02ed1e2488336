-- What is installed, from source and as a Debian package: where, that it runs, and that its manual page can be read.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local build <const> = support.program:match "^(.*)/"
local place

setup(function()
  place = support.folder()
end)

teardown(function()
  place:close()
end)

local function run_installed(program, ...)
  local words <const> = { program, ... }
  words.cwd = place.path
  return process.run(words)
end

local function demand_files(root)
  for _, file in ipairs { "bin/nightjar", "share/man/man1/nightjar.1", "share/doc/nightjar/README.md",
      "share/doc/nightjar/docs/operations.md", "share/nightjar/monitoring.env.example", "share/nightjar/policy.lua",
      "share/bash-completion/completions/nightjar", "share/zsh/vendor-completions/_nightjar",
      "share/fish/vendor_completions.d/nightjar.fish" } do
    assert.is_not_nil(fs.stat(root .. "/" .. file), file)
  end
end

describe("the installation", function()
  it("from source goes where it is told, and runs from there", function()
    process.run { "cmake", "--install", build, env = { DESTDIR = place.path .. "/dest" }, timeout = 120 }
    local root <const> = place.path .. "/dest/usr/local"
    demand_files(root)
    assert.matches("^nightjar %d", run_installed(root .. "/bin/nightjar", "--version").stdout)
    run_installed(root .. "/bin/nightjar", "init", place.path .. "/home")
  end)

  it("by the Debian package has the same, says what it needs, and runs", function()
    process.run { "cpack", "--config", build .. "/CPackConfig.cmake", "-B", place.path .. "/deb", timeout = 240 }
    local package <const> = process.run({ "find", place.path .. "/deb", "-maxdepth", "1", "-name", "*.deb" }).stdout
      :match "^[^\n]+"
    local fields <const> = process.run({ "dpkg-deb", "--field", package }).stdout
    for _, library in ipairs { "libc6", "liblua5.4-0", "libpq5", "libcurl4", "zlib1g" } do
      assert.matches("Depends: [^\n]*" .. library:gsub("%p", "%%%0"), fields)
    end
    process.run { "dpkg-deb", "--extract", package, place.path .. "/root" }
    demand_files(place.path .. "/root/usr")
    local program <const> = place.path .. "/root/usr/bin/nightjar"
    assert.matches("^nightjar %d", run_installed(program, "--version").stdout)
    assert.matches("backup", run_installed(program, "help").stdout)
    for line in process.run({ "dpkg-deb", "--contents", package }).stdout:gmatch "[^\n]+" do
      assert.matches("^[-d]rw[-x]r%-[-x]r%-[-x] root/root ", line)
    end
  end)
end)

describe("the manual page", function()
  it("has nothing that a formatter complains of", function()
    local linted <const> = process.run { "mandoc", "-Tlint", build .. "/nightjar.1", check = false }
    assert.equal("", linted.stdout .. linted.stderr)
  end)

  it("tells of every task, command, option and exit status", function()
    local page <const> = process.run({ "mandoc", "-Tascii", build .. "/nightjar.1" }).stdout:gsub(".\b", "")
    for name in support.run({ "tasks" }).stdout:gmatch "\n?  ([%w-]+)  " do
      assert.matches("\n   " .. name:gsub("%-", "%%-") .. "\n", page)
    end
    for _, text in ipairs { "--no-verify", "--home", "NIGHTJAR_HOME", "monitoring.env", "   eject\n", "SIGTERM" } do
      assert.is_not_nil(page:find(text, 1, true), text)
    end
  end)
end)
