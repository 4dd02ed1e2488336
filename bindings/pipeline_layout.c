/* Laying out a pipeline: which threads work on which stage, and which channels lie between them. */
#include "bindings/pipeline_run.h"

#include <stdio.h>
#include <string.h>

enum { SPARE_BLOCKS = 3 }; /* beyond one for each thread that works on one */

/* From this level on a compressor takes 9 MiB instead of less than one. */
enum { HEAVY_LEVEL = 10, HEAVY_THREADS = 3 };

int pipeline_source_stage(void)
{
    return 0;
}

static int stage_of_filter(int filter)
{
    return filter + 1;
}

int pipeline_sink_stage(const pipeline_state *pipeline)
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

void pipeline_name_stages(pipeline_state *pipeline)
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
    name_end(&stages[pipeline_source_stage()], &spec->from);
    for (int filter = 0; filter < spec->filter_count; filter++)
        snprintf(stages[stage_of_filter(filter)].name, sizeof stages->name, "%s",
                 names[spec->filters[filter].kind]);
    name_end(&stages[pipeline_sink_stage(pipeline)], &spec->to);
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

/* ---- taps ---- */

static int add_print(pipeline_state *pipeline, pipeline_tap *tap, bool texts, nj_error *error)
{
    fingerprint_options options = {.texts = texts};
    if (pipeline->result->print)
        return nj_fail(error, "FORMAT", "a pipeline takes one fingerprint at most");
    if (fingerprint_new(&options, &tap->print, error) != 0)
        return -1;
    pipeline->result->print = tap->print; /* which owns it */
    return 0;
}

static bool is_digested(const pipeline_state *pipeline, int algorithm)
{
    for (int group = 0; group < CHANNELS; group++)
        for (int index = 0; index < pipeline->taps[group].count; index++)
            if (pipeline->taps[group].list[index].digests[algorithm])
                return true;
    return false;
}

static int add_digests(pipeline_state *pipeline, pipeline_tap *tap, const bool *wanted,
                       nj_error *error)
{
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++) {
        if (!wanted[algorithm])
            continue;
        if (is_digested(pipeline, algorithm))
            return nj_fail(error, "FORMAT", "a pipeline takes one %s at most",
                           digest_name((digest_algorithm)algorithm));
        if (digest_new((digest_algorithm)algorithm, &tap->digests[algorithm], error) != 0)
            return -1;
    }
    return 0;
}

static int add_tap(pipeline_state *pipeline, pipeline_taps *taps, int filter, nj_error *error)
{
    const pipeline_filter *wanted = &pipeline->spec->filters[filter];
    pipeline_tap *tap = &taps->list[taps->count++];
    *tap = (struct pipeline_tap){.stage = stage_of_filter(filter)};
    return wanted->kind == PIPELINE_FINGERPRINT ? add_print(pipeline, tap, wanted->texts, error)
                                                : add_digests(pipeline, tap, wanted->wanted, error);
}

/* ---- stages that change the bytes ---- */

static int compressing_threads(const pipeline_filter *filter)
{
    int threads = filter->threads > 0 ? filter->threads : nj_processors();
    int most = filter->level >= HEAVY_LEVEL ? HEAVY_THREADS : PIPELINE_THREADS;
    return threads < most ? threads : most;
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
int pipeline_lay_out(pipeline_state *pipeline, nj_error *error)
{
    const pipeline_spec *spec = pipeline->spec;
    layout at = {
        .used = 1,
        .channel = &pipeline->channels[0],
        .blocks = SPARE_BLOCKS,
        .room = PIPELINE_BLOCK,
        .taps = &pipeline->taps[0],
    };
    add_station(pipeline, pipeline_source_stage(), reader_work, NULL, at.channel)->after = at.taps;
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
    add_station(pipeline, pipeline_sink_stage(pipeline), writer_work, at.channel, NULL)->before =
        at.compressed ? at.taps : NULL;
    return 0;
}
