/* Cancel requests that a server which does not answer cannot hold up.
 *
 * libpq 15 has only PQcancel, which blocks without a limit: it runs on a thread of its own, which
 * is left behind where it does not return in time. */
#ifndef NIGHTJAR_POSTGRES_CANCEL_H
#define NIGHTJAR_POSTGRES_CANCEL_H

#include "host/platform.h"

#include <libpq-fe.h>

typedef struct postgres_canceller
    postgres_canceller; /* what it takes to cancel; counts its holders */

/* With one holder; NULL when out of memory. On the thread that uses the connection. */
postgres_canceller *postgres_canceller_new(PGconn *connection);
postgres_canceller *postgres_canceller_hold(postgres_canceller *canceller); /* any thread */
void postgres_canceller_release(postgres_canceller *canceller); /* any thread; NULL is fine */

/* Ask the server to cancel, and wait until it has taken notice. TIMEOUT, CANCELLED, SYSTEM, or
 * REFUSED where it could not be asked. Any thread. */
int postgres_canceller_send(postgres_canceller *canceller, const nj_wait *wait, nj_error *error);

#endif
