/* Beginning, watching and ending a pipeline. */
#include "bindings/pipeline_run.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPARE_BLOCKS = 3 };                       /* beyond one for each thread that works on one */
static const double GRACE = 2.0;                 /* between SIGTERM and SIGKILL */
static const int64_t LAST_WORDS = NJ_SECOND / 5; /* for stderr after a program has ended */

/* ---- failing ---- */

/* Keep the first error, and stop everybody. */
static void abort_with(pipeline_state *pipeline, int stage, const nj_error *error)
{
    pthread_mutex_lock(&pipeline->mutex);
    if (!pipeline->failed) {
        pipeline->failed = true;
        pipeline->failed_stage = stage;
        pipeline->error = *error;
    }
    pthread_mutex_unlock(&pipeline->mutex);
    nj_wake_signal(&pipeline->abort);
    for (int index = 0; index < CHANNELS; index++)
        channel_abort(&pipeline->channels[index]);
}

static void *station_main(void *argument)
{
    pipeline_station *station = argument;
    pipeline_state *pipeline = station->pipeline;
    nj_error error;
    if (station->work(station, &error) != 0)
        abort_with(pipeline, station->stage, &error);
    atomic_fetch_sub(&pipeline->running, 1);
    nj_wake_signal(&pipeline->ended);
    return NULL;
}

/* ---- the stages and their threads ---- */

static int stage_of_filter(int filter)
{
    return filter + 1;
}

static int sink_stage(const pipeline_state *pipeline)
{
    return pipeline->spec->filter_count + 1;
}

static void name_end(pipeline_stage *stage, const pipeline_end *end)
{
    static const char *const names[] = {[PIPELINE_FILE] = "file", [PIPELINE_DISCARD] = "discard"};
    if (end->kind == PIPELINE_PROCESS) {
        const char *slash = strrchr(end->argv[0], '/');
        snprintf(stage->name, sizeof stage->name, "%s", slash ? slash + 1 : end->argv[0]);
    } else {
        snprintf(stage->name, sizeof stage->name, "%s", names[end->kind]);
    }
}

static void name_stages(pipeline_state *pipeline)
{
    static const char *const names[] = {
        [PIPELINE_FINGERPRINT] = "fingerprint.sql",
        [PIPELINE_DIGEST] = "digest",
        [PIPELINE_DECOMPRESS] = "gzip.decompress",
        [PIPELINE_COMPRESS] = "gzip.compress",
    };
    const pipeline_spec *spec = pipeline->spec;
    pipeline_stage *stages = pipeline->result->stages;
    pipeline->result->stage_count = spec->filter_count + 2;
    for (int index = 0; index < pipeline->result->stage_count; index++)
        stages[index].exit_status = -1;
    name_end(&stages[0], &spec->from);
    for (int filter = 0; filter < spec->filter_count; filter++)
        snprintf(stages[stage_of_filter(filter)].name, sizeof stages->name, "%s",
                 names[spec->filters[filter].kind]);
    name_end(&stages[sink_stage(pipeline)], &spec->to);
}

static pipeline_station *add_station(pipeline_state *pipeline, int stage,
                                     int (*work)(pipeline_station *station, nj_error *error),
                                     pipeline_channel *input, pipeline_channel *output)
{
    pipeline_station *station = &pipeline->stations[pipeline->station_count++];
    *station = (struct pipeline_station){
        .pipeline = pipeline, .work = work, .stage = stage, .input = input, .output = output};
    return station;
}

static int add_tap(pipeline_state *pipeline, pipeline_taps *taps, int filter, nj_error *error)
{
    const pipeline_filter *wanted = &pipeline->spec->filters[filter];
    pipeline_tap *tap = &taps->list[taps->count++];
    *tap = (struct pipeline_tap){.stage = stage_of_filter(filter)};
    if (wanted->kind == PIPELINE_FINGERPRINT) {
        fingerprint_options options = {.texts = wanted->texts};
        if (pipeline->result->print)
            return nj_fail(error, "FORMAT", "a pipeline has one fingerprint at most");
        if (fingerprint_new(&options, &tap->print, error) != 0)
            return -1;
        pipeline->result->print = tap->print; /* which owns it */
        return 0;
    }
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++)
        if (wanted->wanted[algorithm] &&
            digest_new((digest_algorithm)algorithm, &tap->digests[algorithm], error) != 0)
            return -1;
    return 0;
}

static int compressing_threads(const pipeline_filter *filter)
{
    int threads = filter->threads > 0 ? filter->threads : nj_processors();
    return threads < PIPELINE_THREADS ? threads : PIPELINE_THREADS;
}

/* Where the laying out has come to: what the next stage reads from, and where the bytes can be
 * tapped in order. */
