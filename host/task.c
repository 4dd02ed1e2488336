/* Tasks and the loop that resumes them. */
#include "host/task.h"

#include "host/door.h"

#include <signal.h>
#include <stdlib.h>

enum { HOOK_INSTRUCTIONS = 10000 };

/* What the <close> variables of code that has overspent its budget may use beyond it. */
enum { CLEAN_UP_INSTRUCTIONS = 10 * 1000 * 1000 };

/* How long a cancelled task that goes on computing may do so before it is closed; where it cannot
 * yield, before every further instruction raises. */
static const int64_t GRACE = NJ_SECOND;

nj_host *nj_host_of(lua_State *L)
{
    return *(nj_host **)lua_getextraspace(L);
}

nj_task *nj_task_current(lua_State *L)
{
    nj_task *task = nj_host_of(L)->current;
    if (!task) /* a finalizer, of all that is collected in the end */
        luaL_error(L, "the program ends: nothing can wait any more");
    return task;
}

/* Only the task's own coroutine may yield to the loop: from a coroutine of the script's own the
 * yield would go to the script, and from a sort callback or a <close> variable of a dead task it
 * cannot go anywhere. */
static bool can_yield(lua_State *L, const nj_task *task)
{
    return task->co == L && task->state == NJ_TASK_RUNNING && lua_isyieldable(L);
}

/* ---- budgets ---- */

/* The innermost group with a budget that the task works for, or NULL. */
static nj_group *budget_of(const nj_task *task)
{
    for (; task && task->group; task = task->group->owner)
        if (task->group->limited)
            return task->group;
    return NULL;
}

static void set_current(nj_host *host, nj_task *task)
{
    host->current = task;
    host->budget = budget_of(task);
}

static void on_count(lua_State *L, lua_Debug *activation);

/* What is refused costs a collection of all that is held: the time is to be looked at after each,
 * and not after ten thousand instructions. */
static void *refuse_memory(const nj_host *host)
{
    if (host->current && host->current->co)
        lua_sethook(host->current->co, on_count, LUA_MASKCOUNT, 1);
    return NULL;
}

void *nj_task_allocate(void *host, void *block, size_t old_size, size_t new_size)
{
    nj_group *budget = ((nj_host *)host)->budget;
    int64_t growth = (int64_t)new_size - (block ? (int64_t)old_size : 0);
    if (budget && growth > 0 && budget->bytes + growth > budget->byte_limit)
        return refuse_memory(host);
    void *moved = NULL;
    if (new_size == 0)
        free(block);
    else if (!(moved = realloc(block, new_size)))
        return NULL;
    /* What others have left behind may be freed meanwhile: it never goes below nothing. */
    if (budget)
        budget->bytes = budget->bytes + growth > 0 ? budget->bytes + growth : 0;
    return moved;
}

/* ---- the run queue ---- */

/* Is it a child of `owner`, or a child's child? */
static bool works_for(const nj_task *task, const nj_task *owner)
{
    for (; task->group; task = task->group->owner)
        if (task->group->owner == owner)
            return true;
    return false;
}

static void make_ready(nj_host *host, nj_task *task)
{
    task->state = NJ_TASK_READY;
    task->next_ready = NULL;
    if (host->ready_last)
        host->ready_last->next_ready = task;
    else
        host->ready_first = task;
    host->ready_last = task;
}

/* While a task is closed, and waits in place, only those that work for it are resumed, or each of
 * many siblings that are closed would wait within the one before. */
static nj_task *take_ready(nj_host *host)
{
    bool closing = host->current && host->current->state == NJ_TASK_CLOSING;
    nj_task *before = NULL, *task = host->ready_first;
    while (task && closing && !works_for(task, host->current)) {
        before = task;
        task = task->next_ready;
    }
    if (!task)
        return NULL;
    *(before ? &before->next_ready : &host->ready_first) = task->next_ready;
    if (host->ready_last == task)
        host->ready_last = before;
    return task;
}

void nj_task_wake(nj_host *host, nj_task *task)
{
    task->woken = true;
    if (task->state == NJ_TASK_PARKED)
        make_ready(host, task);
}

/* ---- life ---- */

