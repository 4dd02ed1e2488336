/* JSON's tokens, read more strictly than json-c reads them. Any thread. */
#ifndef NIGHTJAR_JSON_SCAN_H
#define NIGHTJAR_JSON_SCAN_H

#include "host/error.h"

#include <stdbool.h>

/* White space as JSON has it. */
bool json_is_blank(char c);

/* The length of the well-formed UTF-8 sequence that begins here, or 0. */
size_t json_sequence_length(const char *bytes, size_t size);

/* Look at each token of a text that a NUL follows. FORMAT, with its place, on what json-c would let
 * pass: comments, 'single quotes', NaN, control characters and bad UTF-8 in strings, 01 and 1.,
 * numbers beyond a double, keys with NUL. *ret_large is how many integers do not fit into int64_t,
 * which json-c would clamp. */
int json_scan(const char *text, size_t size, size_t *ret_large, nj_error *error);

/* A copy of a scanned text, with e0 behind its large integers: so they are read as doubles. The
 * caller frees it; NULL without memory. */
char *json_with_large_floats(const char *text, size_t size, size_t large, size_t *ret_size);

/* FORMAT "no valid JSON at line …, column …: problem"; returns -1. */
int json_fail_at(const char *text, size_t offset, const char *problem, nj_error *error);

#endif
