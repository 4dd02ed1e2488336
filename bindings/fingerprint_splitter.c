/* Cutting SQL into statements, comment lines and psql commands. */
#include "bindings/fingerprint_splitter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_LIMIT = 64 * 1024 };

static bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool continues_word(char c)
{
    return starts_word(c) || (c >= '0' && c <= '9');
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *find(const char *p, const char *end, char wanted)
{
    const char *found = memchr(p, wanted, (size_t)(end - p));
    return found ? found : end;
}

void splitter_begin(splitter *split)
{
    memset(split, 0, sizeof *split);
    split->line_start = true;
}

void splitter_end(splitter *split)
{
    free(split->tag);
    split->tag = NULL;
    split->tag_size = split->tag_room = 0;
}

/* ---- words: which statement it is, and where its body begins and ends ---- */

static void word_byte(splitter *split, char c)
{
    if (!split->in_word) {
        split->in_word = true;
        split->word_size = 0;
    }
    if (split->word_size < sizeof split->word)
        split->word[split->word_size] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    split->word_size++;
}

static bool word_is(const splitter *split, const char *keyword)
{
    return split->word_size == strlen(keyword) && split->word_size <= sizeof split->word &&
           memcmp(split->word, keyword, split->word_size) == 0;
}

/* CREATE [OR REPLACE] FUNCTION|PROCEDURE; only they have bodies with semicolons. */
static bool is_routine(const splitter *split)
{
    const char *first = split->first_words;
    if (first[0] != 'c')
        return false;
    char kind = first[1] == 'o' && first[2] == 'r' ? first[3] : first[1];
    return kind == 'f' || kind == 'p';
}

static void note_first_word(splitter *split)
{
    static const char *const keywords[] = {"create", "or", "replace", "function", "procedure"};
    for (size_t index = 0; index < sizeof keywords / sizeof keywords[0]; index++)
        if (word_is(split, keywords[index]))
            split->first_words[split->word_count] = split->word[0];
}

/* psql takes any word BEGIN there for the start of a body, and so stumbles over a function named
 * begin; what follows it tells the two apart. */
static void note_block(splitter *split)
{
    if (split->blocks == 0)
        split->blocks = split->begin_seen && word_is(split, "atomic");
    else if (word_is(split, "case"))
        split->blocks++;
    else if (word_is(split, "end"))
        split->blocks--;
}

static void word_end(splitter *split)
{
    split->in_word = false;
    if (split->word_count == 0)
        split->copy = word_is(split, "copy");
    if (split->word_count < sizeof split->first_words)
        note_first_word(split);
    if (split->parentheses == 0 && is_routine(split))
        note_block(split);
    split->begin_seen = word_is(split, "begin");
    split->from_stdin = split->from && word_is(split, "stdin");
    split->from = word_is(split, "from");
    split->word_count++;
}

/* Something stands between the last word and the next. */
static void words_apart(splitter *split)
{
    split->begin_seen = split->from = split->from_stdin = false;
}

/* ---- one statement ---- */

static void statement_end(splitter *split, splitter_piece *piece)
{
    piece->last = true;
    piece->copy = split->copy && split->from_stdin;
    split->in_statement = split->copy = false;
    split->parentheses = split->blocks = 0;
    split->word_count = 0;
    memset(split->first_words, 0, sizeof split->first_words);
    words_apart(split);
}

/* The second byte of -- and of a block comment's start. True when it was one. */
static bool opens_comment(splitter *split, char c)
{
    char held = split->held;
    split->held = 0;
    if (held == '-' && c == '-') {
        split->state = SPLITTER_LINE_COMMENT;
    } else if (held == '/' && c == '*') {
        split->state = SPLITTER_BLOCK_COMMENT;
        split->comment_depth = 1;
    } else {
        return false;
    }
    return true;
}

static void open_literal(splitter *split, bool escapes)
{
    split->escapes = escapes || split->backslash_quotes;
    split->state = split->escapes ? SPLITTER_ESCAPE_LITERAL : SPLITTER_LITERAL;
}

static void punctuation(splitter *split, char c, bool after_e, splitter_piece *piece)
{
    switch (c) {
    case '\'':
        open_literal(split, after_e);
        break;
    case '"':
        split->state = SPLITTER_IDENTIFIER;
        break;
    case '$':
        split->state = SPLITTER_TAG;
        split->tag_size = 0;
        break;
    case '-':
    case '/':
        split->held = c;
        break;
    case '(':
        split->parentheses++;
        break;
    case ')':
        split->parentheses -= split->parentheses > 0;
        break;
    case ';':
        if (split->parentheses == 0 && split->blocks == 0) {
            statement_end(split, piece);
            return;
        }
        break;
    default:
        break;
    }
    if (!is_blank(c))
        words_apart(split);
}

static const char *code(splitter *split, const char *p, const char *end, splitter_piece *piece)
{
    while (p < end && split->state == SPLITTER_CODE && !piece->last) {
        char c = *p++;
        if (split->held && opens_comment(split, c))
            break;
        if (split->in_word ? continues_word(c) || c == '$' : starts_word(c)) {
            word_byte(split, c);
            continue;
        }
        bool after_e = split->in_word && word_is(split, "e");
        if (split->in_word)
            word_end(split);
        punctuation(split, c, after_e, piece);
    }
    return p;
}

static const char *escape_literal(splitter *split, const char *p, const char *end)
{
    while (p < end && *p != '\'' && *p != '\\')
        p++;
    if (p == end)
        return p;
    split->state = *p == '\'' ? SPLITTER_QUOTE : SPLITTER_ESCAPED;
    return *p == '\'' ? p : p + 1;
}

static int add_to_tag(splitter *split, char c, nj_error *error)
{
    if (split->tag_size == split->tag_room) {
        size_t room = split->tag_room ? split->tag_room * 2 : 64;
        if (room > TAG_LIMIT)
            return nj_fail(error, "FORMAT", "a dollar quote's tag is longer than %d bytes",
                           TAG_LIMIT);
        char *tag = realloc(split->tag, room);
        if (!tag)
            return nj_fail_system(error, ENOMEM, "reading a dollar quote");
        split->tag = tag;
        split->tag_room = room;
    }
    split->tag[split->tag_size++] = c;
    return 0;
}

/* After the $: a tag, or a parameter such as $1, or nothing special. */
static int tag(splitter *split, const char **p, nj_error *error)
{
    char c = **p;
    if (split->tag_size == 0 && add_to_tag(split, '$', error) != 0)
        return -1;
    if (c == '$' || (split->tag_size == 1 ? starts_word(c) : continues_word(c))) {
        if (c == '$') {
            split->state = SPLITTER_BODY;
            split->tag_matched = 0;
        }
        (*p)++;
        return add_to_tag(split, c, error);
    }
    split->state = SPLITTER_CODE;
    if (split->tag_size > 1) {
        split->in_word = true;
        split->word_size = sizeof split->word + 1;
    }
    return 0;
}

/* A tag holds $ at its ends only, so a mismatch can restart at a $ or not at all. */
static const char *body(splitter *split, const char *p, const char *end)
{
    while (p < end) {
        if (split->tag_matched == 0) {
            p = find(p, end, '$');
            if (p == end)
                break;
        }
        char c = *p++;
        if (c != split->tag[split->tag_matched])
            split->tag_matched = c == '$';
        else if (++split->tag_matched == split->tag_size) {
            split->state = SPLITTER_CODE;
            break;
        }
    }
    return p;
}

static const char *block_comment(splitter *split, const char *p, const char *end)
{
    while (p < end && split->comment_depth > 0) {
        char c = *p++;
        char held = split->held;
        split->held = 0;
        if (held == '*' && c == '/')
            split->comment_depth--;
        else if (held == '/' && c == '*')
            split->comment_depth++;
        else if (c == '*' || c == '/')
            split->held = c;
    }
    if (split->comment_depth == 0)
        split->state = SPLITTER_CODE;
    return p;
}

static const char *up_to(splitter *split, const char *p, const char *end, char wanted,
                         splitter_state next)
{
    p = find(p, end, wanted);
    if (p < end)
        split->state = next;
    return p;
}

/* Go on in the statement's present state, until it changes or the bytes are used up. */
static int step(splitter *split, const char **p, const char *end, splitter_piece *piece,
                nj_error *error)
{
    switch (split->state) {
    case SPLITTER_LITERAL:
        *p = up_to(split, *p, end, '\'', SPLITTER_QUOTE);
        break;
    case SPLITTER_ESCAPE_LITERAL:
        *p = escape_literal(split, *p, end);
        break;
    case SPLITTER_ESCAPED:
        (*p)++;
        split->state = SPLITTER_ESCAPE_LITERAL;
        break;
    case SPLITTER_QUOTE:
        (*p)++;
        split->state = split->escapes ? SPLITTER_ESCAPE_CLOSED : SPLITTER_CODE;
        break;
    case SPLITTER_ESCAPE_CLOSED:
        split->state = **p == '\'' ? SPLITTER_ESCAPE_LITERAL : SPLITTER_CODE;
        *p += split->state == SPLITTER_ESCAPE_LITERAL;
        break;
    case SPLITTER_IDENTIFIER:
        *p = up_to(split, *p, end, '"', SPLITTER_CODE);
        *p += *p < end;
        break;
    case SPLITTER_TAG:
        return tag(split, p, error);
    case SPLITTER_BODY:
        *p = body(split, *p, end);
        break;
    case SPLITTER_LINE_COMMENT:
        *p = up_to(split, *p, end, '\n', SPLITTER_CODE);
        break;
    case SPLITTER_BLOCK_COMMENT:
        *p = block_comment(split, *p, end);
        break;
    case SPLITTER_CODE:
    case SPLITTER_COMMAND:
        *p = code(split, *p, end, piece);
        break;
    }
    return 0;
}

static splitter_kind kind_of(const splitter *split)
{
    bool content = split->state == SPLITTER_LITERAL || split->state == SPLITTER_ESCAPE_LITERAL ||
                   split->state == SPLITTER_ESCAPED;
    return content ? SPLITTER_CONTENT : SPLITTER_STATEMENT;
}

static int statement(splitter *split, const char **cursor, const char *end, splitter_piece *piece,
                     nj_error *error)
{
    piece->kind = kind_of(split);
    piece->bytes = *cursor;
    while (*cursor < end && !piece->last && kind_of(split) == piece->kind)
        if (step(split, cursor, end, piece, error) != 0)
            return -1;
    piece->size = (size_t)(*cursor - piece->bytes);
    return 0;
}

/* ---- between statements ---- */

/* A comment or a command up to its line's end, which is left to between(). */
static const char *line(splitter *split, const char *p, const char *end, splitter_piece *piece)
{
    splitter_kind kind = split->state == SPLITTER_COMMAND ? SPLITTER_BACKSLASH : SPLITTER_COMMENT;
    const char *stop = up_to(split, p, end, '\n', SPLITTER_CODE);
    if (kind == SPLITTER_BACKSLASH || split->comment_line)
        *piece = (splitter_piece){
            .kind = kind, .bytes = p, .size = (size_t)(stop - p), .last = stop < end};
    return stop;
}

/* The - or / before was no comment's: it is the first byte of a statement. */
static void begin_with_held(splitter *split, char held, splitter_piece *piece)
{
    split->in_statement = true;
    *piece =
        (splitter_piece){.kind = SPLITTER_STATEMENT, .bytes = held == '-' ? "-" : "/", .size = 1};
}

static const char *between(splitter *split, const char *p, const char *end, splitter_piece *piece)
{
    while (p < end && split->state == SPLITTER_CODE && !split->in_statement) {
        char c = *p;
        char held = split->held;
        if (held && !opens_comment(split, c)) {
            begin_with_held(split, held, piece);
        } else if (held) {
            p++;
        } else if (c == '-' || c == '/') {
            split->held = c;
            split->comment_line = split->line_start;
            split->line_start = false;
            p++;
        } else if (is_blank(c)) {
            split->line_start = c == '\n';
            p++;
        } else if (c == '\\') {
            split->state = SPLITTER_COMMAND;
        } else {
            split->in_statement = true;
        }
    }
    return p;
}

int splitter_next(splitter *split, const char **cursor, const char *end, splitter_piece *ret_piece,
                  nj_error *error)
{
    *ret_piece = (splitter_piece){.kind = SPLITTER_NOTHING};
    while (*cursor < end && ret_piece->kind == SPLITTER_NOTHING) {
        if (split->in_statement)
            return statement(split, cursor, end, ret_piece, error);
        if (split->state == SPLITTER_BLOCK_COMMENT)
            *cursor = block_comment(split, *cursor, end);
        else if (split->state == SPLITTER_CODE)
            *cursor = between(split, *cursor, end, ret_piece);
        else
            *cursor = line(split, *cursor, end, ret_piece);
    }
    return 0;
}
