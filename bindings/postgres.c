/* Connections to PostgreSQL by libpq. */
#include "bindings/postgres.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const double DRAIN_SECONDS = 5.0;

void postgres_options_free(postgres_options *options)
{
    char **all[] = {
        &options->host,     &options->port,   &options->user,    &options->password,
        &options->passfile, &options->dbname, &options->sslmode, &options->application_name,
        &options->options};
    for (size_t index = 0; index < sizeof all / sizeof *all; index++) {
        free(*all[index]);
        *all[index] = NULL;
    }
}

void postgres_init(postgres_session *session)
{
    *session = (postgres_session){0};
    pthread_mutex_init(&session->mutex, NULL);
}

void postgres_close(postgres_session *session)
{
    pthread_mutex_lock(&session->mutex);
    PQfreeCancel(session->cancel);
    session->cancel = NULL;
    pthread_mutex_unlock(&session->mutex);
    PQfinish(session->connection);
    session->connection = NULL;
    for (int index = 0; index < POSTGRES_NOTICES; index++) {
        free(session->notices[index]);
        session->notices[index] = NULL;
    }
    session->first_notice = session->notice_count = 0;
}

/* ---- errors ---- */

static const struct {
    const char *sqlstate, *code, *hint;
} known_states[] = {
    {"28P01", "AUTH", "Check PGUSER and PGPASSWORD (or PGPASSFILE)."},
    {"28000", "AUTH", "Check PGUSER, and what pg_hba.conf allows this user from here."},
    {"3D000", "NOT_FOUND", "Check PGDATABASE: psql -l lists the databases there are."},
    {"42501", "DENIED", ""},
};

/* The first line of libpq's text, without "FATAL:", the SQLSTATE and the address, lower case first.
 */
static void tidy(const char *text, char *line, size_t size)
{
    static const char *const severities[] = {"FATAL:  ", "ERROR:  ", "PANIC:  "};
    const char *start = text;
    for (size_t index = 0; index < sizeof severities / sizeof *severities; index++) {
        const char *found = strstr(text, severities[index]);
        if (found)
            start = found + strlen(severities[index]);
    }
    if (start != text && strlen(start) > 7 && strncmp(start + 5, ": ", 2) == 0)
        start += 7;
    size_t length = strcspn(start, "\n");
    snprintf(line, size, "%.*s", (int)length, start);
    if (isupper((unsigned char)line[0]) && !isupper((unsigned char)line[1]))
        line[0] = (char)tolower((unsigned char)line[0]);
}

/* libpq has no field for the SQLSTATE of a failed connection; in verbose text it follows the
 * severity. */
static void find_sqlstate(const char *text, char sqlstate[6])
{
    sqlstate[0] = '\0';
    const char *found = strstr(text, "FATAL:  ");
    if (!found)
        return;
    found += strlen("FATAL:  ");
    for (int index = 0; index < 5; index++)
        if (!isdigit((unsigned char)found[index]) && !isupper((unsigned char)found[index]))
            return;
    if (found[5] == ':')
        snprintf(sqlstate, 6, "%.5s", found);
}

static int fail_state(nj_error *error, const char *sqlstate, const char *message)
{
    for (size_t index = 0; index < sizeof known_states / sizeof *known_states; index++) {
        if (strcmp(sqlstate, known_states[index].sqlstate) == 0) {
            nj_fail(error, known_states[index].code, "%s", message);
            nj_hint(error, "%s", known_states[index].hint);
            snprintf(error->sqlstate, sizeof error->sqlstate, "%.5s", sqlstate);
            return -1;
        }
    }
    nj_fail(error, "PG", "%s", message);
    snprintf(error->sqlstate, sizeof error->sqlstate, "%.5s", sqlstate);
    return -1;
}

static int fail_connection(PGconn *connection, nj_error *error)
{
    const char *text = PQerrorMessage(connection);
    const char *host = PQhost(connection) ? PQhost(connection) : "";
    const char *port = PQport(connection) ? PQport(connection) : "";
    char sqlstate[6], line[NJ_ERROR_MESSAGE / 2];
    find_sqlstate(text, sqlstate);
    tidy(text, line, sizeof line);
    if (strstr(text, "no password supplied") || strstr(text, "password authentication failed"))
        return fail_state(error, "28P01", line);
    if (sqlstate[0])
        return fail_state(error, sqlstate, line);
    if (strstr(text, "could not translate host name"))
        return nj_fail(error, "SYSTEM", "%s", line);
    if (strstr(text, "Connection refused") || strstr(text, "No such file or directory") ||
        strstr(text, "No route to host") || strstr(text, "unreachable")) {
        nj_fail(error, "REFUSED", "no PostgreSQL answers at '%s' port %s", host, port);
        return nj_hint(error, "Is the server running, and are PGHOST and PGPORT right?");
    }
    return nj_fail(error, "PG", "%s (host '%s', port %s)", line, host, port);
}

