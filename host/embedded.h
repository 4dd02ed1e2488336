/* The files that are in the binary: nightjar's Lua, argparse, and the configuration templates. */
#ifndef NIGHTJAR_EMBEDDED_H
#define NIGHTJAR_EMBEDDED_H

#include <stddef.h>

typedef struct nj_embedded {
    const char *name; /* "nightjar/log.lua", "tasks/backup.lua", "config/policy.lua" */
    const char *text;
    size_t size;
} nj_embedded;

extern const nj_embedded nj_embedded_files[]; /* the last one has no name */

/* nightjar's Lua and argparse once more, compiled by the Lua whose release this is ("Lua 5.4.4"):
 * no other may load it. */
extern const nj_embedded nj_compiled_files[];
extern const char nj_compiled_by[];

#endif
