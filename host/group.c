/* Groups of child tasks, and the other primitives of nightjar.scheduler. */
#include "host/door.h"
#include "host/task.h"

#include <signal.h>

static const char group_type[] = "nightjar.group";
static const char shield_type[] = "nightjar.shield";

void nj_group_child_ended(nj_host *host, nj_task *task)
{
    nj_group *group = task->group;
    task->next_ready = NULL;
    if (group->ended_last)
        group->ended_last->next_ready = task;
    else
        group->ended_first = task;
    group->ended_last = task;
    nj_task_wake(host, group->owner);
}

static nj_task *take_ended(nj_group *group)
{
    nj_task *task = group->ended_first;
    if (task) {
        group->ended_first = task->next_ready;
        if (!group->ended_first)
            group->ended_last = NULL;
        group->unread--;
    }
    return task;
}

static void cancel_children(nj_host *host, const nj_group *group)
{
    for (nj_task *task = host->tasks; task; task = task->next)
        if (task->group == group)
            nj_task_cancel(host, task);
}

/* ---- groups ---- */

static int l_group(lua_State *L)
{
    nj_group *group = nj_handle_new(L, group_type, sizeof *group);
    group->owner = nj_task_current(L);
    group->deadline = NJ_NEVER;
    return 1;
}

/* group:spawn(f, ...) → the child's index */
static int l_spawn(lua_State *L)
{
    nj_group *group = nj_handle_check(L, 1, group_type);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    luaL_argcheck(L, !group->closed, 1, "the group is closed");
    nj_task *child = nj_task_new(L, group, group->spawned + 1, lua_gettop(L) - 2);
    group->spawned++;
    group->unread++;
    if (nj_task_must_stop(group->owner))
        nj_task_cancel(nj_host_of(L), child);
    lua_pushinteger(L, child->index);
    return 1;
}

static int next_again(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    nj_group *group = (nj_group *)context;
    nj_task *owner = group->owner;
    owner->wake_at = NJ_NEVER;
    if (nj_task_must_stop(owner))
        return nj_task_raise_cancelled(L);
    if (group->unread == 0)
        return 0;
    nj_task *child = take_ended(group);
    if (child) {
        lua_pushinteger(L, child->index);
        lua_pushboolean(L, !child->failed);
        lua_rawgeti(L, LUA_REGISTRYINDEX, child->anchor);
        nj_task_free(nj_host_of(L), child);
        return 3;
    }
    if (group->deadline <= nj_now()) {
        lua_pushboolean(L, 0);
        return 1;
    }
    owner->wake_at = group->deadline;
    return nj_task_park(L, true, context, next_again);
}

/* group:next() → index, succeeded, packed results or error; nothing when no child is left; false
 * when the group's deadline has come. Waits. */
static int l_next(lua_State *L)
{
    nj_group *group = nj_handle_check(L, 1, group_type);
    luaL_argcheck(L, group->owner == nj_task_current(L), 1, "the group belongs to another task");
    return next_again(L, LUA_OK, (lua_KContext)group);
}

static int l_cancel(lua_State *L)
{
    cancel_children(nj_host_of(L), nj_handle_check(L, 1, group_type));
    return 0;
}

/* group:deadline(seconds from now, or nil for none) */
static int l_deadline(lua_State *L)
{
    nj_group *group = nj_handle_check(L, 1, group_type);
    group->deadline = lua_isnoneornil(L, 2) ? NJ_NEVER : nj_after(luaL_checknumber(L, 2));
    return 0;
}

/* group:limit(instructions, bytes): what the children may use, together. Before the first spawn. */
static int l_limit(lua_State *L)
{
    nj_group *group = nj_handle_check(L, 1, group_type);
    group->instructions_left = luaL_checkinteger(L, 2);
    group->byte_limit = luaL_checkinteger(L, 3);
    group->limited = true;
    return 0;
}

/* group:overspent() → have they used up their instructions? */
static int l_overspent(lua_State *L)
{
    const nj_group *group = nj_handle_check(L, 1, group_type);
    lua_pushboolean(L, group->overspent);
    return 1;
}

static int join_again(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    nj_group *group = (nj_group *)context;
    for (nj_task *child; (child = take_ended(group));)
        nj_task_free(nj_host_of(L), child);
    if (group->unread > 0)
        return nj_task_park(L, true, context, join_again);
    return 0;
}

/* Children do not outlive the call that made them: cancel those that run and wait for them, even
 * when the owner is itself being cancelled. */
static int l_close(lua_State *L)
{
    nj_group *group = nj_handle_check(L, 1, group_type);
    if (group->closed)
        return 0;
    group->closed = true;
    group->deadline = NJ_NEVER;
    cancel_children(nj_host_of(L), group);
    return join_again(L, LUA_OK, (lua_KContext)group);
}

