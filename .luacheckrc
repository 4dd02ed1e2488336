-- What luacheck takes for granted in nightjar's Lua.
std = "lua54"
max_line_length = 100
read_globals = { "fail", "try", "inspect", "help" }
exclude_files = { "build*" }

-- Tests hold SQL, shell and expected output, which would be harder to read when cut.
files["tests"] = { max_line_length = 140 }

-- Annotations for editors and for help, and functions that do nothing.
files["lua/meta"] = {
  max_line_length = false, unused = false, globals = { "fail", "try", "inspect", "help" },
}
files["tests/e2e/examples.lua"] = { read_globals = { "_ENV" } }

files["lua/nightjar/prelude.lua"] = {
  globals = { "fail", "try", "inspect", "help", "os", "io" },
}
files["tests/**/*_spec.lua"] = { std = "lua54+busted" }
files["tests/lua/busted.lua"] = { globals = { "arg", "os" } }
