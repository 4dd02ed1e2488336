/* Watching a pipeline while its threads work: stderr, standstill, deadline, and how the program
 * that reads ends. */
#include "bindings/pipeline_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double EXPLAIN_SECONDS = 5;      /* for a program that stopped reading to say why */
static const double LAST_WORDS_SECONDS = 0.2; /* for stderr after a program has ended */

void pipeline_abort(pipeline_state *pipeline, int stage, const nj_error *error)
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

bool pipeline_has_failed(pipeline_state *pipeline)
{
    pthread_mutex_lock(&pipeline->mutex);
    bool failed = pipeline->failed;
    pthread_mutex_unlock(&pipeline->mutex);
    return failed;
}

static const char *name_of(const pipeline_state *pipeline, int stage)
{
    return pipeline->result->stages[stage].name;
}

/* ---- stderr ---- */

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
        drain_stderr(&pipeline->source.diagnostics, stages[pipeline_source_stage()].stderr_tail);
    if (events[1].ready)
        drain_stderr(&pipeline->sink.diagnostics,
                     stages[pipeline_sink_stage(pipeline)].stderr_tail);
}

/* Look at two descriptors of stderr, as they are or with a wait; false when there is nothing. */
static bool drain_some(pipeline_state *pipeline, int source, int sink, const nj_wait *wait,
                       int64_t until)
{
    nj_error ignored; /* whatever comes too late is no loss */
    nj_event events[] = {{.fd = source, .wanted = NJ_READABLE},
                         {.fd = sink, .wanted = NJ_READABLE}};
    if (nj_wait_events(wait, events, 2, until, &ignored) <= 0)
        return false;
    drain_both(pipeline, events);
    return true;
}

void pipeline_drain_rest(pipeline_state *pipeline)
{
    const nj_child *source = &pipeline->source, *sink = &pipeline->sink;
    nj_wait wait = {.deadline = nj_after(LAST_WORDS_SECONDS)};
    drain_some(pipeline, source->diagnostics, sink->diagnostics, &wait, 0);
    for (bool more = true; more;) {
        int of_source = source->ended ? source->diagnostics : -1;
        int of_sink = sink->ended ? sink->diagnostics : -1;
        more = (of_source >= 0 || of_sink >= 0) &&
               drain_some(pipeline, of_source, of_sink, &wait, NJ_NEVER);
    }
}

/* ---- the end of the sink ---- */

static int fail_unread(const pipeline_state *pipeline, nj_error *error)
{
    return nj_fail(error, "PIPE", "%s stopped reading before the end of its input",
                   name_of(pipeline, pipeline_sink_stage(pipeline)));
}

/* The sink has ended: well or not. One that exits with 0 too early is told when something is
 * written to it, or when its input ends. */
static void take_sink_end(pipeline_state *pipeline)
{
    nj_wait at_once = {.deadline = NJ_NEVER};
    nj_error error;
    int stage = pipeline_sink_stage(pipeline);
    if (nj_child_wait(&pipeline->sink, &at_once, &error) != 0 ||
        (pipeline->sink.exit_status != 0 &&
         nj_child_failed(&pipeline->sink, name_of(pipeline, stage), "", &error) != 0))
        pipeline_abort(pipeline, stage, &error);
}

/* One wait: for stderr, for a thread or the sink to end, or `until`. As nj_wait_events. */
static int turn(pipeline_state *pipeline, const nj_wait *wait, int64_t until, nj_error *error)
{
    enum { SOURCE, SINK, ENDED, SINK_ENDED, EVENTS };
    nj_event events[EVENTS] = {
        [SOURCE] = {.fd = pipeline->source.diagnostics, .wanted = NJ_READABLE},
        [SINK] = {.fd = pipeline->sink.diagnostics, .wanted = NJ_READABLE},
        [ENDED] = {.fd = pipeline->ended.fd, .wanted = NJ_READABLE},
        [SINK_ENDED] = {.fd = pipeline->sink.process, .wanted = NJ_READABLE},
    };
    int ready = nj_wait_events(wait, events, EVENTS, until, error);
    if (ready < 0)
        return -1;
    if (events[ENDED].ready)
        nj_wake_clear(&pipeline->ended);
    drain_both(pipeline, events);
    if (events[SINK_ENDED].ready)
        take_sink_end(pipeline);
    return ready;
}

