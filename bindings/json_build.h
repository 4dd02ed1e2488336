/* From JSON's tokens to json-c's objects. json-c's own parser is not asked: where it gets no memory
 * it crashes, or takes the document for `null`. Any thread. */
#ifndef NIGHTJAR_JSON_BUILD_H
#define NIGHTJAR_JSON_BUILD_H

#include "bindings/json.h"

/* The value of a text that json_scan has passed and that is not blank. FORMAT where the tokens do
 * not make one document; SYSTEM without memory. */
int json_build(const char *text, size_t size, json_object **ret_value, nj_error *error);

#endif
