/* Connections to PostgreSQL by libpq. */
#include "bindings/postgres.h"

#include "bindings/postgres_cancel.h"
#include "bindings/postgres_error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICE_LIMIT = 8 << 10 };

/* How long a server has to answer to a cancel before the connection is given up: a task that has
 * been cancelled is to end soon. */
static const double DRAIN_SECONDS = 5.0, DRAIN_CANCELLED_SECONDS = 0.5;

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

void postgres_begin(postgres_session *session)
{
    *session = (postgres_session){0};
    pthread_mutex_init(&session->mutex, NULL);
}

void postgres_end(postgres_session *session)
{
    postgres_close(session);
    for (int index = 0; index < POSTGRES_NOTICES; index++)
        free(session->notices[index]);
    pthread_mutex_destroy(&session->mutex);
}

static void set_canceller(postgres_session *session, postgres_canceller *canceller)
{
    pthread_mutex_lock(&session->mutex);
    postgres_canceller *before = session->canceller;
    session->canceller = canceller;
    pthread_mutex_unlock(&session->mutex);
    postgres_canceller_release(before);
}

void postgres_close(postgres_session *session)
{
    set_canceller(session, NULL);
    PQfinish(session->connection);
    session->connection = NULL;
}

/* How long a wait that begins now may take, to the tenth of a second. */
static double seconds_of(const nj_wait *wait)
{
    const int64_t tenth = NJ_SECOND / 10;
    int64_t tenths = (wait->deadline - nj_now() + tenth / 2) / tenth;
    return tenths > 0 ? (double)tenths / 10 : 0.1;
}

/* ---- connecting ---- */

static void keep_notice(void *argument, const PGresult *result)
{
    postgres_session *session = argument;
    const char *text = PQresultErrorMessage(result);
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '\n')
        length--;
    char *kept = strndup(text, length < NOTICE_LIMIT ? length : NOTICE_LIMIT);
    if (!kept)
        return;
    int index = (session->first_notice + session->notice_count) % POSTGRES_NOTICES;
    if (session->notice_count == POSTGRES_NOTICES)
        session->first_notice = (session->first_notice + 1) % POSTGRES_NOTICES;
    else
        session->notice_count++;
    free(session->notices[index]);
    session->notices[index] = kept;
}

enum { KEYWORDS = 15 };

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
        {"application_name", options->application_name},
        {"fallback_application_name", "nightjar"},
        {"options", options->options},
        {"client_encoding", "UTF8"},
        {"keepalives_idle", "60"},
        {"keepalives_interval", "10"},
        {"keepalives_count", "3"},
    };
    _Static_assert(sizeof all / sizeof *all < KEYWORDS, "and a NULL at the end");
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
        if (nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0)
            return -1;
        errno = 0; /* libcrypto may lack memory too, and libpq gives other reasons then */
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
            return errno == ENOMEM ? postgres_fail_memory(error)
                                   : postgres_fail_connect(connection, error);
        }
    }
}

static int fail_silent(const PGconn *connection, double seconds, nj_error *error)
{
    nj_fail(error, "TIMEOUT", "PostgreSQL at '%s' port %s did not answer within %g s",
            PQhost(connection), PQport(connection), seconds);
    return nj_hint(error,
                   "What is there takes connections, or drops them, but does not speak: is it the "
                   "right port, and is the server not stuck?");
}

/* Verbose until it is connected: the SQLSTATE of a refusal is only in the text. */
static int establish(PGconn *connection, const nj_wait *wait, double seconds, nj_error *error)
{
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    if (PQstatus(connection) == CONNECTION_BAD)
        return postgres_fail_connect(connection, error);
    if (poll_connection(connection, wait, error) != 0)
        return strcmp(error->code, "TIMEOUT") == 0 ? fail_silent(connection, seconds, error) : -1;
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    if (PQsetnonblocking(connection, 1) != 0)
        return nj_fail(error, "SYSTEM", "could not make the connection non-blocking");
    return 0;
}

int postgres_connect(postgres_session *session, const postgres_options *options,
                     const nj_wait *wait, nj_error *error)
{
    const char *keywords[KEYWORDS], *values[KEYWORDS];
    double seconds = seconds_of(wait);
    fill_keywords(options, keywords, values);
    PGconn *connection = PQconnectStartParams(keywords, values, /* expand_dbname= */ 0);
    if (!connection)
        return postgres_fail_memory(error);
    PQsetNoticeReceiver(connection, keep_notice, session);
    postgres_canceller *canceller = NULL;
    int result = establish(connection, wait, seconds, error);
    if (result == 0 && !(canceller = postgres_canceller_new(connection)))
        result = postgres_fail_memory(error);
    if (result != 0) {
        PQfinish(connection);
        return -1;
    }
    session->connection = connection;
    set_canceller(session, canceller);
    return 0;
}

