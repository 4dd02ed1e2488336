/* Cancel requests that a server which does not answer cannot hold up. */
#include "bindings/postgres_cancel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct postgres_canceller {
    atomic_int holders;
    PGcancel *cancel;
};

/* One cancellation, held by the thread that asks and by the one that waits for it. */
typedef struct cancellation {
    atomic_int holders;
    postgres_canceller *canceller;
    nj_wake done; /* the two below are filled */
    char reason[256];
    atomic_bool succeeded; /* last: who reads it sees the reason too */
} cancellation;

postgres_canceller *postgres_canceller_new(PGconn *connection)
{
    postgres_canceller *canceller = malloc(sizeof *canceller);
    PGcancel *cancel = PQgetCancel(connection);
    if (!canceller || !cancel) {
        free(canceller);
        PQfreeCancel(cancel);
        return NULL;
    }
    atomic_init(&canceller->holders, 1);
    canceller->cancel = cancel;
    return canceller;
}

postgres_canceller *postgres_canceller_hold(postgres_canceller *canceller)
{
    atomic_fetch_add(&canceller->holders, 1);
    return canceller;
}

void postgres_canceller_release(postgres_canceller *canceller)
{
    if (!canceller || atomic_fetch_sub(&canceller->holders, 1) > 1)
        return;
    PQfreeCancel(canceller->cancel);
    free(canceller);
}

static cancellation *cancellation_new(postgres_canceller *canceller, nj_error *error)
{
    cancellation *made = calloc(1, sizeof *made);
    if (!made) {
        nj_fail(error, "SYSTEM", "out of memory");
        return NULL;
    }
    if (nj_wake_open(&made->done, error) != 0) {
        free(made);
        return NULL;
    }
    atomic_init(&made->holders, 2);
    made->canceller = postgres_canceller_hold(canceller);
    return made;
}

static void cancellation_release(cancellation *request)
{
    if (atomic_fetch_sub(&request->holders, 1) > 1)
        return;
    postgres_canceller_release(request->canceller);
    nj_wake_close(&request->done);
    free(request);
}

static void *ask(void *argument)
{
    cancellation *request = argument;
    int asked = PQcancel(request->canceller->cancel, request->reason, sizeof request->reason);
    atomic_store(&request->succeeded, asked != 0);
    nj_wake_signal(&request->done);
    cancellation_release(request);
    return NULL;
}

static int start_thread(cancellation *request, nj_error *error)
{
    pthread_t thread;
    int errnum = pthread_create(&thread, NULL, ask, request);
    if (errnum != 0)
        return nj_fail_system(error, errnum, "could not start a thread");
    pthread_detach(thread);
    return 0;
}

int postgres_canceller_send(postgres_canceller *canceller, const nj_wait *wait, nj_error *error)
{
    cancellation *request = cancellation_new(canceller, error);
    if (!request)
        return -1;
    int result = start_thread(request, error);
    if (result != 0) {
        cancellation_release(request); /* the thread's */
    } else {
        nj_event event = {.fd = request->done.fd, .wanted = NJ_READABLE};
        result = nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0 ? -1 : 0;
        if (result == 0 && !atomic_load(&request->succeeded))
            result = nj_fail(error, "REFUSED", "could not cancel the query: %.*s",
                             (int)strcspn(request->reason, "\n"), request->reason);
    }
    cancellation_release(request);
    return result;
}
