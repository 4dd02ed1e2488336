/* The fingerprint of a dump: what each statement, comment and command in it stands for. */
#include "bindings/fingerprint.h"

#include "bindings/fingerprint_parse.h"
#include "bindings/fingerprint_record.h"
#include "bindings/fingerprint_rows.h"
#include "bindings/fingerprint_splitter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LIMIT = 1024 * 1024, NAME_IN_ERRORS = 80 };

static const char write_start[] = "SELECT pg_catalog.lowrite(0, '";
static const char write_whole[] = "SELECT pg_catalog.lowrite(0, '');";

typedef enum reading {
    READING_SQL,
    READING_LINE_END, /* between COPY's semicolon and its rows */
    READING_ROWS
} reading;

struct fingerprint {
    reading reading;
    splitter splitter;
    record record;
    rows rows;
    size_t table; /* whose rows these are */

    uint64_t at;      /* bytes of the dump that have been read */
    uint64_t start;   /* where the statement or command begins */
    bool line_due;    /* what comes next should be a line's end */
    bool indivisible; /* once it was not */

    bool texts;
    bool in_statement;
    hash_stream statement;
    uint64_t statement_size;
    char head[FINGERPRINT_TEXT_LIMIT]; /* the statement's first bytes */
    size_t head_size;

    char *line; /* a comment or a command */
    size_t line_size, line_room;

    bool in_object; /* between lo_open and lo_close */
    hash_stream object;
    char object_number[24];
    bool object_prefix; /* the \x before a literal's hex digits is still to come */

    fingerprint_text restricted; /* the key of \restrict, until \unrestrict gives it again */
};

int fingerprint_new(const fingerprint_options *options, fingerprint **ret_print, nj_error *error)
{
    size_t alignment = _Alignof(fingerprint);
    fingerprint *print = aligned_alloc(alignment, sizeof *print);
    if (!print)
        return nj_fail_system(error, ENOMEM, "making a fingerprint");
    memset(print, 0, sizeof *print);
    print->texts = options && options->texts;
    splitter_begin(&print->splitter);
    *ret_print = print;
    return 0;
}

void fingerprint_free(fingerprint *print)
{
    if (!print)
        return;
    splitter_end(&print->splitter);
    record_end(&print->record);
    free(print->line);
    free(print);
}

/* ---- large objects: lo_open, any number of lowrite, lo_close ---- */

/* Only the content counts, however it is cut into writes. */
static void add_object_content(fingerprint *print, const char *bytes, size_t size)
{
    while (print->object_prefix && size > 0 && (*bytes == '\\' || *bytes == 'x')) {
        print->object_prefix = *bytes == '\\';
        bytes++;
        size--;
    }
    print->object_prefix = print->object_prefix && size == 0;
    hash_add(&print->object, bytes, size);
}

static bool begin_object(fingerprint *print)
{
    fingerprint_text number;
    if (print->in_object || !parse_lo_open(print->head, print->head_size, &number) ||
        number.size >= sizeof print->object_number)
        return false;
    print->in_object = true;
    memcpy(print->object_number, number.bytes, number.size);
    print->object_number[number.size] = '\0';
    hash_begin(&print->object);
    hash_add(&print->object, number.bytes, number.size);
    hash_add(&print->object, "\t", 1);
    return true;
}

static int end_object(fingerprint *print, nj_error *error)
{
    static const char name[] = "pg_largeobject";
    size_t table;
    if (record_table(&print->record, name, sizeof name - 1, &table, error) != 0)
        return -1;
    record_rows(&print->record, table, 1, hash_end(&print->object));
    print->in_object = false;
    return 0;
}

/* ---- where the dump can be divided ---- */

/* From `start` to `at`, and the line's end that is due. */
static int keep_session(fingerprint *print, nj_error *error)
{
    fingerprint_range range = {.offset = print->start, .size = print->at - print->start + 1};
    print->line_due = true;
    return record_session(&print->record, range, error);
}

