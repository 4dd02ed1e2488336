/* postgres in Lua: connections, queries, and quoting. */
#include "bindings/postgres.h"
#include "host/bindings.h"
#include "host/door.h"
#include "host/job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char connection_type[] = "nightjar.connection";
static const double CONNECT_SECONDS = 10, QUERY_SECONDS = 30, CANCEL_SECONDS = 5;

typedef struct connection {
    postgres_session session;
    bool begun; /* and not ended */
    bool busy;  /* a query uses it */
} connection;

static connection *check_connection(lua_State *L)
{
    return nj_handle_check(L, 1, connection_type);
}

static void raise(lua_State *L, const char *code, const char *message, const char *operation)
{
    nj_error error;
    nj_fail(&error, code, "%s", message);
    nj_raise(L, &error, operation);
}

static connection *check_idle(lua_State *L, const char *operation)
{
    connection *handle = check_connection(L);
    if (handle->busy)
        raise(L, "BUSY", "the connection is in use by another task", operation);
    return handle;
}

static connection *check_open(lua_State *L, const char *operation)
{
    connection *handle = check_idle(L, operation);
    if (!handle->session.connection)
        raise(L, "CLOSED", "the connection is closed", operation);
    return handle;
}

/* ---- connecting ---- */

static const char *const connect_options[] = {"host",     "port",
                                              "user",     "password",
                                              "passfile", "dbname",
                                              "sslmode",  "application_name",
                                              "options",  "connect_timeout",
                                              NULL};

/* A port may be a number. */
static void copy_options(lua_State *L, postgres_options *options)
{
    nj_options_only(L, 1, connect_options, false);
    if (lua_isnoneornil(L, 1))
        return;
    if (lua_getfield(L, 1, "port") != LUA_TNIL) {
        if (!lua_isinteger(L, -1) && lua_type(L, -1) != LUA_TSTRING)
            luaL_argerror(L, 1, "option 'port': a number or a string expected");
        lua_tostring(L, -1);
        nj_copy_string(L, -1, &options->port);
    }
    lua_pop(L, 1);
    nj_copy_option(L, 1, "host", &options->host);
    nj_copy_option(L, 1, "user", &options->user);
    nj_copy_option(L, 1, "password", &options->password);
    nj_copy_option(L, 1, "passfile", &options->passfile);
    nj_copy_option(L, 1, "dbname", &options->dbname);
    nj_copy_option(L, 1, "sslmode", &options->sslmode);
    nj_copy_option(L, 1, "application_name", &options->application_name);
    nj_copy_option(L, 1, "options", &options->options);
}

typedef struct connect_job {
    nj_job base;
    postgres_options options;
    connection *handle; /* borrowed, until it is given away; NULL for ready */
    const char *state;
} connect_job;

static int connect_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    connect_job *job = (connect_job *)base;
    return postgres_connect(&job->handle->session, &job->options, wait, error);
}

static int connect_done(lua_State *L, nj_job *base)
{
    lua_getiuservalue(L, -1, 1); /* what the job borrows: the handle alone */
    lua_rawgeti(L, -1, 1);
    ((connect_job *)base)->handle = NULL;
    return 1;
}

/* A connection that nobody is given is not left to the collector. */
static void connect_dispose(nj_job *base)
{
    connect_job *job = (connect_job *)base;
    if (job->handle && job->handle->begun)
        postgres_close(&job->handle->session);
    job->handle = NULL;
    postgres_options_free(&job->options);
}

static const nj_job_class connect_class = {"postgres.connect", connect_run, connect_done,
                                           connect_dispose};

/* connect{host=, port=, …} → connection */
static int l_connect(lua_State *L)
{
    lua_settop(L, 1);
    double seconds = nj_option_seconds(L, 1, "connect_timeout", CONNECT_SECONDS);
    connection *handle = nj_handle_new(L, connection_type, sizeof *handle);
    postgres_begin(&handle->session);
    handle->begun = true;
    connect_job *job = nj_job_new(L, &connect_class, sizeof *job);
    copy_options(L, &job->options);
    nj_job_borrow(L, 2);
    job->handle = handle;
    return nj_job_await(L, &job->base, seconds);
}

static int ready_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    connect_job *job = (connect_job *)base;
    return postgres_ready(&job->options, wait, &job->state, error);
}

static int ready_done(lua_State *L, nj_job *base)
{
    lua_pushstring(L, ((connect_job *)base)->state);
    return 1;
}

static const nj_job_class ready_class = {"postgres.ready", ready_run, ready_done, connect_dispose};

/* ready{host=, port=, …} → "ok", "rejecting", "no_response" or "no_attempt" */
static int l_ready(lua_State *L)
{
    lua_settop(L, 1);
    double seconds = nj_option_seconds(L, 1, "connect_timeout", CONNECT_SECONDS);
    connect_job *job = nj_job_new(L, &ready_class, sizeof *job);
    copy_options(L, &job->options);
    return nj_job_await(L, &job->base, seconds);
}

/* ---- queries ---- */