typedef struct layout {
    int used; /* channels */
    pipeline_channel *channel;
    int blocks;
    size_t room; /* of its blocks */
    pipeline_taps *taps;
    bool decompressed, compressed;
} layout;

/* A filter that changes the bytes: its threads read from one channel and write to the next. */
static int add_change(pipeline_state *pipeline, layout *at, int filter, nj_error *error)
{
    const pipeline_filter *wanted = &pipeline->spec->filters[filter];
    bool compresses = wanted->kind == PIPELINE_COMPRESS;
    if (at->compressed || (at->decompressed && !compresses))
        return nj_fail(error, "FORMAT",
                       "a pipeline decompresses once at most, and then compresses once at most");
    int threads = compresses ? compressing_threads(wanted) : 1;
    if (channel_open(at->channel, threads + at->blocks, at->room, error) != 0)
        return -1;
    pipeline_channel *output = &pipeline->channels[at->used++];
    pipeline_taps *taps = &pipeline->taps[at->used - 1];
    for (int thread = 0; thread < threads; thread++)
        add_station(pipeline, stage_of_filter(filter),
                    compresses ? compressor_work : decompressor_work, at->channel, output)
            ->after = compresses ? NULL : taps;
    if (compresses)
        pipeline->compressors = threads;
    *at = (layout){
        .used = at->used,
        .channel = output,
        .blocks = compresses ? threads + SPARE_BLOCKS : SPARE_BLOCKS,
        .room = compresses ? gzip_bound(PIPELINE_BLOCK) : PIPELINE_BLOCK,
        .taps = taps,
        .decompressed = at->decompressed || !compresses,
        .compressed = compresses,
    };
    return 0;
}

/* The filters in order: those that change the bytes begin a new channel, the others tap the bytes
 * where they come by in order. */
static int lay_out(pipeline_state *pipeline, nj_error *error)
{
    const pipeline_spec *spec = pipeline->spec;
    layout at = {
        .used = 1,
        .channel = &pipeline->channels[0],
        .blocks = SPARE_BLOCKS,
        .room = PIPELINE_BLOCK,
        .taps = &pipeline->taps[0],
    };
    add_station(pipeline, 0, reader_work, NULL, at.channel)->after = at.taps;
    for (int filter = 0; filter < spec->filter_count; filter++) {
        pipeline_filter_kind kind = spec->filters[filter].kind;
        bool taps = kind == PIPELINE_FINGERPRINT || kind == PIPELINE_DIGEST;
        if ((taps ? add_tap(pipeline, at.taps, filter, error)
                  : add_change(pipeline, &at, filter, error)) != 0)
            return -1;
    }
    atomic_store(&pipeline->compressors_left, pipeline->compressors);
    if (channel_open(at.channel, at.blocks, at.room, error) != 0)
        return -1;
    /* Compressed blocks come in order only here. */
    add_station(pipeline, sink_stage(pipeline), writer_work, at.channel, NULL)->before =
        at.compressed ? at.taps : NULL;
    return 0;
}

/* ---- beginning ---- */

static int open_source(pipeline_state *pipeline, nj_error *error)
{
    const pipeline_end *from = &pipeline->spec->from;
    if (from->kind == PIPELINE_FILE)
        return nj_open_read(from->path, &pipeline->source_fd, error);
    nj_spawn spawn = {
        .argv = from->argv,
        .environment = from->environment,
        .directory = from->directory,
        .standard_input = NJ_STDIO_NULL,
        .standard_output = NJ_STDIO_PIPE,
        .standard_error = NJ_STDIO_PIPE,
    };
    return nj_child_spawn(&pipeline->source, &spawn, error);
}

static int open_sink(pipeline_state *pipeline, nj_error *error)
{
    const pipeline_end *to = &pipeline->spec->to;
    if (to->kind == PIPELINE_FILE)
        return nj_file_create(&pipeline->sink_file, to->path, 0600, error);
    if (to->kind == PIPELINE_DISCARD)
        return 0;
    nj_spawn spawn = {
        .argv = to->argv,
        .environment = to->environment,
        .directory = to->directory,
        .standard_input = NJ_STDIO_PIPE,
        .standard_output = NJ_STDIO_NULL,
        .standard_error = NJ_STDIO_PIPE,
    };
    return nj_child_spawn(&pipeline->sink, &spawn, error);
}

static int open_tail(pipeline_stage *stage, const pipeline_end *end, nj_error *error)
{
    if (end->kind == PIPELINE_PROCESS && !(stage->stderr_tail = calloc(1, PIPELINE_STDERR + 1)))
        return nj_fail(error, "SYSTEM", "out of memory for a pipeline");
    return 0;
}

