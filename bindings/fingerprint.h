/* What a plain SQL dump says, read as it streams past: rows and content of every table, sequences,
 * objects, statements, and whether its end marker was seen.
 *
 *     fingerprint *print;
 *     if (fingerprint_new(&options, &print, error) != 0) …
 *     while (more) if (fingerprint_feed(print, bytes, size, error) != 0) …
 *     if (fingerprint_finish(print, error) != 0) …
 *     const fingerprint_result *result = fingerprint_result_of(print);
 *     fingerprint_free(print);
 *
 * It reads what pg_dump (plain format, COPY) and pg_dumpall --globals-only write. Chunks may be cut
 * anywhere; the result is the same. Memory grows with the schema, never with the rows: about 16
 * bytes a statement and the names of tables, sequences and objects. Any thread, one at a time. */
#ifndef NIGHTJAR_FINGERPRINT_H
#define NIGHTJAR_FINGERPRINT_H

#include "host/error.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FINGERPRINT_TEXT_LIMIT = 4096,             /* bytes kept of one statement's text */
    FINGERPRINT_TEXTS_LIMIT = 16 * 1024 * 1024 /* bytes kept of all; what does not fit has none */
};

typedef struct fingerprint_options {
    bool texts; /* keep the statements' texts. Those of pg_dumpall hold password hashes. */
} fingerprint_options;

typedef struct fingerprint_hash {
    uint64_t high, low;
} fingerprint_hash;

/* Bytes that the fingerprint owns; no NUL ends them. */
typedef struct fingerprint_text {
    const char *bytes; /* NULL: there is none */
    size_t size;
} fingerprint_text;

/* Bytes of the dump. */
typedef struct fingerprint_range {
    uint64_t offset, size;
} fingerprint_range;

/* The rows of a table: the hash is the sum modulo 2^128 of each row's XXH3-128, so the order of the
 * rows does not matter. Several COPY blocks of one name are one table. Large objects are the table
 * pg_largeobject, one row each: number and content. */
typedef struct fingerprint_table {
    fingerprint_text name; /* as COPY writes it: public."Weird name" */
    uint64_t rows;
    fingerprint_hash hash;
    fingerprint_range copy; /* of its only COPY, to the end of its rows; else of size 0 */
} fingerprint_table;

typedef struct fingerprint_sequence {
    fingerprint_text name; /* as setval writes it, its literal decoded */
    int64_t value;
    bool called;
} fingerprint_sequence;

typedef enum fingerprint_end {
    FINGERPRINT_NO_END, /* cut short, or something of substance follows the marker */
    FINGERPRINT_DATABASE,
    FINGERPRINT_CLUSTER
} fingerprint_end;

typedef struct fingerprint_result {
    fingerprint_end complete;
    fingerprint_text ended_in; /* what was open at the end of input: "COPY public.t" */

    const fingerprint_table *tables; /* in the order of the dump */
    size_t table_count;
    const fingerprint_sequence *sequences;
    size_t sequence_count;
    const fingerprint_text *objects; /* "Name|Type|Schema|Owner" of each "-- Name: …" line */
    size_t object_count;

    /* Everything but rows, setval and large objects' content. A hash is the XXH3-128 of the text
     * from its first byte to the semicolon; comments and blanks between statements, \restrict and
     * \unrestrict do not count, other psql commands are statements too. */
    const fingerprint_hash *statements;
    size_t statement_count;
    const fingerprint_text *texts; /* of each statement; NULL unless asked for */
    fingerprint_hash hash;         /* over all statements */

    /* What sets up the session that plays the rest: SET, set_config and \restrict, with their
     * lines' ends, in order. None where something follows one on its line: then the dump cannot be
     * divided. */
    const fingerprint_range *session;
    size_t session_count;
} fingerprint_result;

typedef struct fingerprint fingerprint;

/* `options` may be NULL. */
int fingerprint_new(const fingerprint_options *options, fingerprint **ret_print, nj_error *error);

/* Read the next bytes of the dump. Fails with FORMAT on what no dump can hold, SYSTEM when out of
 * memory; a dump that is merely cut short is no error. */
int fingerprint_feed(fingerprint *print, const void *bytes, size_t size, nj_error *error);

/* The input has ended. */
int fingerprint_finish(fingerprint *print, nj_error *error);

/* Valid after finish, until free. */
const fingerprint_result *fingerprint_result_of(const fingerprint *print);

void fingerprint_free(fingerprint *print); /* NULL is fine */

/* 32 lower-case hex digits and a NUL. */
void fingerprint_hex(fingerprint_hash hash, char ret_hex[33]);

#endif
