/* The threads of a pipeline: what each does with the blocks that come by. */
#include "bindings/pipeline_run.h"

#include <stdio.h>
#include <string.h>

static nj_wait until_abort(const pipeline_station *station)
{
    return (nj_wait){.deadline = NJ_NEVER, .cancel = &station->pipeline->abort};
}

/* Add to a stage's numbers. */
static void count(pipeline_station *station, int stage, uint64_t in, uint64_t out, int64_t began)
{
    pipeline_state *pipeline = station->pipeline;
    pthread_mutex_lock(&pipeline->mutex);
    pipeline_stage *numbers = &pipeline->result->stages[stage];
    numbers->bytes_in += in;
    numbers->bytes_out += out;
    numbers->seconds += (double)(nj_now() - began) / (double)NJ_SECOND;
    pthread_mutex_unlock(&pipeline->mutex);
}

static int feed_tap(const pipeline_tap *tap, const pipeline_block *block, nj_error *error)
{
    if (tap->print && fingerprint_feed(tap->print, block->bytes, block->size, error) != 0)
        return -1;
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++)
        if (tap->digests[algorithm] &&
            digest_feed(tap->digests[algorithm], block->bytes, block->size, error) != 0)
            return -1;
    return 0;
}

static int feed_taps(pipeline_station *station, const pipeline_taps *taps,
                     const pipeline_block *block, nj_error *error)
{
    for (int index = 0; taps && index < taps->count; index++) {
        int64_t began = nj_now();
        if (feed_tap(&taps->list[index], block, error) != 0)
            return -1;
        count(station, taps->list[index].stage, block->size, block->size, began);
    }
    return 0;
}

/* ---- reading ---- */

static const char *source_name(const pipeline_state *pipeline)
{
    const pipeline_end *from = &pipeline->spec->from;
    return from->kind == PIPELINE_FILE ? from->path : from->argv[0];
}

/* A program writes a few KiB at a time. To be woken for each costs both sides more than the bytes
 * do: where little has come, wait a moment for more of it. */
enum { LITTLE = 256 << 10 };
static const int64_t MOMENT = NJ_SECOND / 1000;

/* Fill the block, or come to the end of the input with less. */
static int fill(pipeline_station *station, pipeline_block *block, nj_error *error)
{
    pipeline_state *pipeline = station->pipeline;
    int fd = pipeline->source_fd >= 0 ? pipeline->source_fd : pipeline->source.output;
    nj_wait wait = until_abort(station);
    size_t got = 1;
    block->size = 0;
    while (block->size < PIPELINE_BLOCK && got > 0) {
        if (nj_read(fd, block->bytes + block->size, PIPELINE_BLOCK - block->size, &wait,
                    source_name(pipeline), &got, error) != 0)
            return -1;
        block->size += got;
        atomic_fetch_add(&pipeline->moved, got);
        if (pipeline->spec->meter)
            atomic_fetch_add(&pipeline->spec->meter->bytes_in, got);
        if (got > 0 && got < LITTLE && block->size < PIPELINE_BLOCK &&
            nj_wait_until(&wait, nj_now() + MOMENT, error) != 0)
            return -1;
    }
    return 0;
}

/* The program must have ended well before its end of output may count as the end of input. */
static int check_source(pipeline_station *station, nj_error *error)
{
    pipeline_state *pipeline = station->pipeline;
    nj_child *child = &pipeline->source;
    nj_wait wait = until_abort(station);
    if (pipeline->spec->from.kind != PIPELINE_PROCESS)
        return 0;
    if (nj_child_wait(child, &wait, error) != 0)
        return -1;
    if (child->exit_status != 0)
        return nj_child_failed(child, pipeline->result->stages[station->stage].name, "", error);
    return 0;
}

int reader_work(pipeline_station *station, nj_error *error)
{
    uint64_t sequence = 0;
    for (bool more = true; more;) {
        pipeline_block *block = channel_take(station->output);
        if (!block)
            return 0;
        int64_t began = nj_now();
        if (fill(station, block, error) != 0)
            return -1;
        count(station, station->stage, block->size, block->size, began);
        if (feed_taps(station, station->after, block, error) != 0)
            return -1;
        more = block->size == PIPELINE_BLOCK;
        block->sequence = sequence++;
        if (!more && check_source(station, error) != 0)
            return -1;
        channel_put(station->output, block);
    }
    channel_end(station->output, sequence);
    return 0;
}

/* ---- decompressing ---- */

/* An error of the data is one of the file that it comes from. */
static int blame_source(pipeline_station *station, nj_error *error)
{
    char message[NJ_ERROR_MESSAGE];
    snprintf(message, sizeof message, "'%.300s': %.700s", source_name(station->pipeline),
             error->message);
    memcpy(error->message, message, sizeof message);
    return -1;
}

