/* Options, strings, handles and stages for the doors. */
#include "host/door.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- options ---- */

/* Push the closest of `keys` to the string on top of the stack, or nil. */
static void push_suggestion(lua_State *L, const char *const keys[])
{
    int word = lua_gettop(L);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "nightjar.suggest");
    lua_call(L, 1, 1);
    lua_pushvalue(L, word);
    lua_newtable(L);
    for (lua_Integer index = 0; keys[index]; index++) {
        lua_pushstring(L, keys[index]);
        lua_rawseti(L, -2, index + 1);
    }
    lua_call(L, 2, 1);
}

static int refuse_option(lua_State *L, int index, const char *const keys[])
{
    push_suggestion(L, keys);
    const char *given = lua_tostring(L, -2);
    const char *suggestion = lua_tostring(L, -1);
    const char *message =
        suggestion
            ? lua_pushfstring(L, "unknown option '%s' (did you mean '%s'?)", given, suggestion)
            : lua_pushfstring(L, "unknown option '%s'", given);
    return luaL_argerror(L, index, message);
}

static bool is_listed(const char *key, const char *const keys[])
{
    for (; *keys; keys++)
        if (strcmp(key, *keys) == 0)
            return true;
    return false;
}

void nj_options_only(lua_State *L, int index, const char *const keys[], bool positional)
{
    if (lua_isnoneornil(L, index))
        return;
    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    luaL_checkstack(L, 8, NULL);
    for (lua_pushnil(L); lua_next(L, index);) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING) {
            if (!is_listed(lua_tostring(L, -1), keys))
                refuse_option(L, index, keys);
        } else if (!positional || !lua_isinteger(L, -1)) {
            luaL_argerror(L, index, "only named options are expected");
        }
    }
}

/* Push options[key]; its type, LUA_TNIL where there are no options. */
static int push_option(lua_State *L, int index, const char *key)
{
    if (lua_isnoneornil(L, index)) {
        lua_pushnil(L);
        return LUA_TNIL;
    }
    luaL_checktype(L, index, LUA_TTABLE);
    return lua_getfield(L, index, key);
}

/* The option's value is at `value`. */
static int refuse_type(lua_State *L, int index, const char *key, int value, const char *expected)
{
    const char *message = lua_pushfstring(L, "option '%s': %s expected, got %s", key, expected,
                                          luaL_tolstring(L, value, NULL));
    return luaL_argerror(L, index, message);
}

lua_Integer nj_option_integer(lua_State *L, int index, const char *key, lua_Integer fallback,
                              lua_Integer minimum, lua_Integer maximum)
{
    if (push_option(L, index, key) != LUA_TNIL) {
        int at = lua_gettop(L), is_integer = lua_type(L, at) == LUA_TNUMBER;
        lua_Integer value = is_integer ? lua_tointegerx(L, at, &is_integer) : 0;
        if (!is_integer || value < minimum || value > maximum)
            refuse_type(L, index, key, at,
                        lua_pushfstring(L, "an integer from %I to %I", minimum, maximum));
        fallback = value;
    }
    lua_pop(L, 1);
    return fallback;
}

double nj_option_seconds(lua_State *L, int index, const char *key, double fallback)
{
    if (push_option(L, index, key) != LUA_TNIL) {
        double value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : NAN;
        if (!(value > 0))
            refuse_type(L, index, key, -1, "a number of seconds above 0");
        fallback = value;
    }
    lua_pop(L, 1);
    return fallback;
}

bool nj_option_boolean(lua_State *L, int index, const char *key, bool fallback)
{
    int type = push_option(L, index, key);
    if (type != LUA_TNIL) {
        if (type != LUA_TBOOLEAN)
            refuse_type(L, index, key, -1, "true or false");
        fallback = lua_toboolean(L, -1);
    }
    lua_pop(L, 1);
    return fallback;
}

bool nj_option_string(lua_State *L, int index, const char *key)
{
    int type = push_option(L, index, key);
    if (type == LUA_TNIL)
        return false;
    size_t size;
    if (type != LUA_TSTRING || (lua_tolstring(L, -1, &size), strlen(lua_tostring(L, -1)) != size))
        refuse_type(L, index, key, -1, "a string without NUL");
    return true;
}

