/* PostgreSQL by libpq against a throwaway server: what comes back, and what is refused and how that
 * is said. */
#include "tests/c/postgres_support.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static void refuse_connection(const postgres_options *options, double seconds, const char *code,
                              nj_error *error)
{
    postgres_session session;
    nj_wait wait = {.deadline = nj_after(seconds)};
    postgres_begin(&session);
    assert_int_equal(postgres_connect(&session, options, &wait, error), -1);
    assert_string_equal(error->code, code);
    assert_null(strstr(error->message, "FATAL"));
    assert_null(strchr(error->message, '\n'));
    postgres_end(&session);
}

static const char *ready_of(const postgres_options *options)
{
    nj_error error;
    const char *state = NULL;
    nj_wait wait = {.deadline = nj_after(patience())};
    assert_done(postgres_ready(options, &wait, &state, &error));
    return state;
}

/* A port on which somebody listens and never answers; the kernel takes the connections. */
static int listen_mutely(char text[16])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    snprintf(text, 16, "%d", ntohs(address.sin_port));
    return listener;
}

/* ---- results ---- */

static void values_and_nulls_come_back(void **state)
{
    const char *const parameters[] = {"9007199254740993", NULL, "it's \\ \"ü\""};
    postgres_result result = ask_with(
        *state, "SELECT $1::int8 AS big, $2::text AS nothing, $3::text AS odd", parameters, 3);
    assert_int_equal(PQntuples(result.rows), 1);
    assert_string_equal(PQfname(result.rows, 0), "big");
    assert_string_equal(PQgetvalue(result.rows, 0, 0), "9007199254740993");
    assert_true(PQgetisnull(result.rows, 0, 1));
    assert_string_equal(PQgetvalue(result.rows, 0, 2), "it's \\ \"ü\"");
    PQclear(result.rows);
}

static void all_rows_come_in_order(void **state)
{
    postgres_result result =
        ask(*state, "SELECT n, nullif(n, 3), '' FROM generate_series(1, 5000) n");
    assert_int_equal(PQntuples(result.rows), 5000);
    assert_int_equal(result.affected, 5000);
    assert_string_equal(PQgetvalue(result.rows, 4999, 0), "5000");
    assert_true(PQgetisnull(result.rows, 2, 1));
    assert_false(PQgetisnull(result.rows, 2, 2));
    PQclear(result.rows);
}

static void no_rows_still_name_their_columns(void **state)
{
    postgres_result result = ask(*state, "SELECT 1 AS one WHERE false");
    assert_int_equal(PQntuples(result.rows), 0);
    assert_string_equal(PQfname(result.rows, 0), "one");
    PQclear(result.rows);
}

static void of_several_statements_the_last_counts(void **state)
{
    postgres_result result = ask(*state, "SELECT 1; CREATE TEMP TABLE t (n int); "
                                         "INSERT INTO t SELECT generate_series(1, 7)");
    assert_int_equal(PQntuples(result.rows), 0);
    assert_int_equal(result.affected, 7);
    PQclear(result.rows);
    result = ask(
        *state, "UPDATE t SET n = 0; SELECT count(*) FROM t; SELECT 'last' UNION ALL SELECT 'two'");
    assert_int_equal(PQntuples(result.rows), 2);
    assert_string_equal(PQgetvalue(result.rows, 0, 0), "last");
    PQclear(result.rows);
    run(*state, "");
}

static void a_result_over_the_limit_is_refused_before_it_is_all_here(void **state)
{
    nj_error error;
    nj_wait wait = {.deadline = nj_after(60)};
    postgres_result result;
    /* 40 GB, were it all to come */
    assert_int_equal(postgres_query(*state,
                                    "SELECT repeat('x', 10000) FROM generate_series(1, 4000000)",
                                    NULL, 0, POSTGRES_RESULT_LIMIT, &wait, &result, &error),
                     -1);
    assert_string_equal(error.code, "FORMAT");
    assert_contains(error.message, "67108864 bytes");
    assert_usable(*state);
}

static void notices_are_kept_and_the_oldest_go(void **state)
{
    postgres_session *session = *state;
    run(session, "DO $$ BEGIN FOR n IN 1..60 LOOP RAISE NOTICE 'number %', n; END LOOP; END $$");
    assert_int_equal(session->notice_count, POSTGRES_NOTICES);
    assert_string_equal(session->notices[session->first_notice], "NOTICE:  number 11");
}

/* ---- what the server refuses ---- */

static void a_statement_that_fails_tells_sqlstate_detail_and_hint(void **state)
{
    nj_error error;
    refuse(*state, "SELECT 1/0", "PG", &error);
    assert_string_equal(error.sqlstate, "22012");
    assert_string_equal(error.message, "division by zero");
    run(*state, "CREATE TEMP TABLE once (n int PRIMARY KEY); INSERT INTO once VALUES (1)");
    refuse(*state, "INSERT INTO once VALUES (1)", "PG", &error);
    assert_string_equal(error.sqlstate, "23505");
    assert_string_equal(error.detail, "Key (n)=(1) already exists.");
    refuse(*state, "DO $$ BEGIN RAISE 'Two\nlines' USING HINT = 'Do better.'; END $$", "PG",
           &error);
    assert_string_equal(error.message, "two lines");
    assert_string_equal(error.hint, "Do better.");
    assert_usable(*state);
}

static void a_missing_privilege_is_denied(void **state)
{
    nj_error error;
    run(*state, "CREATE ROLE weak; SET ROLE weak");
    refuse(*state, "SELECT * FROM pg_authid", "DENIED", &error);
    assert_string_equal(error.sqlstate, "42501");
    run(*state, "RESET ROLE; DROP ROLE weak");
}

