/* The table of bindings. */
#include "host/bindings.h"

#include <stddef.h>

const luaL_Reg nj_bindings[] = {
    {"nightjar.digest", nj_open_digest},
    {"nightjar.fingerprint", nj_open_fingerprint},
    {"nightjar.fs", nj_open_fs},
    {"nightjar.gzip", nj_open_gzip},
    {"nightjar.http", nj_open_http},
    {"nightjar.json", nj_open_json},
    {"nightjar.pipeline", nj_open_pipeline},
    {"nightjar.postgres", nj_open_postgres},
    {"nightjar.process", nj_open_process},
    {"nightjar.raw.docker_stream", nj_open_docker_stream},
    {"nightjar.raw.line_editor", nj_open_line_editor},
    {"nightjar.raw.smtp", nj_open_smtp},
    {NULL, NULL},
};
