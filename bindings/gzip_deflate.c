/* Raw deflate: ISA-L for level 1, libdeflate for the others. */
#include "bindings/gzip_deflate.h"

#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef NIGHTJAR_ISAL
#include <isa-l/igzip_lib.h>
#endif

struct gzip_compressor {
    struct libdeflate_compressor *deflate;
    int fast;      /* use ISA-L first */
    void *scratch; /* of ISA-L */
};

#ifdef NIGHTJAR_ISAL
enum { FAST_LEVEL = 1, FAST_SCRATCH = ISAL_DEF_LVL1_DEFAULT };

/* 0 when ISA-L will not do it. */
static size_t deflate_fast(const gzip_compressor *compressor, const void *bytes, size_t size,
                           void *data)
{
    struct isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    stream.hist_bits = 0; /* the full window: what is on the stack there, init leaves */
    stream.level = FAST_LEVEL;
    stream.level_buf = compressor->scratch;
    stream.level_buf_size = FAST_SCRATCH;
    stream.end_of_stream = 1;
    stream.flush = NO_FLUSH;
    stream.next_in = (uint8_t *)(uintptr_t)bytes;
    stream.avail_in = (uint32_t)size;
    stream.next_out = data;
    stream.avail_out = (uint32_t)gzip_deflate_bound(size);
    return isal_deflate_stateless(&stream) == COMP_OK ? stream.total_out : 0;
}
#else
enum { FAST_LEVEL = 0, FAST_SCRATCH = 1 };

static size_t deflate_fast(const gzip_compressor *compressor, const void *bytes, size_t size,
                           void *data)
{
    (void)compressor, (void)bytes, (void)size, (void)data;
    return 0;
}
#endif

int gzip_compressor_new(int level, gzip_compressor **ret_compressor, nj_error *error)
{
    gzip_compressor *compressor = calloc(1, sizeof *compressor);
    if (compressor) {
        compressor->deflate = libdeflate_alloc_compressor(level);
        compressor->fast = level == FAST_LEVEL;
        compressor->scratch = compressor->fast ? malloc(FAST_SCRATCH) : NULL;
    }
    if (!compressor || !compressor->deflate || (compressor->fast && !compressor->scratch)) {
        gzip_compressor_free(compressor);
        return nj_fail(error, "SYSTEM", "out of memory for a compressor of level %d", level);
    }
    *ret_compressor = compressor;
    return 0;
}

void gzip_compressor_free(gzip_compressor *compressor)
{
    if (!compressor)
        return;
    if (compressor->deflate)
        libdeflate_free_compressor(compressor->deflate);
    free(compressor->scratch);
    free(compressor);
}

/* What stored blocks of 65,535 bytes take, which ISA-L falls back to, is less than libdeflate's. */
size_t gzip_deflate_bound(size_t size)
{
    return libdeflate_deflate_compress_bound(NULL, size);
}

size_t gzip_deflate(gzip_compressor *compressor, const void *bytes, size_t size, void *data)
{
    size_t length = compressor->fast && size > 0 ? deflate_fast(compressor, bytes, size, data) : 0;
    return length ? length
                  : libdeflate_deflate_compress(compressor->deflate, bytes, size, data,
                                                gzip_deflate_bound(size));
}
