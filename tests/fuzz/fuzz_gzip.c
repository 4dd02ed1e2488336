/* The gzip reader: any bytes, in any pieces, give the same; what was written here is read back,
 * whole and in ranges. */
#include "fuzz.h"

#include "bindings/gzip.h"

enum { MOST = 4 << 20 };

typedef struct outcome {
    uint8_t *bytes;
    size_t size;
    int result;
    char code[32];
} outcome;

static outcome read_all(const uint8_t *data, size_t size, size_t chunk, size_t piece,
                        const gzip_range *range)
{
    nj_error error = {.code = ""};
    gzip_reader *reader;
    outcome out = {.bytes = malloc(MOST)};
    DEMAND(out.bytes && gzip_reader_new(&reader, &error) == 0);
    if (range)
        gzip_reader_only(reader, range, 1);
    for (size_t done = 0; done < size && out.result == 0; done += chunk) {
        size_t part = size - done < chunk ? size - done : chunk, got = 1;
        uint8_t *copy = exact_copy(data + done, part);
        gzip_reader_feed(reader, copy, part);
        while (out.result == 0 && got > 0 && out.size + piece <= MOST) {
            out.result = gzip_reader_read(reader, out.bytes + out.size, piece, &got, &error);
            out.size += out.result == 0 ? got : 0;
        }
        free(copy);
        if (out.size + piece > MOST)
            break;
    }
    if (out.result == 0 && out.size + piece <= MOST)
        out.result = gzip_reader_finish(reader, &error);
    snprintf(out.code, sizeof out.code, "%s", out.result == 0 ? "" : error.code);
    gzip_reader_free(reader);
    return out;
}

static void any_bytes(const uint8_t *data, size_t size, size_t chunk)
{
    outcome whole = read_all(data, size, size ? size : 1, 65536, NULL);
    outcome pieces = read_all(data, size, chunk, 65536, NULL);
    DEMAND(whole.result == pieces.result && strcmp(whole.code, pieces.code) == 0);
    DEMAND(whole.result != 0 ||
           (whole.size == pieces.size && memcmp(whole.bytes, pieces.bytes, whole.size) == 0));
    free(whole.bytes);
    free(pieces.bytes);
}

static void what_was_written(const uint8_t *data, size_t size, size_t chunk, size_t block,
                             int level)
{
    nj_error error;
    gzip_compressor *compressor;
    DEMAND(gzip_compressor_new(level, &compressor, &error) == 0);
    uint8_t *file = malloc((size / block + 1) * gzip_bound(block));
    size_t file_size = 0;
    for (size_t done = 0; done < size || file_size == 0; done += block)
        file_size += gzip_compress(compressor, data + done,
                                   size - done < block ? size - done : block, file + file_size);
    gzip_compressor_free(compressor);
    outcome all = read_all(file, file_size, chunk, 4096, NULL);
    DEMAND(all.result == 0 && all.size == size && memcmp(all.bytes, data, size) == 0);
    gzip_range range = {.offset = size / 3, .size = size / 2};
    outcome some = read_all(file, file_size, chunk, 4096, &range);
    DEMAND(some.result == 0 && some.size == size / 2 &&
           memcmp(some.bytes, data + size / 3, size / 2) == 0);
    free(all.bytes);
    free(some.bytes);
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    size_t chunk = (size_t)data[0] + 1, block = (size_t)data[1] * 16 + 1;
    int level = GZIP_LEVEL_LEAST + data[2] % GZIP_LEVEL_MOST;
    any_bytes(data + 3, size - 3, chunk);
    what_was_written(data + 3, size - 3, chunk, block, level);
    return 0;
}
