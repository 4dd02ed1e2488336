/* Taking the frames of a Docker engine's stream apart. */
#include "bindings/docker_stream.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 8, SHOWN = 300 };

/* The engine's own kinds. What is typed into a program (0) is echoed among its output. */
enum { KIND_INPUT = 0, KIND_OUTPUT = 1, KIND_DIAGNOSTICS = 2, KIND_FAILURE = 3 };

typedef struct frame {
    unsigned kind;
    const char *payload;
    size_t size;
} frame;

/* The frame at *position, which is moved behind it. */
static int next_frame(const char *bytes, size_t size, size_t *position, frame *ret_frame,
                      nj_error *error)
{
    size_t start = *position, left = size - start;
    if (left < HEADER)
        return nj_fail(error, "FORMAT",
                       "the stream breaks off at byte %zu, in the header of a frame", size);
    const unsigned char *header = (const unsigned char *)bytes + start;
    if (header[0] > KIND_FAILURE || header[1] || header[2] || header[3]) {
        nj_fail(error, "FORMAT", "byte %zu of the stream begins no frame: it is raw", start);
        return nj_hint(error, "That is how a terminal's output comes: use no TTY.");
    }
    size_t claimed = (size_t)header[4] << 24 | (size_t)header[5] << 16 | (size_t)header[6] << 8 |
                     (size_t)header[7];
    if (claimed > left - HEADER)
        return nj_fail(error, "FORMAT",
                       "the stream breaks off at byte %zu: a frame of %zu bytes has %zu of them",
                       size, claimed, left - HEADER);
    *ret_frame = (frame){.kind = header[0], .payload = bytes + start + HEADER, .size = claimed};
    *position = start + HEADER + claimed;
    return 0;
}

/* The engine's words as a line of a message. */
static int fail_engine(const frame *reported, nj_error *error)
{
    char text[SHOWN + 1];
    size_t size = reported->size < SHOWN ? reported->size : SHOWN;
    memcpy(text, reported->payload, size);
    while (size > 0 && (unsigned char)text[size - 1] <= ' ')
        size--;
    text[size] = '\0';
    for (char *byte = text; byte < text + size; byte++)
        if ((unsigned char)*byte < ' ')
            *byte = ' ';
    return nj_fail(error, "SYSTEM", "the engine reports: %s", text);
}

static void append(char *text, size_t *size, const frame *from)
{
    memcpy(text + *size, from->payload, from->size);
    *size += from->size;
}

/* Two texts of exactly these sizes. */
static int allocate(docker_stream *stream, size_t output, size_t diagnostics, nj_error *error)
{
    stream->output = output > 0 ? malloc(output) : NULL;
    stream->diagnostics = diagnostics > 0 ? malloc(diagnostics) : NULL;
    if ((output > 0 && !stream->output) || (diagnostics > 0 && !stream->diagnostics))
        return nj_fail(error, "SYSTEM", "out of memory");
    return 0;
}

/* Look at all frames; their sums are no more than what is there. */
static int measure(const char *bytes, size_t size, size_t *ret_output, size_t *ret_diagnostics,
                   nj_error *error)
{
    size_t output = 0, diagnostics = 0;
    for (size_t position = 0; position < size;) {
        frame found;
        if (next_frame(bytes, size, &position, &found, error) != 0)
            return -1;
        if (found.kind == KIND_FAILURE)
            return fail_engine(&found, error);
        *(found.kind == KIND_DIAGNOSTICS ? &diagnostics : &output) += found.size;
    }
    *ret_output = output;
    *ret_diagnostics = diagnostics;
    return 0;
}

int docker_stream_split(const char *bytes, size_t size, docker_stream *ret_stream, nj_error *error)
{
    docker_stream stream = {0};
    size_t output = 0, diagnostics = 0;
    if (measure(bytes, size, &output, &diagnostics, error) != 0)
        return -1;
    if (allocate(&stream, output, diagnostics, error) != 0) {
        docker_stream_free(&stream);
        return -1;
    }
    for (size_t position = 0; position < size;) {
        frame found;
        if (next_frame(bytes, size, &position, &found, error) != 0)
            break; /* not after measure */
        if (found.size == 0)
            continue;
        if (found.kind == KIND_DIAGNOSTICS)
            append(stream.diagnostics, &stream.diagnostics_size, &found);
        else
            append(stream.output, &stream.output_size, &found);
    }
    *ret_stream = stream;
    return 0;
}

void docker_stream_free(docker_stream *stream)
{
    free(stream->output);
    free(stream->diagnostics);
    memset(stream, 0, sizeof *stream);
}
