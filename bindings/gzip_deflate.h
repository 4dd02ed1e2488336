/* Raw deflate of one block of bytes, by the library that serves a level best. gzip.h makes and
 * frees the compressor. */
#ifndef NIGHTJAR_GZIP_DEFLATE_H
#define NIGHTJAR_GZIP_DEFLATE_H

#include "bindings/gzip.h"

/* Room that `size` bytes can need at most, at any level. */
size_t gzip_deflate_bound(size_t size);

/* Compress at most 4 GiB - 1 bytes into `data`, which has room for gzip_deflate_bound(size).
 * Returns the compressed size. */
size_t gzip_deflate(gzip_compressor *compressor, const void *bytes, size_t size, void *data);

#endif
