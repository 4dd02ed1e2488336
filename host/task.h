/* Tasks: the coroutines that scripts run in, and the loop that resumes them.
 *
 * One Lua state, one thread for all of Lua. A task that waits is parked: for a job, for a time, or
 * for a child. Children live in a group, and a group does not outlive the call that made it. Lua
 * thread only. */
#ifndef NIGHTJAR_TASK_H
#define NIGHTJAR_TASK_H

#include "job.h"
#include "pool.h"

typedef enum nj_task_state {
    NJ_TASK_READY,   /* in the run queue */
    NJ_TASK_RUNNING, /* on the C stack: resumed, or waiting in place */
    NJ_TASK_PARKED,  /* has yielded and waits */
    NJ_TASK_CLOSING, /* its <close> variables run, in place */
    NJ_TASK_ENDED
} nj_task_state;

typedef struct nj_task nj_task;
typedef struct nj_group nj_group;
typedef struct nj_host nj_host;

struct nj_task {
    nj_task *next, *previous; /* all tasks of the host */
    nj_task *next_ready;      /* the run queue */
    lua_State *co;
    int anchor;      /* registry reference of co, then of its outcome once ended */
    nj_group *group; /* NULL for the root task and for a child whose group is gone */
    int index;       /* of this child in its group, from 1 */
    nj_task_state state;
    int arguments; /* on the stack of co for the first resume */
    int64_t started;
    bool woken;          /* what it waited for has come, or may have */
    nj_job *job;         /* waited for; else NULL */
    int64_t wake_at;     /* sleeps until; else NJ_NEVER */
    lua_KFunction again; /* what it goes on with, */
    int top;             /* and how many values its stack has then */
    bool parked;         /* its last yield was ours, and no coroutine.yield of the script */
    bool cancelled;      /* asked to stop */
    int64_t delivered;   /* when CANCELLED was first raised in it, or its last wait since then (for
                            its children, for clean-up) has ended; 0 for not yet */
    bool condemned;      /* went on after that: closed at once, past any pcall */
    int shields;         /* > 0: clean-up runs, cancellation has to wait */
    bool failed;         /* how it ended */
};

struct nj_group {
    nj_task *owner;                    /* the task that waits for the children */
    int spawned, unread;               /* children in all; those not yet handed out by next() */
    int64_t deadline;                  /* of the children together, NJ_NEVER for none */
    nj_task *ended_first, *ended_last; /* ended and not yet handed out, linked by next_ready */
    bool closed;
    bool limited;              /* what follows holds: for code that is not trusted to end */
    int64_t instructions_left; /* of the children and of theirs, together */
    int64_t bytes, byte_limit; /* that they have allocated and still hold, as far as is known */
    bool overspent;            /* instructions */
};

struct nj_host {
    lua_State *L; /* the main state; no script runs on it */
    nj_pool pool;
    nj_wake wake; /* a job has returned, or a signal has come */
    nj_task *tasks, *current;
    nj_task *ready_first, *ready_last;
    nj_group *budget; /* that current runs on; NULL for none */
    nj_task *prompt;  /* SIGINT ends what works for this task, and nothing else; NULL for none */
    bool stopping;    /* every task has been cancelled: a signal, or os.exit */
    int exit_status;  /* of os.exit; -1 for none */
};

nj_host *nj_host_of(lua_State *L);

/* Run the function and its `arguments` on top of `L` as the root task, until it has ended. Leaves
 * its results (at most one value) or its error on L; returns true when it succeeded. */
bool nj_task_run_root(nj_host *host, int arguments);

/* The task whose code is running; never NULL inside a task. */
nj_task *nj_task_current(lua_State *L);

/* Ask every task to stop. */
void nj_task_cancel_all(nj_host *host);
void nj_task_cancel(nj_host *host, nj_task *task);

/* Park the current task until it is woken, then call `again`. Where it cannot yield, run the loop
 * in place; `others` says whether other tasks may run meanwhile. Always in tail position. */
int nj_task_park(lua_State *L, bool others, lua_KContext context, lua_KFunction again);

/* Is a cancellation to be raised now? Then `return nj_task_raise_cancelled(L)`. */
bool nj_task_must_stop(const nj_task *task);
int nj_task_raise_cancelled(lua_State *L);

/* Memory for Lua; refuses what goes beyond the budget of the code that runs. For lua_setallocf. */
void *nj_task_allocate(void *host, void *block, size_t old_size, size_t new_size);

/* Install the hook that lets Ctrl-C and deadlines reach code that does not wait. */
void nj_task_install_hook(lua_State *L);

void nj_task_wake(nj_host *host, nj_task *task);

/* What job.c offers the loop: end the wait of a job early, and wake the tasks whose jobs have
 * returned. */
void nj_job_prepare(lua_State *L); /* once, before any */
void nj_job_cancel(nj_host *host, nj_job *job);
void nj_job_collect_finished(nj_host *host);

/* What group.c and the loop have in common. */
nj_task *nj_task_new(lua_State *L, nj_group *group, int index, int arguments);
void nj_task_free(nj_host *host, nj_task *task);
void nj_group_child_ended(nj_host *host, nj_task *task);

/* The module nightjar.scheduler: what lua/nightjar/task.lua is made of. */
int nj_open_scheduler(lua_State *L);

#endif
