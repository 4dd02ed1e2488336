/* Cuts SQL as psql reads it into statements, comment lines and psql's backslash commands, in
 * whatever chunks it comes.
 *
 * It knows '…' with doubled quotes, E'…\'…', "…", $tag$…$tag$, -- and nested block comments,
 * parentheses, and bodies in BEGIN ATOMIC … END, whose semicolons end nothing. Rows after a COPY
 * are the caller's to take. */
#ifndef NIGHTJAR_FINGERPRINT_SPLITTER_H
#define NIGHTJAR_FINGERPRINT_SPLITTER_H

#include "host/error.h"

#include <stdbool.h>

typedef enum splitter_state {
    SPLITTER_CODE,
    SPLITTER_LITERAL,        /* '…' */
    SPLITTER_ESCAPE_LITERAL, /* E'…' */
    SPLITTER_ESCAPED,        /* after a backslash in it */
    SPLITTER_QUOTE,          /* at the quote that closes either */
    SPLITTER_ESCAPE_CLOSED,  /* after the quote of E'…': it goes on if one more follows */
    SPLITTER_IDENTIFIER,     /* "…" */
    SPLITTER_TAG,            /* $tag before its second $ */
    SPLITTER_BODY,           /* $tag$… */
    SPLITTER_LINE_COMMENT,
    SPLITTER_BLOCK_COMMENT,
    SPLITTER_COMMAND /* \connect … */
} splitter_state;

typedef struct splitter {
    splitter_state state;
    bool in_statement;     /* its first byte has been seen */
    bool line_start;       /* the next byte is the first of a line; the caller sets it after rows */
    bool comment_line;     /* this comment began its line, between statements */
    bool escapes;          /* the literal that is open is E'…' */
    bool backslash_quotes; /* the caller's to set: standard_conforming_strings is off */
    char held;             /* '-', '/' or '*' that may open or close a comment; else 0 */
    unsigned comment_depth; /* of block comments */
    unsigned parentheses;
    unsigned blocks; /* BEGIN ATOMIC, and CASE in it */

    bool in_word;
    char word[12]; /* lower case, no NUL; longer words are no keyword */
    size_t word_size;
    size_t word_count;           /* in this statement */
    char first_words[4];         /* first letters of CREATE OR REPLACE FUNCTION|PROCEDURE */
    bool begin_seen;             /* the last word was BEGIN */
    bool copy, from, from_stdin; /* COPY; the last word was FROM; the last words were FROM STDIN */

    char *tag; /* grows; with both its $ */
    size_t tag_size, tag_room, tag_matched;
} splitter;

typedef enum splitter_kind {
    SPLITTER_NOTHING,   /* the chunk is used up */
    SPLITTER_STATEMENT, /* bytes of a statement, from its first one to its semicolon */
    SPLITTER_CONTENT,   /* bytes of a statement that are inside a '…' literal */
    SPLITTER_COMMENT,   /* bytes of a comment line between statements, without its dashes */
    SPLITTER_BACKSLASH  /* bytes of a psql command, without its line's end */
} splitter_kind;

typedef struct splitter_piece {
    splitter_kind kind;
    const char *bytes;
    size_t size;
    bool last; /* of this statement, comment or command; may come with no bytes */
    bool copy; /* last: the statement was COPY … FROM stdin; rows follow the line's end */
} splitter_piece;

void splitter_begin(splitter *split);

/* Take the next piece off *cursor, which moves on. Fails with FORMAT. */
int splitter_next(splitter *split, const char **cursor, const char *end, splitter_piece *ret_piece,
                  nj_error *error);

void splitter_end(splitter *split); /* idempotent */

#endif