static int fail_result(const PGresult *result, nj_error *error)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    char line[NJ_ERROR_MESSAGE / 2];
    tidy(primary ? primary : PQresultErrorMessage(result), line, sizeof line);
    fail_state(error, sqlstate ? sqlstate : "", line);
    if (detail)
        snprintf(error->detail, sizeof error->detail, "%s", detail);
    if (hint)
        nj_hint(error, "%s", hint);
    return -1;
}

static int fail_lost(PGconn *connection, nj_error *error)
{
    char line[NJ_ERROR_MESSAGE / 2];
    tidy(PQerrorMessage(connection), line, sizeof line);
    return nj_fail(error, "CLOSED", "the connection was lost: %s", line);
}

/* ---- connecting ---- */

static void keep_notice(void *argument, const PGresult *result)
{
    postgres_session *session = argument;
    int index = (session->first_notice + session->notice_count) % POSTGRES_NOTICES;
    if (session->notice_count == POSTGRES_NOTICES)
        session->first_notice = (session->first_notice + 1) % POSTGRES_NOTICES;
    else
        session->notice_count++;
    free(session->notices[index]);
    session->notices[index] = strdup(PQresultErrorMessage(result));
}

enum { KEYWORDS = 13 };

static void fill_keywords(const postgres_options *options, const char *keywords[KEYWORDS],
                          const char *values[KEYWORDS])
{
    const struct {
        const char *keyword, *value;
    } all[] = {
        {"host", options->host},
        {"port", options->port},
        {"user", options->user},
        {"password", options->password},
        {"passfile", options->passfile},
        {"dbname", options->dbname},
        {"sslmode", options->sslmode},
        {"application_name", options->application_name ? options->application_name : "nightjar"},
        {"options", options->options},
        {"client_encoding", "UTF8"},
        {"keepalives_idle", "60"},
    };
    int count = 0;
    for (size_t index = 0; index < sizeof all / sizeof *all; index++) {
        if (all[index].value) {
            keywords[count] = all[index].keyword;
            values[count++] = all[index].value;
        }
    }
    keywords[count] = values[count] = NULL;
}

/* libpq's steps, each waited for with our deadline. */
static int poll_connection(PGconn *connection, const nj_wait *wait, nj_error *error)
{
    int wanted = NJ_WRITABLE;
    for (;;) {
        nj_event event = {.fd = PQsocket(connection), .wanted = wanted};
        if (nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0) {
            if (strcmp(error->code, "TIMEOUT") == 0) {
                nj_fail(error, "TIMEOUT", "PostgreSQL at '%s' port %s did not answer in time",
                        PQhost(connection), PQport(connection));
                nj_hint(error, "Something accepts connections there, or drops them, but does not "
                               "speak: is it the right port?");
            }
            return -1;
        }
        switch (PQconnectPoll(connection)) {
        case PGRES_POLLING_OK:
            return 0;
        case PGRES_POLLING_READING:
            wanted = NJ_READABLE;
            break;
        case PGRES_POLLING_WRITING:
            wanted = NJ_WRITABLE;
            break;
        default:
            return fail_connection(connection, error);
        }
    }
}

int postgres_connect(postgres_session *session, const postgres_options *options,
                     const nj_wait *wait, nj_error *error)
{
    const char *keywords[KEYWORDS], *values[KEYWORDS];
    fill_keywords(options, keywords, values);
    PGconn *connection = PQconnectStartParams(keywords, values, /* expand_dbname= */ 0);
    if (!connection)
        return nj_fail(error, "SYSTEM", "out of memory for a connection");
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    int result = PQstatus(connection) == CONNECTION_BAD ? fail_connection(connection, error)
                                                        : poll_connection(connection, wait, error);
    if (result != 0) {
        PQfinish(connection);
        return -1;
    }
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    PQsetNoticeReceiver(connection, keep_notice, session);
    session->connection = connection;
    pthread_mutex_lock(&session->mutex);
    session->cancel = PQgetCancel(connection);
    pthread_mutex_unlock(&session->mutex);
    return 0;
}

/* ---- queries ---- */

