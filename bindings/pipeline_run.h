/* A pipeline that runs, as its parts see it: pipeline.c begins and ends it, pipeline_layout.c lays
 * out its stages, pipeline_watch.c watches them, pipeline_stages.c is their threads. */
#ifndef NIGHTJAR_PIPELINE_RUN_H
#define NIGHTJAR_PIPELINE_RUN_H

#include "bindings/pipeline.h"
#include "bindings/pipeline_channel.h"

/* A filter that passes bytes through unchanged and takes something from them. */
typedef struct pipeline_tap {
    int stage;
    fingerprint *print;
    digest *digests[DIGEST_ALGORITHMS];
} pipeline_tap;

typedef struct pipeline_taps {
    pipeline_tap list[PIPELINE_FILTERS];
    int count;
} pipeline_taps;

typedef struct pipeline_state pipeline_state;

/* A thread that works on one stage. */
typedef struct pipeline_station {
    pipeline_state *pipeline;
    int (*work)(struct pipeline_station *station, nj_error *error);
    int stage;
    pipeline_channel *input, *output; /* NULL at the ends */
    pipeline_taps *before, *after; /* what its input, or its output, passes through; may be NULL */
    pthread_t thread;
    bool started;
} pipeline_station;

enum { STATIONS = PIPELINE_THREADS + 3, CHANNELS = 3, NO_STAGE = -1 };

struct pipeline_state {
    const pipeline_spec *spec;
    pipeline_result *result;
    nj_child source; /* the reader's until it has ended */
    nj_child sink;   /* the watching thread's, but for `input`, which is the writer's until then */
    int source_fd;   /* of a file */
    int sink_rest;   /* by which to tell what a program has not read; -1 until its input ends */
    nj_file sink_file;
    pipeline_channel channels[CHANNELS];
    pipeline_taps taps[CHANNELS]; /* of the source's bytes, and after each change */
    pipeline_station stations[STATIONS];
    int station_count;
    int compressors;              /* threads that compress */
    _Atomic int compressors_left; /* the last one to end tells how many blocks there are */
    nj_wake abort;                /* set: everybody stops */
    nj_wake ended;                /* set: a thread has ended */
    _Atomic int running;          /* threads that have not ended */
    _Atomic uint64_t moved;       /* bytes, in and out, to notice a standstill */
    _Atomic bool writing;         /* the writer has bytes that the sink has not taken yet */
    pthread_mutex_t mutex;        /* of what follows, and of the stages' numbers */
    bool failed;
    int failed_stage; /* NO_STAGE where none is to blame */
    nj_error error;   /* the first, which is the cause of the others */
};

/* Let the threads of the stages run. */
int reader_work(pipeline_station *station, nj_error *error);
int decompressor_work(pipeline_station *station, nj_error *error);
int compressor_work(pipeline_station *station, nj_error *error);
int writer_work(pipeline_station *station, nj_error *error);

/* Name the stages in the result, and lay out stations, channels and taps. */
void pipeline_name_stages(pipeline_state *pipeline);
int pipeline_lay_out(pipeline_state *pipeline, nj_error *error);
int pipeline_source_stage(void);
int pipeline_sink_stage(const pipeline_state *pipeline);

/* Keep the first error, and stop everybody. */
void pipeline_abort(pipeline_state *pipeline, int stage, const nj_error *error);
bool pipeline_has_failed(pipeline_state *pipeline);

/* Until all threads have ended: drain stderr, look for a standstill, and obey `wait`. */
void pipeline_watch(pipeline_state *pipeline, const nj_wait *wait);
/* All is written: give the program its end of input, and see it end well. */
void pipeline_await_sink(pipeline_state *pipeline, const nj_wait *wait);
/* A program that closed its input has a reason, which its exit status tells. */
void pipeline_explain(pipeline_state *pipeline, const nj_wait *wait);
/* What the programs wrote to stderr last may still be in the pipes. */
void pipeline_drain_rest(pipeline_state *pipeline);

#endif
