/* Jobs: from a parked task to a worker thread and back. */
#include "host/door.h"
#include "host/task.h"

#include <stdlib.h>
#include <string.h>

struct nj_job_state {
    nj_work work;
    nj_job *job;
    nj_task *task;
    bool finished;
};

static const char job_type[] = "nightjar.job";

static int run_job(nj_work *work, const nj_wait *wait, nj_error *error)
{
    nj_job *job = ((struct nj_job_state *)work)->job;
    return job->class->run(job, wait, error);
}

static void dispose(nj_job *job)
{
    if (job->class && job->class->dispose)
        job->class->dispose(job);
    free(job->state);
    job->state = NULL;
}

static int l_dispose(lua_State *L)
{
    dispose(lua_touserdata(L, 1));
    return 0;
}

void nj_job_prepare(lua_State *L)
{
    luaL_newmetatable(L, job_type);
    lua_pushcfunction(L, l_dispose);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}

void *nj_job_new(lua_State *L, const nj_job_class *class, size_t size)
{
    nj_job *job = lua_newuserdatauv(L, size, 1);
    memset(job, 0, size);
    luaL_setmetatable(L, job_type);
    job->class = class;
    job->state = calloc(1, sizeof *job->state);
    if (!job->state)
        luaL_error(L, "out of memory");
    job->state->work.run = run_job;
    job->state->job = job;
    return job;
}

void nj_job_borrow(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (lua_getiuservalue(L, -1, 1) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 2, 0);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, -3, 1);
    }
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
}

/* A job that runs must not be collected, whatever becomes of the coroutine that asked for it. */
static int l_anchor(lua_State *L)
{
    lua_rawsetp(L, LUA_REGISTRYINDEX, lua_touserdata(L, 1));
    return 0;
}

static void release(lua_State *L, nj_job *job)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, job);
}

/* Call the function with the job, which is on top of the stack; raise what it raises, such as that
 * there is no memory, only after dispose: what the job holds does not wait for the collector. */
static int call_with_job(lua_State *L, nj_job *job, lua_CFunction function)
{
    int top = lua_gettop(L);
    lua_pushcfunction(L, function);
    lua_pushvalue(L, top);
    if (lua_pcall(L, 1, LUA_MULTRET, 0) != LUA_OK) {
        dispose(job);
        return lua_error(L);
    }
    return lua_gettop(L) - top;
}

static int l_done(lua_State *L)
{
    nj_job *job = lua_touserdata(L, 1);
    return job->class->done ? job->class->done(L, job) : 0;
}

static int await_again(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    nj_job *job = (nj_job *)context;
    if (!job->state->finished)
        return nj_task_park(L, false, context, await_again);
    job->state->task->job = NULL;
    release(L, job);
    if (job->state->work.result != 0) {
        nj_error error = job->state->work.error;
        dispose(job);
        nj_raise(L, &error, job->class->operation);
    }
    int results = call_with_job(L, job, l_done);
    dispose(job);
    return results;
}

int nj_job_await(lua_State *L, nj_job *job, double seconds)
{
    nj_host *host = nj_host_of(L);
    nj_task *task = nj_task_current(L);
    if (nj_task_must_stop(task)) {
        dispose(job); /* what it holds is free for the clean-up that follows */
        return nj_task_raise_cancelled(L);
    }
    nj_error error;
    job->state->work.deadline = nj_after(seconds);
    job->state->task = task;
    call_with_job(L, job, l_anchor);
    if (nj_pool_submit(&host->pool, &job->state->work, &error) != 0) {
        release(L, job);
        dispose(job);
        nj_raise(L, &error, job->class->operation);
    }
    task->job = job;
    return nj_task_park(L, false, (lua_KContext)job, await_again);
}

void nj_job_cancel(nj_host *host, nj_job *job)
{
    if (job->state) /* not yet collected, as everything is in the end */
        nj_pool_cancel(&host->pool, &job->state->work);
}

void nj_job_collect_finished(nj_host *host)
{
    for (nj_work *work; (work = nj_pool_finished(&host->pool));) {
        struct nj_job_state *state = (struct nj_job_state *)work;
        state->finished = true;
        nj_task_wake(host, state->task);
    }
}
