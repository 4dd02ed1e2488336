/* The host with allocators that fail when they are told to: nightjar_memory SCRIPT.
 *
 * fail_allocation(n) lets the n-th allocation of Lua from then on fail, 0 none; allocation_failed()
 * says whether it has. fail_core(n) does so for what is allocated besides: by the host, the doors,
 * the cores and their libraries; spare_core() ends that, and says whether one has failed. */
#include "host/state.h"

#include "host/door.h"
#include "tests/c/allocator.h"

#include <stdio.h>

void *__real_nj_task_allocate(void *host, void *block, size_t old_size, size_t new_size);
void *__wrap_nj_task_allocate(void *host, void *block, size_t old_size, size_t new_size);

static lua_Integer left;
static bool failed, again; /* Lua collects its garbage, and tries once more */

void *__wrap_nj_task_allocate(void *host, void *block, size_t old_size, size_t new_size)
{
    bool grows = new_size > 0 && (!block || new_size > old_size);
    if (grows && (again || (left > 0 && --left == 0))) {
        again = !again;
        failed = true;
        return NULL;
    }
    bool watched = allocator_watches;
    allocator_watches = false;
    void *result = __real_nj_task_allocate(host, block, old_size, new_size);
    allocator_watches = watched;
    return result;
}

static int l_fail_allocation(lua_State *L)
{
    failed = again = false;
    left = luaL_checkinteger(L, 1);
    return 0;
}

static int l_allocation_failed(lua_State *L)
{
    lua_pushboolean(L, failed);
    return 1;
}

static int l_fail_core(lua_State *L)
{
    fail_allocation((long)luaL_checkinteger(L, 1), false);
    return 0;
}

static int l_spare_core(lua_State *L)
{
    lua_pushboolean(L, spare_allocations());
    return 1;
}

static int run(lua_State *L)
{
    if (luaL_loadfilex(L, lua_touserdata(L, 1), "t") != LUA_OK)
        return lua_error(L);
    lua_pushboolean(L, nj_task_run_root(nj_host_of(L), 0));
    lua_insert(L, -2);
    return 2;
}

int main(int argc, char **argv)
{
    nj_host host;
    nj_error error;
    if (argc != 2 || nj_stdio_begin(&error) != 0 || nj_host_open(&host, &error) != 0) {
        fprintf(stderr, "usage: nightjar_memory SCRIPT\n");
        return 64;
    }
    static const luaL_Reg functions[] = {{"fail_allocation", l_fail_allocation},
                                         {"allocation_failed", l_allocation_failed},
                                         {"fail_core", l_fail_core},
                                         {"spare_core", l_spare_core},
                                         {NULL, NULL}};
    lua_State *L = host.L;
    lua_pushglobaltable(L);
    for (const luaL_Reg *each = functions; each->name; each++) {
        lua_pushstring(L, each->name);
        lua_pushcfunction(L, each->func);
        lua_rawset(L, -3); /* past the check of undeclared globals */
    }
    lua_pop(L, 1);
    lua_pushcfunction(L, run);
    lua_pushlightuserdata(L, argv[1]);
    bool succeeded = lua_pcall(L, 1, 2, 0) == LUA_OK && lua_toboolean(L, -2);
    if (!succeeded)
        fprintf(stderr, "%s\n", luaL_tolstring(L, -1, NULL));
    nj_host_close(&host);
    return succeeded ? 0 : 1;
}
