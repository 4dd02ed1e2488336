/* The Lua state: which libraries it has, where modules come from, and nightjar.host. */
#ifndef NIGHTJAR_STATE_H
#define NIGHTJAR_STATE_H

#include "task.h"

/* Make the host's Lua state. 0, or -1 with *error filled. */
int nj_host_open(nj_host *host, nj_error *error);

/* Cancel what runs, join the workers, close the state. */
void nj_host_close(nj_host *host);

/* The embedded file of that name, or NULL. */
const struct nj_embedded *nj_embedded_find(const char *name);

/* The module nightjar.host: what the Lua side needs to know of the process it runs in. */
int nj_open_host(lua_State *L);

#endif
