/* smtp in Lua: hand a mail to a mail server, or see whether it could be. */
#include "bindings/smtp.h"
#include "host/bindings.h"
#include "host/door.h"
#include "host/job.h"

#include <stdlib.h>
#include <string.h>

/* Seconds, where none are given. */
static const double CONNECT_TIMEOUT = 10, REPLY_TIMEOUT = 20, TIMEOUT = 45;

typedef struct smtp_job {
    nj_job base;
    smtp_server server;
    smtp_mail mail;
    smtp_report report;
    nj_error error;
    bool failed;
} smtp_job;

/* ---- the jobs ---- */

/* What went wrong is part of what is known of it: a result, and only a cancel is raised from here.
 */
static int keep_failure(smtp_job *job, int result, nj_error *error)
{
    job->failed = result != 0;
    if (job->failed)
        job->error = *error;
    return job->failed && strcmp(error->code, "CANCELLED") == 0 ? -1 : 0;
}

static int send_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    smtp_job *job = (smtp_job *)base;
    return keep_failure(job, smtp_send(&job->server, &job->mail, wait, &job->report, error), error);
}

static int check_run(nj_job *base, const nj_wait *wait, nj_error *error)
{
    smtp_job *job = (smtp_job *)base;
    return keep_failure(job, smtp_check(&job->server, wait, &job->report, error), error);
}

static void set_answer(lua_State *L, const smtp_answer *answer)
{
    if (answer->code == 0)
        return;
    lua_pushinteger(L, answer->code);
    lua_setfield(L, -2, "code");
    lua_pushstring(L, answer->text);
    lua_setfield(L, -2, "reply");
}

static void push_recipients(lua_State *L, const smtp_job *job)
{
    const smtp_dialogue *dialogue = &job->report.dialogue;
    lua_createtable(L, (int)dialogue->recipient_count, 0);
    for (size_t index = 0; index < dialogue->recipient_count; index++) {
        lua_createtable(L, 0, 4);
        lua_pushstring(L, job->mail.recipients[index]);
        lua_setfield(L, -2, "address");
        set_answer(L, &dialogue->recipients[index]);
        lua_pushboolean(L, !job->failed && dialogue->recipients[index].code / 100 == 2);
        lua_setfield(L, -2, "accepted");
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
}

static int push_report(lua_State *L, nj_job *base)
{
    smtp_job *job = (smtp_job *)base;
    lua_createtable(L, 0, 8);
    lua_pushstring(L, smtp_stage_name(job->report.dialogue.stage));
    lua_setfield(L, -2, "stage");
    set_answer(L, &job->report.dialogue.answer);
    push_recipients(L, job);
    lua_setfield(L, -2, "recipients");
    lua_pushboolean(L, job->report.dialogue.authenticated);
    lua_setfield(L, -2, "authenticated");
    if (job->report.expires[0]) {
        lua_pushstring(L, job->report.expires);
        lua_setfield(L, -2, "expires");
    }
    if (job->failed) {
        lua_pushboolean(L, job->report.transient);
        lua_setfield(L, -2, "transient");
        nj_push_error(L, &job->error, base->class->operation);
        lua_setfield(L, -2, "error");
    }
    return 1;
}

static void dispose(nj_job *base)
{
    smtp_job *job = (smtp_job *)base;
    smtp_report_free(&job->report);
    nj_free_strings(&job->mail.recipients);
    free(job->mail.from);
    free(job->mail.message);
    free(job->server.host);
    free(job->server.own_name);
    free(job->server.user);
    free(job->server.password);
    free(job->server.ca_file);
    memset(&job->mail, 0, sizeof job->mail);
    memset(&job->server, 0, sizeof job->server);
}

static const nj_job_class send_class = {"smtp.send", send_run, push_report, dispose};
static const nj_job_class check_class = {"smtp.check", check_run, push_report, dispose};

/* ---- from Lua ---- */

static void need(lua_State *L, const void *value, const char *key)
{
    if (!value)
        luaL_argerror(L, 1, lua_pushfstring(L, "option '%s' is missing", key));
}

static void copy_server(lua_State *L, smtp_server *server)
{
    nj_copy_option(L, 1, "host", &server->host);
    need(L, server->host, "host");
    server->port = (int)nj_option_integer(L, 1, "port", 587, 1, 65535);
    if (nj_option_string(L, 1, "security") &&
        !smtp_security_find(lua_tostring(L, -1), &server->security))
        luaL_argerror(L, 1, "option 'security': starttls, tls or none expected");
    lua_pop(L, 1);
    nj_copy_option(L, 1, "own_name", &server->own_name);
    nj_copy_option(L, 1, "user", &server->user);
    nj_copy_option(L, 1, "password", &server->password);
    nj_copy_option(L, 1, "ca_file", &server->ca_file);
    server->connect_timeout = nj_option_seconds(L, 1, "connect_timeout", CONNECT_TIMEOUT);
    server->reply_timeout = nj_option_seconds(L, 1, "reply_timeout", REPLY_TIMEOUT);
}

static void copy_mail(lua_State *L, smtp_mail *mail)
{
    nj_copy_option(L, 1, "from", &mail->from);
    need(L, mail->from, "from");
    lua_getfield(L, 1, "to");
    nj_copy_strings(L, -1, 1, "option 'to'", &mail->recipients);
    lua_pop(L, 1);
    nj_copy_option(L, 1, "message", &mail->message);
    need(L, mail->message, "message");
}

/* Push a job that knows the server. */
static smtp_job *new_job(lua_State *L, const nj_job_class *class, double *ret_timeout)
{
    static const char *const options[] = {
        "host",    "port",    "security",        "own_name",      "user", "password",
        "ca_file", "timeout", "connect_timeout", "reply_timeout", "from", "to",
        "message", NULL};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    nj_options_only(L, 1, options, false);
    *ret_timeout = nj_option_seconds(L, 1, "timeout", TIMEOUT);
    smtp_job *job = nj_job_new(L, class, sizeof *job);
    copy_server(L, &job->server);
    return job;
}

/* send{host=, port=587, security="starttls", own_name=, user=, password=, ca_file=, from=,
 * to={...}, message=, connect_timeout=10, reply_timeout=20, timeout=45} → what is known of how it
 * went */
static int l_send(lua_State *L)
{
    double timeout;
    smtp_job *job = new_job(L, &send_class, &timeout);
    copy_mail(L, &job->mail);
    return nj_job_await(L, &job->base, timeout);
}

/* check{the same; the mail is left aside} → the same */
static int l_check(lua_State *L)
{
    double timeout;
    smtp_job *job = new_job(L, &check_class, &timeout);
    return nj_job_await(L, &job->base, timeout);
}

int nj_open_smtp(lua_State *L)
{
    static const luaL_Reg functions[] = {{"send", l_send}, {"check", l_check}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
