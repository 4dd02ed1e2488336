/* The few statements and comment lines of a dump that say more than their hash. Pure functions. */
#ifndef NIGHTJAR_FINGERPRINT_PARSE_H
#define NIGHTJAR_FINGERPRINT_PARSE_H

#include "bindings/fingerprint.h"

/* Whether the text is exactly these words. */
bool parse_is(const char *text, size_t size, const char *wanted);

/* The name in COPY name (…) FROM stdin; as it is written. False when `text` ends before it does. */
bool parse_copy(const char *text, size_t size, fingerprint_text *ret_name);

/* SELECT pg_catalog.setval('name', 1, true); The name is decoded into `room`, which is as large as
 * the text. */
bool parse_setval(const char *text, size_t size, char *room, fingerprint_sequence *ret_sequence);

/* SET …; or SELECT pg_catalog.set_config(…); */
bool parse_session(const char *text, size_t size);

/* SELECT pg_catalog.lo_open('4242', 131072); */
bool parse_lo_open(const char *text, size_t size, fingerprint_text *ret_number);

/* Of a comment without its dashes: " Name: n; Type: t; Schema: s; Owner: o" is made "n|t|s|o" in
 * place; returns its size, or 0 when it is another comment. */
size_t parse_object(char *comment, size_t size);

#endif
