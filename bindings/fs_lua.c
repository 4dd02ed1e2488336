/* fs in Lua: what waits for the disk is a job, what only looks is done at once. */
#include "bindings/fs.h"
#include "host/bindings.h"
#include "host/door.h"
#include "host/job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MODE = 0600, FOLDER_MODE = 0700, MOST_MODE = 07777 };
static const lua_Integer READ_LIMIT = INT64_C(64) << 20;

static const char lock_type[] = "nightjar.lock";

/* Raise what a quick call failed with. */
static void check(lua_State *L, int result, const nj_error *error, const char *operation)
{
    if (result != 0)
        nj_raise(L, error, operation);
}

static const char *check_path(lua_State *L, int argument)
{
    size_t size;
    const char *path = luaL_checklstring(L, argument, &size);
    luaL_argcheck(L, size > 0 && strlen(path) == size, argument, "a path without NUL expected");
    return path;
}

static unsigned mode_option(lua_State *L, int index, unsigned fallback)
{
    return (unsigned)nj_option_integer(L, index, "mode", fallback, 0, MOST_MODE);
}

/* ---- jobs ---- */

/* One kind of job for all of them: what each needs is little. */
typedef struct fs_job {
    nj_job base;
    char *path, *other; /* other: the new name, or the note of a lock */
    char *bytes;
    size_t size;
    unsigned mode;
    nj_lock *lock;  /* borrowed, until it is given away */
    double seconds; /* how long to wait for the lock; 0 for one look */
    nj_space space;
} fs_job;

static void fs_dispose(nj_job *base)
{
    fs_job *job = (fs_job *)base;
    free(job->path);
    free(job->other);
    free(job->bytes);
    job->path = job->other = job->bytes = NULL;
}

static int read_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    fs_job *job = (fs_job *)base;
    return fs_read(job->path, job->size, wait, &job->bytes, &job->size, error);
}

static int read_done(lua_State *L, nj_job *base)
{
    fs_job *job = (fs_job *)base;
    lua_pushlstring(L, job->bytes, job->size);
    return 1;
}

static int write_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    (void)wait;
    fs_job *job = (fs_job *)base;
    return nj_write_atomic(job->path, job->bytes, job->size, job->mode, error);
}

static int rename_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    (void)wait;
    fs_job *job = (fs_job *)base;
    return nj_rename(job->path, job->other, error);
}

static int sync_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    (void)wait;
    return nj_sync_folder(((fs_job *)base)->path, error);
}

static int space_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    (void)wait;
    fs_job *job = (fs_job *)base;
    return nj_space_of(job->path, &job->space, error);
}

static int space_done(lua_State *L, nj_job *base)
{
    const nj_space *space = &((fs_job *)base)->space;
    const struct {
        const char *key;
        uint64_t value;
    } fields[] = {{"total", space->total},
                  {"free", space->free},
                  {"available", space->available},
                  {"inodes", space->inodes},
                  {"inodes_free", space->inodes_free}};
    lua_createtable(L, 0, 5);
    for (size_t index = 0; index < sizeof fields / sizeof *fields; index++) {
        lua_pushinteger(L, (lua_Integer)fields[index].value);
        lua_setfield(L, -2, fields[index].key);
    }
    return 1;
}

static int lock_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    fs_job *job = (fs_job *)base;
    nj_wait limited = {.deadline = nj_after(job->seconds), .cancel = wait->cancel};
    return nj_lock_take(job->lock, job->path, job->other, &limited, error);
}

static int lock_done(lua_State *L, nj_job *base)
{
    lua_getiuservalue(L, -1, 1); /* what the job borrows: the handle alone */
    lua_rawgeti(L, -1, 1);
    ((fs_job *)base)->lock = NULL;
    return 1;
}

/* A lock that nobody is given is not left to the collector. */
static void lock_dispose(nj_job *base)
{
    fs_job *job = (fs_job *)base;
    if (job->lock)
        nj_lock_release(job->lock);
    job->lock = NULL;
    fs_dispose(base);
}

static const nj_job_class read_class = {"fs.read", read_run, read_done, fs_dispose};
static const nj_job_class write_class = {"fs.write", write_run, NULL, fs_dispose};
static const nj_job_class rename_class = {"fs.rename", rename_run, NULL, fs_dispose};
static const nj_job_class sync_class = {"fs.sync", sync_run, NULL, fs_dispose};
static const nj_job_class space_class = {"fs.space", space_run, space_done, fs_dispose};
static const nj_job_class lock_class = {"fs.lock", lock_run, lock_done, lock_dispose};

