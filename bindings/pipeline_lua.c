/* pipeline in Lua: a table that describes the stages becomes one job. */
#include "bindings/fingerprint_lua.h"
#include "bindings/gzip.h"
#include "bindings/pipeline.h"
#include "host/bindings.h"
#include "host/door.h"
#include "host/job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char meter_type[] = "nightjar.pipeline.meter";
static const double STALL_SECONDS = 300;

typedef struct run_job {
    nj_job base;
    pipeline_spec spec;
    pipeline_result result;
    nj_error error;
    bool failed;
} run_job;

/* ---- from Lua: the stages ---- */

/* Push the `stage` of the description at `index`; raises when it is none. */
static const char *push_kind(lua_State *L, int index, const char *what)
{
    if (!lua_istable(L, index))
        luaL_argerror(
            L, 1,
            lua_pushfstring(L, "%s: a stage expected, got %s", what, luaL_typename(L, index)));
    if (lua_getfield(L, index, "stage") != LUA_TSTRING)
        luaL_argerror(L, 1, lua_pushfstring(L, "%s: a table that is no stage", what));
    return lua_tostring(L, -1);
}

static void copy_command(lua_State *L, int index, pipeline_end *end)
{
    end->kind = PIPELINE_PROCESS;
    nj_copy_strings(L, index, 1, "the command", &end->argv);
    lua_getfield(L, index, "env");
    nj_copy_environment(L, -1, &end->environment);
    lua_pop(L, 1);
    nj_copy_option(L, index, "cwd", &end->directory);
}

static void copy_path(lua_State *L, int index, pipeline_end *end)
{
    end->kind = PIPELINE_FILE;
    lua_getfield(L, index, "path");
    nj_copy_string(L, -1, &end->path);
    lua_pop(L, 1);
}

/* The stage options.from or options.to. */
static void copy_end(lua_State *L, const char *key, bool is_source, pipeline_end *end)
{
    lua_getfield(L, 1, key);
    int index = lua_gettop(L);
    const char *kind = push_kind(L, index, key);
    if (strcmp(kind, is_source ? "process.source" : "process.sink") == 0)
        copy_command(L, index, end);
    else if (strcmp(kind, is_source ? "fs.source" : "fs.sink") == 0)
        copy_path(L, index, end);
    else if (!is_source && strcmp(kind, "pipeline.discard") == 0)
        end->kind = PIPELINE_DISCARD;
    else
        luaL_argerror(L, 1, lua_pushfstring(L, "%s: '%s' cannot stand there", key, kind));
    lua_settop(L, index - 1);
}

static void read_digest(lua_State *L, int index, pipeline_filter *filter)
{
    filter->kind = PIPELINE_DIGEST;
    lua_Integer count = luaL_len(L, index);
    for (lua_Integer entry = 1; entry <= count; entry++) {
        digest_algorithm algorithm;
        lua_geti(L, index, entry);
        if (digest_find(luaL_checkstring(L, -1), &algorithm))
            filter->wanted[algorithm] = true;
        lua_pop(L, 1);
    }
}

static uint64_t range_field(lua_State *L, const char *key)
{
    lua_Integer value = nj_option_integer(L, lua_gettop(L), key, -1, 0, LUA_MAXINTEGER);
    luaL_argcheck(L, value >= 0, 1, "only: each range is {offset=, bytes=}");
    return (uint64_t)value;
}