static int start_threads(pipeline_state *pipeline, nj_error *error)
{
    for (int index = 0; index < pipeline->station_count; index++) {
        pipeline_station *station = &pipeline->stations[index];
        atomic_fetch_add(&pipeline->running, 1);
        int failure = pthread_create(&station->thread, NULL, station_main, station);
        if (failure) {
            atomic_fetch_sub(&pipeline->running, 1);
            return nj_fail_system(error, failure, "could not start a thread");
        }
        station->started = true;
    }
    return 0;
}

static int begin(pipeline_state *pipeline, nj_error *error)
{
    name_stages(pipeline);
    if (nj_wake_open(&pipeline->abort, error) != 0 || nj_wake_open(&pipeline->ended, error) != 0 ||
        lay_out(pipeline, error) != 0)
        return -1;
    if (open_tail(&pipeline->result->stages[0], &pipeline->spec->from, error) != 0 ||
        open_tail(&pipeline->result->stages[sink_stage(pipeline)], &pipeline->spec->to, error) != 0)
        return -1;
    if (open_source(pipeline, error) != 0 || open_sink(pipeline, error) != 0)
        return -1;
    return start_threads(pipeline, error);
}

/* ---- watching ---- */

/* Keep the last of what is there; closes *fd at its end. */
static void drain_stderr(int *fd, char *tail)
{
    char chunk[PIPELINE_STDERR];
    ssize_t count = read(*fd, chunk, sizeof chunk);
    if (count <= 0) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR))
            nj_close(fd);
        return;
    }
    size_t size = (size_t)count, kept = strlen(tail);
    if (kept + size > PIPELINE_STDERR) {
        size_t skip = kept + size - PIPELINE_STDERR;
        memmove(tail, tail + skip, kept - skip);
        kept -= skip;
    }
    for (size_t index = 0; index < size; index++)
        tail[kept + index] = chunk[index] ? chunk[index] : '?';
    tail[kept + size] = '\0';
}

static void drain_both(pipeline_state *pipeline, const nj_event events[2])
{
    pipeline_stage *stages = pipeline->result->stages;
    if (events[0].ready)
        drain_stderr(&pipeline->source.diagnostics, stages[0].stderr_tail);
    if (events[1].ready)
        drain_stderr(&pipeline->sink.diagnostics, stages[sink_stage(pipeline)].stderr_tail);
}

static void abort_by_wait(pipeline_state *pipeline, nj_error *error)
{
    if (strcmp(error->code, "TIMEOUT") == 0) {
        nj_fail(error, "TIMEOUT", "%s did not end within the time limit",
                pipeline->result->stages[0].name);
        nj_hint(error, "Raise the limit if the work takes longer than that.");
    }
    abort_with(pipeline, -1, error);
}

static void abort_by_stall(pipeline_state *pipeline)
{
    nj_error error;
    const pipeline_stage *stages = pipeline->result->stages;
    nj_fail(&error, "TIMEOUT", "no byte moved from %s to %s for %g seconds", stages[0].name,
            stages[sink_stage(pipeline)].name, pipeline->spec->stall);
    nj_hint(&error, "Something waits: for a lock in the database, or for a disk or a network that "
                    "does not answer.");
    abort_with(pipeline, -1, &error);
}

/* Until all threads have ended: drain stderr, look for a standstill, and obey `wait`. */
static void watch(pipeline_state *pipeline, const nj_wait *wait)
{
    enum { SOURCE, SINK, ENDED, EVENTS };
    nj_wait patient = {.deadline = NJ_NEVER}; /* once aborted: the threads end soon */
    uint64_t moved = 0;
    int64_t stalled_at = nj_after(pipeline->spec->stall);
    while (atomic_load(&pipeline->running) > 0) {
        nj_event events[EVENTS] = {
            [SOURCE] = {.fd = pipeline->source.diagnostics, .wanted = NJ_READABLE},
            [SINK] = {.fd = pipeline->sink.diagnostics, .wanted = NJ_READABLE},
            [ENDED] = {.fd = pipeline->ended.fd, .wanted = NJ_READABLE},
        };
        bool aborted = nj_wake_is_set(&pipeline->abort);
        nj_error error;
        int ready = nj_wait_events(aborted ? &patient : wait, events, EVENTS,
                                   aborted ? NJ_NEVER : stalled_at, &error);
        if (ready < 0) {
            abort_by_wait(pipeline, &error);
            continue;
        }
        if (events[ENDED].ready)
            nj_wake_clear(&pipeline->ended);
        drain_both(pipeline, events);
        uint64_t now_moved = atomic_load(&pipeline->moved);
        if (now_moved != moved) {
            moved = now_moved;
            stalled_at = nj_after(pipeline->spec->stall);
        } else if (!aborted && nj_now() >= stalled_at) {
            abort_by_stall(pipeline);
        }
    }
}

/* ---- ending ---- */

