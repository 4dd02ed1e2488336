/* What the tests of PostgreSQL have in common: a throwaway server for the whole program, a session
 * for each test. Included once by a test program. */
#ifndef NIGHTJAR_TESTS_POSTGRES_SUPPORT_H
#define NIGHTJAR_TESTS_POSTGRES_SUPPORT_H

#include "bindings/postgres.h"
#include "bindings/process.h"
#include "tests/c/support.h"

static char folder[] = "/tmp/nightjar-test-pg-XXXXXX", cluster[64];
static char port[16];

/* ---- the server ---- */

static inline void run_fixture(const char *action, char **ret_output)
{
    nj_error error;
    process_result result;
    char script[512];
    snprintf(script, sizeof script, "%.*s/../fixture/postgres.sh",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
    char *argv[] = {script, (char *)action, cluster, NULL};
    char *environment[] = {"PGPASSWORD", NULL};
    process_spec spec = {.argv = argv, .environment = environment, .limit = PROCESS_OUTPUT_LIMIT};
    nj_wait wait = {.deadline = nj_after(120)};
    assert_done(process_run(&spec, &wait, &result, &error));
    if (result.exit_status != 0)
        fail_msg("%s", result.diagnostics.bytes);
    if (ret_output)
        *ret_output = strdup(result.output.bytes);
    process_result_free(&result);
}

static inline int start_server(void **state)
{
    (void)state;
    static const char *const ours[] = {"PGHOST",     "PGPORT",     "PGUSER",    "PGPASSWORD",
                                       "PGPASSFILE", "PGDATABASE", "PGSERVICE", "PGOPTIONS",
                                       "PGSSLMODE",  "PGAPPNAME"};
    for (size_t index = 0; index < sizeof ours / sizeof *ours; index++)
        unsetenv(ours[index]);
    setenv("PGPASSFILE", "/nowhere", 1);
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return -1;
    snprintf(cluster, sizeof cluster, "%s/cluster", folder);
    char *output;
    run_fixture("start", &output);
    int found = sscanf(strstr(output, "PGPORT="), "PGPORT=%15s", port);
    free(output);
    return found == 1 ? 0 : -1;
}

static inline int stop_server(void **state)
{
    (void)state;
    run_fixture("stop", NULL);
    return rmdir(folder);
}

static inline postgres_options options_of_server(void)
{
    return (postgres_options){.host = "127.0.0.1",
                              .port = port,
                              .user = "postgres",
                              .password = "fixture-password",
                              .dbname = "postgres"};
}

static inline int open_session(void **state)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    postgres_session *session = malloc(sizeof *session);
    postgres_options options = options_of_server();
    postgres_begin(session);
    assert_done(postgres_connect(session, &options, &wait, &error));
    *state = session;
    return 0;
}

static inline int end_session(void **state)
{
    postgres_end(*state);
    free(*state);
    return 0;
}

#define with_session(test) cmocka_unit_test_setup_teardown(test, open_session, end_session)

/* ---- helpers ---- */

static inline postgres_result ask_with(postgres_session *session, const char *sql,
                                       const char *const *parameters, int count)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    postgres_result result;
    assert_done(postgres_query(session, sql, parameters, count, POSTGRES_RESULT_LIMIT, &wait,
                               &result, &error));
    return result;
}

static inline postgres_result ask(postgres_session *session, const char *sql)
{
    return ask_with(session, sql, NULL, 0);
}

static inline void run(postgres_session *session, const char *sql)
{
    PQclear(ask(session, sql).rows);
}

static inline void refuse_within(postgres_session *session, const char *sql, const nj_wait *wait,
                                 const char *code, nj_error *error)
{
    postgres_result result;
    assert_int_equal(
        postgres_query(session, sql, NULL, 0, POSTGRES_RESULT_LIMIT, wait, &result, error), -1);
    assert_string_equal(error->code, code);
}

static inline void refuse(postgres_session *session, const char *sql, const char *code,
                          nj_error *error)
{
    nj_wait wait = ten_seconds();
    refuse_within(session, sql, &wait, code, error);
}

static inline void assert_usable(postgres_session *session)
{
    postgres_result result = ask(session, "SELECT 'still here'");
    assert_string_equal(PQgetvalue(result.rows, 0, 0), "still here");
    PQclear(result.rows);
    assert_true(postgres_is_open(session));
}

static inline double seconds_since(int64_t began)
{
    return (double)(nj_now() - began) / (double)NJ_SECOND;
}

#endif