nj_task *nj_task_new(lua_State *L, nj_group *group, int index, int arguments)
{
    nj_host *host = nj_host_of(L);
    lua_State *co = lua_newthread(L);
    if (!lua_checkstack(co, arguments + 1))
        luaL_error(L, "not enough memory");
    int anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    nj_task *task = calloc(1, sizeof *task);
    if (!task) {
        luaL_unref(L, LUA_REGISTRYINDEX, anchor);
        luaL_error(L, "not enough memory");
    }
    /* From here on nothing raises: the list holds whole tasks alone. */
    task->anchor = anchor;
    task->wake_at = NJ_NEVER;
    task->group = group;
    task->index = index;
    task->arguments = arguments;
    task->started = nj_now();
    task->next = host->tasks;
    if (host->tasks)
        host->tasks->previous = task;
    host->tasks = task;
    lua_xmove(L, co, arguments + 1);
    task->co = co;
    make_ready(host, task);
    return task;
}

void nj_task_free(nj_host *host, nj_task *task)
{
    if (task->next)
        task->next->previous = task->previous;
    if (task->previous)
        task->previous->next = task->next;
    else
        host->tasks = task->next;
    if (host->prompt == task)
        host->prompt = NULL;
    luaL_unref(host->L, LUA_REGISTRYINDEX, task->anchor);
    free(task);
}

/* Close the coroutine of a task that did not return, so that its <close> variables run. They wait
 * in place. An error that one of them raises takes the place of the error table that is on top of
 * L. */
static void close_coroutine(nj_host *host, lua_State *L, nj_task *task, bool failed)
{
    lua_State *co = task->co;
    nj_task *before = host->current;
    if (failed) {
        lua_pushvalue(co, -1); /* co: error error */
        lua_xmove(co, L, 1);   /* co: error */
    } else {
        lua_pushnil(L);
    }
    set_current(host, task);
    task->state = NJ_TASK_CLOSING;
    nj_task_install_hook(co);
    int status = lua_resetthread(co); /* gives back the error it was closed with, or a newer one */
    host->current = before;
    host->budget = NULL;
    if (status != LUA_OK) {
        lua_xmove(co, L, 1); /* L: table before after */
        bool newer = !lua_rawequal(L, -1, -2);
        lua_remove(L, -2);
        if (newer) {
            lua_remove(L, -2);
            nj_wrap_error(L, L);
            return;
        }
    }
    lua_pop(L, 1);
}

/* The task's coroutine has returned, failed or been condemned: keep its outcome in the registry,
 * where its coroutine was. */
static void end_task(nj_host *host, lua_State *L, nj_task *task, int status, int results)
{
    nj_error error;
    host->budget = NULL; /* that of whoever waits in place for this; it has no part in it */
    task->failed = status != LUA_OK;
    if (status == LUA_OK) {
        lua_createtable(L, results, 1); /* like table.pack */
        lua_pushinteger(L, results);
        lua_setfield(L, -2, "n");
        for (int index = results; index >= 1; index--) {
            lua_xmove(task->co, L, 1);
            lua_rawseti(L, -2, index);
        }
    } else {
        if (status == LUA_YIELD && task->condemned) {
            nj_fail(&error, "CANCELLED", "the task was cancelled");
            nj_push_error_alone(L, &error, NULL);
            luaL_traceback(L, task->co, NULL, 0);
            lua_setfield(L, -2, "traceback");
        } else if (status == LUA_YIELD) {
            nj_fail(&error, "LUA", "coroutine.yield outside a coroutine of the script's own");
            nj_push_error(L, &error, NULL);
        } else {
            lua_pushvalue(task->co, -1); /* the error itself is needed to close it */
            nj_wrap_error(L, task->co);
        }
        close_coroutine(host, L, task, status != LUA_YIELD);
    }
    task->state = NJ_TASK_ENDED;
    lua_rawseti(L, LUA_REGISTRYINDEX, task->anchor);
    host->budget = budget_of(host->current);
    task->co = NULL;
    if (task->group)
        nj_group_child_ended(host, task);
    else if (task->index > 0)
        nj_task_free(host, task);
}

/* Its time of grace is for computing. */
static void begin_grace_anew(nj_task *task)
{
    if (task->delivered)
        task->delivered = nj_now();
}

