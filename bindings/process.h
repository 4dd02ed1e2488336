/* Running a program to its end, with its output in memory. For bytes that are too many for that,
 * see pipeline.h. Any thread. */
#ifndef NIGHTJAR_PROCESS_H
#define NIGHTJAR_PROCESS_H

#include "host/platform.h"

enum { PROCESS_OUTPUT_LIMIT = 16 << 20, PROCESS_STDERR_KEPT = 64 << 10 };

typedef struct process_spec {
    char **argv;        /* NULL-terminated; owned by the caller, like all that is here */
    char **environment; /* as nj_spawn.environment */
    char *directory;    /* NULL for ours */
    char *input;        /* for its stdin; NULL for /dev/null */
    size_t input_size;
    size_t limit; /* of its stdout in bytes: more is an error */
} process_spec;

/* What a child has written, in memory. Text ends in a NUL that is not counted. */
typedef struct process_text {
    char *bytes;
    size_t size;
} process_text;

typedef struct process_result {
    int exit_status; /* -1 when a signal ended it */
    int signal;      /* 0 when it exited */
    process_text output;
    process_text diagnostics; /* of stderr, the last PROCESS_STDERR_KEPT bytes */
    double seconds;
} process_result;

/* Run it. Its exit status is a result, not an error. A program that does not end by the deadline is
 * ended with its whole group; what it has written to stderr is in the error's detail. What a
 * program leaves running in the background is left alone, and not waited for. Owner of *ret_result
 * is the caller: process_result_free. */
int process_run(const process_spec *spec, const nj_wait *wait, process_result *ret_result,
                nj_error *error);
void process_result_free(process_result *result); /* idempotent */

/* EXIT or SIGNAL, with the end of stderr as detail, when it did not succeed. */
int process_check(const process_spec *spec, const process_result *result, nj_error *error);

#endif
