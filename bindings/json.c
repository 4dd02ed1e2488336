/* JSON text to json-c's objects and back. */
#include "bindings/json.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parsing ---- */

static int fail_at(const char *text, size_t offset, const char *problem, nj_error *error)
{
    size_t line = 1, column = 1;
    for (size_t index = 0; index < offset; index++) {
        column = text[index] == '\n' ? 1 : column + 1;
        line += text[index] == '\n';
    }
    return nj_fail(error, "FORMAT", "no valid JSON at line %zu, column %zu: %s", line, column,
                   problem);
}

/* ---- what json-c lets pass: 'single quotes', NaN, and integers that it silently makes smaller
 * ---- */

static size_t string_length(const char *text, size_t size)
{
    size_t length = 1;
    while (length < size && text[length] != '"')
        length += text[length] == '\\' ? 2 : 1;
    return length < size ? length + 1 : size;
}

static bool fits_64_bits(const char *token, size_t length)
{
    char digits[32];
    if (strcspn(token, ".eE") < length)
        return true;
    if (length >= sizeof digits)
        return false;
    memcpy(digits, token, length);
    digits[length] = '\0';
    errno = 0;
    if (digits[0] == '-')
        (void)strtoll(digits, NULL, 10);
    else
        (void)strtoull(digits, NULL, 10);
    return errno == 0;
}

static bool is_literal(const char *token, size_t length)
{
    static const char *const literals[] = {"true", "false", "null"};
    for (size_t index = 0; index < sizeof literals / sizeof *literals; index++)
        if (strlen(literals[index]) == length && memcmp(token, literals[index], length) == 0)
            return true;
    return false;
}

static int check_tokens(const char *text, size_t size, nj_error *error)
{
    static const char number[] = "0123456789+-.eE";
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    for (size_t index = 0, length; index < size; index += length) {
        length = 1;
        if (text[index] == '"') {
            length = string_length(text + index, size - index);
        } else if (text[index] == '\'') {
            return fail_at(text, index, "strings stand in double quotes", error);
        } else if (text[index] == '-' || isdigit((unsigned char)text[index])) {
            length = strspn(text + index, number);
            if (!fits_64_bits(text + index, length))
                return fail_at(text, index, "an integer of more than 64 bits", error);
        } else if (isalpha((unsigned char)text[index])) {
            length = strspn(text + index, letters);
            if (!is_literal(text + index, length))
                return fail_at(text, index, "true, false or null expected", error);
        }
    }
    return 0;
}

static bool is_blank(const char *text, size_t from, size_t size)
{
    for (; from < size; from++)
        if (!isspace((unsigned char)text[from]))
            return false;
    return true;
}

static int check_parsed(const json_tokener *tokener, const char *text, size_t size, nj_error *error)
{
    enum json_tokener_error problem = json_tokener_get_error((json_tokener *)tokener);
    size_t end = json_tokener_get_parse_end((json_tokener *)tokener);
    if (is_blank(text, 0, size))
        return nj_fail(error, "FORMAT", "no valid JSON: the text is empty");
    if (problem == json_tokener_continue || end > size)
        return fail_at(text, size, "the text ends too early", error);
    if (problem != json_tokener_success)
        return fail_at(text, end, json_tokener_error_desc(problem), error);
    if (!is_blank(text, end, size))
        return fail_at(text, end, "something follows the document", error);
    return 0;
}

int json_parse(const char *text, size_t size, json_object **ret_value, nj_error *error)
{
    if (size >= INT_MAX)
        return nj_fail(error, "FORMAT", "the JSON text has %zu bytes, which is too much", size);
    if (check_tokens(text, size, error) != 0)
        return -1;
    json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
    if (!tokener)
        return nj_fail(error, "SYSTEM", "out of memory for JSON");
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS |
                                        JSON_TOKENER_VALIDATE_UTF8);
    json_object *value = json_tokener_parse_ex(tokener, text, (int)size);
    /* A number at the very end may go on: a blank says that it does not. */
    if (json_tokener_get_error(tokener) == json_tokener_continue) {
        json_object_put(value);
        value = json_tokener_parse_ex(tokener, " ", 1);
        if (json_tokener_get_error(tokener) == json_tokener_success) {
            json_tokener_free(tokener);
            *ret_value = value;
            return 0;
        }
    }
    int result = check_parsed(tokener, text, size, error);
    json_tokener_free(tokener);
    if (result != 0)
        json_object_put(value);
    else
        *ret_value = value;
    return result;
}

/* ---- strings ---- */

/* The length of the well-formed UTF-8 sequence that begins here, or 0: table 3-7 of the Unicode
 * standard. */
static size_t sequence_length(const unsigned char *bytes, size_t size)
{
    unsigned char lead = bytes[0];
    if (lead < 0x80)
        return 1;
    size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || length > size)
        return 0;
    unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (bytes[1] < least || bytes[1] > most)
        return 0;
    for (size_t index = 2; index < length; index++)
        if ((bytes[index] & 0xC0) != 0x80)
            return 0;
    return length;
}

json_object *json_string(const char *bytes, size_t size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    char *clean = malloc(3 * size + 1);
    if (!clean)
        return NULL;
    size_t filled = 0;
    for (size_t index = 0; index < size;) {
        size_t length = sequence_length((const unsigned char *)bytes + index, size - index);
        memcpy(clean + filled, length ? bytes + index : replacement, length ? length : 3);
        filled += length ? length : 3;
        index += length ? length : 1;
    }
    json_object *string = filled < INT_MAX ? json_object_new_string_len(clean, (int)filled) : NULL;
    free(clean);
    return string;
}

json_object *json_float(double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.15g", value);
    if (strtod(digits, NULL) != value)
        snprintf(digits, sizeof digits, "%.17g", value);
    if (!strpbrk(digits, ".e"))
        strcat(digits, ".0");
    return json_object_new_double_s(value, digits);
}

const char *json_text(json_object *value, bool pretty, size_t *ret_size)
{
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
    flags |= pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN;
    return json_object_to_json_string_length(value, flags, ret_size);
}
