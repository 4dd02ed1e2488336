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

#endif