bool postgres_is_open(postgres_session *session)
{
    nj_error ignored; /* of a look that does not wait: what counts is the status */
    const nj_wait wait = {.deadline = NJ_NEVER};
    PGconn *connection = session->connection;
    while (connection && PQstatus(connection) == CONNECTION_OK) {
        nj_event event = {.fd = PQsocket(connection), .wanted = NJ_READABLE};
        if (nj_wait_events(&wait, &event, 1, 0, &ignored) <= 0)
            return true;
        (void)PQconsumeInput(connection);
    }
    return false;
}

/* ---- queries ---- */

/* Wait until a result can be had without blocking. */
static int wait_for_result(PGconn *connection, const nj_wait *wait, nj_error *error)
{
    for (;;) {
        int unsent = PQflush(connection);
        if (unsent < 0)
            return postgres_fail_lost(connection, NULL, error);
        if (unsent == 0 && !PQisBusy(connection))
            return 0;
        nj_event event = {.fd = PQsocket(connection),
                          .wanted = unsent ? NJ_READABLE | NJ_WRITABLE : NJ_READABLE};
        if (nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0)
            return -1;
        if (event.ready & NJ_READABLE && !PQconsumeInput(connection))
            return postgres_fail_lost(connection, NULL, error);
    }
}

/* What has come of a query. Rows come one at a time, so that their size is known before they are
 * all here. */
typedef struct gathering {
    size_t limit;
    PGresult *rows;    /* of the last statement */
    bool growing;      /* its rows still come */
    int64_t affected;  /* by the last statement */
    PGresult *failure; /* the first error */
} gathering;

static int add_row(gathering *gathered, const PGresult *row, nj_error *error)
{
    if (!gathered->growing) {
        PQclear(gathered->rows);
        gathered->rows = PQcopyResult(row, PG_COPYRES_ATTRS);
        if (!gathered->rows)
            return postgres_fail_memory(error);
        gathered->growing = true;
    }
    int number = PQntuples(gathered->rows);
    for (int column = 0; column < PQnfields(row); column++) {
        bool null = PQgetisnull(row, 0, column);
        if (!PQsetvalue(gathered->rows, number, column, null ? NULL : PQgetvalue(row, 0, column),
                        null ? -1 : PQgetlength(row, 0, column)))
            return postgres_fail_memory(error);
    }
    if (PQresultMemorySize(gathered->rows) <= gathered->limit)
        return 0;
    nj_fail(error, "FORMAT", "the rows of the query take more than %zu bytes", gathered->limit);
    return nj_hint(error, "Raise the option 'limit', or let the server do more of the work.");
}

/* The end of a statement. */
static void end_rows(gathering *gathered, PGresult *result)
{
    gathered->affected = strtoll(PQcmdTuples(result), NULL, 10);
    if (gathered->growing) {
        PQclear(result); /* has no rows itself */
    } else {
        PQclear(gathered->rows);
        gathered->rows = result;
    }
    gathered->growing = false;
}

/* Takes the result over. */
static int add_result(gathering *gathered, PGresult *result, nj_error *error)
{
    int outcome = 0;
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        outcome = add_row(gathered, result, error);
        break;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        end_rows(gathered, result);
        return 0;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        outcome = nj_fail(error, "FORMAT", "COPY from or to the client cannot be run as a query");
        break;
    default:
        if (!gathered->failure) {
            gathered->failure = result;
            return 0;
        }
    }
    PQclear(result);
    return outcome;
}

/* Read results to the end of the query. */
static int gather(PGconn *connection, gathering *gathered, const nj_wait *wait, nj_error *error)
{
    for (;;) {
        if (wait_for_result(connection, wait, error) != 0)
            return -1;
        PGresult *result = PQgetResult(connection);
        if (!result)
            return 0;
        if (add_result(gathered, result, error) != 0)
            return -1;
    }
}

static bool send_query(PGconn *connection, const char *sql, const char *const *parameters,
                       int count)
{
    int sent = count > 0
                   ? PQsendQueryParams(connection, sql, count, NULL, parameters, NULL, NULL, 0)
                   : PQsendQuery(connection, sql);
    return sent && PQsetSingleRowMode(connection);
}

