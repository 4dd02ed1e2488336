/* Reading JSON's tokens: strings, numbers, words and punctuation, not how they nest. */
#include "bindings/json_scan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool json_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

int json_fail_at(const char *text, size_t offset, const char *problem, nj_error *error)
{
    size_t line = 1, column = 1;
    for (size_t index = 0; index < offset; index++) {
        column = text[index] == '\n' ? 1 : column + 1;
        line += text[index] == '\n';
    }
    return nj_fail(error, "FORMAT", "no valid JSON at line %zu, column %zu: %s", line, column,
                   problem);
}

/* Table 3-7 of the Unicode standard. */
size_t json_sequence_length(const char *bytes, size_t size)
{
    const unsigned char *byte = (const unsigned char *)bytes;
    unsigned char lead = byte[0];
    if (lead < 0x80)
        return 1;
    size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || length > size)
        return 0;
    unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte[1] < least || byte[1] > most)
        return 0;
    for (size_t index = 2; index < length; index++)
        if ((byte[index] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* ---- one token: each returns its length, or 0 with *ret_problem and its place in it ---- */

typedef struct problem {
    const char *text;
    size_t offset;
} problem;

static size_t refuse(problem *found, size_t offset, const char *text)
{
    *found = (problem){.text = text, .offset = offset};
    return 0;
}

static bool is_key(const char *text, size_t end, size_t size)
{
    while (end < size && json_is_blank(text[end]))
        end++;
    return end < size && text[end] == ':';
}

static size_t string_length(const char *text, size_t size, problem *found)
{
    size_t at = 1;
    bool nul = false;
    while (at < size && text[at] != '"') {
        size_t length = json_sequence_length(text + at, size - at);
        if (length == 0)
            return refuse(found, at, "a byte that is no UTF-8");
        if (text[at] >= 0 && text[at] < ' ')
            return refuse(found, at, "a control character must be escaped");
        nul = nul || (size - at >= 6 && memcmp(text + at, "\\u0000", 6) == 0);
        at += text[at] == '\\' && size - at > 1 ? 2 : length;
    }
    if (at >= size)
        return refuse(found, size, "the text ends too early");
    if (nul && is_key(text, at + 1, size))
        return refuse(found, 0, "a key with NUL");
    return at + 1;
}

static size_t count_digits(const char *text)
{
    size_t count = 0;
    while (text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

/* The length of what the grammar allows from here, or 0; an integer has neither fraction nor
 * exponent. */
static size_t grammar_length(const char *text, bool *ret_integer)
{
    size_t at = text[0] == '-';
    size_t digits = count_digits(text + at);
    if (digits == 0 || (digits > 1 && text[at] == '0'))
        return 0;
    at += digits;
    size_t integer_end = at;
    if (text[at] == '.') {
        digits = count_digits(text + at + 1);
        if (digits == 0)
            return 0;
        at += 1 + digits;
    }
    if (text[at] == 'e' || text[at] == 'E') {
        at += text[at + 1] == '+' || text[at + 1] == '-' ? 2 : 1;
        digits = count_digits(text + at);
        if (digits == 0)
            return 0;
        at += digits;
    }
    *ret_integer = at == integer_end;
    return at;
}

/* Whether it is beyond 64 bits, which take 19 digits at least. */
static bool is_large(const char *integer, size_t length)
{
    if (length < 19)
        return false;
    errno = 0;
    (void)strtoll(integer, NULL, 10);
    return errno == ERANGE;
}

static size_t number_length(const char *text, bool *ret_large, problem *found)
{
    bool integer;
    size_t length = grammar_length(text, &integer);
    if (length == 0 || (text[length] && strchr("0123456789+-.eE", text[length])))
        return refuse(found, 0, "number expected");
    *ret_large = integer && is_large(text, length);
    if ((*ret_large || !integer) && isinf(strtod(text, NULL)))
        return refuse(found, 0, "a number too large for a double");
    return length;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t word_length(const char *text, problem *found)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t length = 0;
    while (is_letter(text[length]))
        length++;
    for (size_t index = 0; index < sizeof words / sizeof *words; index++)
        if (strlen(words[index]) == length && memcmp(text, words[index], length) == 0)
            return length;
    return refuse(found, 0, "true, false or null expected");
}

static size_t token_length(const char *text, size_t size, bool *ret_large, problem *found)
{
    char c = *text;
    *ret_large = false;
    if (c == '"')
        return string_length(text, size, found);
    if (c == '-' || (c >= '0' && c <= '9'))
        return number_length(text, ret_large, found);
    if (is_letter(c))
        return word_length(text, found);
    if (c == '\'')
        return refuse(found, 0, "strings stand in double quotes");
    if (json_is_blank(c) || (c && strchr("{}[],:", c)))
        return 1;
    return refuse(found, 0, "unexpected character");
}

/* ---- all tokens ---- */

int json_scan(const char *text, size_t size, size_t *ret_large, nj_error *error)
{
    size_t count = 0;
    for (size_t at = 0, length; at < size; at += length) {
        bool large;
        problem found;
        length = token_length(text + at, size - at, &large, &found);
        if (length == 0)
            return json_fail_at(text, at + found.offset, found.text, error);
        count += large;
    }
    *ret_large = count;
    return 0;
}

char *json_with_large_floats(const char *text, size_t size, size_t large, size_t *ret_size)
{
    char *copy = malloc(size + 2 * large + 1);
    if (!copy)
        return NULL;
    size_t filled = 0;
    for (size_t at = 0, length; at < size; at += length) {
        bool is_large_integer;
        problem found;
        length = token_length(text + at, size - at, &is_large_integer, &found);
        memcpy(copy + filled, text + at, length);
        filled += length;
        if (is_large_integer) {
            memcpy(copy + filled, "e0", 2);
            filled += 2;
        }
    }
    copy[filled] = '\0';
    *ret_size = filled;
    return copy;
}
