/* Beginning and ending a pipeline. */
#include "bindings/pipeline_run.h"

#include <stdlib.h>
#include <string.h>

static const double GRACE = 0.5; /* seconds between SIGTERM and SIGKILL */

/* ---- beginning ---- */

static void *station_main(void *argument)
{
    pipeline_station *station = argument;
    pipeline_state *pipeline = station->pipeline;
    nj_error error;
    if (station->work(station, &error) != 0)
        pipeline_abort(pipeline, station->stage, &error);
    atomic_fetch_sub(&pipeline->running, 1);
    nj_wake_signal(&pipeline->ended);
    return NULL;
}

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

static int prepare(pipeline_state *pipeline, nj_error *error)
{
    pipeline_stage *stages = pipeline->result->stages;
    pipeline_name_stages(pipeline);
    if (nj_wake_open(&pipeline->abort, error) != 0 || nj_wake_open(&pipeline->ended, error) != 0 ||
        pipeline_lay_out(pipeline, error) != 0 ||
        open_tail(&stages[pipeline_source_stage()], &pipeline->spec->from, error) != 0)
        return -1;
    return open_tail(&stages[pipeline_sink_stage(pipeline)], &pipeline->spec->to, error);
}

static void begin(pipeline_state *pipeline)
{
    nj_error error;
    if (prepare(pipeline, &error) != 0)
        pipeline_abort(pipeline, NO_STAGE, &error);
    else if (open_sink(pipeline, &error) != 0)
        pipeline_abort(pipeline, pipeline_sink_stage(pipeline), &error);
    else if (open_source(pipeline, &error) != 0)
        pipeline_abort(pipeline, pipeline_source_stage(), &error);
    else if (start_threads(pipeline, &error) != 0)
        pipeline_abort(pipeline, NO_STAGE, &error);
}

/* ---- ending ---- */

static int finish_tap(pipeline_state *pipeline, const pipeline_tap *tap, nj_error *error)
{
    char(*digests)[DIGEST_HEX] = pipeline->result->digests;
    if (tap->print && fingerprint_finish(tap->print, error) != 0)
        return -1;
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++)
        if (tap->digests[algorithm] &&
            digest_finish(tap->digests[algorithm], digests[algorithm], error) != 0)
            return -1;
    return 0;
}

static void finish_taps(pipeline_state *pipeline)
{
    for (int group = 0; group < CHANNELS; group++) {
        for (int index = 0; index < pipeline->taps[group].count; index++) {
            const pipeline_tap *tap = &pipeline->taps[group].list[index];
            nj_error error;
            if (finish_tap(pipeline, tap, &error) != 0)
                pipeline_abort(pipeline, tap->stage, &error);
        }
    }
}

/* All bytes are written. The end of the sink comes last: nothing can fail after a program has seen
 * the end of its input, or a file has been put on disk, but the sink itself. */
static void finish_sink(pipeline_state *pipeline, const nj_wait *wait)
{
    nj_error error;
    if (pipeline->spec->to.kind == PIPELINE_PROCESS)
        pipeline_await_sink(pipeline, wait);
    else if (nj_wait_check(wait, &error) != 0)
        pipeline_abort(pipeline, NO_STAGE, &error);
    else if (pipeline->spec->to.kind == PIPELINE_FILE &&
             nj_file_commit(&pipeline->sink_file, &error) != 0)
        pipeline_abort(pipeline, pipeline_sink_stage(pipeline), &error);
}

static void keep_exit(pipeline_stage *stage, const nj_child *child)
{
    if (child->ended) {
        stage->exit_status = child->exit_status;
        stage->signal = child->signal;
    }
}

static void end_children(pipeline_state *pipeline)
{
    pipeline_stage *stages = pipeline->result->stages;
    nj_child *children[] = {&pipeline->source, &pipeline->sink};
    pipeline_drain_rest(pipeline);
    nj_children_end(children, 2, GRACE);
    keep_exit(&stages[pipeline_source_stage()], &pipeline->source);
    keep_exit(&stages[pipeline_sink_stage(pipeline)], &pipeline->sink);
}

static void join_threads(pipeline_state *pipeline)
{
    for (int index = 0; index < pipeline->station_count; index++)
        if (pipeline->stations[index].started)
            pthread_join(pipeline->stations[index].thread, NULL);
}

static void release(pipeline_state *pipeline)
{
    nj_close(&pipeline->source_fd);
    nj_close(&pipeline->sink_rest);
    nj_file_abandon(&pipeline->sink_file);
    for (int group = 0; group < CHANNELS; group++) {
        channel_close(&pipeline->channels[group]);
        for (int index = 0; index < pipeline->taps[group].count; index++)
            for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++)
                digest_free(pipeline->taps[group].list[index].digests[algorithm]);
    }
    nj_wake_close(&pipeline->abort);
    nj_wake_close(&pipeline->ended);
    pthread_mutex_destroy(&pipeline->mutex);
}

/* ---- the whole ---- */

static pipeline_state *new_state(const pipeline_spec *spec, pipeline_result *result)
{
    pipeline_state *pipeline = calloc(1, sizeof *pipeline);
    if (!pipeline)
        return NULL;
    pipeline->spec = spec;
    pipeline->result = result;
    pipeline->source = pipeline->sink = (nj_child)NJ_CHILD_NONE;
    pipeline->source_fd = pipeline->sink_rest = pipeline->abort.fd = pipeline->ended.fd = -1;
    pipeline->sink_file = (nj_file)NJ_FILE_NONE;
    pipeline->failed_stage = NO_STAGE;
    pthread_mutex_init(&pipeline->mutex, NULL);
    return pipeline;
}

static int tell(const pipeline_state *pipeline, nj_error *error)
{
    pipeline->result->failed_stage = pipeline->failed_stage;
    if (!pipeline->failed)
        return 0;
    *error = pipeline->error;
    return -1;
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
    int64_t began = nj_now();
    result->failed_stage = NO_STAGE;
    pipeline_state *pipeline = new_state(spec, result);
    if (!pipeline)
        return nj_fail(error, "SYSTEM", "out of memory for a pipeline");
    begin(pipeline);
    pipeline_watch(pipeline, wait);
    join_threads(pipeline);
    if (!pipeline->failed)
        finish_taps(pipeline);
    if (!pipeline->failed)
        finish_sink(pipeline, wait);
    if (pipeline->failed)
        pipeline_explain(pipeline, wait);
    end_children(pipeline);
    release(pipeline);
    add_totals(result, began);
    int status = tell(pipeline, error);
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
