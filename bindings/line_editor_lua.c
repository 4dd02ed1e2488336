/* line_editor in Lua: an editor on the terminal, and a read that waits. */
#include "bindings/line_editor.h"
#include "host/bindings.h"
#include "host/door.h"
#include "host/job.h"

#include <math.h>
#include <stdlib.h>

static const char editor_type[] = "nightjar.line_editor";

typedef struct handle {
    line_editor *editor; /* NULL when closed */
    bool busy;           /* a read uses it */
} handle;

static handle *check_idle(lua_State *L)
{
    handle *self = nj_handle_check(L, 1, editor_type);
    luaL_argcheck(L, self->editor, 1, "the editor is closed");
    luaL_argcheck(L, !self->busy, 1, "somebody types a line already");
    return self;
}

/* ---- reading ---- */

typedef struct read_job {
    nj_job base;
    handle *handle; /* borrowed */
    char *prompt;
    line_event event;
} read_job;

static int read_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    read_job *job = (read_job *)base;
    return line_editor_read(job->handle->editor, job->prompt, wait, &job->event, error);
}

static int read_done(lua_State *L, nj_job *base)
{
    const read_job *job = (read_job *)base;
    if (job->event == LINE_ENDED) {
        lua_pushnil(L);
        return 1;
    }
    size_t size, cursor;
    const char *text = line_editor_text(job->handle->editor, &size, &cursor);
    lua_pushstring(L, job->event == LINE_ENTERED ? "entered" : "asked");
    lua_pushlstring(L, text, size);
    lua_pushinteger(L, (lua_Integer)cursor);
    return 3;
}

static void read_dispose(nj_job *base)
{
    read_job *job = (read_job *)base;
    free(job->prompt);
    job->prompt = NULL;
    if (job->handle)
        job->handle->busy = false;
    job->handle = NULL;
}

static const nj_job_class read_class = {"line_editor.read", read_run, read_done, read_dispose};

/* editor:read(prompt) → "entered", line; or "asked", line, bytes before the cursor: TAB, the next
 * read goes on with the line; or nil at the end */
static int l_read(lua_State *L)
{
    handle *self = check_idle(L);
    luaL_checkstring(L, 2);
    read_job *job = nj_job_new(L, &read_class, sizeof *job);
    nj_job_borrow(L, 1);
    nj_copy_string(L, 2, &job->prompt);
    job->handle = self;
    self->busy = true;
    return nj_job_await(L, &job->base, HUGE_VAL);
}

/* ---- between two reads ---- */

static int l_insert(lua_State *L)
{
    line_editor_insert(check_idle(L)->editor, luaL_checkstring(L, 2));
    return 0;
}

static int l_show(lua_State *L)
{
    line_editor_show(check_idle(L)->editor, luaL_checkstring(L, 2));
    return 0;
}

static int l_drop(lua_State *L)
{
    line_editor_drop(check_idle(L)->editor);
    return 0;
}

static int l_remember(lua_State *L)
{
    nj_error error;
    if (line_editor_remember(check_idle(L)->editor, luaL_checkstring(L, 2), &error) != 0)
        nj_raise(L, &error, "line_editor.remember");
    return 0;
}

static int l_close(lua_State *L)
{
    handle *self = nj_handle_check(L, 1, editor_type);
    luaL_argcheck(L, !self->busy, 1, "somebody types a line");
    line_editor_close(self->editor);
    self->editor = NULL;
    return 0;
}

/* open() → editor */
static int l_open(lua_State *L)
{
    nj_error error;
    handle *self = nj_handle_new(L, editor_type, sizeof *self);
    if (line_editor_open(&self->editor, &error) != 0)
        nj_raise(L, &error, "line_editor.open");
    return 1;
}

int nj_open_line_editor(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"read", l_read},         {"insert", l_insert}, {"show", l_show}, {"drop", l_drop},
        {"remember", l_remember}, {"close", l_close},   {NULL, NULL}};
    static const luaL_Reg functions[] = {{"open", l_open}, {NULL, NULL}};
    nj_type_new(L, editor_type, methods, l_close);
    luaL_newlib(L, functions);
    return 1;
}