static void resume(nj_host *host, lua_State *L, nj_task *task)
{
    begin_grace_anew(task);
    nj_task *before = host->current;
    set_current(host, task);
    task->state = NJ_TASK_RUNNING;
    task->parked = false;
    task->woken = false;
    int results = 0;
    int status = task->condemned ? LUA_YIELD : lua_resume(task->co, L, task->arguments, &results);
    task->arguments = 0;
    set_current(host, before);
    if (status == LUA_YIELD && task->parked && !task->condemned) {
        lua_pop(task->co, results);
        task->state = NJ_TASK_PARKED;
    } else {
        end_task(host, L, task, status, results);
    }
}

/* ---- the loop ---- */

static void look_for_signal(nj_host *host);
static int64_t deadline_of(const nj_task *task);
static void cancel_overdue(nj_host *host, nj_task *task);

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static int64_t wake_sleepers(nj_host *host)
{
    int64_t now = nj_now(), next = NJ_NEVER;
    for (nj_task *task = host->tasks; task; task = task->next) {
        if (task->wake_at <= now) {
            task->wake_at = NJ_NEVER;
            nj_task_wake(host, task);
        } else if (task->wake_at < next) {
            next = task->wake_at;
        }
    }
    return next;
}

/* One turn: take in what has happened; then resume one task, or wait for something to happen. */
static void turn(nj_host *host, lua_State *L, bool others, const bool *awaited)
{
    nj_wake_clear(&host->wake);
    look_for_signal(host);
    nj_job_collect_finished(host);
    int64_t next = earlier(wake_sleepers(host), nj_pool_expire(&host->pool, nj_now()));
    nj_task *current = host->current; /* waits in place: nobody else looks at its time */
    if (current && current->state == NJ_TASK_RUNNING && !current->cancelled) {
        cancel_overdue(host, current);
        next = earlier(next, deadline_of(current));
    }
    if (*awaited)
        return;
    nj_task *task = others ? take_ready(host) : NULL;
    if (task) {
        resume(host, L, task);
        return;
    }
    nj_error error;
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = NULL};
    nj_event event = {.fd = host->wake.fd, .wanted = NJ_READABLE};
    if (nj_wait_events(&wait, &event, 1, next, &error) < 0)
        nj_raise(L, &error, "nightjar.scheduler");
}

bool nj_task_run_root(nj_host *host, int arguments)
{
    lua_State *L = host->L;
    nj_task *root = nj_task_new(L, NULL, 0, arguments);
    bool ended = false;
    while (root->state != NJ_TASK_ENDED)
        turn(host, L, true, &ended);
    bool succeeded = !root->failed;
    lua_rawgeti(L, LUA_REGISTRYINDEX, root->anchor);
    if (succeeded)
        lua_rawgeti(L, -1, 1);
    nj_task_free(host, root);
    return succeeded;
}

/* A script can get hold of a task's coroutine and resume it: the task goes on waiting. */
static int resumed(lua_State *L, int status, lua_KContext context)
{
    const nj_task *task = nj_task_current(L);
    if (task->co != L)
        return lua_yieldk(L, 0, context, resumed);
    lua_settop(L, task->top); /* without what a script has resumed it with */
    return task->again(L, status, context);
}

int nj_task_park(lua_State *L, bool others, lua_KContext context, lua_KFunction again)
{
    nj_host *host = nj_host_of(L);
    nj_task *task = host->current;
    if (!task->woken && can_yield(L, task)) {
        task->parked = true;
        task->again = again;
        task->top = lua_gettop(L);
        return lua_yieldk(L, 0, context, resumed);
    }
    while (!task->woken)
        turn(host, L, others, &task->woken);
    begin_grace_anew(task);
    task->woken = false;
    return again(L, LUA_OK, context);
}

/* ---- cancelling ---- */

void nj_task_cancel(nj_host *host, nj_task *task)
{
    if (task->cancelled || task->state == NJ_TASK_ENDED)
        return;
    task->cancelled = true;
    if (task->shields > 0)
        return;
    if (task->job)
        nj_job_cancel(host, task->job);
    else
        nj_task_wake(host, task);
}

