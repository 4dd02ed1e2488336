-- Completion in real shells: bash and fish are asked what TAB would do, zsh reads its script.

local fs = require "nightjar.fs"
local process = require "nightjar.process"
local support = require "tests.e2e.support"

local home, folder

setup(function()
  home = support.home(nil, { env = { "PGHOST=db1" }, policy = "return { targets = { main = {}, mirror = {} } }" })
  fs.mkdir(home.path .. "/config/tasks")
  fs.write(home.path .. "/config/tasks/census.lua",
    "return { name = 'census', summary = 'count', arguments = { { '--depth', choices = { 'deep', 'flat' } } }, run = function() end }")
  folder = home.path .. "/bin"
  fs.mkdir(folder)
  process.run { "ln", "-s", support.program, folder .. "/nightjar" }
  for _, shell in ipairs { "bash", "zsh", "fish" } do
    fs.write(("%s/%s"):format(folder, shell), support.run({ "completion", shell }).stdout)
  end
end)

teardown(function()
  home:close()
end)

local function environment()
  return { PATH = folder .. ":" .. os.getenv "PATH", NIGHTJAR_HOME = home.path, HOME = home.path, TERM = "dumb" }
end

-- What bash would put there for a line, the cursor at its end.
local function bash(line)
  return process.run({ "/usr/bin/bash", "--norc", "-c", [=[
    source "$0/bash"
    shopt -s extglob
    COMP_LINE=$1; COMP_POINT=${#1}
    read -r -a COMP_WORDS <<<"${1//=/ = }"; [[ $1 == *' ' ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    compopt() { COMPREPLY=(FILES); }
    _nightjar nightjar "${COMP_WORDS[COMP_CWORD]}" && echo "${COMPREPLY[*]}"]=], folder, line, env = environment() }).stdout
    :gsub("\n$", "")
end

local function fish(line)
  local words = {}
  for word in process.run({ "fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", folder .. "/fish", line,
      env = environment() }).stdout:gmatch "([^\n\t]+)[^\n]*\n" do
    words[#words + 1] = word
  end
  return table.concat(words, " ")
end

local cases <const> = {
  { "nightjar census --d", "--depth" },
  { "nightjar census --depth ", "deep flat" },
  { "nightjar backup --target m", "main mirror" },
  { "nightjar verify-", "verify-startup" },
  { "nightjar new ch", "check" },
  { "nightjar help postgres.c", "postgres.connect" },
  { "nightjar restore l", "latest latest-verified" },
}

describe("completion", function()
  it("works in bash", function()
    for _, case in ipairs(cases) do
      assert.equal(case[2], (bash(case[1])))
    end
    assert.equal("FILES", (bash "nightjar run "))
    assert.equal("main mirror", (bash "nightjar backup --target=m"))
    assert.equal("", (bash "nightjar backup --nonsense x"):match "^(.-)%-%-" or "")
  end)

  it("works in an interactive bash, at TAB", function()
    fs.write(home.path .. "/play.json", [[
      [{"see": "$ "}, {"type": "source ./bash\r"}, {"see": "$ "}, {"type": "nightjar cens\t"}, {"see": "nightjar census "},
       {"type": "--de\t"}, {"see": "--depth "}, {"type": "de\t"}, {"see": "deep "}, {"type": "\r"}, {"see": "$ "},
       {"type": "exit\r"}] ]])
    local env <const> = environment()
    env.PS1, env.TERM = "$ ", "xterm"
    process.run { "/usr/bin/python3", fs.absolute "tests/fixture/terminal.py", home.path .. "/play.json", "/usr/bin/bash", "--norc",
      "--noprofile", "-i", env = env, cwd = folder, timeout = 60 }
  end)

  it("works in fish", function()
    for _, case in ipairs(cases) do
      assert.equal(case[2], fish(case[1]))
    end
  end)

  it("is read by zsh, and gives it words with what they mean", function()
    local said <const> = process.run({ "zsh", "-f", "-c", [[
      compdef() { :; }; _files() { echo FILES; }
      _describe() { print -l -- ${(P)2}; }
      source $0/zsh
      words=(nightjar census --depth ''); CURRENT=4; _nightjar
      words=(nightjar verify-); CURRENT=2; _nightjar
      words=(nightjar run ''); CURRENT=3; _nightjar]], folder, env = environment() }).stdout
    assert.equal("deep:\nflat:\nverify-startup:after a boot", said:match "^deep:\nflat:\nverify%-startup:after a boot")
    assert.matches("FILES\n$", said)
  end)
end)
