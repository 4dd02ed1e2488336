/* JSON text to json-c's objects and back. */
#include "bindings/json.h"

#include "bindings/json_scan.h"

#include <json-c/printbuf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char out_of_memory[] = "out of memory for JSON";

/* ---- parsing ---- */

static bool is_blank(const char *text, size_t from, size_t size)
{
    while (from < size && json_is_blank(text[from]))
        from++;
    return from == size;
}

/* How json-c's parser ended, as an offset and a problem; NULL for well. */
static const char *problem_of(json_tokener *tokener, const char *text, size_t size,
                              size_t *ret_offset)
{
    enum json_tokener_error problem = json_tokener_get_error(tokener);
    *ret_offset = json_tokener_get_parse_end(tokener);
    if (problem == json_tokener_success)
        return is_blank(text, *ret_offset, size) ? NULL : "something follows the document";
    if (problem != json_tokener_continue)
        return json_tokener_error_desc(problem);
    *ret_offset = size;
    return "the text ends too early";
}

/* The text ends in a blank, for a number at the very end might go on. */
static const char *parse(const char *text, size_t size, json_object **ret_value, size_t *ret_offset)
{
    json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
    if (!tokener)
        return out_of_memory;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
    json_object *value = json_tokener_parse_ex(tokener, text, (int)size);
    const char *problem = problem_of(tokener, text, size, ret_offset);
    json_tokener_free(tokener);
    if (problem)
        json_object_put(value);
    else
        *ret_value = value;
    return problem;
}

/* Where in the original the copy's offset lies: the copy has more e0 in it. */
static size_t original_offset(const char *text, const char *copy, size_t offset)
{
    size_t at = 0;
    for (size_t index = 0; index < offset;) {
        bool same = copy[index] == text[at];
        at += same;
        index += same ? 1 : 2;
    }
    return at;
}

int json_parse(const char *text, size_t size, json_object **ret_value, nj_error *error)
{
    size_t large, copy_size, offset = 0;
    if (size > INT_MAX / 4)
        return nj_fail(error, "FORMAT", "the JSON text has %zu bytes, which is too much", size);
    if (is_blank(text, 0, size))
        return nj_fail(error, "FORMAT", "no valid JSON: the text is empty");
    if (json_scan(text, size, &large, error) != 0)
        return -1;
    char *copy = json_with_large_floats(text, size, large, &copy_size);
    if (!copy)
        return nj_fail(error, "SYSTEM", out_of_memory);
    copy[copy_size] = ' ';
    const char *problem = parse(copy, copy_size + 1, ret_value, &offset);
    if (problem)
        json_fail_at(text, original_offset(text, copy, offset < copy_size ? offset : copy_size),
                     problem, error);
    free(copy);
    return problem ? -1 : 0;
}

/* ---- strings ---- */

json_object *json_string(const char *bytes, size_t size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    char *clean = malloc(3 * size + 1);
    if (!clean)
        return NULL;
    size_t filled = 0;
    for (size_t index = 0; index < size;) {
        size_t length = json_sequence_length(bytes + index, size - index);
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

static int print_empty(struct json_object *value, struct printbuf *out, int level, int flags)
{
    (void)level;
    (void)flags;
    return printbuf_memappend(out, json_object_is_type(value, json_type_array) ? "[]" : "{}", 2);
}

void json_stays_empty(json_object *value)
{
    json_object_set_serializer(value, print_empty, NULL, NULL);
}

const char *json_text(json_object *value, bool pretty, size_t *ret_size)
{
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
    flags |= pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN;
    return json_object_to_json_string_length(value, flags, ret_size);
}
