/* Waiting, reading and writing: what comes first wins, nothing waits longer than it may. */
#include "tests/c/support.h"

#include <math.h>

/* ---- time ---- */

static void no_limit_is_never(void **state)
{
    (void)state;
    assert_int_equal(nj_after(HUGE_VAL), NJ_NEVER);
    assert_int_equal(nj_after(1e300), NJ_NEVER);
    assert_true(nj_after(-HUGE_VAL) <= nj_now());
    int64_t before = nj_now();
    int64_t after = nj_after(1.5);
    assert_true(after >= before + NJ_SECOND * 3 / 2);
    assert_true(after <= nj_now() + NJ_SECOND * 3 / 2);
}

/* ---- wake-ups ---- */

static void a_wake_up_stays_set_until_it_is_cleared(void **state)
{
    (void)state;
    nj_error error;
    nj_wake wake;
    assert_done(nj_wake_open(&wake, &error));
    assert_false(nj_wake_is_set(&wake));
    nj_wake_signal(&wake);
    nj_wake_signal(&wake);
    assert_true(nj_wake_is_set(&wake));
    assert_true(nj_wake_is_set(&wake));
    nj_wake_clear(&wake);
    assert_false(nj_wake_is_set(&wake));
    nj_wake_close(&wake);
    nj_wake_close(&wake);
    assert_int_equal(wake.fd, -1);
}

static void a_sleep_takes_its_time(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = ten_seconds();
    int64_t until = nj_after(0.03);
    assert_done(nj_wait_until(&wait, until, &error));
    assert_true(nj_now() >= until);
}

static void the_deadline_ends_a_wait(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = {.deadline = nj_after(0.03)};
    assert_int_equal(nj_wait_until(&wait, NJ_NEVER, &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    assert_true(nj_now() >= wait.deadline);
    assert_int_equal(nj_wait_check(&wait, &error), -1);
}

static void a_cancel_from_another_thread_ends_a_wait(void **state)
{
    (void)state;
    nj_error error;
    alarm_clock clock;
    set_alarm(&clock);
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = &clock.wake};
    int64_t began = nj_now();
    assert_int_equal(nj_wait_until(&wait, NJ_NEVER, &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    assert_within(began, NJ_SECOND / 5);
    end_alarm(&clock);
}

/* ---- pipes ---- */

typedef struct pipe_ends {
    int reader, writer;
} pipe_ends;

static pipe_ends open_pipe(void)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    return (pipe_ends){ends[0], ends[1]};
}

static void close_pipe(pipe_ends *ends)
{
    nj_close(&ends->reader);
    nj_close(&ends->writer);
}

static void events_tell_which_is_ready(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = ten_seconds();
    pipe_ends ends = open_pipe();
    nj_event events[] = {{.fd = ends.reader, .wanted = NJ_READABLE},
                         {.fd = -1, .wanted = NJ_READABLE},
                         {.fd = ends.writer, .wanted = NJ_WRITABLE}};
    assert_int_equal(nj_wait_events(&wait, events, 1, 0, &error), 0);
    assert_int_equal(nj_wait_events(&wait, events, 3, NJ_NEVER, &error), 1);
    assert_int_equal(events[0].ready, 0);
    assert_int_equal(events[1].ready, 0);
    assert_int_equal(events[2].ready, NJ_WRITABLE);
    nj_close(&ends.writer);
    assert_int_equal(nj_wait_events(&wait, events, 2, NJ_NEVER, &error), 1);
    assert_int_equal(events[0].ready, NJ_READABLE); /* to be told of the end */
    close_pipe(&ends);
}

static void reading_waits_for_bytes_and_tells_the_end(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = ten_seconds();
    pipe_ends ends = open_pipe();
    char bytes[16];
    size_t count;
    assert_done(nj_write(ends.writer, "abc", 3, &wait, "a pipe", &error));
    assert_done(nj_read(ends.reader, bytes, sizeof bytes, &wait, "a pipe", &count, &error));
    assert_int_equal(count, 3);
    nj_wait brief = {.deadline = nj_after(0.02)};
    assert_int_equal(nj_read(ends.reader, bytes, 1, &brief, "a pipe", &count, &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    nj_close(&ends.writer);
    assert_done(nj_read(ends.reader, bytes, 1, &wait, "a pipe", &count, &error));
    assert_int_equal(count, 0);
    close_pipe(&ends);
}

static void writing_to_a_full_pipe_ends_with_the_deadline(void **state)
{
    (void)state;
    nj_error error;
    pipe_ends ends = open_pipe();
    static char bytes[1 << 20];
    nj_wait brief = {.deadline = nj_after(0.03)};
    assert_int_equal(nj_write(ends.writer, bytes, sizeof bytes, &brief, "a pipe", &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    size_t count;
    assert_done(nj_write_some(ends.writer, bytes, sizeof bytes, "a pipe", &count, &error));
    assert_int_equal(count, 0);
    close_pipe(&ends);
}

static void a_reader_that_has_gone_is_told_without_a_signal(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = ten_seconds();
    pipe_ends ends = open_pipe();
    nj_close(&ends.reader);
    assert_int_equal(nj_write(ends.writer, "x", 1, &wait, "'psql'", &error), -1);
    assert_string_equal(error.code, "PIPE");
    assert_contains(error.message, "'psql'");
    close_pipe(&ends);
}

static void a_cancel_reaches_one_who_never_has_to_wait(void **state)
{
    (void)state;
    nj_error error;
    nj_wake wake;
    assert_done(nj_wake_open(&wake, &error));
    nj_wake_signal(&wake);
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = &wake};
    int zeros = open("/dev/zero", O_RDWR | O_CLOEXEC);
    char byte;
    size_t count;
    assert_int_equal(nj_read(zeros, &byte, 1, &wait, "zeros", &count, &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    assert_int_equal(nj_write(zeros, "x", 1, &wait, "zeros", &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    nj_close(&zeros);
    nj_wake_close(&wake);
}

/* ---- this process ---- */

static void the_system_says_who_we_are(void **state)
{
    (void)state;
    nj_error error;
    char name[256], other[2][16];
    nj_hostname(name, sizeof name);
    assert_true(name[0] != '\0');
    nj_hostname(name, 2);
    assert_int_equal(strlen(name), 1);
    assert_int_equal(nj_process_id(), getpid());
    assert_true(nj_processors() >= 1);
    assert_done(nj_random(other[0], sizeof other[0], &error));
    assert_done(nj_random(other[1], sizeof other[1], &error));
    assert_memory_not_equal(other[0], other[1], sizeof other[0]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as nj_signals_begin does */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_limit_is_never),
        cmocka_unit_test(a_wake_up_stays_set_until_it_is_cleared),
        cmocka_unit_test(a_sleep_takes_its_time),
        cmocka_unit_test(the_deadline_ends_a_wait),
        cmocka_unit_test(a_cancel_from_another_thread_ends_a_wait),
        cmocka_unit_test(events_tell_which_is_ready),
        cmocka_unit_test(reading_waits_for_bytes_and_tells_the_end),
        cmocka_unit_test(writing_to_a_full_pipe_ends_with_the_deadline),
        cmocka_unit_test(a_reader_that_has_gone_is_told_without_a_signal),
        cmocka_unit_test(a_cancel_reaches_one_who_never_has_to_wait),
        cmocka_unit_test(the_system_says_who_we_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
