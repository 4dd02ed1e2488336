/* No query holds a caller up, however stuck the server is, and a lost server is told from a slow
 * one. */
#include "tests/c/postgres_support.h"

static pid_t backend_of(postgres_session *session)
{
    return PQbackendPID(session->connection);
}

/* Send a signal as root or as the server's user: it is ours either way. */
static void signal_process(pid_t pid, int number)
{
    assert_true(pid > 1);
    assert_int_equal(kill(pid, number), 0);
}

static pid_t postmaster(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/data/postmaster.pid", cluster);
    return (pid_t)strtol(text_of(path), NULL, 10);
}

static void assert_closed(postgres_session *session)
{
    nj_error error;
    assert_false(postgres_is_open(session));
    refuse(session, "SELECT 1", "CLOSED", &error);
}

/* ---- giving up ---- */

static void a_query_that_takes_too_long_ends_at_the_server_too(void **state)
{
    nj_error error;
    nj_wait wait = {.deadline = nj_after(0.2)};
    int64_t began = nj_now();
    refuse_within(*state, "SELECT pg_sleep(60)", &wait, "TIMEOUT", &error);
    assert_within(began, 2 * NJ_SECOND);
    assert_contains(error.message, "within 0.2 s");
    assert_usable(*state);
}

static void a_cancelled_task_gets_its_connection_back_soon(void **state)
{
    nj_error error;
    alarm_clock clock;
    set_alarm(&clock); /* rings after 0.05 s */
    nj_wait wait = {.deadline = nj_after(10), .cancel = &clock.wake};
    int64_t began = nj_now();
    refuse_within(*state, "SELECT pg_sleep(60)", &wait, "CANCELLED", &error);
    assert_within(began, NJ_SECOND * 55 / 100);
    end_alarm(&clock);
    assert_usable(*state);
}

typedef struct query_thread {
    postgres_session *session;
    nj_error error;
    int64_t ended;
} query_thread;

static void *sleep_at_server(void *argument)
{
    query_thread *sleeper = argument;
    nj_wait wait = ten_seconds();
    postgres_result result;
    if (postgres_query(sleeper->session, "SELECT pg_sleep(60)", NULL, 0, POSTGRES_RESULT_LIMIT,
                       &wait, &result, &sleeper->error) == 0)
        PQclear(result.rows);
    sleeper->ended = nj_now();
    return NULL;
}

/* Wait until that backend sleeps, as another session sees it. */
static void await_sleep(pid_t backend)
{
    void *other;
    char sql[160];
    snprintf(sql, sizeof sql,
             "SELECT 1 FROM pg_stat_activity WHERE pid = %d AND wait_event = 'PgSleep'",
             (int)backend);
    open_session(&other);
    int64_t deadline = nj_after(10);
    for (int found = 0; !found; rest(0.005)) {
        postgres_result result = ask(other, sql);
        found = PQntuples(result.rows);
        PQclear(result.rows);
        assert_true(nj_now() < deadline);
    }
    end_session(&other);
}

static void another_thread_can_cancel_a_query(void **state)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    query_thread sleeper = {.session = *state};
    pthread_t thread;
    pthread_create(&thread, NULL, sleep_at_server, &sleeper);
    await_sleep(backend_of(*state));
    int64_t began = nj_now();
    assert_done(postgres_cancel(*state, &wait, &error));
    pthread_join(thread, NULL);
    assert_true((double)(sleeper.ended - began) < patience() * (double)(NJ_SECOND / 2));
    assert_string_equal(sleeper.error.code, "PG");
    assert_string_equal(sleeper.error.sqlstate, "57014");
    assert_usable(*state);
}