/* ---- giving up ---- */

static int skip_copy(PGconn *connection, const nj_wait *wait, nj_error *error)
{
    for (;;) {
        char *line = NULL;
        int length = PQgetCopyData(connection, &line, /* async= */ 1);
        PQfreemem(line);
        if (length < 0)
            return 0; /* the result that follows says how it ended */
        nj_event event = {.fd = PQsocket(connection), .wanted = NJ_READABLE};
        if (length == 0 &&
            (nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0 || !PQconsumeInput(connection)))
            return -1;
    }
}

/* Read and forget to the end of the query. */
static int drain(PGconn *connection, const nj_wait *wait, nj_error *error)
{
    for (;;) {
        if (wait_for_result(connection, wait, error) != 0)
            return -1;
        PGresult *result = PQgetResult(connection);
        if (!result)
            return 0;
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status == PGRES_COPY_OUT && skip_copy(connection, wait, error) != 0)
            return -1;
        if (status == PGRES_COPY_IN && PQputCopyEnd(connection, "not supported") != 1)
            return -1;
        if (status == PGRES_COPY_BOTH)
            return -1;
    }
}

/* After a query that was given up: make the server stop and read what is left, or close. */
static void recover(postgres_session *session, nj_error *error)
{
    nj_error ignored; /* the error that counts is the one that led here */
    bool cancelled = strcmp(error->code, "CANCELLED") == 0;
    nj_wait wait = {.deadline = nj_after(cancelled ? DRAIN_CANCELLED_SECONDS : DRAIN_SECONDS)};
    if (postgres_cancel(session, &wait, &ignored) == 0 &&
        drain(session->connection, &wait, &ignored) == 0)
        return;
    postgres_close(session);
    nj_hint(error, "The server did not answer to the cancel either: the connection is closed now.");
}

int postgres_query(postgres_session *session, const char *sql, const char *const *parameters,
                   int count, size_t limit, const nj_wait *wait, postgres_result *ret_result,
                   nj_error *error)
{
    PGconn *connection = session->connection;
    if (!connection)
        return nj_fail(error, "CLOSED", "the connection is closed");
    double seconds = seconds_of(wait);
    gathering gathered = {.limit = limit};
    bool sent = send_query(connection, sql, parameters, count);
    int result = sent ? gather(connection, &gathered, wait, error) : -1;
    if (!sent || PQstatus(connection) == CONNECTION_BAD) {
        result = postgres_fail_lost(connection, gathered.failure, error);
        postgres_close(session);
    } else if (result != 0) {
        if (strcmp(error->code, "TIMEOUT") == 0)
            nj_fail(error, "TIMEOUT", "the query did not end within %g s", seconds);
        recover(session, error);
    } else if (gathered.failure) {
        result = postgres_fail_statement(gathered.failure, error);
    }
    PQclear(gathered.failure);
    if (result == 0)
        *ret_result = (postgres_result){gathered.rows, gathered.affected};
    else
        PQclear(gathered.rows);
    return result;
}

int postgres_cancel(postgres_session *session, const nj_wait *wait, nj_error *error)
{
    pthread_mutex_lock(&session->mutex);
    postgres_canceller *canceller =
        session->canceller ? postgres_canceller_hold(session->canceller) : NULL;
    pthread_mutex_unlock(&session->mutex);
    if (!canceller)
        return nj_fail(error, "CLOSED", "the connection is closed");
    int result = postgres_canceller_send(canceller, wait, error);
    postgres_canceller_release(canceller);
    return result;
}

/* ---- ready ---- */

int postgres_ready(const postgres_options *options, const nj_wait *wait, const char **ret_state,
                   nj_error *error)
{
    postgres_session session;
    postgres_begin(&session);
    int result = postgres_connect(&session, options, wait, error);
    postgres_end(&session);
    if (result == 0)
        *ret_state = "ok";
    else if (strcmp(error->code, "CANCELLED") == 0 || error->errnum == ENOMEM)
        return -1;
    else if (strcmp(error->code, "CONFIG") == 0)
        *ret_state = "no_attempt";
    else if (strcmp(error->sqlstate, "57P03") == 0) /* cannot_connect_now: starting, stopping */
        *ret_state = "rejecting";
    else if (error->sqlstate[0] || strcmp(error->code, "AUTH") == 0) /* it answered, if with a no */
        *ret_state = "ok";
    else
        *ret_state = "no_response";
    return 0;
}
