/* digest in Lua: a stage that computes digests of what passes it, or the digest of a text. */
#include "bindings/digest.h"
#include "host/bindings.h"
#include "host/door.h"

static digest_algorithm check_algorithm(lua_State *L, int index, int argument)
{
    digest_algorithm algorithm;
    if (lua_type(L, index) != LUA_TSTRING || !digest_find(lua_tostring(L, index), &algorithm))
        luaL_argerror(L, argument,
                      lua_pushfstring(L, "there is no digest '%s', only sha256, md5 and sha1",
                                      luaL_tolstring(L, index, NULL)));
    return algorithm;
}

/* digest{"sha256", "md5"} → stage */
static int l_digest(lua_State *L)
{
    static const char *const no_options[] = {NULL};
    luaL_checktype(L, 2, LUA_TTABLE);
    nj_options_only(L, 2, no_options, true);
    lua_Integer count = luaL_len(L, 2);
    luaL_argcheck(L, count > 0, 2, "at least one algorithm expected: sha256, md5 or sha1");
    for (lua_Integer index = 1; index <= count; index++) {
        lua_geti(L, 2, index);
        check_algorithm(L, -1, 2);
        lua_pop(L, 1);
    }
    nj_stage_push(L, "digest", 2);
    return 1;
}

/* digest.of("sha256", text) → its hex digits */
static int l_of(lua_State *L)
{
    size_t size;
    nj_error error;
    char hex[DIGEST_HEX];
    digest *state = NULL;
    digest_algorithm algorithm = check_algorithm(L, 1, 1);
    const char *text = luaL_checklstring(L, 2, &size);
    bool failed = digest_new(algorithm, &state, &error) != 0 ||
                  digest_feed(state, text, size, &error) != 0 ||
                  digest_finish(state, hex, &error) != 0;
    digest_free(state);
    if (failed)
        nj_raise(L, &error, "digest.of");
    lua_pushstring(L, hex);
    return 1;
}

/* The module is a table that can be called. */
int nj_open_digest(lua_State *L)
{
    static const luaL_Reg functions[] = {{"of", l_of}, {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_digest);
    lua_setfield(L, -2, "__call");
    lua_setmetatable(L, -2);
    return 1;
}
