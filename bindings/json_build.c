/* Building json-c's objects out of tokens that are known to be good. */
#include "bindings/json_build.h"

#include "bindings/json_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct builder {
    const char *text;
    size_t size, at;
    char *room; /* for the longest string without its escapes */
    nj_error *error;
} builder;

static int refuse(const builder *build, const char *problem)
{
    if (build->at == build->size)
        problem = "the text ends too early";
    return json_fail_at(build->text, build->at, problem, build->error);
}

static int out_of_memory(const builder *build)
{
    return nj_fail(build->error, "SYSTEM", "out of memory for JSON");
}

/* The next byte that is no blank; the NUL at the end. */
static char peek(builder *build)
{
    while (json_is_blank(build->text[build->at]))
        build->at++;
    return build->text[build->at];
}

static bool take(builder *build, char wanted)
{
    bool there = peek(build) == wanted;
    build->at += there;
    return there;
}

/* ---- strings ---- */

enum { NO_UNIT = -1, REPLACEMENT = 0xFFFD };

/* Of the four hex digits behind \u. */
static int32_t unit_at(const char *text)
{
    int32_t unit = 0;
    if (text[0] != '\\' || text[1] != 'u')
        return NO_UNIT;
    for (int index = 2; index < 6; index++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *digit = text[index] ? strchr(digits, text[index]) : NULL;
        if (!digit)
            return NO_UNIT;
        int32_t value = (int32_t)(digit - digits);
        unit = unit * 16 + (value < 16 ? value : value - 6);
    }
    return unit;
}

static size_t put_character(char *room, int32_t point)
{
    if (point < 0x80) {
        room[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t index = length - 1; index > 0; index--, point >>= 6)
        room[index] = (char)(0x80 | (point & 0x3F));
    room[0] = (char)((0xF00 >> length & 0xF0) | point);
    return length;
}

/* \u1234, or two of them that are a surrogate pair; a half of one is the replacement. */
static int unescape_unit(builder *build, size_t *filled)
{
    int32_t unit = unit_at(build->text + build->at);
    if (unit == NO_UNIT)
        return refuse(build, "invalid string sequence");
    build->at += 6;
    if (unit >= 0xD800 && unit < 0xDC00) {
        int32_t low = unit_at(build->text + build->at);
        bool pair = low >= 0xDC00 && low < 0xE000;
        unit = pair ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : REPLACEMENT;
        build->at += pair ? 6 : 0;
    } else if (unit >= 0xDC00 && unit < 0xE000) {
        unit = REPLACEMENT;
    }
    *filled += put_character(build->room + *filled, unit);
    return 0;
}

static int unescape(builder *build, size_t *filled)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char letter = build->text[build->at + 1];
    if (letter == 'u')
        return unescape_unit(build, filled);
    const char *known = letter ? strchr(letters, letter) : NULL;
    if (!known)
        return refuse(build, "invalid string sequence");
    build->room[(*filled)++] = meant[known - letters];
    build->at += 2;
    return 0;
}

/* A string into `room`, with a NUL behind it. */
static int read_string(builder *build, size_t *ret_size)
{
    size_t filled = 0;
    build->at++;
    while (build->text[build->at] != '"') {
        size_t plain = strcspn(build->text + build->at, "\"\\");
        memcpy(build->room + filled, build->text + build->at, plain);
        filled += plain;
        build->at += plain;
        if (build->text[build->at] == '\\' && unescape(build, &filled) != 0)
            return -1;
    }
    build->at++;
    build->room[filled] = '\0';
    *ret_size = filled;
    return 0;
}

/* ---- values ---- */

static int build_value(builder *build, int depth, json_object **ret_value);

static int keep(const builder *build, json_object *made, json_object **ret_value)
{
    *ret_value = made;
    return made ? 0 : out_of_memory(build);
}