static fs_job *new_job(lua_State *L, const nj_job_class *class)
{
    check_path(L, 1);
    fs_job *job = nj_job_new(L, class, sizeof *job);
    nj_copy_string(L, 1, &job->path);
    return job;
}

static int l_read(lua_State *L)
{
    static const char *const options[] = {"limit", NULL};
    nj_options_only(L, 2, options, false);
    lua_Integer limit = nj_option_integer(L, 2, "limit", READ_LIMIT, 0, INT64_C(1) << 40);
    fs_job *job = new_job(L, &read_class);
    job->size = (size_t)limit;
    return nj_job_await(L, &job->base, HUGE_VAL);
}

static int l_write(lua_State *L)
{
    static const char *const options[] = {"mode", NULL};
    size_t size;
    const char *bytes = luaL_checklstring(L, 2, &size);
    nj_options_only(L, 3, options, false);
    unsigned mode = mode_option(L, 3, FILE_MODE);
    fs_job *job = new_job(L, &write_class);
    job->mode = mode;
    job->bytes = malloc(size + 1);
    if (!job->bytes)
        return luaL_error(L, "out of memory");
    memcpy(job->bytes, bytes, size);
    job->size = size;
    return nj_job_await(L, &job->base, HUGE_VAL);
}

static int l_rename(lua_State *L)
{
    check_path(L, 2);
    fs_job *job = new_job(L, &rename_class);
    nj_copy_string(L, 2, &job->other);
    return nj_job_await(L, &job->base, HUGE_VAL);
}

static int l_sync(lua_State *L)
{
    return nj_job_await(L, &new_job(L, &sync_class)->base, HUGE_VAL);
}

static int l_space(lua_State *L)
{
    return nj_job_await(L, &new_job(L, &space_class)->base, HUGE_VAL);
}

/* Unlike other timeouts this one may be 0: take it now or not at all. */
static double lock_timeout(lua_State *L, int index)
{
    double timeout = 0;
    if (!lua_isnil(L, index) && lua_getfield(L, index, "timeout") != LUA_TNIL) {
        timeout = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
        luaL_argcheck(L, timeout >= 0, index, "option 'timeout': seconds from 0 expected");
    }
    return timeout;
}

/* lock(path, {note=, timeout=0}) → handle */
static int l_lock(lua_State *L)
{
    static const char *const options[] = {"note", "timeout", NULL};
    lua_settop(L, 2);
    nj_options_only(L, 2, options, false);
    double timeout = lock_timeout(L, 2);
    lua_settop(L, 2);
    nj_lock *lock = nj_handle_new(L, lock_type, sizeof *lock);
    lock->fd = -1;
    fs_job *job = new_job(L, &lock_class);
    job->seconds = timeout;
    nj_copy_option(L, 2, "note", &job->other);
    if (!job->other) {
        lua_pushliteral(L, "");
        nj_copy_string(L, -1, &job->other);
        lua_pop(L, 1);
    }
    nj_job_borrow(L, 3);
    job->lock = lock;
    return nj_job_await(L, &job->base, HUGE_VAL);
}

static int l_release(lua_State *L)
{
    nj_lock_release(nj_handle_check(L, 1, lock_type));
    return 0;
}

/* ---- done at once ---- */

static void set_integer(lua_State *L, const char *key, int64_t value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, key);
}

static const char *const kind_names[] = {
    [NJ_KIND_FILE] = "file",
    [NJ_KIND_FOLDER] = "folder",
    [NJ_KIND_LINK] = "link",
    [NJ_KIND_OTHER] = "other",
};

/* stat(path, {follow=false}) → table or nil */
static int l_stat(lua_State *L)
{
    static const char *const options[] = {"follow", NULL};
    bool exists;
    nj_status status;
    nj_error error;
    const char *path = check_path(L, 1);
    nj_options_only(L, 2, options, false);
    bool follow = nj_option_boolean(L, 2, "follow", false);
    check(L, nj_status_of(path, follow, &exists, &status, &error), &error, "fs.stat");
    if (!exists) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 8);
    lua_pushstring(L, kind_names[status.kind]);
    lua_setfield(L, -2, "type");
    lua_pushnumber(L, status.modified);
    lua_setfield(L, -2, "mtime");
    set_integer(L, "size", status.size);
    set_integer(L, "mode", status.mode);
    set_integer(L, "uid", status.user);
    set_integer(L, "gid", status.group);
    set_integer(L, "device", status.device);
    set_integer(L, "inode", status.inode);
    return 1;
}

