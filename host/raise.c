/* nightjar's error table: from nj_error, and from any other value that was raised. */
#include "host/door.h"

static const char error_type[] = "nightjar.error";

static void set_text(lua_State *L, const char *key, const char *text)
{
    if (text && text[0]) {
        lua_pushstring(L, text);
        lua_setfield(L, -2, key);
    }
}

static void set_integer(lua_State *L, const char *key, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, key);
}

/* A child's detail is what it wrote to stderr; anybody else's is called detail. */
static const char *detail_key(const nj_error *error)
{
    return error->exit_status >= 0 || error->signal > 0 ? "stderr" : "detail";
}

void nj_push_error_alone(lua_State *L, const nj_error *error, const char *operation)
{
    lua_createtable(L, 0, 8);
    set_text(L, "code", error->code);
    set_text(L, "message", error->message);
    set_text(L, "hint", error->hint);
    set_text(L, "op", operation);
    set_text(L, "sqlstate", error->sqlstate);
    set_text(L, detail_key(error), error->detail);
    if (error->errnum)
        set_integer(L, "errno", error->errnum);
    if (error->exit_status >= 0)
        set_integer(L, "exit", error->exit_status);
    if (error->signal > 0)
        set_integer(L, "signal", error->signal);
    if (error->status > 0)
        set_integer(L, "status", error->status);
    luaL_setmetatable(L, error_type);
}

void nj_push_error(lua_State *L, const nj_error *error, const char *operation)
{
    nj_push_error_alone(L, error, operation);
    lua_pushliteral(L, "traceback");
    luaL_traceback(L, L, NULL, 0);
    lua_rawset(L, -3);
}

void nj_raise(lua_State *L, const nj_error *error, const char *operation)
{
    nj_push_error(L, error, operation);
    lua_error(L);
    __builtin_unreachable();
}

static int l_text_of(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

/* Replace the value on top of L by text. Its __tostring may itself fail; without one there would be
 * an address, which differs each time. */
static void make_text(lua_State *L)
{
    const char *type = luaL_typename(L, -1);
    bool nameless =
        lua_istable(L, -1) || lua_isfunction(L, -1) || lua_isuserdata(L, -1) || lua_isthread(L, -1);
    bool has_text = !nameless || luaL_getmetafield(L, -1, "__tostring") != LUA_TNIL;
    if (nameless && has_text)
        lua_pop(L, 1);
    if (!has_text) {
        lua_pop(L, 1);
        lua_pushfstring(L, "(an error value of type %s)", type);
        return;
    }
    lua_pushcfunction(L, l_text_of);
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pop(L, 1);
        lua_pushfstring(L, "(an error value of type %s)", type);
    }
}

static bool is_error_table(lua_State *L)
{
    if (!lua_istable(L, -1) || !lua_getmetatable(L, -1))
        return false;
    luaL_getmetatable(L, error_type);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

void nj_wrap_error(lua_State *L, lua_State *from)
{
    luaL_checkstack(L, 6, NULL);
    if (L != from)
        lua_xmove(from, L, 1);
    if (!is_error_table(L)) {
        make_text(L);
        lua_createtable(L, 0, 3);
        lua_insert(L, -2);
        lua_setfield(L, -2, "message");
        set_text(L, "code", "LUA");
        luaL_setmetatable(L, error_type);
    }
    lua_pushliteral(L, "traceback");
    if (lua_rawget(L, -2) == LUA_TNIL) {
        luaL_traceback(L, from, NULL, L == from ? 1 : 0);
        lua_setfield(L, -3, "traceback");
    }
    lua_pop(L, 1);
}
