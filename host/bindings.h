/* The table of bindings: the only place where the host names them. */
#ifndef NIGHTJAR_BINDINGS_H
#define NIGHTJAR_BINDINGS_H

#include <lauxlib.h>

int nj_open_digest(lua_State *L);
int nj_open_docker_stream(lua_State *L);
int nj_open_fingerprint(lua_State *L);
int nj_open_fs(lua_State *L);
int nj_open_gzip(lua_State *L);
int nj_open_http(lua_State *L);
int nj_open_json(lua_State *L);
int nj_open_line_editor(lua_State *L);
int nj_open_pipeline(lua_State *L);
int nj_open_postgres(lua_State *L);
int nj_open_process(lua_State *L);
int nj_open_smtp(lua_State *L);

extern const luaL_Reg nj_bindings[]; /* {"nightjar.digest", nj_open_digest}, … {NULL, NULL} */

#endif
