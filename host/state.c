/* The Lua state: which libraries it has and where modules come from. */
#include "host/state.h"

#include "host/bindings.h"
#include "host/door.h"
#include "host/embedded.h"

#include <lualib.h>
#include <string.h>

const nj_embedded *nj_embedded_find(const char *name)
{
    for (const nj_embedded *file = nj_embedded_files; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}

static void open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},
        {LUA_LOADLIBNAME, luaopen_package},
        {LUA_COLIBNAME, luaopen_coroutine},
        {LUA_TABLIBNAME, luaopen_table},
        {LUA_IOLIBNAME, luaopen_io},
        {LUA_OSLIBNAME, luaopen_os},
        {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math},
        {LUA_UTF8LIBNAME, luaopen_utf8},
        {LUA_DBLIBNAME, luaopen_debug},
        {NULL, NULL},
    };
    for (const luaL_Reg *library = libraries; library->name; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
}

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, name);
}

/* In a protected call: LUA_NOENV keeps LUA_PATH and LUA_INIT out; the prelude puts nightjar's
 * searchers in place of those that look at the file system. */
static int prepare(lua_State *L)
{
    lua_pushboolean(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
    open_libraries(L);
    luaL_newmetatable(L, "nightjar.error");
    nj_job_prepare(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    preload(L, "nightjar.host", nj_open_host);
    preload(L, "nightjar.scheduler", nj_open_scheduler);
    for (const luaL_Reg *binding = nj_bindings; binding->name; binding++)
        preload(L, binding->name, binding->func);
    const nj_embedded *prelude = nj_embedded_find("nightjar/prelude.lua");
    if (luaL_loadbufferx(L, prelude->text, prelude->size, "@nightjar/prelude.lua", "t") != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 0);
    return 0;
}

int nj_host_open(nj_host *host, nj_error *error)
{
    *host = (nj_host){.wake = {.fd = -1}, .exit_status = -1};
    if (nj_wake_open(&host->wake, error) != 0 || nj_signals_begin(&host->wake, error) != 0)
        return -1;
    nj_pool_begin(&host->pool, NJ_POOL_CAP, &host->wake);
    host->L = luaL_newstate();
    if (!host->L)
        return nj_fail(error, "SYSTEM", "out of memory for the Lua state");
    *(nj_host **)lua_getextraspace(host->L) = host;
    lua_setallocf(host->L, nj_task_allocate, host);
    nj_task_install_hook(host->L);
    lua_pushcfunction(host->L, prepare);
    if (lua_pcall(host->L, 0, 0, 0) != LUA_OK)
        return nj_fail(error, "LUA", "could not start Lua: %s", luaL_tolstring(host->L, -1, NULL));
    return 0;
}

void nj_host_close(nj_host *host)
{
    nj_pool_end(&host->pool); /* before what jobs work on is collected */
    if (host->L)
        lua_close(host->L);
    host->L = NULL;
    nj_wake_close(&host->wake);
}