static int build_string(builder *build, json_object **ret_value)
{
    size_t size;
    if (read_string(build, &size) != 0)
        return -1;
    return keep(build, json_object_new_string_len(build->room, (int)size), ret_value);
}

static int build_number(builder *build, json_object **ret_value)
{
    const char *start = build->text + build->at;
    size_t length = strspn(start, "0123456789+-.eE");
    build->at += length;
    errno = 0;
    char *end;
    int64_t integer = strtoll(start, &end, 10);
    bool is_integer = errno == 0 && end == start + length;
    return keep(build,
                is_integer ? json_object_new_int64(integer)
                           : json_object_new_double(strtod(start, NULL)),
                ret_value);
}

static int build_word(builder *build, json_object **ret_value)
{
    char first = build->text[build->at];
    build->at += first == 'f' ? strlen("false") : strlen("true"); /* as long as null */
    if (first != 'n')
        return keep(build, json_object_new_boolean(first == 't'), ret_value);
    *ret_value = NULL;
    return 0;
}

static int add_entry(builder *build, int depth, json_object *array)
{
    json_object *value;
    if (build_value(build, depth, &value) != 0)
        return -1;
    if (json_object_array_add(array, value) == 0)
        return 0;
    json_object_put(value);
    return out_of_memory(build);
}

static int add_field(builder *build, int depth, json_object *object)
{
    json_object *value;
    size_t size;
    if (peek(build) != '"')
        return refuse(build, "quoted object property name expected");
    if (read_string(build, &size) != 0)
        return -1;
    if (!take(build, ':'))
        return refuse(build, "object property name separator ':' expected");
    char *key = strndup(build->room, size);
    if (!key)
        return out_of_memory(build);
    int result = build_value(build, depth, &value);
    if (result == 0 && json_object_object_add(object, key, value) != 0) {
        json_object_put(value);
        result = out_of_memory(build);
    }
    free(key);
    return result;
}

/* What stands between the brackets of a list or an object. */
static int fill(builder *build, int depth, bool is_object, json_object *container)
{
    char end = is_object ? '}' : ']';
    if (take(build, end))
        return 0;
    do {
        if ((is_object ? add_field(build, depth, container) : add_entry(build, depth, container)) !=
            0)
            return -1;
    } while (take(build, ','));
    if (take(build, end))
        return 0;
    return refuse(build, is_object ? "object value separator ',' expected"
                                   : "array value separator ',' expected");
}

static int build_container(builder *build, int depth, json_object **ret_value)
{
    bool is_object = build->text[build->at] == '{';
    if (depth == JSON_DEPTH)
        return refuse(build, "nesting too deep");
    build->at++;
    json_object *container = is_object ? json_object_new_object() : json_object_new_array();
    if (!container)
        return out_of_memory(build);
    if (fill(build, depth + 1, is_object, container) != 0) {
        json_object_put(container);
        return -1;
    }
    *ret_value = container;
    return 0;
}

static int build_value(builder *build, int depth, json_object **ret_value)
{
    switch (peek(build)) {
    case '{':
    case '[':
        return build_container(build, depth, ret_value);
    case '"':
        return build_string(build, ret_value);
    case 't':
    case 'f':
    case 'n':
        return build_word(build, ret_value);
    case '}':
    case ']':
    case ',':
    case ':':
    case '\0':
        return refuse(build, "unexpected character");
    default:
        return build_number(build, ret_value);
    }
}

int json_build(const char *text, size_t size, json_object **ret_value, nj_error *error)
{
    json_object *value = NULL;
    builder build = {.text = text, .size = size, .room = malloc(size + 1), .error = error};
    if (!build.room)
        return out_of_memory(&build);
    int result = build_value(&build, 0, &value);
    if (result == 0 && (peek(&build), build.at < size)) {
        json_object_put(value);
        result = json_fail_at(text, build.at, "something follows the document", error);
    }
    free(build.room);
    if (result == 0)
        *ret_value = value;
    return result;
}
