/* The result of a fingerprint while it grows: tables, sequences, objects, statements, and the text
 * that they name themselves by. */
#ifndef NIGHTJAR_FINGERPRINT_RECORD_H
#define NIGHTJAR_FINGERPRINT_RECORD_H

#include "bindings/fingerprint.h"

typedef struct record {
    fingerprint_result result; /* its arrays are the record's */
    size_t table_room, sequence_room, object_room, statement_room, text_room, session_room;
    struct record_block *blocks; /* all texts, the newest block first */
    uint32_t *slots;             /* by name: the number of a table and 1, or 0 */
    size_t slot_count;           /* a power of two, or 0 */
    size_t texts_size;           /* bytes of statements' texts */
} record;

/* Keep a copy of the bytes until record_end. */
int record_text(record *kept, const char *bytes, size_t size, fingerprint_text *ret_text,
                nj_error *error);

/* The number of the table of that name, which is added where it is not there yet. */
int record_table(record *kept, const char *name, size_t size, size_t *ret_table, nj_error *error);
void record_rows(record *kept, size_t table, uint64_t rows, fingerprint_hash sum);

/* One more COPY of the table has ended; only the range of an only one is kept. */
void record_copy(record *kept, size_t table, fingerprint_range range);

/* One that follows the last without a gap makes it longer. */
int record_session(record *kept, fingerprint_range range, nj_error *error);

/* A copy of the name is kept. */
int record_sequence(record *kept, const fingerprint_sequence *sequence, nj_error *error);

int record_object(record *kept, const char *bytes, size_t size, nj_error *error);

/* `text` is NULL where texts are not wanted. */
int record_statement(record *kept, fingerprint_hash hash, const char *text, size_t size,
                     nj_error *error);

void record_end(record *kept); /* idempotent */

#endif