/* One block of input gives any number of blocks of output. */
static int decompress(pipeline_station *station, gzip_reader *reader, const pipeline_block *input,
                      uint64_t *sequence, nj_error *error)
{
    gzip_reader_feed(reader, input->bytes, input->size);
    for (;;) {
        pipeline_block *output = channel_take(station->output);
        if (!output)
            return 0;
        int64_t began = nj_now();
        if (gzip_reader_read(reader, output->bytes, PIPELINE_BLOCK, &output->size, error) != 0) {
            channel_return(station->output, output);
            return blame_source(station, error);
        }
        count(station, station->stage, 0, output->size, began);
        if (output->size == 0) {
            channel_return(station->output, output);
            return 0;
        }
        if (feed_taps(station, station->after, output, error) != 0)
            return -1;
        output->sequence = (*sequence)++;
        channel_put(station->output, output);
    }
}

static int decompress_all(pipeline_station *station, gzip_reader *reader, nj_error *error)
{
    uint64_t sequence = 0;
    for (pipeline_block *input; (input = channel_get(station->input));) {
        count(station, station->stage, input->size, 0, nj_now());
        int result = decompress(station, reader, input, &sequence, error);
        channel_return(station->input, input);
        if (result != 0)
            return -1;
    }
    if (nj_wake_is_set(&station->pipeline->abort))
        return 0;
    if (gzip_reader_finish(reader, error) != 0)
        return blame_source(station, error);
    channel_end(station->output, sequence);
    return 0;
}

int decompressor_work(pipeline_station *station, nj_error *error)
{
    const pipeline_filter *filter = &station->pipeline->spec->filters[station->stage - 1];
    gzip_reader *reader;
    if (gzip_reader_new(&reader, error) != 0)
        return -1;
    if (filter->ranges)
        gzip_reader_only(reader, filter->ranges, filter->range_count);
    int result = decompress_all(station, reader, error);
    gzip_reader_free(reader);
    return result;
}

/* ---- compressing ---- */

/* The block for the output is taken first, so that whoever holds the next block of input can always
 * go on. An input of no bytes at all becomes one empty member. */
static void compress_all(pipeline_station *station, gzip_compressor *compressor)
{
    for (;;) {
        pipeline_block *output = channel_take(station->output);
        pipeline_block *input = output ? channel_get(station->input) : NULL;
        if (!input) {
            if (output)
                channel_return(station->output, output);
            return;
        }
        int64_t began = nj_now();
        output->sequence = input->sequence;
        output->size = input->size == 0 && input->sequence > 0
                           ? 0
                           : gzip_compress(compressor, input->bytes, input->size, output->bytes);
        count(station, station->stage, input->size, output->size, began);
        channel_return(station->input, input);
        channel_put(station->output, output);
    }
}

int compressor_work(pipeline_station *station, nj_error *error)
{
    pipeline_state *pipeline = station->pipeline;
    gzip_compressor *compressor;
    int filter = station->stage - 1;
    if (gzip_compressor_new(pipeline->spec->filters[filter].level, &compressor, error) != 0)
        return -1;
    compress_all(station, compressor);
    gzip_compressor_free(compressor);
    if (atomic_fetch_sub(&pipeline->compressors_left, 1) == 1)
        channel_end(station->output, channel_count(station->input));
    return 0;
}

/* ---- writing ---- */

static void note_written(pipeline_state *pipeline, size_t size)
{
    atomic_fetch_add(&pipeline->moved, size);
    if (pipeline->spec->meter)
        atomic_fetch_add(&pipeline->spec->meter->bytes_out, size);
}

/* As much at a time as is taken: each piece is a sign of life. */
static int write_all(pipeline_station *station, int fd, const pipeline_block *block,
                     const char *what, nj_error *error)
{
    pipeline_state *pipeline = station->pipeline;
    nj_wait wait = until_abort(station);
    size_t written = 0;
    for (size_t done = 0; done < block->size; done += written) {
        nj_event event = {.fd = fd, .wanted = NJ_WRITABLE};
        if (nj_wait_check(&wait, error) != 0 ||
            nj_write_some(fd, block->bytes + done, block->size - done, what, &written, error) != 0)
            return -1;
        note_written(pipeline, written);
        if (written == 0 && nj_wait_events(&wait, &event, 1, NJ_NEVER, error) < 0)
            return -1;
    }
    return 0;
}

static int write_block(pipeline_station *station, const pipeline_block *block, nj_error *error)
{
    pipeline_state *pipeline = station->pipeline;
    const pipeline_end *to = &pipeline->spec->to;
    if (to->kind == PIPELINE_DISCARD) {
        note_written(pipeline, block->size);
        return 0;
    }
    bool is_file = to->kind == PIPELINE_FILE;
    char name[NJ_ERROR_MESSAGE];
    if (is_file)
        snprintf(name, sizeof name, "'%s'", to->path);
    atomic_store(&pipeline->writing, true);
    int result = write_all(station, is_file ? pipeline->sink_file.fd : pipeline->sink.input, block,
                           is_file ? name : pipeline->result->stages[station->stage].name, error);
    atomic_store(&pipeline->writing, false);
    return result;
}

int writer_work(pipeline_station *station, nj_error *error)
{
    for (pipeline_block *block; (block = channel_get(station->input));) {
        if (feed_taps(station, station->before, block, error) != 0)
            return -1;
        int64_t began = nj_now();
        if (write_block(station, block, error) != 0)
            return -1;
        count(station, station->stage, block->size, block->size, began);
        channel_return(station->input, block);
    }
    return 0;
}
