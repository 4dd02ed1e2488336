/* Connections to PostgreSQL by libpq, with deadlines and cancellation for every wait.
 *
 * One session is used by one thread at a time; postgres_cancel alone may be called from another. */
#ifndef NIGHTJAR_POSTGRES_H
#define NIGHTJAR_POSTGRES_H

#include "host/platform.h"

#include <libpq-fe.h>
#include <pthread.h>

enum { POSTGRES_RESULT_LIMIT = 64 << 20, POSTGRES_NOTICES = 50 };

/* libpq's keywords and their values. What is NULL means what it means to libpq: PGHOST and the
 * like,
 * ~/.pgpass, pg_service.conf. */
typedef struct postgres_options {
    char *host, *port, *user, *password, *passfile, *dbname, *sslmode, *application_name, *options;
} postgres_options;

void postgres_options_free(postgres_options *options); /* idempotent */

typedef struct postgres_session {
    PGconn *connection; /* NULL when closed */
    struct postgres_canceller *canceller;
    pthread_mutex_t mutex;           /* of canceller */
    char *notices[POSTGRES_NOTICES]; /* a ring: the last ones are kept */
    int first_notice, notice_count;
} postgres_session;

/* Before anything else; postgres_end after everything else, once. */
void postgres_begin(postgres_session *session);
void postgres_end(postgres_session *session);

/* AUTH, REFUSED (nobody listens, or hangs up without a word), NOT_FOUND (no such database), DENIED,
 * CONFIG (libpq does not understand an option), SYSTEM (the host's name has no address), TIMEOUT,
 * CANCELLED; else PG with the SQLSTATE. The look-up of a host's name cannot be interrupted. */
int postgres_connect(postgres_session *session, const postgres_options *options,
                     const nj_wait *wait, nj_error *error);
void postgres_close(postgres_session *session); /* idempotent */

/* Has the server neither hung up nor been left? Looks at what has come, and does not wait. */
bool postgres_is_open(postgres_session *session);

typedef struct postgres_result {
    PGresult *rows; /* to be freed with PQclear */
    int64_t affected;
} postgres_result;

/* One statement with `count` parameters in text form (NULL for null), or, without any, several
 * statements, of which the last one's result counts. Fails with what the server says (PG, DENIED,
 * ...), TIMEOUT, CANCELLED, FORMAT (the rows take more than `limit` bytes of memory, or it is a
 * COPY) or CLOSED (the connection is lost). A query that is given up is cancelled at the server
 * too, and the session can be used again; if the server does not answer to that, it is closed. */
int postgres_query(postgres_session *session, const char *sql, const char *const *parameters,
                   int count, size_t limit, const nj_wait *wait, postgres_result *ret_result,
                   nj_error *error);

/* Ask the server to cancel what runs on the session. Any thread. */
int postgres_cancel(postgres_session *session, const nj_wait *wait, nj_error *error);

/* As pg_isready: "ok", "rejecting", "no_response" or "no_attempt" (libpq does not understand the
 * options). Weak evidence: a server that refuses the password is "ok" as well. Fails with CANCELLED
 * and without memory alone. */
int postgres_ready(const postgres_options *options, const nj_wait *wait, const char **ret_state,
                   nj_error *error);

#endif
