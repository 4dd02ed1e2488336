/* digest in Lua: a stage that computes digests of what passes through it. */
#include "bindings/digest.h"
#include "host/bindings.h"
#include "host/door.h"

/* digest{"sha256", "md5"} → stage */
static int l_digest(lua_State *L)
{
    static const char *const no_options[] = {NULL};
    luaL_checktype(L, 2, LUA_TTABLE);
    nj_options_only(L, 2, no_options, true);
    lua_Integer count = luaL_len(L, 2);
    luaL_argcheck(L, count > 0, 2, "at least one algorithm expected: sha256 or md5");
    for (lua_Integer index = 1; index <= count; index++) {
        digest_algorithm algorithm;
        lua_geti(L, 2, index);
        if (lua_type(L, -1) != LUA_TSTRING || !digest_find(lua_tostring(L, -1), &algorithm))
            luaL_argerror(L, 2,
                          lua_pushfstring(L, "there is no digest '%s', only sha256 and md5",
                                          luaL_tolstring(L, -1, NULL)));
        lua_pop(L, 1);
    }
    nj_stage_push(L, "digest", 2);
    return 1;
}

/* The module is a table that can be called. */
int nj_open_digest(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_digest);
    lua_setfield(L, -2, "__call");
    lua_setmetatable(L, -2);
    return 1;
}
