/* Nightjar with a full garbage collection after every call of a function of its own, and again when
 * a task is about to wait: what only the collector's luck has kept alive is gone by then.
 *
 * To be linked with --wrap=lua_sethook, which takes the place of the host's hook, and
 * --wrap=nj_task_park. Coroutines inherit the hook of the one that makes them. */
#include "host/task.h"

#include <lua.h>

void __real_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count);
void __wrap_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count);
int __real_nj_task_park(lua_State *L, bool others, lua_KContext context, lua_KFunction again);
int __wrap_nj_task_park(lua_State *L, bool others, lua_KContext context, lua_KFunction again);

/* The program's own code, by the linker: Lua and the other libraries are elsewhere. */
extern const char __executable_start[], etext[];

static lua_Hook hook_of_host;

static bool is_ours(lua_CFunction function)
{
    uintptr_t address = (uintptr_t)function;
    return address >= (uintptr_t)__executable_start && address < (uintptr_t)etext;
}

static void on_event(lua_State *L, lua_Debug *activation)
{
    if (activation->event != LUA_HOOKRET) {
        hook_of_host(L, activation);
        return;
    }
    lua_getinfo(L, "f", activation);
    bool ours = is_ours(lua_tocfunction(L, -1));
    lua_pop(L, 1);
    if (ours)
        lua_gc(L, LUA_GCCOLLECT);
}

void __wrap_lua_sethook(lua_State *L, lua_Hook hook, int mask, int count)
{
    hook_of_host = hook;
    __real_lua_sethook(L, on_event, mask | LUA_MASKRET, count);
}

int __wrap_nj_task_park(lua_State *L, bool others, lua_KContext context, lua_KFunction again)
{
    lua_gc(L, LUA_GCCOLLECT);
    return __real_nj_task_park(L, others, context, again);
}
