/* JSON text to json-c's objects and back. */
#include "bindings/json.h"

#include "bindings/json_build.h"
#include "bindings/json_scan.h"

#include <json-c/printbuf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parsing ---- */

static bool is_blank(const char *text, size_t size)
{
    size_t from = 0;
    while (from < size && json_is_blank(text[from]))
        from++;
    return from == size;
}

int json_parse(const char *text, size_t size, json_object **ret_value, nj_error *error)
{
    if (size > INT_MAX / 4)
        return nj_fail(error, "FORMAT", "the JSON text has %zu bytes, which is too much", size);
    if (is_blank(text, size))
        return nj_fail(error, "FORMAT", "no valid JSON: the text is empty");
    if (json_scan(text, size, error) != 0)
        return -1;
    return json_build(text, size, ret_value, error);
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

/* ---- text ---- */

/* Bytes that a string takes at most, with its quotes. */
static size_t string_room(const char *text, size_t size)
{
    size_t room = size + 2;
    for (size_t index = 0; index < size; index++) {
        unsigned char byte = (unsigned char)text[index];
        room += byte < ' ' ? 5 : byte == '"' || byte == '\\';
    }
    return room;
}

static size_t room_for(json_object *value, size_t level);

static size_t room_for_fields(json_object *object, size_t level)
{
    size_t room = 0;
    struct json_object_iterator field = json_object_iter_begin(object);
    struct json_object_iterator end = json_object_iter_end(object);
    for (; !json_object_iter_equal(&field, &end); json_object_iter_next(&field)) {
        const char *key = json_object_iter_peek_name(&field);
        room += string_room(key, strlen(key));
        room += room_for(json_object_iter_peek_value(&field), level);
    }
    return room;
}

static size_t room_for_entries(json_object *array, size_t level)
{
    size_t room = 0;
    for (size_t index = 0; index < json_object_array_length(array); index++)
        room += room_for(json_object_array_get_idx(array, index), level);
    return room;
}

/* Bytes that the text of a value takes at most, with what stands before and behind it; `level` is
 * how deep it stands. */
static size_t room_for(json_object *value, size_t level)
{
    enum { SCALAR = 40, MARKS = 4 }; /* ": ", the comma, the line's end */
    size_t around = MARKS + 2 * level;
    switch (json_object_get_type(value)) {
    case json_type_string:
        return around + string_room(json_object_get_string(value),
                                    (size_t)json_object_get_string_len(value));
    case json_type_array: /* the line of its closing bracket is one more */
        return 2 * around + 2 + room_for_entries(value, level + 1);
    case json_type_object:
        return 2 * around + 2 + room_for_fields(value, level + 1);
    default:
        return around + SCALAR;
    }
}

static int make_room(struct json_object *value, struct printbuf *out, int level, int flags)
{
    (void)level;
    (void)flags;
    const size_t *room = json_object_get_userdata(value);
    return *room > INT_MAX / 2 ? -1 : printbuf_memset(out, 0, 0, (int)*room);
}

/* json-c leaves out of a text what it gets no memory for, and says nothing: have it take all that
 * it can need before it begins. It has that for what is short. */
static bool reserve(json_object *value)
{
    bool long_text =
        json_object_is_type(value, json_type_string) ||
        (json_object_is_type(value, json_type_array) && json_object_array_length(value) > 0) ||
        (json_object_is_type(value, json_type_object) && json_object_object_length(value) > 0);
    if (!long_text)
        return true;
    size_t room = room_for(value, 0) + 8;
    json_object_set_serializer(value, make_room, &room, NULL);
    bool reserved = json_object_to_json_string_length(value, 0, NULL);
    json_object_set_serializer(value, NULL, NULL, NULL);
    return reserved;
}

const char *json_text(json_object *value, bool pretty, size_t *ret_size)
{
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
    flags |= pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN;
    return reserve(value) ? json_object_to_json_string_length(value, flags, ret_size) : NULL;
}