static void copy_is_refused_and_the_connection_stays(void **state)
{
    nj_error error;
    refuse(*state, "COPY (SELECT generate_series(1, 100000)) TO STDOUT", "FORMAT", &error);
    assert_usable(*state);
    refuse(*state, "CREATE TEMP TABLE target (n int); COPY target FROM STDIN", "FORMAT", &error);
    assert_usable(*state);
}

/* ---- connecting ---- */

static void a_wrong_password_is_auth_and_is_not_told(void **state)
{
    (void)state;
    nj_error error;
    postgres_options options = options_of_server();
    options.password = "hunter2";
    refuse_connection(&options, 10, "AUTH", &error);
    assert_string_equal(error.sqlstate, "28P01");
    assert_string_equal(error.message, "password authentication failed for user \"postgres\"");
    assert_contains(error.hint, "PGPASSWORD");
    assert_null(strstr(error.detail, "hunter2"));
    options.password = NULL;
    refuse_connection(&options, 10, "AUTH", &error);
    assert_string_equal(error.message, "no password is given for user 'postgres'");
    assert_string_equal(ready_of(&options), "ok");
}

static void a_missing_database_is_not_found(void **state)
{
    (void)state;
    nj_error error;
    postgres_options options = options_of_server();
    options.dbname = "nope";
    refuse_connection(&options, 10, "NOT_FOUND", &error);
    assert_string_equal(error.sqlstate, "3D000");
    assert_string_equal(error.message, "database \"nope\" does not exist");
}

static void a_port_where_nobody_listens_is_refused_and_named(void **state)
{
    (void)state;
    nj_error error;
    postgres_options options = options_of_server();
    options.port = "1";
    refuse_connection(&options, 10, "REFUSED", &error);
    assert_contains(error.message, "'127.0.0.1' port 1");
    assert_string_equal(ready_of(&options), "no_response");
    options.host = "/nowhere";
    refuse_connection(&options, 10, "REFUSED", &error);
    assert_contains(error.message, "'/nowhere' port 1");
}

static void a_host_without_address_and_a_bad_option_are_told_apart(void **state)
{
    (void)state;
    nj_error error;
    postgres_options options = options_of_server();
    options.host = "no-such-host.invalid";
    refuse_connection(&options, 30, "SYSTEM", &error);
    assert_contains(error.message, "no-such-host.invalid");
    options = options_of_server();
    options.sslmode = "maybe";
    refuse_connection(&options, 10, "CONFIG", &error);
    assert_contains(error.message, "maybe");
    assert_string_equal(ready_of(&options), "no_attempt");
}

static void too_many_connections_say_so(void **state)
{
    nj_error error;
    postgres_options options = options_of_server();
    run(*state, "CREATE ROLE single LOGIN PASSWORD 'fixture-password' CONNECTION LIMIT 0");
    options.user = "single";
    refuse_connection(&options, 10, "PG", &error);
    assert_string_equal(error.sqlstate, "53300");
    assert_string_equal(error.message, "too many connections for role \"single\"");
    run(*state, "DROP ROLE single");
}

static void a_server_that_never_answers_does_not_hold_up(void **state)
{
    (void)state;
    nj_error error;
    char mute[16];
    int listener = listen_mutely(mute);
    postgres_options options = options_of_server();
    options.port = mute;
    int64_t began = nj_now();
    refuse_connection(&options, 0.3, "TIMEOUT", &error);
    assert_within(began, NJ_SECOND);
    assert_contains(error.message, mute);
    assert_contains(error.message, "within 0.3 s");

    postgres_session session;
    alarm_clock clock;
    postgres_begin(&session);
    set_alarm(&clock);
    nj_wait wait = {.deadline = nj_after(10), .cancel = &clock.wake};
    assert_int_equal(postgres_connect(&session, &options, &wait, &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    end_alarm(&clock);
    postgres_end(&session);
    close(listener);
}

static void *hang_up(void *listener)
{
    close(accept(*(int *)listener, NULL, NULL));
    return NULL;
}

static void a_port_that_hangs_up_is_refused(void **state)
{
    (void)state;
    nj_error error;
    char rude[16];
    pthread_t thread;
    int listener = listen_mutely(rude);
    postgres_options options = options_of_server();
    options.port = rude;
    options.sslmode = "disable";
    pthread_create(&thread, NULL, hang_up, &listener);
    refuse_connection(&options, 10, "REFUSED", &error);
    assert_contains(error.message, "it hangs up");
    pthread_join(thread, NULL);
    close(listener);
}

static void ready_answers_as_pg_isready(void **state)
{
    (void)state;
    postgres_options options = options_of_server();
    assert_string_equal(ready_of(&options), "ok");
    options.password = "wrong";
    assert_string_equal(ready_of(&options), "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_session(values_and_nulls_come_back),
        with_session(all_rows_come_in_order),
        with_session(no_rows_still_name_their_columns),
        with_session(of_several_statements_the_last_counts),
        with_session(a_result_over_the_limit_is_refused_before_it_is_all_here),
        with_session(notices_are_kept_and_the_oldest_go),
        with_session(a_statement_that_fails_tells_sqlstate_detail_and_hint),
        with_session(a_missing_privilege_is_denied),
        with_session(copy_is_refused_and_the_connection_stays),
        cmocka_unit_test(a_wrong_password_is_auth_and_is_not_told),
        cmocka_unit_test(a_missing_database_is_not_found),
        cmocka_unit_test(a_port_where_nobody_listens_is_refused_and_named),
        cmocka_unit_test(a_host_without_address_and_a_bad_option_are_told_apart),
        with_session(too_many_connections_say_so),
        cmocka_unit_test(a_server_that_never_answers_does_not_hold_up),
        cmocka_unit_test(a_port_that_hangs_up_is_refused),
        cmocka_unit_test(ready_answers_as_pg_isready),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