/* decompress's {{offset=, bytes=}...}, if it is there: sorted, and apart. */
static void read_ranges(lua_State *L, int index, pipeline_filter *filter)
{
    if (lua_getfield(L, index, "only") != LUA_TNIL) {
        luaL_argcheck(L, lua_istable(L, -1), 1, "only: a list of ranges expected");
        lua_Integer count = luaL_len(L, -1);
        filter->ranges = calloc((size_t)count + 1, sizeof *filter->ranges);
        if (!filter->ranges)
            luaL_error(L, "not enough memory");
        uint64_t end = 0;
        for (lua_Integer entry = 1; entry <= count; entry++) {
            gzip_range *range = &filter->ranges[filter->range_count++];
            luaL_argcheck(L, lua_geti(L, -1, entry) == LUA_TTABLE, 1,
                          "only: each range is {offset=, bytes=}");
            *range = (gzip_range){range_field(L, "offset"), range_field(L, "bytes")};
            luaL_argcheck(L, range->offset >= end && range->size <= LUA_MAXINTEGER - range->offset,
                          1, "only: the ranges are to be in order, and apart");
            end = range->offset + range->size;
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

static void read_filter(lua_State *L, int index, pipeline_filter *filter)
{
    const char *kind = push_kind(L, index, "through");
    if (strcmp(kind, "fingerprint.sql") == 0) {
        filter->kind = PIPELINE_FINGERPRINT;
        filter->texts = nj_option_boolean(L, index, "texts", false);
    } else if (strcmp(kind, "digest") == 0) {
        read_digest(L, index, filter);
    } else if (strcmp(kind, "gzip.decompress") == 0) {
        filter->kind = PIPELINE_DECOMPRESS;
        read_ranges(L, index, filter);
    } else if (strcmp(kind, "gzip.compress") == 0) {
        filter->kind = PIPELINE_COMPRESS;
        filter->level =
            (int)nj_option_integer(L, index, "level", 3, GZIP_LEVEL_LEAST, GZIP_LEVEL_MOST);
        filter->threads = (int)nj_option_integer(L, index, "threads", 0, 0, 64);
    } else {
        luaL_argerror(L, 1, lua_pushfstring(L, "through: '%s' cannot stand there", kind));
    }
    lua_pop(L, 1);
}

static void read_filters(lua_State *L, pipeline_spec *spec)
{
    if (lua_getfield(L, 1, "through") != LUA_TNIL) {
        int list = lua_gettop(L);
        luaL_argcheck(L, lua_istable(L, list), 1, "through: a list of stages expected");
        lua_Integer count = luaL_len(L, list);
        luaL_argcheck(L, count <= PIPELINE_FILTERS, 1, "through: at most 8 stages");
        for (lua_Integer entry = 1; entry <= count; entry++) {
            lua_geti(L, list, entry);
            read_filter(L, list + 1, &spec->filters[spec->filter_count++]);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* ---- to Lua: the result ---- */

static void set_count(lua_State *L, const char *key, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, key);
}

static void set_seconds(lua_State *L, double seconds)
{
    lua_pushnumber(L, seconds);
    lua_setfield(L, -2, "seconds");
}

static void push_stage(lua_State *L, const pipeline_stage *stage)
{
    lua_createtable(L, 0, 6);
    lua_pushstring(L, stage->name);
    lua_setfield(L, -2, "name");
    set_count(L, "bytes_in", stage->bytes_in);
    set_count(L, "bytes_out", stage->bytes_out);
    set_seconds(L, stage->seconds);
    if (stage->exit_status >= 0)
        set_count(L, "exit", (uint64_t)stage->exit_status);
    if (stage->signal)
        set_count(L, "signal", (uint64_t)stage->signal);
    if (stage->stderr_tail) {
        lua_pushstring(L, stage->stderr_tail);
        lua_setfield(L, -2, "stderr");
    }
}

/* Set the field `stages` of the table on top of the stack. */
static void set_stages(lua_State *L, const pipeline_result *result)
{
    lua_createtable(L, result->stage_count, 0);
    for (int index = 0; index < result->stage_count; index++) {
        push_stage(L, &result->stages[index]);
        lua_rawseti(L, -2, index + 1);
    }
    lua_setfield(L, -2, "stages");
}

/* Name the stage that is to blame in the error on top of the stack, with what it last said: as
 * stderr, whatever the code. */
static void set_blame(lua_State *L, const pipeline_result *result)
{
    if (result->failed_stage < 0)
        return;
    const pipeline_stage *stage = &result->stages[result->failed_stage];
    lua_pushstring(L, stage->name);
    lua_setfield(L, -2, "stage");
    if (stage->stderr_tail && stage->stderr_tail[0]) {
        lua_pushstring(L, stage->stderr_tail);
        lua_setfield(L, -2, "stderr");
    }
}

static void set_digests(lua_State *L, const pipeline_result *result)
{
    lua_newtable(L);
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++) {
        if (result->digests[algorithm][0]) {
            lua_pushstring(L, result->digests[algorithm]);
            lua_setfield(L, -2, digest_name((digest_algorithm)algorithm));
        }
    }
    lua_setfield(L, -2, "digests");
}

static int run_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    (void)error; /* kept in the job: it is raised with what is known of each stage */
    run_job *job = (run_job *)base;
    job->failed = pipeline_run(&job->spec, wait, &job->result, &job->error) != 0;
    return 0;
}

static int run_done(lua_State *L, nj_job *base)
{
    const run_job *job = (run_job *)base;
    const pipeline_result *result = &job->result;
    if (job->failed) {
        nj_push_error(L, &job->error, base->class->operation);
        set_stages(L, result);
        set_blame(L, result);
        return lua_error(L);
    }
    lua_createtable(L, 0, 6);
    set_count(L, "bytes_in", result->bytes_in);
    set_count(L, "bytes_out", result->bytes_out);
    set_seconds(L, result->seconds);
    set_stages(L, result);
    set_digests(L, result);
    if (result->print) {
        fingerprint_push(L, result->print);
        lua_setfield(L, -2, "fingerprint");
    }
    return 1;
}

static void free_end(pipeline_end *end)
{
    nj_free_strings(&end->argv);
    nj_free_strings(&end->environment);
    free(end->directory);
    free(end->path);
    end->directory = end->path = NULL;
}

static void run_dispose(nj_job *base)
{
    run_job *job = (run_job *)base;
    free_end(&job->spec.from);
    free_end(&job->spec.to);
    for (int index = 0; index < job->spec.filter_count; index++) {
        free(job->spec.filters[index].ranges);
        job->spec.filters[index].ranges = NULL;
    }
    pipeline_result_free(&job->result);
}

static const nj_job_class run_class = {"pipeline.run", run_run, run_done, run_dispose};

/* run{from=, through={…}, to=, timeout=, stall=, progress=} → result */
static int l_run(lua_State *L)
{
    static const char *const options[] = {"from",  "through",  "to", "timeout",
                                          "stall", "progress", NULL};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    nj_options_only(L, 1, options, false);
    double timeout = nj_option_seconds(L, 1, "timeout", HUGE_VAL);
    run_job *job = nj_job_new(L, &run_class, sizeof *job);
    job->spec.stall = nj_option_seconds(L, 1, "stall", STALL_SECONDS);
    copy_end(L, "from", true, &job->spec.from);
    read_filters(L, &job->spec);
    copy_end(L, "to", false, &job->spec.to);
    if (lua_getfield(L, 1, "progress") != LUA_TNIL) {
        job->spec.meter = luaL_testudata(L, -1, meter_type);
        luaL_argcheck(L, job->spec.meter, 1, "progress: a pipeline.meter() expected");
        lua_insert(L, -2); /* meter job */
        nj_job_borrow(L, -2);
        lua_remove(L, -2);
    } else {
        lua_pop(L, 1);
    }
    return nj_job_await(L, &job->base, timeout);
}

static int l_discard(lua_State *L)
{
    nj_stage_push(L, "pipeline.discard", 0);
    return 1;
}

/* ---- meters ---- */

static int l_meter(lua_State *L)
{
    nj_handle_new(L, meter_type, sizeof(pipeline_meter));
    return 1;
}

static int l_bytes_in(lua_State *L)
{
    pipeline_meter *meter = nj_handle_check(L, 1, meter_type);
    lua_pushinteger(L, (lua_Integer)atomic_load(&meter->bytes_in));
    return 1;
}

static int l_bytes_out(lua_State *L)
{
    pipeline_meter *meter = nj_handle_check(L, 1, meter_type);
    lua_pushinteger(L, (lua_Integer)atomic_load(&meter->bytes_out));
    return 1;
}

static int l_nothing(lua_State *L)
{
    (void)L;
    return 0;
}

int nj_open_pipeline(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"bytes_in", l_bytes_in}, {"bytes_out", l_bytes_out}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"discard", l_discard}, {"meter", l_meter}, {"run", l_run}, {NULL, NULL}};
    nj_type_new(L, meter_type, methods, l_nothing);
    luaL_newlib(L, functions);
    return 1;
}
