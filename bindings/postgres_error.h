/* What PostgreSQL and libpq say, as nj_error: code, SQLSTATE, one plain line, and what to do.
 *
 * All return -1. Used with the thread that uses the connection. */
#ifndef NIGHTJAR_POSTGRES_ERROR_H
#define NIGHTJAR_POSTGRES_ERROR_H

#include "host/error.h"

#include <libpq-fe.h>

/* A connection that was not made; its verbosity must be PQERRORS_VERBOSE. */
int postgres_fail_connect(const PGconn *connection, nj_error *error);
/* A statement that the server refused. */
int postgres_fail_statement(const PGresult *result, nj_error *error);
/* There is no memory for libpq, or beside it: SYSTEM with ENOMEM. So do the others where libpq says
 * that. */
int postgres_fail_memory(nj_error *error);
/* A connection that broke; `last_words` is the server's error before that, or NULL. Code CLOSED. */
int postgres_fail_lost(const PGconn *connection, const PGresult *last_words, nj_error *error);

#endif
