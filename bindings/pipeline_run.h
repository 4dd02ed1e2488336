/* A pipeline that runs, as pipeline.c (which begins and ends it) and pipeline_stages.c (its
 * threads) see it. */
#ifndef NIGHTJAR_PIPELINE_RUN_H
#define NIGHTJAR_PIPELINE_RUN_H

#include "bindings/gzip.h"
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

enum { STATIONS = PIPELINE_THREADS + 3, CHANNELS = 3 };

struct pipeline_state {
    const pipeline_spec *spec;
    pipeline_result *result;
    nj_child source, sink;
    int source_fd; /* of a file */
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
    pthread_mutex_t mutex;        /* of what follows, and of the stages' numbers */
    bool failed;
    int failed_stage; /* -1 where no stage is to blame */
    nj_error error;   /* the first, which is the cause of the others */
};

/* Let the threads of the stages run. */
int reader_work(pipeline_station *station, nj_error *error);
int decompressor_work(pipeline_station *station, nj_error *error);
int compressor_work(pipeline_station *station, nj_error *error);
int writer_work(pipeline_station *station, nj_error *error);

#endif