static void abort_by_wait(pipeline_state *pipeline, int stage, nj_error *error)
{
    if (strcmp(error->code, "TIMEOUT") == 0) {
        nj_fail(error, "TIMEOUT", "%s did not end within the time limit", name_of(pipeline, stage));
        nj_hint(error, "Raise the limit if the work takes longer than that.");
        pipeline_abort(pipeline, stage, error);
    } else {
        pipeline_abort(pipeline, NO_STAGE, error);
    }
}

void pipeline_await_sink(pipeline_state *pipeline, const nj_wait *wait)
{
    nj_error error;
    int stage = pipeline_sink_stage(pipeline);
    pipeline->sink_rest = nj_pipe_end(&pipeline->sink.input);
    while (pipeline->sink.process >= 0 && !pipeline_has_failed(pipeline))
        if (turn(pipeline, wait, NJ_NEVER, &error) < 0)
            abort_by_wait(pipeline, stage, &error);
    if (!pipeline_has_failed(pipeline) && nj_pipe_unread(pipeline->sink_rest) > 0) {
        fail_unread(pipeline, &error);
        pipeline_abort(pipeline, stage, &error);
    }
}

void pipeline_explain(pipeline_state *pipeline, const nj_wait *wait)
{
    int64_t until = nj_after(EXPLAIN_SECONDS);
    nj_error *error = &pipeline->error, ignored;
    if (strcmp(error->code, "PIPE") != 0)
        return;
    while (pipeline->sink.process >= 0 && nj_now() < until &&
           turn(pipeline, wait, until, &ignored) >= 0)
        continue;
    if (pipeline->sink.ended && pipeline->sink.exit_status != 0)
        nj_child_failed(&pipeline->sink, name_of(pipeline, pipeline->failed_stage), "", error);
    else
        fail_unread(pipeline, error);
}

/* ---- while the threads work ---- */

/* Whoever has bytes to take or to give and does not is to blame. */
static void abort_by_stall(pipeline_state *pipeline)
{
    nj_error error;
    double stall = pipeline->spec->stall;
    bool writing = atomic_load(&pipeline->writing);
    int stage = writing ? pipeline_sink_stage(pipeline) : pipeline_source_stage();
    nj_fail(&error, "TIMEOUT", "no byte moved for %g seconds: %s %s", stall,
            name_of(pipeline, stage), writing ? "takes no more" : "gives no more");
    nj_hint(&error,
            "It waits: for a lock in the database, or for a disk or a network that does not "
            "answer.");
    pipeline_abort(pipeline, stage, &error);
}

void pipeline_watch(pipeline_state *pipeline, const nj_wait *wait)
{
    nj_wait patient = {.deadline = NJ_NEVER}; /* once aborted: the threads end soon */
    uint64_t moved = 0;
    int64_t stalled_at = nj_after(pipeline->spec->stall);
    while (atomic_load(&pipeline->running) > 0) {
        nj_error error;
        bool aborted = pipeline_has_failed(pipeline);
        if (turn(pipeline, aborted ? &patient : wait, aborted ? NJ_NEVER : stalled_at, &error) <
            0) {
            abort_by_wait(pipeline, pipeline_source_stage(), &error);
            continue;
        }
        uint64_t now_moved = atomic_load(&pipeline->moved);
        if (now_moved != moved) {
            moved = now_moved;
            stalled_at = nj_after(pipeline->spec->stall);
        } else if (!aborted && nj_now() >= stalled_at) {
            abort_by_stall(pipeline);
        }
    }
}
