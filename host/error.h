/* What went wrong: one plain C value that every core fills and nobody else's code has to free.
 *
 * A core returns 0, or -1 with *error filled. It never logs, never exits, never touches Lua.
 * Any thread. */
#ifndef NIGHTJAR_ERROR_H
#define NIGHTJAR_ERROR_H

#include <stdarg.h>
#include <stddef.h>

enum { NJ_ERROR_MESSAGE = 1024, NJ_ERROR_HINT = 512, NJ_ERROR_DETAIL = 8192 };

typedef struct nj_error {
    const char *code;                 /* a stable upper-case word with static storage: "TIMEOUT" */
    char message[NJ_ERROR_MESSAGE];   /* one line, lower case, no full stop, values in 'quotes' */
    char hint[NJ_ERROR_HINT];         /* a sentence that says what to do; "" for none */
    char detail[NJ_ERROR_DETAIL + 1]; /* a child's last stderr, a server's DETAIL; "" for none */
    int errnum;                       /* errno of a failed system call; 0 for none */
    int exit_status;                  /* of a child that exited, for code "EXIT"; else -1 */
    int signal;                       /* that ended a child, for code "SIGNAL"; else 0 */
    int status;                       /* that an HTTP or SMTP server answered with; 0 for none */
    char sqlstate[6];                 /* of PostgreSQL, for codes "PG" and "AUTH"; "" for none */
} nj_error;

/* Fill *error from a code and a printf format; always returns -1, so that a core can
 * `return nj_fail(error, "FORMAT", "…")`. Text that does not fit is cut. */
int nj_fail(nj_error *error, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: code "SYSTEM" (or NOT_FOUND, DENIED, EXISTS, where errnum says
 * so), the message ends in ": <text of errnum>", and common causes get their hint (disk full,
 * read-only file system, too many open files). Returns -1. */
int nj_fail_system(nj_error *error, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add the hint to a filled error; returns -1. */
int nj_hint(nj_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
