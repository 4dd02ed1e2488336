/* What PostgreSQL and libpq say, as nj_error. */
#include "bindings/postgres_error.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LINE = NJ_ERROR_MESSAGE / 2, SQLSTATE = 5 };

static const struct {
    const char *sqlstate, *code, *hint;
} known_states[] = {
    {"28P01", "AUTH", "Check PGUSER and PGPASSWORD (or PGPASSFILE)."},
    {"28000", "AUTH", "Check PGUSER, and what pg_hba.conf allows this user from here."},
    {"3D000", "NOT_FOUND", "Check PGDATABASE: psql -l lists the databases there are."},
    {"42501", "DENIED", ""},
    {"53300", "PG", "End some sessions, or raise the limit that is reached."},
    {"57P03", "PG",
     "The server is starting or stopping: try again, and see its log if it stays so."},
};

static const char nobody[] = "Is the server running, and are PGHOST and PGPORT right?";
static const char mute[] =
    "What listens there is no PostgreSQL, or not one yet: so does the published port of a "
    "container in which nothing listens.";

static const struct {
    const char *text, *reason, *hint;
} refusals[] = {
    {"Connection refused", "connection refused", nobody},
    {"No such file or directory", "there is no such socket", nobody},
    {"No route to host", "no route to host", nobody},
    {"Network is unreachable", "network is unreachable", nobody},
    {"Host is down", "host is down", nobody},
    {"server closed the connection unexpectedly", "it hangs up", mute},
    {"Connection reset by peer", "it hangs up", mute},
};

/* ---- text ---- */

/* Copy what fits without cutting a UTF-8 character in two. */
static void copy_text(char *target, size_t size, const char *text, size_t length)
{
    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(target, text, length);
    target[length] = '\0';
}

/* One line in our form: no line breaks, lower case first unless a capitalised word begins it. */
static void make_line(char line[LINE], const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    copy_text(line, LINE, text, length);
    for (char *byte = line; *byte; byte++)
        if (iscntrl((unsigned char)*byte))
            *byte = ' ';
    if (isupper((unsigned char)line[0]) && !isupper((unsigned char)line[1]))
        line[0] = (char)tolower((unsigned char)line[0]);
}

static const char *find_last(const char *text, const char *wanted)
{
    const char *last = NULL;
    for (const char *found = text; (found = strstr(found, wanted)); found++)
        last = found;
    return last;
}

static bool is_sqlstate(const char *text)
{
    for (int index = 0; index < SQLSTATE; index++)
        if (!isdigit((unsigned char)text[index]) && !isupper((unsigned char)text[index]))
            return false;
    return true;
}

/* libpq's text is "connection to server at … failed: SEVERITY:  SQLSTATE: message"; each part may
 * be missing, and there may be a text for each address tried. Returns where the last one's message
 * begins, and the SQLSTATE, or "". The severity is in the server's language. */
static const char *find_message(const char *text, char sqlstate[SQLSTATE + 1])
{
    static const char failed[] = " failed: ", severity_end[] = ":  ";
    const char *attempt = find_last(text, "connection to server ");
    const char *reason = attempt ? strstr(attempt, failed) : NULL;
    const char *start = reason ? reason + strlen(failed) : text;
    sqlstate[0] = '\0';
    size_t word = strcspn(start, ": \n");
    if (strncmp(start + word, severity_end, strlen(severity_end)) != 0)
        return start;
    start += word + strlen(severity_end);
    if (!is_sqlstate(start) || strncmp(start + SQLSTATE, ": ", 2) != 0)
        return start;
    copy_text(sqlstate, SQLSTATE + 1, start, SQLSTATE);
    return start + SQLSTATE + 2;
}

/* The lines after the first, such as the server's DETAIL, but not where in its source that was. */
static void keep_detail(const char *message, nj_error *error)
{
    const char *rest = message + strcspn(message, "\n");
    rest += strspn(rest, "\n");
    const char *location = strstr(rest, "LOCATION:  ");
    size_t length = location ? (size_t)(location - rest) : strlen(rest);
    while (length > 0 && isspace((unsigned char)rest[length - 1]))
        length--;
    copy_text(error->detail, sizeof error->detail, rest, length);
}

/* ---- errors ---- */

