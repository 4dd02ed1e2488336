/* gzip in Lua: the stages of a pipeline that compress and decompress. */
#include "bindings/gzip.h"
#include "host/bindings.h"
#include "host/door.h"

/* compress{level=3, threads=} → stage */
static int l_compress(lua_State *L)
{
    static const char *const options[] = {"level", "threads", NULL};
    lua_settop(L, 1);
    nj_options_only(L, 1, options, false);
    (void)nj_option_integer(L, 1, "level", GZIP_LEVEL_LEAST, GZIP_LEVEL_LEAST, GZIP_LEVEL_MOST);
    (void)nj_option_integer(L, 1, "threads", 1, 1, 64);
    nj_stage_push(L, "gzip.compress", 1);
    return 1;
}

/* decompress{only=} → stage */
static int l_decompress(lua_State *L)
{
    static const char *const options[] = {"only", NULL};
    lua_settop(L, 1);
    nj_options_only(L, 1, options, false);
    nj_stage_push(L, "gzip.decompress", lua_isnil(L, 1) ? 0 : 1);
    return 1;
}

int nj_open_gzip(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"compress", l_compress}, {"decompress", l_decompress}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
