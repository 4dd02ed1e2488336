/* Bytes from a program or a file, through filters, into a program, a file or nothing: one blocking
 * call with threads of its own.
 *
 *     reader ─┬─ fingerprint, digest ─→ blocks ─→ decompress ─→ blocks ─→ compress × N ─→ blocks ─→
 * writer
 *
 * It has succeeded when the input has ended, every program has exited with 0, and every write,
 * fsync and close has succeeded. A program that reads never sees a clean end of input otherwise,
 * and a file that was begun is removed. Memory is a fixed number of blocks of PIPELINE_BLOCK bytes,
 * whatever passes. Any thread. */
#ifndef NIGHTJAR_PIPELINE_H
#define NIGHTJAR_PIPELINE_H

#include "bindings/digest.h"
#include "bindings/fingerprint.h"
#include "bindings/gzip.h"
#include "host/platform.h"

#include <stdatomic.h>

enum {
    PIPELINE_BLOCK = 1 << 20,
    PIPELINE_FILTERS = 8,
    PIPELINE_STAGES = PIPELINE_FILTERS + 2,
    PIPELINE_THREADS =
        6, /* compressing, at most: that and the blocks they need stay under 24 MiB */
    PIPELINE_STDERR = NJ_ERROR_DETAIL
};

typedef enum pipeline_end_kind {
    PIPELINE_PROCESS,
    PIPELINE_FILE,
    PIPELINE_DISCARD /* as a sink */
} pipeline_end_kind;

typedef struct pipeline_end {
    pipeline_end_kind kind;
    char **argv, **environment; /* of a program, as in nj_spawn */
    char *directory;
    char *path; /* of a file; a sink makes it anew, mode 0600 */
} pipeline_end;

typedef enum pipeline_filter_kind {
    PIPELINE_FINGERPRINT,
    PIPELINE_DIGEST,
    PIPELINE_DECOMPRESS,
    PIPELINE_COMPRESS
} pipeline_filter_kind;

typedef struct pipeline_filter {
    pipeline_filter_kind kind;
    bool texts;                     /* fingerprint: keep the statements' texts */
    bool wanted[DIGEST_ALGORITHMS]; /* digest */
    int level;                      /* compress */
    int threads;                    /* compress: 0 for as many as there are processors */
    gzip_range *ranges;             /* decompress: these alone; NULL for all */
    size_t range_count;
} pipeline_filter;

/* How far it is; may be read by other threads while it runs. */
typedef struct pipeline_meter {
    _Atomic uint64_t bytes_in, bytes_out;
} pipeline_meter;

/* Owned by the caller, like all it points to. */
typedef struct pipeline_spec {
    pipeline_end from, to;
    pipeline_filter filters[PIPELINE_FILTERS];
    int filter_count;
    /* Seconds without a byte moved before it counts as stuck; HUGE_VAL for never. What a program
     * does after it has got all its input (psql builds indexes) is not counted. */
    double stall;
    pipeline_meter *meter; /* may be NULL */
} pipeline_spec;

typedef struct pipeline_stage {
    char name[64]; /* "pg_dump", "gzip.compress", "file" */
    uint64_t bytes_in, bytes_out;
    double seconds;    /* that it worked, of all its threads */
    int exit_status;   /* of a program that has exited; else -1 */
    int signal;        /* of a program that was ended by one; else 0 */
    char *stderr_tail; /* of a program: the last PIPELINE_STDERR bytes; else NULL */
} pipeline_stage;

typedef struct pipeline_result {
    pipeline_stage stages[PIPELINE_STAGES];
    int stage_count;
    int failed_stage;             /* index of the one to blame; -1 for none */
    uint64_t bytes_in, bytes_out; /* read from the source, written to the sink */
    double seconds;
    char digests[DIGEST_ALGORITHMS][DIGEST_HEX]; /* "" for what was not wanted */
    fingerprint *print;                          /* NULL when there was none */
} pipeline_result;

/* Also after a failure *result tells of each stage what is known: the stderr of the one that is to
 * blame says more than the error. pipeline_result_free it in any case; it starts as {0}. Fails with
 * EXIT, SIGNAL, PIPE, FORMAT, CHECKSUM, TIMEOUT, CANCELLED, or as files and programs fail to open.
 */
int pipeline_run(const pipeline_spec *spec, const nj_wait *wait, pipeline_result *result,
                 nj_error *error);
void pipeline_result_free(pipeline_result *result); /* idempotent */

#endif