/* A group that was never closed: its children go on without it, towards their end. */
static int l_collect(lua_State *L)
{
    nj_group *group = nj_handle_check(L, 1, group_type);
    nj_host *host = nj_host_of(L);
    for (nj_task *child; (child = take_ended(group));)
        nj_task_free(host, child);
    cancel_children(host, group);
    for (nj_task *task = host->tasks; task; task = task->next)
        if (task->group == group)
            task->group = NULL;
    if (host->budget == group)
        host->budget = NULL;
    return 0;
}

/* ---- sleep and shield ---- */

static int sleep_again(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    nj_task *task = nj_task_current(L);
    if (nj_task_must_stop(task)) {
        task->wake_at = NJ_NEVER;
        return nj_task_raise_cancelled(L);
    }
    if (task->wake_at != NJ_NEVER)
        return nj_task_park(L, false, context, sleep_again);
    return 0;
}

static int l_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0, 1, "a number of seconds, 0 or more, expected");
    nj_task_current(L)->wake_at = nj_after(seconds);
    return sleep_again(L, LUA_OK, 0);
}

/* shield() → a handle; until it is closed the task's cancellation has to wait */
static int l_shield(lua_State *L)
{
    nj_task **task = nj_handle_new(L, shield_type, sizeof(nj_task *));
    *task = nj_task_current(L);
    (*task)->shields++;
    return 1;
}

static int l_unshield(lua_State *L)
{
    nj_task **task = nj_handle_check(L, 1, shield_type);
    if (*task)
        (*task)->shields--;
    *task = NULL;
    return 0;
}

/* ---- the prompt ---- */

/* prompt(): from now on Ctrl-C cancels what works for this task, and not the task itself */
static int l_prompt(lua_State *L)
{
    nj_host_of(L)->prompt = nj_task_current(L);
    return 0;
}

/* interrupted() → has Ctrl-C come since the last call? */
static int l_interrupted(lua_State *L)
{
    bool interrupted = nj_signal_taken() == SIGINT;
    if (interrupted)
        nj_signal_forget();
    lua_pushboolean(L, interrupted);
    return 1;
}

/* ---- what runs ---- */

static const char *state_name(const nj_task *task)
{
    static const char *const names[] = {"ready", "running", "waiting", "closing", "ended"};
    return names[task->state];
}

static void push_where(lua_State *L, lua_State *co)
{
    lua_Debug activation;
    for (int level = 0; lua_getstack(co, level, &activation); level++) {
        lua_getinfo(co, "Sl", &activation);
        if (activation.currentline > 0) {
            lua_pushfstring(L, "%s:%d", activation.short_src, activation.currentline);
            return;
        }
    }
    lua_pushnil(L);
}

/* list() → {{state=, seconds=, operation=, where=}...} */
static int l_list(lua_State *L)
{
    lua_newtable(L);
    for (const nj_task *task = nj_host_of(L)->tasks; task; task = task->next) {
        lua_createtable(L, 0, 4);
        lua_pushstring(L, state_name(task));
        lua_setfield(L, -2, "state");
        lua_pushnumber(L, (lua_Number)(nj_now() - task->started) / (lua_Number)NJ_SECOND);
        lua_setfield(L, -2, "seconds");
        if (task->job) {
            lua_pushstring(L, task->job->class->operation);
            lua_setfield(L, -2, "operation");
        }
        if (task->co) {
            push_where(L, task->co);
            lua_setfield(L, -2, "where");
        }
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    }
    return 1;
}

int nj_open_scheduler(lua_State *L)
{
    static const luaL_Reg group_methods[] = {{"spawn", l_spawn},   {"next", l_next},
                                             {"cancel", l_cancel}, {"deadline", l_deadline},
                                             {"limit", l_limit},   {"overspent", l_overspent},
                                             {"close", l_close},   {NULL, NULL}};
    static const luaL_Reg shield_methods[] = {{"close", l_unshield}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"group", l_group},
                                         {"sleep", l_sleep},
                                         {"shield", l_shield},
                                         {"prompt", l_prompt},
                                         {"interrupted", l_interrupted},
                                         {"list", l_list},
                                         {NULL, NULL}};
    nj_type_new(L, group_type, group_methods, l_close);
    luaL_getmetatable(L, group_type);
    lua_pushcfunction(L, l_collect); /* collecting cannot wait, closing does */
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    nj_type_new(L, shield_type, shield_methods, l_unshield);
    luaL_getmetatable(L, shield_type);
    lua_pushnil(L); /* when it is collected its task may be gone */
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
