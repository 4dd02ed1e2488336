/* The result of a fingerprint as a Lua table, for the pipeline's door. */
#ifndef NIGHTJAR_FINGERPRINT_LUA_H
#define NIGHTJAR_FINGERPRINT_LUA_H

#include "bindings/fingerprint.h"

#include <lua.h>

/* Push {complete=, ended_in=, tables=, sequences=, objects=, statements=, hash=} of a finished
 * fingerprint, which the caller keeps owning. May raise, out of memory. */
void fingerprint_push(lua_State *L, const fingerprint *print);

#endif
