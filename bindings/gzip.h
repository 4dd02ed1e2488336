/* gzip: independent members of deflated blocks, and any gzip read by zlib. Any thread, one at a
 * time for each object.
 *
 * A member that is written here holds at most GZIP_BLOCK bytes and has an FEXTRA subfield "NJ" of
 * four bytes: its whole compressed size, header and trailer included, little-endian. A reader that
 * knows it can find the members without decompressing; any other gunzip passes over it (RFC 1952).
 */
#ifndef NIGHTJAR_GZIP_H
#define NIGHTJAR_GZIP_H

#include "host/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { GZIP_BLOCK = 1 << 20, GZIP_LEVEL_LEAST = 1, GZIP_LEVEL_MOST = 12 };

/* ---- writing ---- */

typedef struct gzip_compressor gzip_compressor;

/* 1 is fastest, by ISA-L where this was built with it; the others to 12, smallest and slowest, are
 * libdeflate's. */
int gzip_compressor_new(int level, gzip_compressor **ret_compressor, nj_error *error);
void gzip_compressor_free(gzip_compressor *compressor); /* NULL is fine */

/* Room that a member of `size` bytes can need at most. */
size_t gzip_bound(size_t size);

/* Make one member of `size` bytes (0 is fine) at `member`, which has room for gzip_bound(size).
 * Returns the size of the member. */
size_t gzip_compress(gzip_compressor *compressor, const void *bytes, size_t size, void *member);

/* ---- reading ---- */

typedef struct gzip_reader gzip_reader;

int gzip_reader_new(gzip_reader **ret_reader, nj_error *error);
void gzip_reader_free(gzip_reader *reader); /* NULL is fine */

/* Bytes of what was compressed. */
typedef struct gzip_range {
    uint64_t offset, size;
} gzip_range;

/* Before anything is read: only these ranges are wanted, which are in order, apart, and stay the
 * caller's and in place. Members written here that hold nothing of them are passed over, neither
 * decompressed nor checked. */
void gzip_reader_only(gzip_reader *reader, const gzip_range *ranges, size_t count);

/* Hand over the next bytes of the file, which stay the caller's and in place until they are used
 * up. Only when the bytes before are. */
void gzip_reader_feed(gzip_reader *reader, const void *bytes, size_t size);

/* Decompress into `buffer`. *ret_size is 0 when the bytes handed over are used up. FORMAT: no gzip
 * file, damaged data, something after the last member (zeros too, which gzip(1) lets pass).
 * CHECKSUM: the data is not what was compressed. */
int gzip_reader_read(gzip_reader *reader, void *buffer, size_t size, size_t *ret_size,
                     nj_error *error);

/* The file has ended: FORMAT when a member has not. */
int gzip_reader_finish(const gzip_reader *reader, nj_error *error);

#endif
