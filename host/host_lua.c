/* nightjar.host: what the Lua side needs to know of the process it runs in. */
#include "host/door.h"
#include "host/embedded.h"
#include "host/state.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

extern char **environ;

/* embedded(name) → text or nil */
static int l_embedded(lua_State *L)
{
    const nj_embedded *file = nj_embedded_find(luaL_checkstring(L, 1));
    if (file)
        lua_pushlstring(L, file->text, file->size);
    else
        lua_pushnil(L);
    return 1;
}

/* embedded_names(prefix) → list */
static int l_embedded_names(lua_State *L)
{
    size_t size;
    const char *prefix = luaL_checklstring(L, 1, &size);
    lua_Integer count = 0;
    lua_newtable(L);
    for (const nj_embedded *file = nj_embedded_files; file->name; file++) {
        if (strncmp(file->name, prefix, size) == 0) {
            lua_pushstring(L, file->name);
            lua_rawseti(L, -2, ++count);
        }
    }
    return 1;
}

/* environment() → {NAME = value} */
static int l_environment(lua_State *L)
{
    lua_newtable(L);
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals)
            continue;
        lua_pushlstring(L, *entry, (size_t)(equals - *entry));
        lua_pushstring(L, equals + 1);
        lua_rawset(L, -3);
    }
    return 1;
}

static int l_terminal(lua_State *L)
{
    lua_pushboolean(L, nj_is_terminal((int)luaL_checkinteger(L, 1)));
    return 1;
}

static int l_columns(lua_State *L)
{
    lua_pushinteger(L, nj_terminal_columns(1));
    return 1;
}

/* now() → seconds of the monotonic clock */
static int l_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)nj_now() / (lua_Number)NJ_SECOND);
    return 1;
}

/* time() → seconds since 1970, with fraction */
static int l_time(lua_State *L)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
    return 1;
}

/* random(n) → n random bytes as hexadecimal digits */
static int l_random(lua_State *L)
{
    unsigned char bytes[64];
    lua_Integer count = luaL_checkinteger(L, 1);
    luaL_argcheck(L, count > 0 && count <= (lua_Integer)sizeof bytes, 1, "1 to 64 expected");
    nj_error error;
    if (nj_random(bytes, (size_t)count, &error) != 0)
        nj_raise(L, &error, "host.random");
    char digits[2 * sizeof bytes + 1];
    for (lua_Integer index = 0; index < count; index++)
        snprintf(digits + 2 * index, 3, "%02x", bytes[index]);
    lua_pushlstring(L, digits, (size_t)(2 * count));
    return 1;
}

/* exit(status): end the program in order, as if every task had been cancelled */
static int l_exit(lua_State *L)
{
    nj_host *host = nj_host_of(L);
    int status = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)luaL_optinteger(L, 1, 0);
    host->exit_status = status & 0xff;
    nj_task_cancel_all(host);
    return nj_task_raise_cancelled(L);
}

/* wrap_error(value) → an error table; a message handler for xpcall */
static int l_wrap_error(lua_State *L)
{
    lua_settop(L, 1);
    nj_wrap_error(L, L);
    return 1;
}

int nj_open_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"embedded", l_embedded},
        {"embedded_names", l_embedded_names},
        {"environment", l_environment},
        {"terminal", l_terminal},
        {"columns", l_columns},
        {"now", l_now},
        {"time", l_time},
        {"random", l_random},
        {"exit", l_exit},
        {"wrap_error", l_wrap_error},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    lua_pushliteral(L, NIGHTJAR_VERSION);
    lua_setfield(L, -2, "version");
    lua_pushinteger(L, nj_process_id());
    lua_setfield(L, -2, "pid");
    char hostname[256];
    nj_hostname(hostname, sizeof hostname);
    lua_pushstring(L, hostname);
    lua_setfield(L, -2, "hostname");
    luaL_getmetatable(L, "nightjar.error");
    lua_setfield(L, -2, "error_type");
    return 1;
}
