/* Connections to PostgreSQL by libpq, with deadlines and cancellation for every wait.
 *
 * One connection is used by one thread at a time; postgres_cancel alone may be called from another.
 */
#ifndef NIGHTJAR_POSTGRES_H
#define NIGHTJAR_POSTGRES_H

#include "host/platform.h"

#include <libpq-fe.h>
#include <pthread.h>

enum { POSTGRES_RESULT_LIMIT = 64 << 20, POSTGRES_NOTICES = 50 };

/* libpq's keywords and their values; NULL values are left out. What is not given means what it
 * means to libpq: PGHOST, ~/.pgpass, pg_service.conf. */
typedef struct postgres_options {
    char *host, *port, *user, *password, *passfile, *dbname, *sslmode, *application_name, *options;
} postgres_options;

void postgres_options_free(postgres_options *options); /* idempotent */

typedef struct postgres_session {
    PGconn *connection; /* NULL when closed */
    PGcancel *cancel;
    pthread_mutex_t mutex; /* of cancel */
    char *notices[POSTGRES_NOTICES];
    int first_notice, notice_count; /* a ring: the last ones are kept */
} postgres_session;

/* Before anything else; all of it zero is not enough for the mutex. */
void postgres_init(postgres_session *session);
/* AUTH, REFUSED, NOT_FOUND (no such database), DENIED, TIMEOUT, CANCELLED, SYSTEM or PG. */
int postgres_connect(postgres_session *session, const postgres_options *options,
                     const nj_wait *wait, nj_error *error);
void postgres_close(postgres_session *session); /* idempotent */

/* One statement with `count` parameters in text form (NULL for null), or, without any, several
 * statements, of which the last one's result counts. A query that takes too long, is cancelled, or
 * whose result is larger than `limit` bytes is cancelled at the server too, and the connection can
 * be used again; if the server does not answer to that within 5 s it is closed. The caller frees
 * *ret_result with PQclear. */
int postgres_query(postgres_session *session, const char *sql, const char *const *parameters,
                   int count, size_t limit, const nj_wait *wait, PGresult **ret_result,
                   nj_error *error);

/* Ask the server to cancel what runs on the connection. Any thread. */
int postgres_cancel(postgres_session *session, nj_error *error);

/* As pg_isready: "ok", "rejecting", "no_response" or "no_attempt". Weak evidence: a server that
 * refuses the password is "ok" as well. */
int postgres_ready(const postgres_options *options, const nj_wait *wait, const char **ret_state,
                   nj_error *error);

#endif
