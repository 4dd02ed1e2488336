/* Running a program to its end, with its output in memory. */
#include "bindings/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 << 10 };

/* After the program itself has ended, how long what it left running may hold its output open. */
static const int64_t LINGER = NJ_SECOND / 4;
/* And how much it may go on to write: more than the pipes hold can only be its own. */
enum { LINGER_BYTES = 4 << 20 };
static const double GRACE = 1.0;

typedef struct process {
    const process_spec *spec;
    char name[256]; /* of the program, in quotes */
    nj_child child;
    size_t written; /* of the input */
    size_t late;    /* bytes that came after its end */
    process_result result;
} process;

/* ---- text that grows ---- */

static int text_add(process_text *text, const char *bytes, size_t size, nj_error *error)
{
    char *grown = realloc(text->bytes, text->size + size + 1);
    if (!grown)
        return nj_fail_system(error, ENOMEM, "could not keep a program's output");
    memcpy(grown + text->size, bytes, size);
    text->bytes = grown;
    text->size += size;
    grown[text->size] = '\0';
    return 0;
}

/* Keep the last `kept` bytes; cut only at twice that, so that not every chunk moves them. */
static void text_trim(process_text *text, size_t kept)
{
    memmove(text->bytes, text->bytes + text->size - kept, kept + 1);
    text->size = kept;
}

void process_result_free(process_result *result)
{
    free(result->output.bytes);
    free(result->diagnostics.bytes);
    result->output = result->diagnostics = (process_text){0};
}

/* ---- one look at each pipe, once it is ready ---- */

static int feed(process *run, nj_error *error)
{
    const process_spec *spec = run->spec;
    size_t written = 0;
    int result = nj_write_some(run->child.input, spec->input + run->written,
                               spec->input_size - run->written, run->name, &written, error);
    run->written += written;
    /* A program may well end without reading all of its input: its exit status tells. */
    bool gone = result != 0 && strcmp(error->code, "PIPE") == 0;
    if (gone || run->written == spec->input_size)
        nj_close(&run->child.input);
    return gone ? 0 : result;
}

/* Read what is there; closes *fd at its end. */
static int drain(process *run, int *fd, const nj_wait *wait, process_text *text, nj_error *error)
{
    char chunk[CHUNK];
    size_t count;
    if (nj_read(*fd, chunk, sizeof chunk, wait, run->name, &count, error) != 0)
        return -1;
    if (count == 0)
        nj_close(fd);
    if (run->child.ended)
        run->late += count;
    return text_add(text, chunk, count, error);
}

static int drain_output(process *run, const nj_wait *wait, nj_error *error)
{
    if (drain(run, &run->child.output, wait, &run->result.output, error) != 0)
        return -1;
    if (run->result.output.size > run->spec->limit) {
        nj_fail(error, "FORMAT", "%s wrote more than %zu bytes", run->name, run->spec->limit);
        return nj_hint(error, "Raise the option 'limit', or let a pipeline carry the bytes.");
    }
    return 0;
}

static int drain_diagnostics(process *run, const nj_wait *wait, nj_error *error)
{
    process_text *text = &run->result.diagnostics;
    if (drain(run, &run->child.diagnostics, wait, text, error) != 0)
        return -1;
    if (text->size > 2 * (size_t)PROCESS_STDERR_KEPT)
        text_trim(text, PROCESS_STDERR_KEPT);
    return 0;
}

/* ---- to its end ---- */

enum { INPUT, OUTPUT, DIAGNOSTICS, PROCESS, EVENTS };

static int look(process *run, const nj_event events[EVENTS], const nj_wait *wait, nj_error *error)
{
    if (events[INPUT].ready && feed(run, error) != 0)
        return -1;
    if (events[OUTPUT].ready && drain_output(run, wait, error) != 0)
        return -1;
    if (events[DIAGNOSTICS].ready && drain_diagnostics(run, wait, error) != 0)
        return -1;
    return events[PROCESS].ready ? nj_child_wait(&run->child, wait, error) : 0;
}

/* Carry bytes until the program has ended and its pipes are at their end. */
static int carry(process *run, const nj_wait *wait, nj_error *error)
{
    nj_child *child = &run->child;
    int64_t until = NJ_NEVER;
    while (child->output >= 0 || child->diagnostics >= 0 || !child->ended) {
        nj_event events[EVENTS] = {
            [INPUT] = {.fd = child->input, .wanted = NJ_WRITABLE},
            [OUTPUT] = {.fd = child->output, .wanted = NJ_READABLE},
            [DIAGNOSTICS] = {.fd = child->diagnostics, .wanted = NJ_READABLE},
            [PROCESS] = {.fd = child->process, .wanted = NJ_READABLE},
        };
        int ready = nj_wait_events(wait, events, EVENTS, until, error);
        if (ready < 0)
            return -1;
        if (ready == 0 || (run->late > LINGER_BYTES && nj_now() >= until))
            break;
        if (look(run, events, wait, error) != 0)
            return -1;
        if (child->ended && until == NJ_NEVER)
            until = nj_now() + LINGER;
    }
    return 0;
}

/* Both texts are there, if empty. */
static int complete(process_result *result, nj_error *error)
{
    if (text_add(&result->output, "", 0, error) != 0 ||
        text_add(&result->diagnostics, "", 0, error) != 0)
        return -1;
    if (result->diagnostics.size > PROCESS_STDERR_KEPT)
        text_trim(&result->diagnostics, PROCESS_STDERR_KEPT);
    return 0;
}

/* Why it was ended by us, with its last words. */
static void explain(const process *run, nj_error *error)
{
    if (strcmp(error->code, "TIMEOUT") == 0)
        nj_fail(error, "TIMEOUT", "%s did not end in time", run->name);
    const process_text *text = &run->result.diagnostics;
    size_t kept = text->size < NJ_ERROR_DETAIL ? text->size : NJ_ERROR_DETAIL;
    if (kept > 0)
        memcpy(error->detail, text->bytes + text->size - kept, kept);
    error->detail[kept] = '\0';
}

int process_run(const process_spec *spec, const nj_wait *wait, process_result *ret_result,
                nj_error *error)
{
    process run = {.spec = spec, .child = NJ_CHILD_NONE};
    int64_t began = nj_now();
    nj_spawn spawn = {
        .argv = spec->argv,
        .environment = spec->environment,
        .directory = spec->directory,
        .standard_input = spec->input ? NJ_STDIO_PIPE : NJ_STDIO_NULL,
        .standard_output = NJ_STDIO_PIPE,
        .standard_error = NJ_STDIO_PIPE,
    };
    snprintf(run.name, sizeof run.name, "'%s'", spec->argv[0]);
    if (nj_child_spawn(&run.child, &spawn, error) != 0)
        return -1;
    int result = carry(&run, wait, error);
    if (result != 0)
        explain(&run, error);
    nj_child_end(&run.child, GRACE);
    if (result == 0)
        result = complete(&run.result, error);
    if (result != 0) {
        process_result_free(&run.result);
        return -1;
    }
    run.result.exit_status = run.child.exit_status;
    run.result.signal = run.child.signal;
    run.result.seconds = (double)(nj_now() - began) / (double)NJ_SECOND;
    *ret_result = run.result;
    return 0;
}

int process_check(const process_spec *spec, const process_result *result, nj_error *error)
{
    if (result->exit_status == 0)
        return 0;
    char name[256];
    snprintf(name, sizeof name, "'%s'", spec->argv[0]);
    nj_child child = {.exit_status = result->exit_status, .signal = result->signal};
    return nj_child_failed(&child, name, result->diagnostics.bytes, error);
}