/* Is it a child, or a child's child, of clean-up that runs to its end? */
static bool works_for_shield(const nj_task *task)
{
    for (; task->group; task = task->group->owner)
        if (task->group->owner->shields > 0)
            return true;
    return false;
}

/* Those that work for `owner`; all for NULL. */
static void cancel_all_of(nj_host *host, const nj_task *owner)
{
    for (nj_task *task = host->tasks; task; task = task->next)
        if (!works_for_shield(task) && (!owner || works_for(task, owner)))
            nj_task_cancel(host, task);
}

void nj_task_cancel_all(nj_host *host)
{
    host->stopping = true;
    cancel_all_of(host, NULL);
}

static void look_for_signal(nj_host *host)
{
    int number = nj_signal_taken();
    if (!number || host->stopping)
        return;
    if (number == SIGINT && host->prompt)
        cancel_all_of(host, host->prompt);
    else
        nj_task_cancel_all(host);
}

bool nj_task_must_stop(const nj_task *task)
{
    return task->cancelled && task->shields == 0;
}

int nj_task_raise_cancelled(lua_State *L)
{
    nj_task *task = nj_task_current(L);
    if (task->delivered && can_yield(L, task)) {
        task->condemned = true;
        return lua_yield(L, 0);
    }
    nj_error error;
    task->delivered = nj_now();
    nj_fail(&error, "CANCELLED", "the task was cancelled");
    nj_raise(L, &error, NULL);
}

/* The nearest that is set for the task, by task.timeout. */
static int64_t deadline_of(const nj_task *task)
{
    int64_t nearest = NJ_NEVER;
    const nj_group *group = task->group;
    for (; group; group = group->owner->shields > 0 ? NULL : group->owner->group)
        nearest = earlier(nearest, group->deadline);
    return nearest;
}

/* It has to reach code that computes and never waits, and what waits in place. */
static void cancel_overdue(nj_host *host, nj_task *task)
{
    if (deadline_of(task) <= nj_now())
        nj_task_cancel(host, task);
}

/* Count what has been computed on each budget; who has overspent one is cancelled, and not asked
 * twice. */
static void charge(nj_host *host)
{
    for (nj_group *group = host->budget; group; group = budget_of(group->owner)) {
        group->instructions_left -= HOOK_INSTRUCTIONS;
        if (group->instructions_left >= 0 || group->overspent)
            continue;
        group->overspent = true;
        for (nj_task *other = host->tasks; other; other = other->next)
            if (budget_of(other) == group)
                nj_task_cancel(host, other);
    }
}

static void end_endless_clean_up(nj_host *host, lua_State *L)
{
    if (!host->budget || host->budget->instructions_left > -CLEAN_UP_INSTRUCTIONS)
        return;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    luaL_error(L, "clean-up did not end within its budget");
}

static void on_count(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    nj_host *host = nj_host_of(L);
    nj_task *task = host->current;
    if (!task)
        return;
    if (lua_gethookcount(L) == 1)
        nj_task_install_hook(L); /* not at every instruction for long */
    charge(host);
    if (task->state == NJ_TASK_CLOSING) {
        end_endless_clean_up(host, L);
        return;
    }
    look_for_signal(host);
    cancel_overdue(host, task);
    if (!nj_task_must_stop(task))
        return;
    if (task->delivered && nj_now() < task->delivered + GRACE)
        return;
    /* Past every pcall at once, however deep they are. On a budget right away: an error raised from
     * here leaves what is closed behind it without hooks, and so without an end. It has to be one
     * where the code cannot yield: in the callback of a sort, in a coroutine of the script's own.
     */
    if ((task->delivered || host->budget) && can_yield(L, task)) {
        task->condemned = true;
        lua_yield(L, 0);
        return;
    }
    nj_error error;
    nj_fail(&error, "CANCELLED", "the task was cancelled");
    if (!task->delivered) { /* who has overspent has no time of grace */
        task->delivered = nj_now() - (host->budget && host->budget->overspent ? GRACE : 0);
        nj_raise(L, &error, NULL);
    }
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    nj_push_error_alone(L, &error, NULL);
    lua_error(L);
}

void nj_task_install_hook(lua_State *L)
{
    lua_sethook(L, on_count, LUA_MASKCOUNT, HOOK_INSTRUCTIONS);
}
