/* Reading COPY, setval, lo_open and pg_dump's comments about objects. */
#include "bindings/fingerprint_parse.h"

#include <stdlib.h>
#include <string.h>

bool parse_is(const char *text, size_t size, const char *wanted)
{
    return size == strlen(wanted) && memcmp(text, wanted, size) == 0;
}

/* Move *text past the prefix, if it starts so. */
static bool skip(const char **text, const char *end, const char *prefix)
{
    size_t size = strlen(prefix);
    if ((size_t)(end - *text) < size || memcmp(*text, prefix, size) != 0)
        return false;
    *text += size;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool parse_copy(const char *text, size_t size, fingerprint_text *ret_name)
{
    const char *end = text + size;
    const char *start = text + strlen("COPY");
    while (start < end && is_blank(*start))
        start++;
    bool quoted = false;
    const char *p = start;
    for (; p < end && (quoted || (!is_blank(*p) && *p != '(')); p++)
        quoted ^= *p == '"';
    *ret_name = (fingerprint_text){.bytes = start, .size = (size_t)(p - start)};
    return p < end && p > start;
}

/* The rest of a literal whose opening quote is behind; returns the decoded size. */
static bool literal(const char **text, const char *end, char *room, size_t *ret_size)
{
    size_t size = 0;
    for (const char *p = *text; p < end; p++) {
        if (*p == '\'' && (p + 1 == end || p[1] != '\'')) {
            *text = p + 1;
            *ret_size = size;
            return true;
        }
        p += *p == '\'';
        room[size++] = *p;
    }
    return false;
}

static bool integer(const char **text, const char *end, int64_t *ret_value)
{
    bool negative = skip(text, end, "-");
    const char *start = *text;
    int64_t value = 0;
    for (; *text < end && **text >= '0' && **text <= '9'; (*text)++) {
        int digit = **text - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    *ret_value = value;
    return *text > start && (negative || !__builtin_sub_overflow(0, value, ret_value));
}

bool parse_setval(const char *text, size_t size, char *room, fingerprint_sequence *ret_sequence)
{
    const char *end = text + size;
    size_t name_size;
    if (!skip(&text, end, "SELECT pg_catalog.setval('") || !literal(&text, end, room, &name_size) ||
        !skip(&text, end, ", ") || !integer(&text, end, &ret_sequence->value) ||
        !skip(&text, end, ", "))
        return false;
    size_t left = (size_t)(end - text);
    ret_sequence->called = parse_is(text, left, "true);");
    ret_sequence->name = (fingerprint_text){.bytes = room, .size = name_size};
    return ret_sequence->called || parse_is(text, left, "false);");
}

bool parse_session(const char *text, size_t size)
{
    const char *end = text + size;
    return skip(&text, end, "SET ") || skip(&text, end, "SELECT pg_catalog.set_config(");
}

bool parse_lo_open(const char *text, size_t size, fingerprint_text *ret_number)
{
    const char *end = text + size;
    if (!skip(&text, end, "SELECT pg_catalog.lo_open('"))
        return false;
    const char *start = text;
    while (text < end && *text >= '0' && *text <= '9')
        text++;
    *ret_number = (fingerprint_text){.bytes = start, .size = (size_t)(text - start)};
    return skip(&text, end, "', 131072);");
}

/* Where the last of such separators in text[0, size) begins; SIZE_MAX for none. */
static size_t find_last(const char *text, size_t size, const char *separator)
{
    size_t length = strlen(separator);
    for (size_t at = size; at-- > 0;)
        if (size - at >= length && memcmp(text + at, separator, length) == 0)
            return at;
    return SIZE_MAX;
}

/* Names may hold anything, separators too, so it is read from its end. */
size_t parse_object(char *comment, size_t size)
{
    static const char *const separators[] = {"; Type: ", "; Schema: ", "; Owner: "};
    const char *name = comment;
    if (!skip(&name, comment + size, " Name: "))
        return 0;
    size_t at[3];
    size_t stop = size;
    for (int index = 3; index-- > 0; stop = at[index])
        if ((at[index] = find_last(comment, stop, separators[index])) == SIZE_MAX)
            return 0;
    size_t owner = at[2] + strlen(separators[2]);
    size_t tablespace = find_last(comment + owner, size - owner, "; Tablespace: ");
    size_t ends[] = {at[0], at[1], at[2], tablespace == SIZE_MAX ? size : owner + tablespace};
    size_t begin = (size_t)(name - comment);
    size_t made = 0;
    for (int index = 0; index < 4; index++) {
        memmove(comment + made, comment + begin, ends[index] - begin);
        made += ends[index] - begin;
        if (index < 3) {
            comment[made++] = '|';
            begin = ends[index] + strlen(separators[index]);
        }
    }
    return made;
}
