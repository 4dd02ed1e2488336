/* The program: start the host, run the command line as its root task, end in order. */
#include "host/state.h"

#include "host/door.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { EXIT_FAILED = 2, EXIT_SIGNAL = 128 };

/* Push the root task's function and its argument, the list of the command line's words. */
static int push_command_line(lua_State *L)
{
    int count = (int)lua_tointeger(L, 1);
    char **words = lua_touserdata(L, 2);
    static const char start[] = "return require('nightjar.cli').main(...)";
    if (luaL_loadbufferx(L, start, sizeof start - 1, "=nightjar", "t") != LUA_OK)
        return lua_error(L);
    lua_createtable(L, count, 0);
    for (int index = 1; index < count; index++) {
        lua_pushstring(L, words[index]);
        lua_rawseti(L, -2, index);
    }
    return 2;
}

/* In a protected call, so that running out of memory ends in a message: true when the root task
 * succeeded, and its result or error. */
static int run_root(lua_State *L)
{
    push_command_line(L);
    bool succeeded = nj_task_run_root(nj_host_of(L), 1);
    lua_pushboolean(L, succeeded);
    lua_insert(L, -2);
    return 2;
}

static int exit_status(nj_host *host)
{
    lua_State *L = host->L;
    if (host->exit_status >= 0)
        return host->exit_status;
    if (lua_toboolean(L, -2))
        return (int)lua_tointeger(L, -1);
    if (nj_signal_taken())
        return EXIT_SIGNAL + nj_signal_taken();
    fprintf(stderr, "nightjar: %s\n", luaL_tolstring(L, -1, NULL));
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("nightjar " NIGHTJAR_VERSION);
        return 0;
    }
    umask(S_IRWXG | S_IRWXO); /* what is written here is for nobody else */
    nj_host host;
    nj_error error;
    if (nj_stdio_begin(&error) != 0 || nj_host_open(&host, &error) != 0) {
        fprintf(stderr, "nightjar: %s\n", error.message);
        return EXIT_FAILED;
    }
    lua_pushcfunction(host.L, run_root);
    lua_pushinteger(host.L, argc);
    lua_pushlightuserdata(host.L, argv);
    int status = EXIT_FAILED;
    if (lua_pcall(host.L, 2, 2, 0) == LUA_OK)
        status = exit_status(&host);
    else
        fprintf(stderr, "nightjar: %s\n", luaL_tolstring(host.L, -1, NULL));
    nj_host_close(&host);
    return status;
}
