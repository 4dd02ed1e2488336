/* Worker threads that run jobs. */
#include "host/pool.h"

#include <stdlib.h>

struct nj_worker {
    nj_pool *pool;
    nj_worker *next;
    pthread_t thread;
    nj_wake cancel;
};

void nj_pool_begin(nj_pool *pool, int cap, const nj_wake *wake)
{
    *pool = (nj_pool){.cap = cap, .wake = wake};
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work_came, NULL);
}

/* Called and left with the mutex held. */
static nj_work *take_work(nj_pool *pool)
{
    pool->idle++;
    while (!pool->queue_first && !pool->stopping)
        pthread_cond_wait(&pool->work_came, &pool->mutex);
    pool->idle--;
    nj_work *work = pool->queue_first;
    if (work) {
        pool->queue_first = work->next;
        if (!pool->queue_first)
            pool->queue_last = NULL;
    }
    return work;
}

/* With the mutex held. */
static void finish(nj_pool *pool, nj_work *work)
{
    work->worker = NULL;
    work->next = pool->finished;
    pool->finished = work;
    nj_wake_signal(pool->wake);
}

static void *worker_main(void *argument)
{
    nj_worker *worker = argument;
    nj_pool *pool = worker->pool;
    pthread_mutex_lock(&pool->mutex);
    for (nj_work *work; (work = take_work(pool));) {
        nj_wake_clear(&worker->cancel);
        if (work->cancelled)
            nj_wake_signal(&worker->cancel);
        work->worker = worker;
        pthread_mutex_unlock(&pool->mutex);

        nj_wait wait = {.deadline = work->deadline, .cancel = &worker->cancel};
        work->result = nj_wait_check(&wait, &work->error);
        if (work->result == 0)
            work->result = work->run(work, &wait, &work->error);

        pthread_mutex_lock(&pool->mutex);
        finish(pool, work);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Called and left with the mutex held. */
static int add_worker(nj_pool *pool, nj_error *error)
{
    nj_worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return nj_fail(error, "SYSTEM", "out of memory for a worker thread");
    worker->pool = pool;
    if (nj_wake_open(&worker->cancel, error) != 0) {
        free(worker);
        return -1;
    }
    int failure = pthread_create(&worker->thread, NULL, worker_main, worker);
    if (failure != 0) {
        nj_wake_close(&worker->cancel);
        free(worker);
        return nj_fail_system(error, failure, "could not start a worker thread");
    }
    worker->next = pool->workers;
    pool->workers = worker;
    pool->threads++;
    return 0;
}

int nj_pool_submit(nj_pool *pool, nj_work *work, nj_error *error)
{
    if (pool->stopping)
        return nj_fail(error, "CANCELLED", "the program ends");
    int result = 0;
    pthread_mutex_lock(&pool->mutex);
    int waiting = 1;
    for (const nj_work *queued = pool->queue_first; queued; queued = queued->next)
        waiting++;
    /* Without a thread more, those that are there will get to it. */
    if (waiting > pool->idle && pool->threads < pool->cap && add_worker(pool, error) != 0 &&
        pool->threads == 0)
        result = -1;
    if (result == 0) {
        work->next = NULL;
        if (pool->queue_last)
            pool->queue_last->next = work;
        else
            pool->queue_first = work;
        pool->queue_last = work;
        pthread_cond_signal(&pool->work_came);
    }
    pthread_mutex_unlock(&pool->mutex);
    return result;
}

/* Take the work at `link` out of the queue, as work that has failed. With the mutex held. */
static void fail_queued(nj_pool *pool, nj_work **link, nj_work *before)
{
    nj_work *work = *link;
    *link = work->next;
    if (pool->queue_last == work)
        pool->queue_last = before;
    work->result = -1;
    finish(pool, work);
}

void nj_pool_cancel(nj_pool *pool, nj_work *work)
{
    if (pool->stopping) /* by this thread: all is cancelled, and nothing runs any more */
        return;
    pthread_mutex_lock(&pool->mutex);
    work->cancelled = true;
    if (work->worker)
        nj_wake_signal(&work->worker->cancel);
    nj_work *before = NULL;
    for (nj_work **link = &pool->queue_first; *link; before = *link, link = &before->next) {
        if (*link != work)
            continue;
        nj_fail(&work->error, "CANCELLED", "the task was cancelled");
        fail_queued(pool, link, before);
        break;
    }
    pthread_mutex_unlock(&pool->mutex);
}

int64_t nj_pool_expire(nj_pool *pool, int64_t now)
{
    int64_t next = NJ_NEVER;
    pthread_mutex_lock(&pool->mutex);
    nj_work *before = NULL;
    for (nj_work **link = &pool->queue_first; *link;) {
        nj_work *work = *link;
        if (work->deadline <= now) {
            nj_fail(&work->error, "TIMEOUT", "no worker thread was free in time");
            fail_queued(pool, link, before);
            continue;
        }
        if (work->deadline < next)
            next = work->deadline;
        before = work;
        link = &work->next;
    }
    pthread_mutex_unlock(&pool->mutex);
    return next;
}

nj_work *nj_pool_finished(nj_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    nj_work *work = pool->finished;
    if (work)
        pool->finished = work->next;
    pthread_mutex_unlock(&pool->mutex);
    return work;
}

void nj_pool_end(nj_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    pool->queue_first = pool->queue_last = NULL;
    for (const nj_worker *worker = pool->workers; worker; worker = worker->next)
        nj_wake_signal(&worker->cancel);
    pthread_cond_broadcast(&pool->work_came);
    pthread_mutex_unlock(&pool->mutex);
    while (pool->workers) {
        nj_worker *worker = pool->workers;
        pool->workers = worker->next;
        pthread_join(worker->thread, NULL);
        nj_wake_close(&worker->cancel);
        free(worker);
    }
    pthread_cond_destroy(&pool->work_came);
    pthread_mutex_destroy(&pool->mutex);
}
