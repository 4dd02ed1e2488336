-- What luacheck takes for granted in nightjar's Lua.
std = "lua54"
max_line_length = 100
read_globals = { "fail", "try", "inspect", "help" }
exclude_files = { "build*" }

-- Tests hold SQL, shell and expected output, which would be harder to read when cut.
files["tests"] = { max_line_length = 140 }

files["lua/nightjar/prelude.lua"] = {
  globals = { "fail", "try", "inspect", "help", "os", "io" },
}
files["tests/**/*_spec.lua"] = { std = "lua54+busted" }
files["tests/lua/busted.lua"] = { globals = { "arg", "os" } }
