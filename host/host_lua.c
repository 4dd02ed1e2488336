/* nightjar.host: what the Lua side needs to know of the process it runs in. */
#include "host/door.h"
#include "host/embedded.h"
#include "host/state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern char **environ;

/* embedded(name) → text or nil */
static int l_embedded(lua_State *L)
{
    const nj_embedded *file = nj_embedded_find(luaL_checkstring(L, 1));
    if (file)
        lua_pushlstring(L, file->text, file->size);
    else
        lua_pushnil(L);
    return 1;
}

/* compiled(name) → the chunk, or nil: there is none, or another Lua has compiled it */
static int l_compiled(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const nj_embedded *file = nj_compiled_files;
    if (!strstr(lua_ident, nj_compiled_by))
        return 0;
    while (file->name && strcmp(file->name, name) != 0)
        file++;
    if (!file->name)
        return 0;
    lua_pushlstring(L, file->text, file->size);
    return 1;
}

/* embedded_names(prefix) → list */
static int l_embedded_names(lua_State *L)
{
    size_t size;
    const char *prefix = luaL_checklstring(L, 1, &size);
    lua_Integer count = 0;
    lua_newtable(L);
    for (const nj_embedded *file = nj_embedded_files; file->name; file++) {
        if (strncmp(file->name, prefix, size) == 0) {
            lua_pushstring(L, file->name);
            lua_rawseti(L, -2, ++count);
        }
    }
    return 1;
}

/* environment() → {NAME = value} */
static int l_environment(lua_State *L)
{
    lua_newtable(L);
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals)
            continue;
        lua_pushlstring(L, *entry, (size_t)(equals - *entry));
        lua_pushstring(L, equals + 1);
        lua_rawset(L, -3);
    }
    return 1;
}

static int l_terminal(lua_State *L)
{
    lua_pushboolean(L, nj_is_terminal((int)luaL_checkinteger(L, 1)));
    return 1;
}

static int l_columns(lua_State *L)
{
    lua_pushinteger(L, nj_terminal_columns(1));
    return 1;
}

/* now() → seconds of the monotonic clock */
static int l_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)nj_now() / (lua_Number)NJ_SECOND);
    return 1;
}

/* time() → seconds since 1970, with fraction */
static int l_time(lua_State *L)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
    return 1;
}

/* random(n) → n random bytes as hexadecimal digits */
static int l_random(lua_State *L)
{
    unsigned char bytes[64];
    lua_Integer count = luaL_checkinteger(L, 1);
    luaL_argcheck(L, count > 0 && count <= (lua_Integer)sizeof bytes, 1, "1 to 64 expected");
    nj_error error;
    if (nj_random(bytes, (size_t)count, &error) != 0)
        nj_raise(L, &error, "host.random");
    char digits[2 * sizeof bytes + 1];
    for (lua_Integer index = 0; index < count; index++)
        snprintf(digits + 2 * index, 3, "%02x", bytes[index]);
    lua_pushlstring(L, digits, (size_t)(2 * count));
    return 1;
}

/* ---- read_line: what somebody types, without keeping Ctrl-C from its work ---- */

enum { LINE_LIMIT = 16 << 20 }; /* bytes */

typedef struct line_job {
    nj_job base;
    char *text;
    size_t size, room;
    bool ended; /* the input, before there was a line */
} line_job;

static int keep_byte(line_job *job, char byte, nj_error *error)
{
    if (job->size == LINE_LIMIT)
        return nj_fail(error, "FORMAT", "the line is longer than %d bytes", LINE_LIMIT);
    if (job->size == job->room) {
        size_t room = job->room ? 2 * job->room : 256;
        char *text = realloc(job->text, room);
        if (!text)
            return nj_fail(error, "SYSTEM", "out of memory");
        job->text = text;
        job->room = room;
    }
    job->text[job->size++] = byte;
    return 0;
}

/* A byte at a time: what is behind the line may be for somebody else. */
static int line_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    line_job *job = (line_job *)base;
    for (;;) {
        char byte;
        size_t count;
        nj_event event = {.fd = 0, .wanted = NJ_READABLE};
        if (nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0 ||
            nj_read(0, &byte, 1, wait, "standard input", &count, error) != 0)
            return -1;
        job->ended = count == 0 && job->size == 0;
        if (count == 0 || byte == '\n')
            return 0;
        if (keep_byte(job, byte, error) != 0)
            return -1;
    }
}

static int line_done(lua_State *L, nj_job *base)
{
    const line_job *job = (line_job *)base;
    if (job->ended)
        lua_pushnil(L);
    else
        lua_pushlstring(L, job->text ? job->text : "", job->size);
    return 1;
}

static void line_dispose(nj_job *base)
{
    line_job *job = (line_job *)base;
    free(job->text);
    job->text = NULL;
}

static const nj_job_class line_class = {"host.read_line", line_run, line_done, line_dispose};

/* read_line() → the next line of standard input, or nil at its end. Waits. */
static int l_read_line(lua_State *L)
{
    line_job *job = nj_job_new(L, &line_class, sizeof *job);
    return nj_job_await(L, &job->base, HUGE_VAL);
}

/* flush() → true, or nil and why what was written to standard output has not all gone there */
static int l_flush(lua_State *L)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, errno ? strerror(errno) : "nobody reads it any more");
    return 2;
}

/* exit(status): end the program in order, as if every task had been cancelled */
static int l_exit(lua_State *L)
{
    nj_host *host = nj_host_of(L);
    int status = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)luaL_optinteger(L, 1, 0);
    host->exit_status = status & 0xff;
    nj_task_cancel_all(host);
    return nj_task_raise_cancelled(L);
}

/* wrap_error(value) → an error table; a message handler for xpcall */
static int l_wrap_error(lua_State *L)
{
    lua_settop(L, 1);
    nj_wrap_error(L, L);
    return 1;
}

int nj_open_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"compiled", l_compiled},
        {"embedded", l_embedded},
        {"embedded_names", l_embedded_names},
        {"environment", l_environment},
        {"terminal", l_terminal},
        {"columns", l_columns},
        {"now", l_now},
        {"time", l_time},
        {"random", l_random},
        {"flush", l_flush},
        {"exit", l_exit},
        {"wrap_error", l_wrap_error},
        {"read_line", l_read_line},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    lua_pushliteral(L, NIGHTJAR_VERSION);
    lua_setfield(L, -2, "version");
    lua_pushinteger(L, nj_process_id());
    lua_setfield(L, -2, "pid");
    lua_pushinteger(L, nj_user());
    lua_setfield(L, -2, "user");
    char hostname[256];
    nj_hostname(hostname, sizeof hostname);
    lua_pushstring(L, hostname);
    lua_setfield(L, -2, "hostname");
    luaL_getmetatable(L, "nightjar.error");
    lua_setfield(L, -2, "error_type");
    return 1;
}
