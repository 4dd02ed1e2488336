/* docker_stream in Lua: what a program wrote, out of the engine's stream. */
#include "bindings/docker_stream.h"
#include "host/bindings.h"
#include "host/door.h"

static const char stream_type[] = "nightjar.docker_stream";

static int l_free(lua_State *L)
{
    docker_stream_free(nj_handle_check(L, 1, stream_type));
    return 0;
}

/* split(bytes) → what went to stdout, what went to stderr */
static int l_split(lua_State *L)
{
    nj_error error;
    size_t size;
    const char *bytes = luaL_checklstring(L, 1, &size);
    docker_stream *stream = nj_handle_new(L, stream_type, sizeof *stream);
    if (docker_stream_split(bytes, size, stream, &error) != 0)
        nj_raise(L, &error, "docker_stream.split");
    lua_pushlstring(L, stream->output ? stream->output : "", stream->output_size);
    lua_pushlstring(L, stream->diagnostics ? stream->diagnostics : "", stream->diagnostics_size);
    docker_stream_free(stream);
    return 2;
}

int nj_open_docker_stream(lua_State *L)
{
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {{"split", l_split}, {NULL, NULL}};
    nj_type_new(L, stream_type, no_methods, l_free);
    luaL_newlib(L, functions);
    return 1;
}
