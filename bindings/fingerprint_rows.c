/* Counting and hashing rows. */
#include "bindings/fingerprint_rows.h"

#include <string.h>

void rows_begin(rows *block)
{
    block->count = block->row_size = 0;
    block->sum = (fingerprint_hash){0, 0};
}

/* \. alone; as psql does, a carriage return after it is let pass. No row can look like it: COPY
 * writes a backslash as two, and a carriage return as \r. */
static bool ends_block(const char *row, uint64_t size)
{
    return (size == 2 || (size == 3 && row[2] == '\r')) && row[0] == '\\' && row[1] == '.';
}

static void add_row(rows *block, fingerprint_hash hash)
{
    hash_sum(&block->sum, hash);
    block->count++;
}

static void add_piece(rows *block, const char *piece, size_t size)
{
    if (block->row_size == 0)
        hash_begin(&block->row);
    for (size_t index = 0; index < size && block->row_size + index < sizeof block->row_start;
         index++)
        block->row_start[block->row_size + index] = piece[index];
    hash_add(&block->row, piece, size);
    block->row_size += size;
}

/* The rest of a row that began in an earlier chunk. */
static bool end_pieces(rows *block, const char *piece, size_t size)
{
    add_piece(block, piece, size);
    bool ended = ends_block(block->row_start, block->row_size);
    if (!ended)
        add_row(block, hash_end(&block->row));
    block->row_size = 0;
    return ended;
}

bool rows_feed(rows *block, const char **cursor, const char *end)
{
    const char *row = *cursor;
    bool ended = false;
    while (row < end && !ended) {
        const char *newline = memchr(row, '\n', (size_t)(end - row));
        if (!newline) {
            add_piece(block, row, (size_t)(end - row));
            row = end;
            break;
        }
        size_t size = (size_t)(newline - row);
        if (block->row_size > 0)
            ended = end_pieces(block, row, size);
        else if (ends_block(row, size))
            ended = true;
        else
            add_row(block, hash_of(row, size));
        row = newline + 1;
    }
    *cursor = row;
    return ended;
}