static const char names_type[] = "nightjar.fs.names";

static int l_free_names(lua_State *L)
{
    nj_names_free(nj_handle_check(L, 1, names_type));
    return 0;
}

static int l_list(lua_State *L)
{
    nj_error error;
    const char *path = check_path(L, 1);
    nj_names *names = nj_handle_new(L, names_type, sizeof *names);
    check(L, nj_list(path, names, &error), &error, "fs.list");
    lua_createtable(L, (int)names->count, 0);
    for (size_t index = 0; index < names->count; index++) {
        lua_pushstring(L, names->names[index]);
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
    nj_names_free(names);
    return 1;
}

static int l_append(lua_State *L)
{
    static const char *const options[] = {"mode", NULL};
    nj_error error;
    size_t size;
    const char *path = check_path(L, 1);
    const char *bytes = luaL_checklstring(L, 2, &size);
    nj_options_only(L, 3, options, false);
    unsigned mode = mode_option(L, 3, FILE_MODE);
    check(L, nj_append(path, bytes, size, mode, &error), &error, "fs.append");
    return 0;
}

/* mkdir(path, {mode=, parents=true}) → true, or false when it was there already */
static int l_mkdir(lua_State *L)
{
    static const char *const options[] = {"mode", "parents", NULL};
    nj_error error;
    bool made;
    const char *path = check_path(L, 1);
    nj_options_only(L, 2, options, false);
    unsigned mode = mode_option(L, 2, FOLDER_MODE);
    bool parents = nj_option_boolean(L, 2, "parents", true);
    check(L, fs_make_folder(path, mode, parents, &made, &error), &error, "fs.mkdir");
    lua_pushboolean(L, made);
    return 1;
}

static int l_remove(lua_State *L)
{
    static const char *const options[] = {"recursive", NULL};
    nj_error error;
    bool removed;
    const char *path = check_path(L, 1);
    nj_options_only(L, 2, options, false);
    bool recursive = nj_option_boolean(L, 2, "recursive", false);
    check(L, nj_remove(path, recursive, &removed, &error), &error, "fs.remove");
    lua_pushboolean(L, removed);
    return 1;
}

static int l_push(lua_State *L)
{
    lua_pushstring(L, lua_touserdata(L, 1));
    return 1;
}

/* Push a string that was allocated (nil for NULL), and free it also when Lua has no memory for it.
 */
static int push_allocated(lua_State *L, char *text)
{
    lua_pushcfunction(L, l_push);
    lua_pushlightuserdata(L, text);
    int status = lua_pcall(L, 1, 1, 0);
    free(text);
    return status == LUA_OK ? 1 : lua_error(L);
}

static int l_absolute(lua_State *L)
{
    nj_error error;
    char *path;
    check(L, nj_absolute(check_path(L, 1), &path, &error), &error, "fs.absolute");
    return push_allocated(L, path);
}

static int l_find_program(lua_State *L)
{
    nj_error reason; /* one that may not be run is none */
    char *path = NULL;
    if (nj_find_program(check_path(L, 1), &path, &reason) != 0)
        path = NULL;
    return push_allocated(L, path);
}

static int push_end(lua_State *L, const char *kind)
{
    check_path(L, 1);
    nj_stage_push(L, kind, 0);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "path");
    return 1;
}

static int l_source(lua_State *L)
{
    return push_end(L, "fs.source");
}

static int l_sink(lua_State *L)
{
    return push_end(L, "fs.sink");
}

int nj_open_fs(lua_State *L)
{
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    static const luaL_Reg lock_methods[] = {{"release", l_release}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"absolute", l_absolute},
        {"append", l_append},
        {"find_program", l_find_program},
        {"list", l_list},
        {"lock", l_lock},
        {"mkdir", l_mkdir},
        {"read", l_read},
        {"remove", l_remove},
        {"rename", l_rename},
        {"sink", l_sink},
        {"source", l_source},
        {"space", l_space},
        {"stat", l_stat},
        {"sync", l_sync},
        {"write", l_write},
        {NULL, NULL},
    };
    nj_type_new(L, lock_type, lock_methods, l_release);
    nj_type_new(L, names_type, no_methods, l_free_names);
    luaL_newlib(L, functions);
    return 1;
}