/* ---- strings ---- */

void nj_copy_string(lua_State *L, int index, char **ret_copy)
{
    size_t size;
    const char *text = luaL_checklstring(L, index, &size);
    if (strlen(text) != size)
        luaL_argerror(L, index, "a string without NUL expected");
    free(*ret_copy);
    *ret_copy = strdup(text);
    if (!*ret_copy)
        luaL_error(L, "out of memory");
}

void nj_copy_option(lua_State *L, int index, const char *key, char **ret_copy)
{
    if (nj_option_string(L, index, key))
        nj_copy_string(L, -1, ret_copy);
    lua_pop(L, 1);
}

/* A vector of `count` NULLs and the closing one, owned by *ret_copies from now on. */
static char **new_vector(lua_State *L, size_t count, char ***ret_copies)
{
    nj_free_strings(ret_copies);
    *ret_copies = calloc(count + 1, sizeof(char *));
    if (!*ret_copies)
        luaL_error(L, "out of memory");
    return *ret_copies;
}

void nj_copy_strings(lua_State *L, int index, int minimum, const char *what, char ***ret_copies)
{
    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    lua_Integer count = luaL_len(L, index);
    if (count < minimum)
        luaL_argerror(L, index, lua_pushfstring(L, "%s is empty", what));
    char **copies = new_vector(L, (size_t)count, ret_copies);
    for (lua_Integer entry = 1; entry <= count; entry++) {
        int type = lua_geti(L, index, entry);
        size_t size = 0;
        const char *text =
            type == LUA_TSTRING || type == LUA_TNUMBER ? lua_tolstring(L, -1, &size) : NULL;
        if (!text || strlen(text) != size)
            luaL_argerror(L, index,
                          lua_pushfstring(L, "%s: entry %I is no string without NUL (%s)", what,
                                          entry, luaL_typename(L, -1)));
        nj_copy_string(L, -1, &copies[entry - 1]);
        lua_pop(L, 1);
    }
}

static lua_Integer count_fields(lua_State *L, int index)
{
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        count++;
    return count;
}

void nj_copy_environment(lua_State *L, int index, char ***ret_copies)
{
    if (lua_isnoneornil(L, index))
        return;
    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    char **copies = new_vector(L, (size_t)count_fields(L, index), ret_copies);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_argerror(L, index, "env: names must be strings");
        const char *name = lua_tostring(L, -2);
        bool removes = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
        if (!removes && !lua_isstring(L, -1))
            luaL_argerror(L, index,
                          lua_pushfstring(L, "env: '%s' must be a string or false", name));
        if (removes) {
            lua_pushstring(L, name);
        } else {
            lua_pushvalue(L, -1);
            lua_pushfstring(L, "%s=", name);
            lua_insert(L, -2);
            lua_concat(L, 2);
        }
        nj_copy_string(L, -1, copies++);
        lua_pop(L, 1);
    }
}

void nj_free_strings(char ***strings)
{
    for (char **string = *strings; string && *string; string++)
        free(*string);
    free(*strings);
    *strings = NULL;
}

/* ---- handles ---- */

void nj_type_new(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction close)
{
    luaL_newmetatable(L, type);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__close");
    lua_pop(L, 1);
}

void *nj_handle_new(lua_State *L, const char *type, size_t size)
{
    void *handle = lua_newuserdatauv(L, size, 1);
    memset(handle, 0, size);
    luaL_setmetatable(L, type);
    return handle;
}

void *nj_handle_check(lua_State *L, int argument, const char *type)
{
    return luaL_checkudata(L, argument, type);
}

/* ---- stages ---- */

void nj_stage_push(lua_State *L, const char *kind, int index)
{
    bool given = index != 0 && !lua_isnoneornil(L, index);
    if (given)
        index = lua_absindex(L, index);
    lua_createtable(L, 4, 4);
    if (given) {
        luaL_checktype(L, index, LUA_TTABLE);
        for (lua_pushnil(L); lua_next(L, index);) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, -4);
        }
    }
    lua_pushstring(L, kind);
    lua_setfield(L, -2, "stage");
}
