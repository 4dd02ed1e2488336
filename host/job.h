/* A wait as a binding sees it: a job is straight-line blocking C that runs on a worker thread while
 * the Lua task that asked for it is parked.
 *
 *     // run: no Lua in reach; done: pushes the result; dispose: frees what the job holds
 *     static const nj_job_class query_class = {"postgres.query", run, done, dispose};
 *
 *     static int l_query(lua_State *L) {
 *         query_job *job = nj_job_new(L, &query_class, sizeof *job);  // zeroed, on the stack
 *         nj_copy_string(L, 2, &job->sql);                     // may raise: dispose frees it
 *         nj_job_borrow(L, 1);                                 // the connection outlives the job
 *         return nj_job_await(L, &job->base, seconds);         // always in tail position
 *     }
 *
 * The first member of a binding's job is `nj_job base`. dispose is called once or more, on the Lua
 * thread, on a half-filled job too. */
#ifndef NIGHTJAR_JOB_H
#define NIGHTJAR_JOB_H

#include "platform.h"

#include <lua.h>

typedef struct nj_job nj_job;

typedef struct nj_job_class {
    const char *operation; /* "postgres.query": `op` of its errors, and what ps shows */
    /* Worker thread. Returns 0, or -1 with *error filled. Waits only through `wait`, so that it
     * returns within 100 ms of a cancel (1 s where a library cannot be interrupted sooner). */
    int (*run)(nj_job *job, const nj_wait *wait, nj_error *error);
    /* Lua thread, after success: pushes the results, returns their number. */
    int (*done)(lua_State *L, nj_job *job);
    void (*dispose)(nj_job *job);
} nj_job_class;

struct nj_job {
    const nj_job_class *class;
    struct nj_job_state *state; /* job.c's own */
};

/* Push a new job, zeroed but for base, of `size` bytes. */
void *nj_job_new(lua_State *L, const nj_job_class *class, size_t size);

/* Keep the value at `index` alive as long as the job on top of the stack. */
void nj_job_borrow(lua_State *L, int index);

/* Run the job, which is on top of the stack, and park the task until it has returned; elsewhere
 * than on a task's own coroutine, wait in place. Raises the job's error with its operation, or
 * returns what done pushed. `seconds` from now is its deadline; HUGE_VAL for none. */
int nj_job_await(lua_State *L, nj_job *job, double seconds);

#endif
