#!/bin/sh
# The rules of the house that a grep can hold: who may see Lua, and how long a file gets.
status=0

complain() {
  echo "$1:" >&2
  echo "$2" | sed 's/^/  /' >&2
  status=1
}

# A function without `lua_State *L` cannot longjmp, because its file has never heard of Lua.
found=$(grep -lE '#include *[<"](lua|lauxlib|lualib)\.h' bindings/*.c bindings/*.h | grep -v '_lua\.[ch]$' |
  grep -v '^bindings/lua' || true)
if [ -n "$found" ]; then complain "these cores include Lua's headers" "$found"; fi

found=$(grep -lE '#include "bindings/' host/*.c host/*.h || true)
if [ -n "$found" ]; then complain "the host knows a binding" "$found"; fi

found=$(grep -nE '\b(fork|vfork|system|popen)\(' host/*.c bindings/*.c || true)
if [ -n "$found" ]; then complain "these spawn otherwise than by posix_spawn" "$found"; fi

found=$(find host bindings lua tests \( -name '*.[ch]' -o -name '*.lua' \) -exec wc -l {} + |
  awk '$2 != "total" && $1 > 650 { print $2 ": " $1 " lines" }')
if [ -n "$found" ]; then complain "these files are too long to be read" "$found"; fi

exit $status
