/* The rows of one COPY block, up to the line \. that ends it: their number, and the sum of their
 * hashes. A row may come in any number of pieces and is never kept. */
#ifndef NIGHTJAR_FINGERPRINT_ROWS_H
#define NIGHTJAR_FINGERPRINT_ROWS_H

#include "bindings/fingerprint_hash.h"

typedef struct rows {
    hash_stream row; /* one that comes in pieces */
    uint64_t row_size;
    char row_start[3]; /* tells the end of the block from a row */
    uint64_t count;
    fingerprint_hash sum;
} rows;

void rows_begin(rows *block);

/* Read on from *cursor, which moves on. True when the end of the block was read. */
bool rows_feed(rows *block, const char **cursor, const char *end);

#endif
