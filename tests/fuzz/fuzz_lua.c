/* What Lua reads from outside: a driver of tests/fuzz gets the bytes. It may raise an error of
 * nightjar's, with a code; any other is a defect. */
#include "fuzz.h"

#include "host/state.h"

#include <lauxlib.h>

static nj_host host;

static void start(lua_State *L)
{
    nj_error error;
    DEMAND(nj_host_open(&host, &error) == 0);
    L = host.L;
    if (luaL_loadfilex(L, FUZZ_DRIVER, "t") != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK) {
        fprintf(stderr, "%s\n", luaL_tolstring(L, -1, NULL));
        abort();
    }
}

/* Whether the value on top is a table with a code of nightjar's own. */
static bool is_error(lua_State *L)
{
    return lua_istable(L, -1) && lua_getfield(L, -1, "code") == LUA_TSTRING &&
           strcmp(lua_tostring(L, -1), "LUA") != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!host.L)
        start(NULL);
    lua_State *L = host.L;
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_pushlstring(L, (const char *)data, size);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK && !is_error(L)) {
        lua_settop(L, 2);
        fprintf(stderr, "%s: %s\n", FUZZ_DRIVER, luaL_tolstring(L, 2, NULL));
        abort();
    }
    return 0;
}