static int fail_state(nj_error *error, const char *sqlstate, const char *message)
{
    nj_fail(error, "PG", "%s", message);
    for (size_t index = 0; index < sizeof known_states / sizeof *known_states; index++) {
        if (strcmp(sqlstate, known_states[index].sqlstate) == 0) {
            error->code = known_states[index].code;
            nj_hint(error, "%s", known_states[index].hint);
        }
    }
    copy_text(error->sqlstate, sizeof error->sqlstate, sqlstate, strlen(sqlstate));
    return -1;
}

/* It has been tried, and the server has not spoken, or not as one. */
static int fail_attempt(const PGconn *connection, const char *message, const char *line,
                        nj_error *error)
{
    for (size_t index = 0; index < sizeof refusals / sizeof *refusals; index++) {
        if (strncmp(message, refusals[index].text, strlen(refusals[index].text)) == 0) {
            nj_fail(error, "REFUSED", "no PostgreSQL answers at '%s' port %s: %s",
                    PQhost(connection), PQport(connection), refusals[index].reason);
            return nj_hint(error, "%s", refusals[index].hint);
        }
    }
    const char *code = "PG";
    if (strncmp(message, "Permission denied", strlen("Permission denied")) == 0)
        code = "DENIED";
    else if (strncmp(message, "Connection timed out", strlen("Connection timed out")) == 0)
        code = "TIMEOUT";
    return nj_fail(error, code, "could not connect to '%s' port %s: %s", PQhost(connection),
                   PQport(connection), line);
}

int postgres_fail_memory(nj_error *error)
{
    return nj_fail_system(error, ENOMEM, "could not talk to PostgreSQL");
}

/* Said by libpq, or by the look-up of a name: what the server says of its own memory has an
 * SQLSTATE. */
static bool is_memory(const char *message)
{
    return strstr(message, "out of memory") || strstr(message, "Memory allocation failure");
}

int postgres_fail_connect(const PGconn *connection, nj_error *error)
{
    const char *text = PQerrorMessage(connection);
    char sqlstate[SQLSTATE + 1], line[LINE];
    const char *message = find_message(text, sqlstate);
    make_line(line, message, strcspn(message, "\n"));
    if (sqlstate[0]) {
        fail_state(error, sqlstate, line);
    } else if (is_memory(text)) {
        return postgres_fail_memory(error);
    } else if (strstr(message, "no password supplied")) {
        nj_fail(error, "AUTH", "no password is given for user '%s'", PQuser(connection));
        return nj_hint(error,
                       "Set PGPASSWORD, or PGPASSFILE to a file with mode 0600 that has it.");
    } else if (strncmp(message, "could not translate host name", 29) == 0) {
        nj_fail(error, "SYSTEM", "%s", line);
        return nj_hint(error, "Check PGHOST, and the name server.");
    } else if (message == text) { /* nothing was tried */
        return nj_fail(error, "CONFIG", "%s", line);
    } else {
        fail_attempt(connection, message, line, error);
    }
    keep_detail(message, error);
    return -1;
}

int postgres_fail_statement(const PGresult *result, nj_error *error)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    const char *message = primary ? primary : PQresultErrorMessage(result);
    char line[LINE];
    if (!sqlstate && is_memory(message))
        return postgres_fail_memory(error);
    make_line(line, message, strlen(message));
    fail_state(error, sqlstate ? sqlstate : "", line);
    if (detail)
        copy_text(error->detail, sizeof error->detail, detail, strlen(detail));
    if (hint)
        copy_text(error->hint, sizeof error->hint, hint, strlen(hint));
    return -1;
}

int postgres_fail_lost(const PGconn *connection, const PGresult *last_words, nj_error *error)
{
    const char *sqlstate = last_words ? PQresultErrorField(last_words, PG_DIAG_SQLSTATE) : NULL;
    const char *primary =
        last_words ? PQresultErrorField(last_words, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    char ignored[SQLSTATE + 1], line[LINE];
    const char *message = primary ? primary : find_message(PQerrorMessage(connection), ignored);
    if (!primary && is_memory(message))
        return postgres_fail_memory(error);
    make_line(line, message, strcspn(message, "\n"));
    nj_fail(error, "CLOSED", "the connection was lost: %s", line);
    if (sqlstate)
        copy_text(error->sqlstate, sizeof error->sqlstate, sqlstate, strlen(sqlstate));
    return -1;
}
