/* Running programs with their output in memory: all of it comes, nothing hangs, nothing is left. */
#include "bindings/process.h"
#include "tests/c/support.h"

#include <sys/resource.h>

static int run_within(const process_spec *spec, double seconds, process_result *ret_result,
                      nj_error *error)
{
    nj_wait wait = {.deadline = nj_after(seconds)};
    return process_run(spec, &wait, ret_result, error);
}

/* Run a shell script to its end; `options` but for argv. */
static process_result run_shell(const char *script, process_spec options)
{
    nj_error error;
    process_result result;
    char *argv[] = {"sh", "-c", (char *)script, NULL};
    options.argv = argv;
    if (!options.limit)
        options.limit = PROCESS_OUTPUT_LIMIT;
    assert_done(run_within(&options, 30, &result, &error));
    return result;
}

/* Run it and expect a failure with that code. */
static void fail_shell(const char *script, process_spec options, const nj_wait *wait,
                       const char *code, nj_error *error)
{
    process_result result;
    char *argv[] = {"sh", "-c", (char *)script, NULL};
    options.argv = argv;
    if (!options.limit)
        options.limit = PROCESS_OUTPUT_LIMIT;
    assert_int_equal(process_run(&options, wait, &result, error), -1);
    assert_string_equal(error->code, code);
}

static void both_outputs_and_the_exit_status_come_back(void **state)
{
    (void)state;
    nj_error error;
    process_result result = run_shell("echo out; echo err >&2; exit 3", (process_spec){0});
    assert_int_equal(result.exit_status, 3);
    assert_int_equal(result.signal, 0);
    assert_string_equal(result.output.bytes, "out\n");
    assert_string_equal(result.diagnostics.bytes, "err\n");
    assert_true(result.seconds > 0 && result.seconds < 10);
    char *argv[] = {"sh", NULL};
    assert_int_equal(process_check(&(process_spec){.argv = argv}, &result, &error), -1);
    assert_string_equal(error.code, "EXIT");
    assert_int_equal(error.exit_status, 3);
    assert_string_equal(error.detail, "err\n");
    process_result_free(&result);
    process_result_free(&result);
}

static void a_signal_comes_back(void **state)
{
    (void)state;
    nj_error error;
    process_result result = run_shell("kill -KILL $$", (process_spec){0});
    assert_int_equal(result.exit_status, -1);
    assert_int_equal(result.signal, SIGKILL);
    char *argv[] = {"sh", NULL};
    assert_int_equal(process_check(&(process_spec){.argv = argv}, &result, &error), -1);
    assert_string_equal(error.code, "SIGNAL");
    assert_int_equal(error.signal, SIGKILL);
    process_result_free(&result);
}