static void a_server_that_is_stuck_does_not_hold_up(void **state)
{
    nj_error error;
    pid_t frozen[] = {postmaster(), backend_of(*state)};
    for (int index = 0; index < 2; index++)
        signal_process(frozen[index], SIGSTOP);
    alarm_clock clock;
    set_alarm(&clock);
    nj_wait wait = {.deadline = nj_after(30), .cancel = &clock.wake};
    int64_t began = nj_now();
    postgres_result result;
    int outcome = postgres_query(*state, "SELECT pg_sleep(60)", NULL, 0, POSTGRES_RESULT_LIMIT,
                                 &wait, &result, &error);
    double seconds = seconds_since(began);
    for (int index = 0; index < 2; index++)
        signal_process(frozen[index], SIGCONT);
    end_alarm(&clock);
    assert_int_equal(outcome, -1);
    assert_string_equal(error.code, "CANCELLED");
    assert_true(seconds < patience());
    assert_contains(error.hint, "closed");
    assert_closed(*state);
}

/* ---- losing the server ---- */

static void the_last_words_of_the_server_are_kept(void **state)
{
    nj_error error;
    refuse(*state, "SELECT pg_terminate_backend(pg_backend_pid())", "CLOSED", &error);
    assert_string_equal(error.sqlstate, "57P01");
    assert_string_equal(error.message, "the connection was lost: terminating connection due to "
                                       "administrator command");
    assert_closed(*state);
}

static void a_connection_that_died_while_idle_is_not_open(void **state)
{
    void *other;
    char sql[80];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", (int)backend_of(*state));
    open_session(&other);
    run(other, sql);
    end_session(&other);
    assert_closed(*state);
}

/* The postmaster starts its other processes anew after that: the next test waits for it. */
static void a_server_killed_in_the_middle_of_a_query_is_lost(void **state)
{
    query_thread sleeper = {.session = *state};
    pthread_t thread;
    pid_t backend = backend_of(*state);
    pthread_create(&thread, NULL, sleep_at_server, &sleeper);
    await_sleep(backend);
    signal_process(backend, SIGKILL);
    pthread_join(thread, NULL);
    assert_string_equal(sleeper.error.code, "CLOSED");
    assert_contains(sleeper.error.message, "server closed the connection unexpectedly");
    assert_closed(*state);
}

/* It starts anew, and refuses connections until it is done: 57P03 or an abrupt end, then service.
 */
static void a_server_that_starts_anew_is_ready_again(void **state)
{
    (void)state;
    nj_error error;
    postgres_options options = options_of_server();
    int64_t deadline = nj_after(30);
    nj_wait wait = {.deadline = deadline};
    postgres_session session;
    postgres_begin(&session);
    while (postgres_connect(&session, &options, &wait, &error) != 0) {
        assert_true(strcmp(error.sqlstate, "57P03") == 0 || strcmp(error.code, "REFUSED") == 0);
        assert_true(nj_now() < deadline);
        rest(0.01);
    }
    assert_usable(&session);
    postgres_end(&session);
}

static void nothing_is_left_open(void **state)
{
    (void)state;
    void *session;
    int before = count_descriptors();
    for (int round = 0; round < 3; round++) {
        nj_error error;
        nj_wait wait = {.deadline = nj_after(0.05)};
        open_session(&session);
        refuse_within(session, "SELECT pg_sleep(60)", &wait, "TIMEOUT", &error);
        end_session(&session);
    }
    /* The thread that sent the last cancel may still be closing its socket. */
    int64_t deadline = nj_after(5);
    while (count_descriptors() != before && nj_now() < deadline)
        rest(0.005);
    assert_int_equal(count_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_session(a_query_that_takes_too_long_ends_at_the_server_too),
        with_session(a_cancelled_task_gets_its_connection_back_soon),
        with_session(another_thread_can_cancel_a_query),
        with_session(a_server_that_is_stuck_does_not_hold_up),
        with_session(the_last_words_of_the_server_are_kept),
        with_session(a_connection_that_died_while_idle_is_not_open),
        cmocka_unit_test(nothing_is_left_open),
        with_session(a_server_killed_in_the_middle_of_a_query_is_lost),
        cmocka_unit_test(a_server_that_starts_anew_is_ready_again),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