/* What the programs wrote last may still be in the pipes. */
static void drain_rest(pipeline_state *pipeline)
{
    nj_wait wait = {.deadline = nj_now() + LAST_WORDS};
    nj_error ignored; /* whatever comes too late is no loss */
    while (pipeline->source.diagnostics >= 0 || pipeline->sink.diagnostics >= 0) {
        nj_event events[] = {{.fd = pipeline->source.diagnostics, .wanted = NJ_READABLE},
                             {.fd = pipeline->sink.diagnostics, .wanted = NJ_READABLE}};
        if (nj_wait_events(&wait, events, 2, NJ_NEVER, &ignored) < 0)
            return;
        drain_both(pipeline, events);
    }
}

static void keep_exit(pipeline_stage *stage, const nj_child *child)
{
    if (child->ended) {
        stage->exit_status = child->exit_status;
        stage->signal = child->signal;
    }
}

static int finish_tap(pipeline_state *pipeline, const pipeline_tap *tap, nj_error *error)
{
    if (tap->print && fingerprint_finish(tap->print, error) != 0)
        return -1;
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++)
        if (tap->digests[algorithm] &&
            digest_finish(tap->digests[algorithm], pipeline->result->digests[algorithm], error) !=
                0)
            return -1;
    return 0;
}

static int finish_taps(pipeline_state *pipeline, nj_error *error)
{
    for (size_t group = 0; group < sizeof pipeline->taps / sizeof *pipeline->taps; group++)
        for (int index = 0; index < pipeline->taps[group].count; index++)
            if (finish_tap(pipeline, &pipeline->taps[group].list[index], error) != 0)
                return -1;
    return 0;
}

/* Threads first, for they use all the rest. */
static void end(pipeline_state *pipeline)
{
    pipeline_stage *stages = pipeline->result->stages;
    for (int index = 0; index < pipeline->station_count; index++)
        if (pipeline->stations[index].started)
            pthread_join(pipeline->stations[index].thread, NULL);
    nj_child *children[] = {&pipeline->source, &pipeline->sink};
    if (!pipeline->failed || pipeline->error.exit_status >= 0 || pipeline->error.signal)
        drain_rest(pipeline);
    nj_children_end(children, 2, GRACE);
    keep_exit(&stages[0], &pipeline->source);
    keep_exit(&stages[sink_stage(pipeline)], &pipeline->sink);
    nj_close(&pipeline->source_fd);
    nj_file_abandon(&pipeline->sink_file);
    for (int index = 0; index < CHANNELS; index++)
        channel_close(&pipeline->channels[index]);
    for (size_t group = 0; group < sizeof pipeline->taps / sizeof *pipeline->taps; group++)
        for (int index = 0; index < pipeline->taps[group].count; index++)
            for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++)
                digest_free(pipeline->taps[group].list[index].digests[algorithm]);
    nj_wake_close(&pipeline->abort);
    nj_wake_close(&pipeline->ended);
    pthread_mutex_destroy(&pipeline->mutex);
}

static void add_totals(pipeline_result *result, int64_t began)
{
    result->bytes_in = result->stages[0].bytes_in;
    result->bytes_out = result->stages[result->stage_count - 1].bytes_in;
    result->seconds = (double)(nj_now() - began) / (double)NJ_SECOND;
}

int pipeline_run(const pipeline_spec *spec, const nj_wait *wait, pipeline_result *result,
                 nj_error *error)
{
    pipeline_state *pipeline = calloc(1, sizeof *pipeline);
    if (!pipeline)
        return nj_fail(error, "SYSTEM", "out of memory for a pipeline");
    int64_t began = nj_now();
    pipeline->spec = spec;
    pipeline->result = result;
    pipeline->source = pipeline->sink = (nj_child)NJ_CHILD_NONE;
    pipeline->source_fd = pipeline->abort.fd = pipeline->ended.fd = -1;
    pipeline->sink_file = (nj_file)NJ_FILE_NONE;
    pthread_mutex_init(&pipeline->mutex, NULL);

    nj_error own;
    if (begin(pipeline, &own) != 0)
        abort_with(pipeline, -1, &own);
    watch(pipeline, wait);
    if (!pipeline->failed && finish_taps(pipeline, &own) != 0)
        abort_with(pipeline, -1, &own);
    end(pipeline);
    add_totals(result, began);
    int status = 0;
    if (pipeline->failed) {
        status = -1;
        *error = pipeline->error;
        const char *tail =
            pipeline->failed_stage >= 0 ? result->stages[pipeline->failed_stage].stderr_tail : NULL;
        if (tail && !error->detail[0])
            memcpy(error->detail, tail, strlen(tail) + 1);
    }
    free(pipeline);
    return status;
}

void pipeline_result_free(pipeline_result *result)
{
    for (int index = 0; index < PIPELINE_STAGES; index++) {
        free(result->stages[index].stderr_tail);
        result->stages[index].stderr_tail = NULL;
    }
    fingerprint_free(result->print);
    result->print = NULL;
}
