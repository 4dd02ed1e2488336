/* JSON text to json-c's objects and back. json-c, for it alone keeps 64-bit integers and embedded
 * NULs right. Any thread. */
#ifndef NIGHTJAR_JSON_H
#define NIGHTJAR_JSON_H

#include "host/error.h"

#include <json-c/json.h>
#include <stdbool.h>

enum { JSON_DEPTH = 128 };

/* Parse one whole document, which a NUL follows: anything after it but white space is an error, as
 * is all that RFC 8259 does not allow. An integer that int64_t cannot hold becomes a double. Of a
 * key that stands twice in an object the last one counts; an escaped half of a surrogate pair is
 * U+FFFD; a key with NUL is refused, for json-c would cut it. FORMAT names line and column. The
 * caller puts *ret_value (NULL for the document `null`) with json_object_put. */
int json_parse(const char *text, size_t size, json_object **ret_value, nj_error *error);

/* A new string; bytes that are no UTF-8 become U+FFFD. NULL without memory. */
json_object *json_string(const char *bytes, size_t size);

/* A new number that reads back as the same double, and as one with a fraction. NULL without memory.
 * The caller has refused what is not finite. */
json_object *json_float(double value);

/* This list or object gets no entries: it is [] or {} in pretty text too, which json-c breaks into
 * two lines. */
void json_stays_empty(json_object *value);

/* The text of a value; it belongs to the value. NULL without memory. */
const char *json_text(json_object *value, bool pretty, size_t *ret_size);

#endif