static void meet_line(fingerprint *print, char next)
{
    print->indivisible |= next != '\n';
    print->line_due = false;
}

/* ---- statements ---- */

static bool statement_is(const fingerprint *print, const char *wanted)
{
    return print->statement_size == print->head_size &&
           parse_is(print->head, print->head_size, wanted);
}

/* Text ends between characters, so that it stays valid UTF-8 when it was. */
static size_t whole_characters(const char *text, size_t size)
{
    size_t start = size;
    while (start > 0 && size - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    return start > 0 && (unsigned char)text[start - 1] >= 0xC0 ? start - 1 : start;
}

static int keep_statement(fingerprint *print, nj_error *error)
{
    size_t size = print->head_size;
    if (print->statement_size > size)
        size = whole_characters(print->head, size);
    return record_statement(&print->record, hash_end(&print->statement),
                            print->texts ? print->head : NULL, size, error);
}

static int begin_copy(fingerprint *print, nj_error *error)
{
    fingerprint_text name;
    if (!parse_copy(print->head, print->head_size, &name))
        return nj_fail(error, "FORMAT", "the table of a COPY cannot be told: '%.*s'",
                       NAME_IN_ERRORS, print->head);
    rows_begin(&print->rows);
    print->reading = READING_LINE_END;
    return record_table(&print->record, name.bytes, name.size, &print->table, error);
}

static int keep_sequence(fingerprint *print, bool *ret_kept, nj_error *error)
{
    char room[sizeof print->head];
    fingerprint_sequence sequence;
    *ret_kept = print->statement_size == print->head_size &&
                parse_setval(print->head, print->head_size, room, &sequence);
    return *ret_kept ? record_sequence(&print->record, &sequence, error) : 0;
}

static void note_setting(fingerprint *print)
{
    if (statement_is(print, "SET standard_conforming_strings = off;"))
        print->splitter.backslash_quotes = true;
    else if (statement_is(print, "SET standard_conforming_strings = on;"))
        print->splitter.backslash_quotes = false;
}

static int end_statement(fingerprint *print, bool copy, nj_error *error)
{
    bool kept;
    print->in_statement = false;
    if (begin_object(print) || (print->in_object && statement_is(print, write_whole)))
        return 0;
    if (print->in_object && statement_is(print, "SELECT pg_catalog.lo_close(0);"))
        return end_object(print, error);
    if (keep_sequence(print, &kept, error) != 0)
        return -1;
    if (kept)
        return 0;
    note_setting(print);
    if (parse_session(print->head, print->head_size) && keep_session(print, error) != 0)
        return -1;
    if (copy && begin_copy(print, error) != 0)
        return -1;
    return keep_statement(print, error);
}

static void begin_statement(fingerprint *print)
{
    print->in_statement = print->object_prefix = true;
    print->statement_size = print->head_size = 0;
    print->record.result.complete = FINGERPRINT_NO_END;
    hash_begin(&print->statement);
}

static void add_to_statement(fingerprint *print, const char *bytes, size_t size)
{
    size_t room = sizeof print->head - print->head_size;
    size_t head = size < room ? size : room;
    memcpy(print->head + print->head_size, bytes, head);
    print->head_size += head;
    print->statement_size += size;
    hash_add(&print->statement, bytes, size);
}

static int statement_piece(fingerprint *print, const splitter_piece *piece, nj_error *error)
{
    if (!print->in_statement) {
        begin_statement(print);
        print->start = print->at - piece->size;
    }
    if (piece->kind == SPLITTER_CONTENT && print->in_object && statement_is(print, write_start))
        add_object_content(print, piece->bytes, piece->size);
    else
        add_to_statement(print, piece->bytes, piece->size);
    return piece->last ? end_statement(print, piece->copy, error) : 0;
}

/* ---- comments and commands ---- */

static int end_comment(fingerprint *print, nj_error *error)
{
    fingerprint_result *result = &print->record.result;
    if (parse_is(print->line, print->line_size, " PostgreSQL database dump complete"))
        result->complete = FINGERPRINT_DATABASE;
    else if (parse_is(print->line, print->line_size, " PostgreSQL database cluster dump complete"))
        result->complete = FINGERPRINT_CLUSTER;
    size_t size = parse_object(print->line, print->line_size);
    if (size == 0)
        return 0;
    result->complete = FINGERPRINT_NO_END;
    return record_object(&print->record, print->line, size, error);
}

/* psql leaves its restricted mode for the same key alone. */
static int end_command(fingerprint *print, nj_error *error)
{
    static const char restrict_word[] = "\\restrict ", unrestrict_word[] = "\\unrestrict ";
    const char *line = print->line;
    size_t size = print->line_size;
    if (size >= sizeof restrict_word &&
        memcmp(line, restrict_word, sizeof restrict_word - 1) == 0) {
        if (keep_session(print, error) != 0)
            return -1;
        return record_text(&print->record, line + sizeof restrict_word - 1,
                           size - (sizeof restrict_word - 1), &print->restricted, error);
    }
    if (size >= sizeof unrestrict_word &&
        memcmp(line, unrestrict_word, sizeof unrestrict_word - 1) == 0) {
        const char *key = line + sizeof unrestrict_word - 1;
        size_t key_size = size - (sizeof unrestrict_word - 1);
        if (key_size == print->restricted.size &&
            memcmp(key, print->restricted.bytes, key_size) == 0)
            print->restricted = (fingerprint_text){NULL, 0};
        return 0;
    }
    begin_statement(print);
    add_to_statement(print, line, size);
    print->in_statement = false;
    return keep_statement(print, error);
}

static int add_to_line(fingerprint *print, const char *bytes, size_t size, nj_error *error)
{
    if (size > LINE_LIMIT - print->line_size)
        return nj_fail(error, "FORMAT", "a comment or psql command is longer than %d bytes",
                       LINE_LIMIT);
    size_t needed = print->line_size + size;
    if (needed > print->line_room) {
        size_t room = needed < 1024 ? 1024 : needed * 2;
        char *line = realloc(print->line, room);
        if (!line)
            return nj_fail_system(error, ENOMEM, "reading a comment");
        print->line = line;
        print->line_room = room;
    }
    if (size > 0)
        memcpy(print->line + print->line_size, bytes, size);
    print->line_size = needed;
    return 0;
}

static int end_line(fingerprint *print, splitter_kind kind, nj_error *error)
{
    if (print->line_size > 0 && print->line[print->line_size - 1] == '\r')
        print->line_size--;
    int result = 0;
    if (print->line_size > 0)
        result = kind == SPLITTER_COMMENT ? end_comment(print, error) : end_command(print, error);
    print->line_size = 0;
    return result;
}

static int line_piece(fingerprint *print, const splitter_piece *piece, nj_error *error)
{
    if (print->line_size == 0)
        print->start = print->at - piece->size;
    if (add_to_line(print, piece->bytes, piece->size, error) != 0)
        return -1;
    return piece->last ? end_line(print, piece->kind, error) : 0;
}

/* ---- the whole ---- */

static int read_sql(fingerprint *print, const char **cursor, const char *end, nj_error *error)
{
    splitter_piece piece;
    const char *before = *cursor;
    if (splitter_next(&print->splitter, cursor, end, &piece, error) != 0)
        return -1;
    print->at += (uint64_t)(*cursor - before);
    switch (piece.kind) {
    case SPLITTER_STATEMENT:
    case SPLITTER_CONTENT:
        return statement_piece(print, &piece, error);
    case SPLITTER_COMMENT:
    case SPLITTER_BACKSLASH:
        return line_piece(print, &piece, error);
    case SPLITTER_NOTHING:
        break;
    }
    return 0;
}

static int read_line_end(fingerprint *print, const char **cursor, nj_error *error)
{
    char c = *(*cursor)++;
    print->at++;
    if (c == '\n')
        print->reading = READING_ROWS;
    else if (c != '\r' && c != ' ')
        return nj_fail(error, "FORMAT", "text follows '%.*s' on its line", NAME_IN_ERRORS,
                       print->head);
    return 0;
}

static void read_rows(fingerprint *print, const char **cursor, const char *end)
{
    const char *before = *cursor;
    bool ended = rows_feed(&print->rows, cursor, end);
    print->at += (uint64_t)(*cursor - before);
    if (ended) {
        fingerprint_range range = {.offset = print->start, .size = print->at - print->start};
        record_copy(&print->record, print->table, range);
        record_rows(&print->record, print->table, print->rows.count, print->rows.sum);
        print->reading = READING_SQL;
        print->splitter.line_start = true;
    }
}

int fingerprint_feed(fingerprint *print, const void *bytes, size_t size, nj_error *error)
{
    const char *cursor = bytes;
    const char *end = cursor + size;
    int result = 0;
    while (cursor < end && result == 0) {
        if (print->line_due)
            meet_line(print, *cursor);
        if (print->reading == READING_ROWS)
            read_rows(print, &cursor, end);
        else if (print->reading == READING_LINE_END)
            result = read_line_end(print, &cursor, error);
        else
            result = read_sql(print, &cursor, end, error);
    }
    return result;
}

/* What is open, in words; "" for nothing. */
static void describe_open(const fingerprint *print, char *room, size_t size)
{
    const splitter *split = &print->splitter;
    room[0] = '\0';
    if (print->reading != READING_SQL) {
        const fingerprint_text *name = &print->record.result.tables[print->table].name;
        snprintf(room, size, "COPY %.*s", (int)name->size, name->bytes);
    } else if (print->in_statement) {
        int length = (int)whole_characters(
            print->head, print->head_size < NAME_IN_ERRORS ? print->head_size : NAME_IN_ERRORS);
        snprintf(room, size, "statement '%.*s'", length, print->head);
    } else if (split->state == SPLITTER_BLOCK_COMMENT || split->held) {
        snprintf(room, size, "comment");
    } else if (print->in_object) {
        snprintf(room, size, "large object %s", print->object_number);
    } else if (print->restricted.bytes) {
        snprintf(room, size, "\\restrict");
    }
}

static fingerprint_hash hash_of_statements(const fingerprint_result *result)
{
    hash_stream stream;
    hash_begin(&stream);
    for (size_t index = 0; index < result->statement_count; index++) {
        XXH128_hash_t hash = {.low64 = result->statements[index].low,
                              .high64 = result->statements[index].high};
        XXH128_canonical_t canonical;
        XXH128_canonicalFromHash(&canonical, hash);
        hash_add(&stream, &canonical, sizeof canonical);
    }
    return hash_end(&stream);
}

/* A last line may lack its newline. */
int fingerprint_finish(fingerprint *print, nj_error *error)
{
    splitter_state state = print->splitter.state;
    fingerprint_result *result = &print->record.result;
    if (!print->in_statement && (state == SPLITTER_LINE_COMMENT || state == SPLITTER_COMMAND)) {
        splitter_kind kind = state == SPLITTER_COMMAND ? SPLITTER_BACKSLASH : SPLITTER_COMMENT;
        if (end_line(print, kind, error) != 0)
            return -1;
    }
    char open[FINGERPRINT_TEXT_LIMIT];
    describe_open(print, open, sizeof open);
    if (open[0]) {
        result->complete = FINGERPRINT_NO_END;
        if (record_text(&print->record, open, strlen(open), &result->ended_in, error) != 0)
            return -1;
    }
    result->hash = hash_of_statements(result);
    if (print->indivisible)
        result->session_count = 0;
    return 0;
}

const fingerprint_result *fingerprint_result_of(const fingerprint *print)
{
    return &print->record.result;
}

void fingerprint_hex(fingerprint_hash hash, char ret_hex[33])
{
    snprintf(ret_hex, 33, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
}
