/* What every door into Lua needs: options, arguments, strings that a job keeps, handles, and
 * raising.
 *
 * All of these take L: they may longjmp. */
#ifndef NIGHTJAR_DOOR_H
#define NIGHTJAR_DOOR_H

#include "error.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- errors ---- */

/* Raise a filled nj_error as nightjar's error table, with `operation` as its op. */
_Noreturn void nj_raise(lua_State *L, const nj_error *error, const char *operation);
/* Push it instead (a result that carries an error). */
void nj_push_error(lua_State *L, const nj_error *error, const char *operation);
/* The same without its traceback, which takes as long as the stack is deep. */
void nj_push_error_alone(lua_State *L, const nj_error *error, const char *operation);

/* Turn the error value on top of `from` into an error table on L, with the traceback of `from`
 * where it has none yet. A value that is no error table becomes code "LUA". [from: -1, L: +1] */
void nj_wrap_error(lua_State *L, lua_State *from);

/* ---- options: a table at `index`, or nil or none where it may be left out ---- */

/* Raise when the table has a string key that is not in `keys` (NULL-terminated), with "did you
 * mean". The array part is looked at only where `positional` is false, and is then an error. */
void nj_options_only(lua_State *L, int index, const char *const keys[], bool positional);
lua_Integer nj_option_integer(lua_State *L, int index, const char *key, lua_Integer fallback,
                              lua_Integer minimum, lua_Integer maximum);
/* Above 0; math.huge is fine. */
double nj_option_seconds(lua_State *L, int index, const char *key, double fallback);
bool nj_option_boolean(lua_State *L, int index, const char *key, bool fallback);
/* Push the field; true when it is there and is a string without NUL, false (and nil pushed) when it
 * is absent. Any other type raises. */
bool nj_option_string(lua_State *L, int index, const char *key);

/* ---- strings that a job or a handle owns; free with free() and nj_free_strings ---- */

/* Copy the string at `index` (no embedded NUL) into *ret_copy. */
void nj_copy_string(lua_State *L, int index, char **ret_copy);
/* Copy options[key], if it is there. */
void nj_copy_option(lua_State *L, int index, const char *key, char **ret_copy);
/* Copy the array part of the table at `index` (strings or numbers) into a NULL-terminated vector.
 * At least `minimum` entries. `what` names it in errors. */
void nj_copy_strings(lua_State *L, int index, int minimum, const char *what, char ***ret_copies);
/* Copy a table {NAME = "value" or false} as "NAME=value" or "NAME" (remove), for
 * nj_spawn.environment; nil gives NULL. */
void nj_copy_environment(lua_State *L, int index, char ***ret_copies);
void nj_free_strings(char ***strings); /* idempotent, sets NULL */

/* ---- handles: userdata with methods, __gc and __close ---- */

/* Register the type once: its methods, and `close`, which is used for __gc, __close and may be a
 * method too. */
void nj_type_new(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction close);
/* Push a zeroed handle of that type. */
void *nj_handle_new(lua_State *L, const char *type, size_t size);
/* luaL_checkudata with the same message everywhere. */
void *nj_handle_check(lua_State *L, int argument, const char *type);

/* ---- stages of a pipeline: a description that pipeline.run reads ---- */

/* Push {stage = kind, ...the fields of the table at `index`}; 0 for no table. */
void nj_stage_push(lua_State *L, const char *kind, int index);

#endif