typedef struct query_job {
    nj_job base;
    connection *handle; /* borrowed */
    char *sql;
    char **parameters; /* count of them; NULL entries are null */
    int count;
    size_t limit;
    postgres_result result;
} query_job;

static int query_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    query_job *job = (query_job *)base;
    return postgres_query(&job->handle->session, job->sql, (const char *const *)job->parameters,
                          job->count, job->limit, wait, &job->result, error);
}

static void query_dispose(nj_job *base)
{
    query_job *job = (query_job *)base;
    for (int index = 0; job->parameters && index < job->count; index++)
        free(job->parameters[index]);
    free(job->parameters);
    free(job->sql);
    PQclear(job->result.rows);
    job->parameters = NULL;
    job->sql = NULL;
    job->result.rows = NULL;
    if (job->handle)
        job->handle->busy = false;
    job->handle = NULL;
}

/* Types of pg_type.dat whose text Lua has a better form for. numeric stays a string: a float would
 * round it. */
enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_OID = 26,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701
};

static void push_text(lua_State *L, const PGresult *result, int row, int column)
{
    lua_pushlstring(L, PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}

static void push_value(lua_State *L, const PGresult *result, int row, int column)
{
    const char *text = PQgetvalue(result, row, column);
    switch (PQftype(result, column)) {
    case OID_BOOL:
        lua_pushboolean(L, text[0] == 't');
        break;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_OID:
        lua_pushinteger(L, strtoll(text, NULL, 10));
        break;
    case OID_FLOAT4:
    case OID_FLOAT8:
        lua_pushnumber(L, strtod(text, NULL)); /* knows NaN and Infinity as well */
        break;
    default:
        push_text(L, result, row, column);
    }
}

static void push_row(lua_State *L, const PGresult *result, int row)
{
    int columns = PQnfields(result);
    lua_createtable(L, 0, columns);
    for (int column = 0; column < columns; column++) {
        if (PQgetisnull(result, row, column))
            continue;
        push_value(L, result, row, column);
        lua_setfield(L, -2, PQfname(result, column));
    }
}

static int query_done(lua_State *L, nj_job *base)
{
    const query_job *job = (query_job *)base;
    const PGresult *result = job->result.rows;
    int rows = PQntuples(result), columns = PQnfields(result);
    lua_createtable(L, rows, 2);
    for (int row = 0; row < rows; row++) {
        push_row(L, result, row);
        lua_rawseti(L, -2, row + 1);
    }
    lua_createtable(L, columns, 0);
    for (int column = 0; column < columns; column++) {
        lua_pushstring(L, PQfname(result, column));
        lua_rawseti(L, -2, column + 1);
    }
    lua_setfield(L, -2, "columns");
    lua_pushinteger(L, job->result.affected);
    lua_setfield(L, -2, "affected");
    return 1;
}

static const nj_job_class query_class = {"postgres.query", query_run, query_done, query_dispose};

/* The shortest text that is the same number again: 0.1 must not become a numeric
 * 0.10000000000000001. */
static void push_float(lua_State *L, double number)
{
    char digits[40];
    if (isnan(number)) {
        lua_pushliteral(L, "NaN"); /* printf may say -nan */
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    lua_pushstring(L, digits);
}

static const char *check_parameter_text(lua_State *L, int number)
{
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    if (strlen(text) != size)
        luaL_argerror(
            L, 3,
            lua_pushfstring(L, "parameter %d has a NUL, which no text in PostgreSQL can", number));
    return text;
}

/* Push the parameter on top of the stack as text; false for null. */
static bool push_parameter(lua_State *L, int number)
{
    switch (lua_type(L, -1)) {
    case LUA_TNIL:
    case LUA_TLIGHTUSERDATA: /* json.null, the only one a script meets */
        return false;
    case LUA_TBOOLEAN:
        lua_pushstring(L, lua_toboolean(L, -1) ? "t" : "f");
        return true;
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1))
            lua_pushfstring(L, "%I", lua_tointeger(L, -1));
        else
            push_float(L, lua_tonumber(L, -1));
        return true;
    case LUA_TSTRING:
        lua_pushstring(L, check_parameter_text(L, number));
        return true;
    }
    return luaL_argerror(L, 3,
                         lua_pushfstring(L, "parameter %d is a %s", number, luaL_typename(L, -1)));
}

/* The list may hold nils: its length is its field n, or else its highest index. */
static int count_parameters(lua_State *L)
{
    if (lua_isnoneornil(L, 3))
        return 0;
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_Integer count = 0;
    if (lua_getfield(L, 3, "n") == LUA_TNUMBER) {
        count = luaL_checkinteger(L, -1);
    } else {
        for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1))
            if (lua_isinteger(L, -2) && lua_tointeger(L, -2) > count)
                count = lua_tointeger(L, -2);
    }
    lua_pop(L, 1);
    luaL_argcheck(L, count >= 0 && count <= 65535, 3, "at most 65535 parameters");
    return (int)count;
}

