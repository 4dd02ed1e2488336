/* http in Lua: one request, and its answer as a table. */
#include "bindings/http.h"
#include "host/bindings.h"
#include "host/door.h"
#include "host/job.h"

#include <stdlib.h>
#include <string.h>

static const double TIMEOUT = 30, CONNECT_TIMEOUT = 10; /* seconds */
static const lua_Integer LIMIT = 16 * 1024 * 1024;      /* bytes */

typedef struct request_job {
    nj_job base;
    http_request request;
    bool check;
    http_response response;
} request_job;

static int request_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    request_job *job = (request_job *)base;
    if (http_perform(&job->request, wait, &job->response, error) != 0)
        return -1;
    return job->check ? http_check(&job->request, &job->response, error) : 0;
}

static int request_done(lua_State *L, nj_job *base)
{
    const http_response *response = &((request_job *)base)->response;
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, response->status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, response->body.bytes ? response->body.bytes : "", response->body.size);
    lua_setfield(L, -2, "body");
    lua_pushnumber(L, response->seconds);
    lua_setfield(L, -2, "seconds");
    lua_createtable(L, 0, (int)response->header_count);
    for (size_t index = 0; index < response->header_count; index++) {
        lua_pushstring(L, response->headers[index].value);
        lua_setfield(L, -2, response->headers[index].name);
    }
    lua_setfield(L, -2, "headers");
    return 1;
}

static void dispose_text(char **text)
{
    free(*text);
    *text = NULL;
}

static void request_dispose(nj_job *base)
{
    request_job *job = (request_job *)base;
    http_request *request = &job->request;
    dispose_text(&request->url);
    dispose_text(&request->method);
    nj_free_strings(&request->headers);
    dispose_text(&request->body);
    dispose_text(&request->socket);
    dispose_text(&request->ca_file);
    dispose_text(&request->cert_file);
    dispose_text(&request->key_file);
    http_response_free(&job->response);
}

static const nj_job_class request_class = {"http.request", request_run, request_done,
                                           request_dispose};

/* {Name = "value"} → a list of "Name: value" on the stack. */
static void push_lines(lua_State *L, int headers)
{
    lua_newtable(L);
    int lines = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, headers); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || !lua_isstring(L, -1))
            luaL_argerror(L, 1, "option 'headers': names and values must be strings");
        lua_pushvalue(L, -2);
        lua_pushliteral(L, ": ");
        lua_pushvalue(L, -3);
        lua_concat(L, 3);
        lua_rawseti(L, lines, (lua_Integer)lua_rawlen(L, lines) + 1);
    }
}

static void copy_headers(lua_State *L, http_request *request)
{
    if (lua_getfield(L, 1, "headers") != LUA_TNIL) {
        if (!lua_istable(L, -1))
            luaL_argerror(L, 1, "option 'headers': a table expected");
        push_lines(L, lua_gettop(L));
        nj_copy_strings(L, -1, 0, "headers", &request->headers);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* A body may hold any bytes, NUL too. */
static void copy_body(lua_State *L, http_request *request)
{
    if (lua_getfield(L, 1, "body") != LUA_TNIL) {
        size_t size;
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_argerror(L, 1, "option 'body': a string expected");
        const char *bytes = lua_tolstring(L, -1, &size);
        request->body = malloc(size + 1);
        if (!request->body)
            luaL_error(L, "out of memory");
        memcpy(request->body, bytes, size + 1);
        request->body_size = size;
    }
    lua_pop(L, 1);
}

static void copy_request(lua_State *L, http_request *request)
{
    nj_copy_option(L, 1, "url", &request->url);
    if (!request->url)
        luaL_argerror(L, 1, "option 'url' is missing");
    nj_copy_option(L, 1, "method", &request->method);
    nj_copy_option(L, 1, "socket", &request->socket);
    nj_copy_option(L, 1, "ca_file", &request->ca_file);
    nj_copy_option(L, 1, "cert_file", &request->cert_file);
    nj_copy_option(L, 1, "key_file", &request->key_file);
    request->verify = nj_option_boolean(L, 1, "verify", true);
    double connect = nj_option_seconds(L, 1, "connect_timeout", CONNECT_TIMEOUT);
    request->connect_timeout = connect < 1e6 ? connect : 1e6;
    request->limit = (size_t)nj_option_integer(L, 1, "limit", LIMIT, 0, INT64_C(1) << 40);
    copy_headers(L, request);
    copy_body(L, request);
}

/* request{url=, method=, headers=, body=, …} → {status, headers, body, seconds} */
static int l_request(lua_State *L)
{
    static const char *const options[] = {
        "url",    "method",  "headers",   "body",     "timeout", "limit", "connect_timeout",
        "socket", "ca_file", "cert_file", "key_file", "verify",  "check", NULL};
    lua_settop(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    nj_options_only(L, 1, options, false);
    double timeout = nj_option_seconds(L, 1, "timeout", TIMEOUT);
    request_job *job = nj_job_new(L, &request_class, sizeof *job);
    copy_request(L, &job->request);
    job->check = nj_option_boolean(L, 1, "check", true);
    return nj_job_await(L, &job->base, timeout);
}

int nj_open_http(lua_State *L)
{
    static const luaL_Reg functions[] = {{"request", l_request}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