static void success_passes_the_check(void **state)
{
    (void)state;
    nj_error error;
    process_result result = run_shell("exit 0", (process_spec){0});
    char *argv[] = {"sh", NULL};
    assert_int_equal(process_check(&(process_spec){.argv = argv}, &result, &error), 0);
    assert_string_equal(result.output.bytes, "");
    assert_string_equal(result.diagnostics.bytes, "");
    process_result_free(&result);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    nj_error error;
    process_result result;
    char *argv[] = {"nightjar-has-no-such-program", NULL};
    process_spec spec = {.argv = argv, .limit = 1};
    assert_int_equal(run_within(&spec, 10, &result, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
    assert_contains(error.message, argv[0]);
}

static void megabytes_go_in_and_come_out_unchanged(void **state)
{
    (void)state;
    enum { SIZE = 5 << 20 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t index = 0; index < SIZE; index++)
        bytes[index] = (char)(index * 2654435761u >> 13);
    process_result result =
        run_shell("exec cat", (process_spec){.input = bytes, .input_size = SIZE});
    assert_int_equal(result.output.size, SIZE);
    assert_memory_equal(result.output.bytes, bytes, SIZE);
    process_result_free(&result);
    free(bytes);
}

static void an_empty_input_ends_at_once(void **state)
{
    (void)state;
    process_result result = run_shell("cat; echo end", (process_spec){.input = ""});
    assert_string_equal(result.output.bytes, "end\n");
    process_result_free(&result);
}

static void a_program_may_ignore_its_input(void **state)
{
    (void)state;
    static char bytes[4 << 20]; /* more than a pipe holds */
    process_result result =
        run_shell("exec 0<&-; echo ok", (process_spec){.input = bytes, .input_size = sizeof bytes});
    assert_int_equal(result.exit_status, 0);
    assert_string_equal(result.output.bytes, "ok\n");
    process_result_free(&result);
}

/* In bytes. AddressSanitizer and Valgrind keep what was freed: then there is nothing to compare. */
static long peak_memory(void)
{
#ifdef __SANITIZE_ADDRESS__
    return 0;
#else
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return under_valgrind() ? 0 : usage.ru_maxrss * 1024;
#endif
}

static void a_flood_on_stderr_neither_blocks_nor_grows(void **state)
{
    (void)state;
    long before = peak_memory();
    process_result result = run_shell("head -c 20000000 /dev/zero | tr '\\0' x >&2; "
                                      "echo last words >&2; echo out",
                                      (process_spec){0});
    assert_string_equal(result.output.bytes, "out\n");
    assert_int_equal(result.diagnostics.size, PROCESS_STDERR_KEPT);
    assert_string_equal(result.diagnostics.bytes + PROCESS_STDERR_KEPT - 12, "xlast words\n");
    assert_true(peak_memory() - before < 4 << 20);
    process_result_free(&result);
}

static void output_beyond_the_limit_is_an_error_that_says_so(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = ten_seconds();
    fail_shell("yes", (process_spec){.limit = 1000}, &wait, "FORMAT", &error);
    assert_contains(error.message, "1000 bytes");
    process_result result = run_shell("printf 1234", (process_spec){.limit = 4});
    assert_string_equal(result.output.bytes, "1234");
    process_result_free(&result);
}

/* The script writes the pid of its grandchild to stderr, which is in the error's detail. */
static void a_timeout_ends_the_whole_group(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = {.deadline = nj_after(0.3)};
    int64_t began = nj_now();
    fail_shell("sleep 60 & echo $! >&2; wait", (process_spec){0}, &wait, "TIMEOUT", &error);
    assert_within(began, 2 * NJ_SECOND);
    assert_contains(error.message, "'sh'");
    pid_t grandchild = (pid_t)atoi(error.detail);
    assert_true(grandchild > 1);
    assert_dies(grandchild);
}

static void a_timeout_ends_one_that_ignores_sigterm(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = {.deadline = nj_after(0.3)};
    int64_t began = nj_now();
    fail_shell("trap '' TERM; echo $$ >&2; sleep 60; sleep 60", (process_spec){0}, &wait, "TIMEOUT",
               &error);
    assert_within(began, 3 * NJ_SECOND);
    assert_dies((pid_t)atoi(error.detail));
}

static void cancelling_ends_it_within_a_tenth_of_a_second(void **state)
{
    (void)state;
    nj_error error;
    alarm_clock clock;
    set_alarm(&clock);
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = &clock.wake};
    int64_t began = nj_now();
    fail_shell("echo $$ >&2; exec sleep 60", (process_spec){0}, &wait, "CANCELLED", &error);
    assert_within(began, NJ_SECOND * 15 / 100); /* the alarm takes 50 ms */
    assert_dies((pid_t)atoi(error.detail));
    end_alarm(&clock);
}

static void what_runs_on_in_the_background_is_not_waited_for(void **state)
{
    (void)state;
    int64_t began = nj_now();
    process_result result = run_shell("sleep 60 & echo $!", (process_spec){0});
    assert_within(began, 5 * NJ_SECOND);
    assert_int_equal(result.exit_status, 0);
    pid_t left = (pid_t)atoi(result.output.bytes);
    assert_false(is_dead(left));
    kill(left, SIGKILL);
    process_result_free(&result);
}

static void what_babbles_on_in_the_background_is_not_listened_to_for_ever(void **state)
{
    (void)state;
    process_result result = run_shell("yes >&2 & echo $!; exit 6", (process_spec){0});
    assert_int_equal(result.exit_status, 6);
    pid_t left = (pid_t)atoi(result.output.bytes);
    assert_true(left > 1);
    assert_dies(left); /* of SIGPIPE: nobody holds the other end */
    process_result_free(&result);
}

static void all_that_was_written_before_the_end_comes(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        process_result result =
            run_shell("head -c 200000 /dev/zero; head -c 3000 /dev/zero >&2", (process_spec){0});
        assert_int_equal(result.output.size, 200000);
        assert_int_equal(result.diagnostics.size, 3000);
        process_result_free(&result);
    }
}

static void folder_and_environment_reach_it(void **state)
{
    char *environment[] = {"NIGHTJAR_TEST=a b", NULL};
    process_result result =
        run_shell("pwd -P; echo \"$NIGHTJAR_TEST\"",
                  (process_spec){.environment = environment, .directory = *state});
    char expected[600];
    snprintf(expected, sizeof expected, "%s\na b\n", (const char *)*state);
    assert_string_equal(result.output.bytes, expected);
    process_result_free(&result);
}

static void nothing_is_left_after_failures(void **state)
{
    (void)state;
    nj_error error;
    int before = count_descriptors();
    for (int round = 0; round < 10; round++) {
        nj_wait wait = {.deadline = nj_after(0.02)};
        fail_shell("exec sleep 60", (process_spec){0}, &wait, "TIMEOUT", &error);
        wait = ten_seconds();
        fail_shell("yes", (process_spec){.limit = 10}, &wait, "FORMAT", &error);
    }
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as nj_signals_begin does */
    const struct CMUnitTest tests[] = {
        /* First: the others raise the peak of memory. */
        cmocka_unit_test(a_flood_on_stderr_neither_blocks_nor_grows),
        cmocka_unit_test(both_outputs_and_the_exit_status_come_back),
        cmocka_unit_test(a_signal_comes_back),
        cmocka_unit_test(success_passes_the_check),
        cmocka_unit_test(a_program_that_is_not_there_is_an_error),
        cmocka_unit_test(megabytes_go_in_and_come_out_unchanged),
        cmocka_unit_test(an_empty_input_ends_at_once),
        cmocka_unit_test(a_program_may_ignore_its_input),
        cmocka_unit_test(output_beyond_the_limit_is_an_error_that_says_so),
        cmocka_unit_test(a_timeout_ends_the_whole_group),
        cmocka_unit_test(a_timeout_ends_one_that_ignores_sigterm),
        cmocka_unit_test(cancelling_ends_it_within_a_tenth_of_a_second),
        cmocka_unit_test(what_runs_on_in_the_background_is_not_waited_for),
        cmocka_unit_test(what_babbles_on_in_the_background_is_not_listened_to_for_ever),
        cmocka_unit_test(all_that_was_written_before_the_end_comes),
        with_folder(folder_and_environment_reach_it),
        cmocka_unit_test(nothing_is_left_after_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