static void copy_parameters(lua_State *L, query_job *job)
{
    int count = count_parameters(L);
    if (count == 0)
        return;
    job->parameters = calloc((size_t)count, sizeof *job->parameters);
    if (!job->parameters)
        luaL_error(L, "out of memory");
    job->count = count;
    for (int index = 0; index < count; index++) {
        lua_rawgeti(L, 3, index + 1);
        if (push_parameter(L, index + 1)) {
            nj_copy_string(L, -1, &job->parameters[index]);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
}

/* connection:query(sql, {parameters...}, {timeout=30, limit=}) → rows */
static int l_query(lua_State *L)
{
    static const char *const options[] = {"timeout", "limit", NULL};
    lua_settop(L, 4);
    connection *handle = check_open(L, query_class.operation);
    nj_options_only(L, 4, options, false);
    double seconds = nj_option_seconds(L, 4, "timeout", QUERY_SECONDS);
    lua_Integer limit =
        nj_option_integer(L, 4, "limit", POSTGRES_RESULT_LIMIT, 0, INT64_C(1) << 40);
    query_job *job = nj_job_new(L, &query_class, sizeof *job);
    nj_job_borrow(L, 1);
    nj_copy_string(L, 2, &job->sql);
    copy_parameters(L, job);
    job->limit = (size_t)limit;
    job->handle = handle;
    handle->busy = true;
    return nj_job_await(L, &job->base, seconds);
}

typedef struct cancel_job {
    nj_job base;
    connection *handle; /* borrowed */
} cancel_job;

static int cancel_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    return postgres_cancel(&((cancel_job *)base)->handle->session, wait, error);
}

static int cancel_done(lua_State *L, nj_job *base)
{
    (void)base;
    lua_pushboolean(L, true);
    return 1;
}

static const nj_job_class cancel_class = {"postgres.cancel", cancel_run, cancel_done, NULL};

/* connection:cancel() → was there a query to cancel? */
static int l_cancel(lua_State *L)
{
    connection *handle = check_connection(L);
    if (!handle->busy) {
        lua_pushboolean(L, false);
        return 1;
    }
    cancel_job *job = nj_job_new(L, &cancel_class, sizeof *job);
    nj_job_borrow(L, 1);
    job->handle = handle;
    return nj_job_await(L, &job->base, CANCEL_SECONDS);
}

/* ---- what needs no wait ---- */

/* connection:ready() → can it be used now? */
static int l_is_ready(lua_State *L)
{
    connection *handle = check_connection(L);
    lua_pushboolean(L, !handle->busy && postgres_is_open(&handle->session));
    return 1;
}

static int l_version(lua_State *L)
{
    lua_pushinteger(L, PQserverVersion(check_open(L, "postgres.version")->session.connection));
    return 1;
}

/* connection:notices() → the last ones, oldest first */
static int l_notices(lua_State *L)
{
    const postgres_session *session = &check_idle(L, "postgres.notices")->session;
    lua_createtable(L, session->notice_count, 0);
    for (int index = 0; index < session->notice_count; index++) {
        lua_pushstring(L, session->notices[(session->first_notice + index) % POSTGRES_NOTICES]);
        lua_rawseti(L, -2, index + 1);
    }
    return 1;
}

static int l_close(lua_State *L)
{
    connection *handle = check_idle(L, "postgres.close");
    if (handle->begun)
        postgres_close(&handle->session);
    return 0;
}

static int l_collect(lua_State *L)
{
    connection *handle = check_connection(L);
    if (handle->begun) {
        postgres_end(&handle->session);
        handle->begun = false;
    }
    return 0;
}

/* ---- quoting ---- */

static const char *check_text(lua_State *L)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    luaL_argcheck(L, strlen(text) == size, 1, "PostgreSQL has no text with NUL");
    return text;
}

static int push_quoted(lua_State *L, const char *text, const char *open, const char *doubled)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, open);
    for (; *text; text++) {
        if (strchr(doubled, *text))
            luaL_addchar(&buffer, *text);
        luaL_addchar(&buffer, *text);
    }
    luaL_addchar(&buffer, open[strlen(open) - 1]);
    luaL_pushresult(&buffer);
    return 1;
}

/* identifier(name) → "name" */
static int l_identifier(lua_State *L)
{
    return push_quoted(L, check_text(L), "\"", "\"");
}

/* literal(text) → 'text', or  E'te\\xt' where it holds a backslash, as PQescapeLiteral does */
static int l_literal(lua_State *L)
{
    const char *text = check_text(L);
    bool escaped = strchr(text, '\\') != NULL;
    return push_quoted(L, text, escaped ? " E'" : "'", escaped ? "'\\" : "'");
}

int nj_open_postgres(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"query", l_query},     {"ready", l_is_ready},  {"cancel", l_cancel}, {"close", l_close},
        {"version", l_version}, {"notices", l_notices}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"connect", l_connect},
                                         {"ready", l_ready},
                                         {"identifier", l_identifier},
                                         {"literal", l_literal},
                                         {NULL, NULL}};
    nj_type_new(L, connection_type, methods, l_close);
    luaL_getmetatable(L, connection_type);
    lua_pushcfunction(L, l_collect);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