/* Wait until a result can be had without blocking. */
static int wait_for_result(PGconn *connection, const nj_wait *wait, nj_error *error)
{
    for (;;) {
        int unsent = PQflush(connection);
        if (unsent < 0)
            return fail_lost(connection, error);
        if (unsent == 0 && !PQisBusy(connection))
            return 0;
        nj_event event = {.fd = PQsocket(connection),
                          .wanted = unsent ? NJ_READABLE | NJ_WRITABLE : NJ_READABLE};
        if (nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0)
            return -1;
        if (event.ready & NJ_READABLE && !PQconsumeInput(connection))
            return fail_lost(connection, error);
    }
}

/* Read results to the end of the query; keeps the last in *last when it is given. An error stays
 * the last result. */
static int read_results(PGconn *connection, size_t limit, const nj_wait *wait, PGresult **last,
                        nj_error *error)
{
    for (;;) {
        if (wait_for_result(connection, wait, error) != 0)
            return -1;
        PGresult *result = PQgetResult(connection);
        if (!result)
            return 0;
        ExecStatusType status = PQresultStatus(result);
        if (!last) {
            PQclear(result);
        } else {
            PQclear(*last);
            *last = result;
        }
        if (last && PQresultMemorySize(result) > limit)
            return nj_fail(error, "FORMAT", "the query's result is larger than %zu bytes", limit);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
            return nj_fail(error, "FORMAT", "COPY cannot be run as a query");
    }
}

/* After a query that was given up: make the server stop and read what is left, or close. */
static void recover(postgres_session *session)
{
    nj_error ignored; /* the error that counts is the one that led here */
    nj_wait wait = {.deadline = nj_after(DRAIN_SECONDS)};
    if (postgres_cancel(session, &ignored) != 0 ||
        read_results(session->connection, 0, &wait, NULL, &ignored) != 0) {
        PQfinish(session->connection);
        session->connection = NULL;
    }
}

int postgres_query(postgres_session *session, const char *sql, const char *const *parameters,
                   int count, size_t limit, const nj_wait *wait, PGresult **ret_result,
                   nj_error *error)
{
    PGconn *connection = session->connection;
    if (!connection)
        return nj_fail(error, "CLOSED", "the connection is closed");
    PQsetnonblocking(connection, 1);
    int sent = count > 0
                   ? PQsendQueryParams(connection, sql, count, NULL, parameters, NULL, NULL, 0)
                   : PQsendQuery(connection, sql);
    if (!sent)
        return fail_lost(connection, error);
    PGresult *last = NULL;
    if (read_results(connection, limit, wait, &last, error) != 0) {
        PQclear(last);
        if (PQstatus(connection) == CONNECTION_OK)
            recover(session);
        else
            postgres_close(session);
        if (strcmp(error->code, "TIMEOUT") == 0)
            nj_fail(error, "TIMEOUT", "the query did not end in time");
        return -1;
    }
    ExecStatusType status = PQresultStatus(last);
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
        if (PQstatus(connection) == CONNECTION_BAD)
            fail_lost(connection, error);
        else
            fail_result(last, error);
        PQclear(last);
        if (PQstatus(connection) == CONNECTION_BAD)
            postgres_close(session);
        return -1;
    }
    *ret_result = last;
    return 0;
}

int postgres_cancel(postgres_session *session, nj_error *error)
{
    char text[256] = "";
    pthread_mutex_lock(&session->mutex);
    int done = session->cancel && PQcancel(session->cancel, text, sizeof text);
    pthread_mutex_unlock(&session->mutex);
    if (!done)
        return nj_fail(error, "CLOSED", "could not cancel the query: %s",
                       text[0] ? text : "the connection is closed");
    return 0;
}

/* ---- ready ---- */

int postgres_ready(const postgres_options *options, const nj_wait *wait, const char **ret_state,
                   nj_error *error)
{
    postgres_session session;
    postgres_init(&session);
    int result = postgres_connect(&session, options, wait, error);
    postgres_close(&session);
    pthread_mutex_destroy(&session.mutex);
    if (result == 0) {
        *ret_state = "ok";
    } else if (strcmp(error->code, "CANCELLED") == 0) {
        return -1;
    } else if (strcmp(error->sqlstate, "57P03") == 0) { /* cannot_connect_now: starting, stopping */
        *ret_state = "rejecting";
    } else if (error->sqlstate[0]) { /* it answered, if with a no */
        *ret_state = "ok";
    } else if (strcmp(error->code, "SYSTEM") == 0) {
        *ret_state = "no_attempt";
    } else {
        *ret_state = "no_response";
    }
    return 0;
}
