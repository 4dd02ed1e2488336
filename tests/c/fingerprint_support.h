/* What the tests of the fingerprint have in common: a dump in, its fingerprint out. */
#ifndef NIGHTJAR_TESTS_FINGERPRINT_SUPPORT_H
#define NIGHTJAR_TESTS_FINGERPRINT_SUPPORT_H

#include "bindings/fingerprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct bytes {
    char *at;
    size_t size;
} bytes;

/* A file beside this one. */
static inline bytes load(const char *name)
{
    char path[4096];
    const char *slash = strrchr(__FILE__, '/');
    snprintf(path, sizeof path, "%.*s/dumps/%s", (int)(slash - __FILE__), __FILE__, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    bytes all = {.at = malloc(1 << 20)};
    all.size = fread(all.at, 1, 1 << 20, file);
    fclose(file);
    return all;
}

static inline fingerprint *read_in_chunks(const void *at, size_t size, size_t chunk)
{
    nj_error error;
    fingerprint *print;
    fingerprint_options options = {.texts = true};
    assert_int_equal(fingerprint_new(&options, &print, &error), 0);
    for (size_t done = 0; done < size; done += chunk) {
        size_t part = size - done < chunk ? size - done : chunk;
        /* A copy of its own, so that a sanitizer sees a read past its end. */
        char *copy = malloc(part);
        memcpy(copy, (const char *)at + done, part);
        assert_int_equal(fingerprint_feed(print, copy, part, &error), 0);
        free(copy);
    }
    assert_int_equal(fingerprint_finish(print, &error), 0);
    return print;
}

static inline fingerprint *read_text(const char *text)
{
    return read_in_chunks(text, strlen(text), SIZE_MAX);
}

static inline void show_text(FILE *out, const char *label, fingerprint_text text)
{
    fprintf(out, "%s", label);
    if (text.size > 0)
        fwrite(text.bytes, 1, text.size, out);
}

/* All of the result as text; the caller frees it. */
static inline char *show(const fingerprint *print)
{
    const fingerprint_result *result = fingerprint_result_of(print);
    char *text, hex[33];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "complete %d", result->complete);
    show_text(out, " ended in ", result->ended_in);
    for (size_t index = 0; index < result->table_count; index++) {
        const fingerprint_table *table = &result->tables[index];
        fingerprint_hex(table->hash, hex);
        show_text(out, "\ntable ", table->name);
        fprintf(out, " %llu %s at %llu, %llu", (unsigned long long)table->rows, hex,
                (unsigned long long)table->copy.offset, (unsigned long long)table->copy.size);
    }
    for (size_t index = 0; index < result->session_count; index++)
        fprintf(out, "\nsession %llu, %llu", (unsigned long long)result->session[index].offset,
                (unsigned long long)result->session[index].size);
    for (size_t index = 0; index < result->sequence_count; index++) {
        const fingerprint_sequence *sequence = &result->sequences[index];
        show_text(out, "\nsequence ", sequence->name);
        fprintf(out, " %lld %d", (long long)sequence->value, sequence->called);
    }
    for (size_t index = 0; index < result->object_count; index++)
        show_text(out, "\nobject ", result->objects[index]);
    for (size_t index = 0; index < result->statement_count; index++) {
        fingerprint_hex(result->statements[index], hex);
        fprintf(out, "\nstatement %s ", hex);
        show_text(out, "", result->texts[index]);
    }
    fingerprint_hex(result->hash, hex);
    fprintf(out, "\nhash %s\n", hex);
    fclose(out);
    return text;
}

static inline char *show_of(const void *at, size_t size, size_t chunk)
{
    fingerprint *print = read_in_chunks(at, size, chunk);
    char *shown = show(print);
    fingerprint_free(print);
    return shown;
}

static inline void assert_text(fingerprint_text text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.bytes, wanted, text.size);
}

static inline bool same(fingerprint_table one, fingerprint_table other)
{
    return one.rows == other.rows && one.hash.high == other.hash.high &&
           one.hash.low == other.hash.low;
}

static inline bool same_hash(fingerprint_table one, fingerprint_table other)
{
    other.rows = one.rows;
    return same(one, other);
}

#endif
