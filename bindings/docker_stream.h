/* The stream by which a Docker engine carries a program's two outputs over one connection: frames
 * of one byte for the kind, three that are 0, four for the size (big-endian), and the payload. What
 * it holds comes from outside: nothing is believed before it is there. Any thread. */
#ifndef NIGHTJAR_DOCKER_STREAM_H
#define NIGHTJAR_DOCKER_STREAM_H

#include "host/error.h"

typedef struct docker_stream {
    char *output, *diagnostics; /* what went to stdout and to stderr; any bytes; NULL for none */
    size_t output_size, diagnostics_size;
} docker_stream;

/* Take a whole stream apart. FORMAT when it is no such stream (that of a terminal is raw) or breaks
 * off within a frame; SYSTEM with the engine's words in the message where it reports a failure of
 * its own in the stream. Never takes more memory than `size`. The result is to be freed. */
int docker_stream_split(const char *bytes, size_t size, docker_stream *ret_stream, nj_error *error);

void docker_stream_free(docker_stream *stream); /* idempotent; fine on {0} */

#endif
