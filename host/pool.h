/* Worker threads that run jobs. They grow on demand to a cap and stay until the end.
 *
 * Knows nothing of Lua. The functions are for the Lua thread. */
#ifndef NIGHTJAR_POOL_H
#define NIGHTJAR_POOL_H

#include "platform.h"

#include <pthread.h>

typedef struct nj_work nj_work;
typedef struct nj_worker nj_worker;

/* One blocking call. The caller owns it and keeps it until nj_pool_finished has returned it. */
struct nj_work {
    int (*run)(nj_work *work, const nj_wait *wait, nj_error *error);
    int64_t deadline;
    nj_error error; /* valid when result is -1 */
    int result;
    nj_work *next; /* the rest is the pool's own */
    nj_worker *worker;
    bool cancelled;
};

typedef struct nj_pool {
    pthread_mutex_t mutex;
    pthread_cond_t work_came;
    nj_work *queue_first, *queue_last;
    nj_work *finished;
    nj_worker *workers;
    int threads, idle, cap;
    bool stopping;
    const nj_wake *wake; /* signalled when work has finished */
} nj_pool;

enum { NJ_POOL_CAP = 64 };

void nj_pool_begin(nj_pool *pool, int cap, const nj_wake *wake);
/* Queue the work. Fails only when there is no thread at all and none can be made. */
int nj_pool_submit(nj_pool *pool, nj_work *work, nj_error *error);
/* Make it return soon, with CANCELLED. It still comes back through nj_pool_finished. */
void nj_pool_cancel(nj_pool *pool, nj_work *work);
/* Let queued work whose deadline has come return with TIMEOUT. Gives the next deadline of what is
 * still queued; NJ_NEVER when that is nothing. */
int64_t nj_pool_expire(nj_pool *pool, int64_t now);
/* Take one that has returned; NULL when there is none. */
nj_work *nj_pool_finished(nj_pool *pool);
/* End the threads. Work that is under way is cancelled, waited for, and does not come back. */
void nj_pool_end(nj_pool *pool);

#endif
