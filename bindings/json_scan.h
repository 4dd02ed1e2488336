/* JSON's tokens: strings, numbers, words and punctuation. Any thread. */
#ifndef NIGHTJAR_JSON_SCAN_H
#define NIGHTJAR_JSON_SCAN_H

#include "host/error.h"

#include <stdbool.h>

/* White space as JSON has it. */
bool json_is_blank(char c);

/* The length of the well-formed UTF-8 sequence that begins here, or 0. */
size_t json_sequence_length(const char *bytes, size_t size);

/* Look at each token of a text that a NUL follows. FORMAT, with its place, on comments, 'single
 * quotes', NaN, control characters and bad UTF-8 in strings, 01 and 1., numbers beyond a double,
 * keys with NUL. What a \ stands before is not looked at. */
int json_scan(const char *text, size_t size, nj_error *error);

/* FORMAT "no valid JSON at line …, column …: problem"; returns -1. */
int json_fail_at(const char *text, size_t offset, const char *problem, nj_error *error);

#endif
