/* Out of memory in what talks to PostgreSQL: whichever allocation fails, ours or one of libpq's,
 * the rows of a query are all there, or the error says why not, and the next query gets its own. */
#include "tests/c/memory_support.h"
#include "tests/c/postgres_support.h"

static void connect_once(postgres_session *session, outcome *got)
{
    nj_wait wait = ten_seconds();
    postgres_options options = options_of_server();
    options.application_name = "tester";
    postgres_begin(session);
    got->status = postgres_connect(session, &options, &wait, &got->error);
}

static void add_rows(outcome *got, const postgres_result *result)
{
    char numbers[100];
    snprintf(numbers, sizeof numbers, "%d x %d, %d;", PQntuples(result->rows),
             PQnfields(result->rows), (int)result->affected);
    add_result(got, numbers, strlen(numbers));
    for (int row = 0; row < PQntuples(result->rows); row++)
        for (int column = 0; column < PQnfields(result->rows); column++) {
            const char *value = PQgetvalue(result->rows, row, column);
            add_result(got, value, strlen(value));
            add_result(got, PQgetisnull(result->rows, row, column) ? "!" : ",", 1);
        }
}

static void connect_to_server(void **state, outcome *got)
{
    (void)state;
    postgres_session session;
    connect_once(&session, got);
    if (got->status == 0)
        add_result(got, PQparameterStatus(session.connection, "application_name"), 6);
    postgres_end(&session);
}
/* The proof of the password is thousands of libcrypto's, all alike. */
endures_some(connect_to_server, 100);

static void be_ready(void **state, outcome *got)
{
    (void)state;
    const char *answer = "";
    nj_wait wait = ten_seconds();
    postgres_options options = options_of_server();
    got->status = postgres_ready(&options, &wait, &answer, &got->error);
    add_result(got, answer, strlen(answer));
}
endures_some(be_ready, 10);

/* One session for all, and another where it was closed. */
static postgres_session kept;

static void keep_session(outcome *got)
{
    spare_allocations();
    if (!postgres_is_open(&kept)) {
        postgres_end(&kept);
        connect_once(&kept, got);
    }
    atomic_store(&allocator_counts, true);
}

static void query(outcome *got, const char *sql, const char *const *parameters, int count)
{
    nj_wait wait = ten_seconds();
    postgres_result result = {0};
    if (got->status == 0)
        got->status = postgres_query(&kept, sql, parameters, count, POSTGRES_RESULT_LIMIT, &wait,
                                     &result, &got->error);
    if (got->status == 0)
        add_rows(got, &result);
    PQclear(result.rows);
}

static void query_rows(void **state, outcome *got)
{
    (void)state;
    keep_session(got);
    static const char *const parameters[] = {"100", NULL};
    query(got,
          "SELECT n, repeat('x', n::int), $2::text AS nothing FROM generate_series(1, $1::int) n",
          parameters, 2);
}
endures(query_rows);

static void query_wide_rows(void **state, outcome *got)
{
    (void)state;
    keep_session(got);
    query(got, "SELECT repeat('y', 30000) FROM generate_series(1, 3)", NULL, 0);
}
endures(query_wide_rows);

static void query_statements(void **state, outcome *got)
{
    (void)state;
    keep_session(got);
    query(got,
          "CREATE TEMP TABLE IF NOT EXISTS t (a int); DELETE FROM t; DO $$BEGIN RAISE NOTICE 'n'; "
          "END$$; INSERT INTO t VALUES (1), (2)",
          NULL, 0);
    query(got, "SELECT a FROM t WHERE a > 5", NULL, 0);
    query(got, "SELECT count(*) FROM t", NULL, 0);
}
endures(query_statements);

static void query_in_error(void **state, outcome *got)
{
    (void)state;
    keep_session(got);
    query(got, "SELECT 1 / 0", NULL, 0);
    if (got->status != 0 && strcmp(got->error.sqlstate, "22012") == 0) {
        got->status = 0;
        add_result(got, got->error.message, strlen(got->error.message));
    }
}
endures(query_in_error);

/* Nothing runs that could be cancelled: the server takes the request all the same. */
static void cancel(void **state, outcome *got)
{
    (void)state;
    nj_wait wait = ten_seconds();
    keep_session(got);
    if (got->status == 0)
        got->status = postgres_cancel(&kept, &wait, &got->error);
    add_result(got, "asked", 5);
}
endures(cancel);

static int begin_tests(void **state)
{
    postgres_begin(&kept);
    /* libgssapi_krb5, which libpq asks first whether there is a ticket, crashes without memory. */
    setenv("PGGSSENCMODE", "disable", 1);
    return start_server(state);
}

static int end_tests(void **state)
{
    postgres_end(&kept);
    return stop_server(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_to_server_without_memory),
        cmocka_unit_test(be_ready_without_memory),
        cmocka_unit_test(query_rows_without_memory),
        cmocka_unit_test(query_wide_rows_without_memory),
        cmocka_unit_test(query_statements_without_memory),
        cmocka_unit_test(query_in_error_without_memory),
        cmocka_unit_test(cancel_without_memory),
    };
    return cmocka_run_group_tests(tests, begin_tests, end_tests);
}
