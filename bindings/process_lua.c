/* process in Lua: run a program, or name one as the end of a pipeline. */
#include "bindings/process.h"
#include "host/bindings.h"
#include "host/door.h"
#include "host/job.h"

#include <stdlib.h>
#include <string.h>

static const double TIMEOUT = 3600; /* seconds, where none is given: every wait has an end */

typedef struct run_job {
    nj_job base;
    process_spec spec;
    bool check;
    process_result result;
} run_job;

static int run_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    run_job *job = (run_job *)base;
    if (process_run(&job->spec, wait, &job->result, error) != 0)
        return -1;
    return job->check ? process_check(&job->spec, &job->result, error) : 0;
}

static void set_text(lua_State *L, const char *key, const process_text *text)
{
    lua_pushlstring(L, text->bytes, text->size);
    lua_setfield(L, -2, key);
}

static int run_done(lua_State *L, nj_job *base)
{
    const process_result *result = &((run_job *)base)->result;
    lua_createtable(L, 0, 5);
    if (result->signal) {
        lua_pushinteger(L, result->signal);
        lua_setfield(L, -2, "signal");
    } else {
        lua_pushinteger(L, result->exit_status);
        lua_setfield(L, -2, "exit");
    }
    set_text(L, "stdout", &result->output);
    set_text(L, "stderr", &result->diagnostics);
    lua_pushnumber(L, result->seconds);
    lua_setfield(L, -2, "seconds");
    return 1;
}

static void run_dispose(nj_job *base)
{
    run_job *job = (run_job *)base;
    nj_free_strings(&job->spec.argv);
    nj_free_strings(&job->spec.environment);
    free(job->spec.directory);
    free(job->spec.input);
    job->spec.directory = job->spec.input = NULL;
    process_result_free(&job->result);
}

static const nj_job_class run_class = {"process.run", run_run, run_done, run_dispose};

/* Input may hold any bytes, NUL too. */
static void copy_input(lua_State *L, process_spec *spec)
{
    if (lua_getfield(L, 1, "stdin") != LUA_TNIL) {
        size_t size;
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_argerror(L, 1, "option 'stdin': a string expected");
        const char *bytes = lua_tolstring(L, -1, &size);
        spec->input = malloc(size + 1);
        if (!spec->input)
            luaL_error(L, "out of memory");
        memcpy(spec->input, bytes, size);
        spec->input_size = size;
    }
    lua_pop(L, 1);
}

/* run{argv..., env=, cwd=, stdin=, timeout=3600, check=true, limit=} */
static int l_run(lua_State *L)
{
    static const char *const options[] = {"env", "cwd", "stdin", "timeout", "check", "limit", NULL};
    lua_settop(L, 1);
    nj_options_only(L, 1, options, true);
    double timeout = nj_option_seconds(L, 1, "timeout", TIMEOUT);
    run_job *job = nj_job_new(L, &run_class, sizeof *job);
    nj_copy_strings(L, 1, 1, "the command", &job->spec.argv);
    lua_getfield(L, 1, "env");
    nj_copy_environment(L, -1, &job->spec.environment);
    lua_pop(L, 1);
    nj_copy_option(L, 1, "cwd", &job->spec.directory);
    copy_input(L, &job->spec);
    job->spec.limit =
        (size_t)nj_option_integer(L, 1, "limit", PROCESS_OUTPUT_LIMIT, 0, INT64_C(1) << 40);
    job->check = nj_option_boolean(L, 1, "check", true);
    return nj_job_await(L, &job->base, timeout);
}

static int push_end(lua_State *L, const char *kind)
{
    static const char *const options[] = {"env", "cwd", NULL};
    luaL_checktype(L, 1, LUA_TTABLE);
    nj_options_only(L, 1, options, true);
    luaL_argcheck(L, lua_rawlen(L, 1) > 0, 1, "the command is empty");
    nj_stage_push(L, kind, 1);
    return 1;
}

static int l_source(lua_State *L)
{
    return push_end(L, "process.source");
}

static int l_sink(lua_State *L)
{
    return push_end(L, "process.sink");
}

int nj_open_process(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"run", l_run}, {"source", l_source}, {"sink", l_sink}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
