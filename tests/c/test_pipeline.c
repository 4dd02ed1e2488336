/* The pipeline with real programs: what arrives, and what is told and left when something goes
 * wrong. */
#include "bindings/pipeline.h"
#include "tests/c/support.h"

#include <math.h>

typedef struct run_outcome {
    int status;
    pipeline_result result;
    nj_error error;
} run_outcome;

static pipeline_end program(char **argv)
{
    return (pipeline_end){.kind = PIPELINE_PROCESS, .argv = argv};
}

static pipeline_end shell(char *script)
{
    static char *commands[8][4];
    static int next;
    char **argv = commands[next++ % 8];
    argv[0] = "/bin/sh";
    argv[1] = "-c";
    argv[2] = script;
    argv[3] = NULL;
    return program(argv);
}

static pipeline_end file(char *path)
{
    return (pipeline_end){.kind = PIPELINE_FILE, .path = path};
}

static const pipeline_end nowhere = {.kind = PIPELINE_DISCARD};
static const pipeline_filter compress = {.kind = PIPELINE_COMPRESS, .level = 1};
static const pipeline_filter decompress = {.kind = PIPELINE_DECOMPRESS};
static const pipeline_filter md5 = {.kind = PIPELINE_DIGEST, .wanted = {[DIGEST_MD5] = true}};

static void add(pipeline_spec *spec, pipeline_filter filter)
{
    spec->filters[spec->filter_count++] = filter;
}

static run_outcome run_until(const pipeline_spec *spec, const nj_wait *wait)
{
    run_outcome outcome = {0};
    int before = count_descriptors();
    outcome.status = pipeline_run(spec, wait, &outcome.result, &outcome.error);
    assert_int_equal(count_descriptors(), before);
    return outcome;
}

static run_outcome run(const pipeline_spec *spec)
{
    nj_wait wait = {.deadline = nj_after(60)};
    return run_until(spec, &wait);
}

static void assert_succeeds(const pipeline_spec *spec, uint64_t bytes_in)
{
    run_outcome outcome = run(spec);
    if (outcome.status != 0)
        fail_msg("%s: %s", outcome.error.code, outcome.error.message);
    assert_int_equal(outcome.result.bytes_in, bytes_in);
    pipeline_result_free(&outcome.result);
}

static void assert_fails(const pipeline_spec *spec, const char *code, const char *message,
                         const char *said)
{
    run_outcome outcome = run(spec);
    assert_int_equal(outcome.status, -1);
    assert_string_equal(outcome.error.code, code);
    assert_contains(outcome.error.message, message);
    if (said[0])
        assert_contains(outcome.result.stages[outcome.result.failed_stage].stderr_tail, said);
    pipeline_result_free(&outcome.result);
    if (spec->to.kind == PIPELINE_FILE)
        assert_false(is_there(spec->to.path));
}

static pipeline_spec between(pipeline_end from, pipeline_end to)
{
    return (pipeline_spec){.from = from, .to = to, .stall = HUGE_VAL};
}

/* ---- what arrives ---- */

static void bytes_arrive_whole_and_in_order(void **state)
{
    char *path = path_in(state, "numbers.gz"), script[600];
    pipeline_spec there = between(shell("seq 3000000"), file(path));
    add(&there, compress);
    assert_succeeds(&there, 22888896);

    snprintf(script, sizeof script, "gzip -dc %s | cmp - %s.plain", path, path);
    pipeline_spec plain = between(shell("seq 3000000"), file(path_in(state, "numbers.gz.plain")));
    assert_succeeds(&plain, 22888896);
    pipeline_spec check = between(shell(script), nowhere);
    assert_succeeds(&check, 0);

    snprintf(script, sizeof script, "cmp - %s.plain", path);
    pipeline_spec back = between(file(path), shell(script));
    add(&back, decompress);
    run_outcome outcome = run(&back);
    assert_int_equal(outcome.status, 0);
    assert_int_equal(outcome.result.bytes_out, 22888896);
    pipeline_result_free(&outcome.result);
}

static void filters_see_the_bytes_where_they_stand(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("printf abc"), nowhere);
    add(&spec, md5);
    add(&spec, compress);
    run_outcome before = run(&spec);
    assert_string_equal(before.result.digests[DIGEST_MD5], "900150983cd24fb0d6963f7d28e17f72");
    pipeline_result_free(&before.result);

    spec.filters[0] = compress;
    spec.filters[1] = md5;
    run_outcome after = run(&spec);
    assert_string_not_equal(after.result.digests[DIGEST_MD5], "900150983cd24fb0d6963f7d28e17f72");
    assert_int_equal(after.result.stages[1].bytes_in, 3);
    assert_int_equal(after.result.stages[2].bytes_in, after.result.bytes_out);
    pipeline_result_free(&after.result);
}

static void every_size_around_a_block_arrives(void **state)
{
    static const int sizes[] = {0, 1, PIPELINE_BLOCK - 1, PIPELINE_BLOCK, PIPELINE_BLOCK + 1};
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        char source[100], sink[100], *path = path_in(state, "sized.gz");
        snprintf(source, sizeof source, "head -c %d /dev/zero", sizes[index]);
        snprintf(sink, sizeof sink, "test $(wc -c) = %d", sizes[index]);
        pipeline_spec there = between(shell(source), file(path));
        add(&there, compress);
        assert_succeeds(&there, (uint64_t)sizes[index]);
        pipeline_spec back = between(file(path), shell(sink));
        add(&back, decompress);
        run_outcome outcome = run(&back);
        assert_int_equal(outcome.status, 0);
        pipeline_result_free(&outcome.result);
        assert_int_equal(unlink(path), 0);
    }
}

/* ---- what goes wrong ---- */

static void a_source_that_fails_is_named_and_leaves_no_file(void **state)
{
    char *path = path_in(state, "partial.gz");
    pipeline_spec spec = between(shell("seq 500000; echo no more rows >&2; exit 1"), file(path));
    add(&spec, compress);
    assert_fails(&spec, "EXIT", "sh failed with exit status 1", "no more rows");
    spec.from = shell("seq 500000; kill -9 $$");
    assert_fails(&spec, "SIGNAL", "sh was ended by signal 9", "");
    spec.from = shell("exec no-such-program");
    assert_fails(&spec, "EXIT", "exit status 127", "no-such-program");
}

static void a_sink_never_sees_a_clean_end_of_a_failed_source(void **state)
{
    char script[600], *path = path_in(state, "committed");
    snprintf(script, sizeof script, "cat > /dev/null && touch %s", path);
    pipeline_spec spec = between(shell("seq 500000; exit 1"), shell(script));
    assert_fails(&spec, "EXIT", "sh failed with exit status 1", "");
    rest(0.2);
    assert_false(is_there(path));
}

static void a_sink_that_fails_is_the_cause_and_not_the_broken_pipe(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("exec seq 90000000"),
                                 shell("head -c 10 > /dev/null; echo disk is full >&2; exit 3"));
    assert_fails(&spec, "EXIT", "exit status 3", "disk is full");
    spec.to = shell("head -c 10 > /dev/null");
    assert_fails(&spec, "PIPE", "stopped reading before the end", "");
    spec.to = shell("cat > /dev/null; exit 4");
    spec.from = shell("seq 1000");
    assert_fails(&spec, "EXIT", "exit status 4", "");
}

static void the_last_of_a_long_standard_error_is_kept(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("seq 100000 >&2; echo the last word >&2; exit 1"), nowhere);
    assert_fails(&spec, "EXIT", "exit status 1", "100000\nthe last word");
}

static void damage_names_the_file(void **state)
{
    char *path = path_in(state, "plain.sql");
    write_file(path, "-- PostgreSQL database dump\n", 0600);
    pipeline_spec spec = between(file(path), nowhere);
    add(&spec, decompress);
    assert_fails(&spec, "FORMAT", "plain.sql': the file is not a gzip file", "");
    spec.from = file(path_in(state, "missing.gz"));
    assert_fails(&spec, "NOT_FOUND", "missing.gz", "");
}

static void a_full_disk_is_told_and_nothing_is_left(void **state)
{
    mount_small(state, "size=1m");
    pipeline_spec spec = between(shell("exec seq 900000"), file(path_in(state, "numbers")));
    assert_fails(&spec, "SYSTEM", "No space left on device", "");
    assert_int_equal(count_names(*state), 0);
}

static void an_existing_file_is_never_written_over(void **state)
{
    char *path = path_in(state, "there");
    write_file(path, "precious", 0600);
    pipeline_spec spec = between(shell("seq 10"), file(path));
    run_outcome outcome = run(&spec);
    assert_string_equal(outcome.error.code, "EXISTS");
    pipeline_result_free(&outcome.result);
    assert_string_equal(text_of(path), "precious");
}

static void a_sink_that_outlives_its_end_sees_no_clean_end_either(void **state)
{
    char script[600], *path = path_in(state, "committed");
    snprintf(script, sizeof script, "trap '' TERM; cat > /dev/null && touch %s", path);
    pipeline_spec spec = between(shell("seq 500000; exit 1"), shell(script));
    assert_fails(&spec, "EXIT", "sh failed with exit status 1", "");
    rest(0.2);
    assert_false(is_there(path));
}

static void a_sink_never_sees_a_clean_end_of_a_damaged_file(void **state)
{
    char script[600], *path = path_in(state, "cut.gz"), *mark = path_in(state, "committed");
    snprintf(script, sizeof script, "seq 300000 | gzip | head -c 200000 > %s", path);
    assert_int_equal(system(script), 0);
    snprintf(script, sizeof script, "cat > /dev/null && touch %s", mark);
    pipeline_spec spec = between(file(path), shell(script));
    add(&spec, decompress);
    assert_fails(&spec, "FORMAT", "ends too early", "");
    assert_false(is_there(mark));
}

/* What a pipe takes without anybody reading it looks like success. */
static void a_sink_that_reads_nothing_is_told_however_little_there_is(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("seq 10"), shell("exec true"));
    assert_fails(&spec, "PIPE", "sh stopped reading before the end of its input", "");
    spec.to = shell("exec 0< /dev/null; sleep 0.1");
    assert_fails(&spec, "PIPE", "sh stopped reading", "");
    spec.to = shell("sleep 0.1; exec true");
    assert_fails(&spec, "PIPE", "sh stopped reading", "");
    spec.to = shell("head -c 21 > /dev/null");
    assert_succeeds(&spec, 21);
}

static void a_sink_that_dies_while_the_source_is_silent_is_told_at_once(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("exec sleep 100"), shell("echo no such table >&2; exit 3"));
    int64_t began = nj_now();
    assert_fails(&spec, "EXIT", "sh failed with exit status 3", "no such table");
    assert_within(began, 3 * NJ_SECOND);
}

/* Last words and the exit race with each other. */
static void last_words_are_never_lost(void **state)
{
    (void)state;
    static char *argv[] = {"cat", "/no/such/file", NULL};
    for (int turn = 0; turn < 100; turn++) {
        pipeline_spec spec = between(program(argv), nowhere);
        assert_fails(&spec, "EXIT", "cat failed", "/no/such/file");
        spec = between(shell("exec sleep 100"), program(argv));
        assert_fails(&spec, "EXIT", "cat failed", "/no/such/file");
    }
}

static void what_every_program_said_is_kept_whoever_failed(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("echo hello >&2; exec seq 90000000"),
                                 shell("echo goodbye >&2; head -c 10 > /dev/null; exit 3"));
    run_outcome outcome = run(&spec);
    assert_int_equal(outcome.result.failed_stage, 1);
    assert_string_equal(outcome.result.stages[0].stderr_tail, "hello\n");
    assert_int_equal(outcome.result.stages[0].exit_status, -1);
    assert_int_equal(outcome.result.stages[0].signal, SIGTERM);
    assert_string_equal(outcome.result.stages[1].stderr_tail, "goodbye\n");
    assert_int_equal(outcome.result.stages[1].exit_status, 3);
    pipeline_result_free(&outcome.result);

    spec = between(shell("echo waiting for a lock >&2; exec sleep 100"), nowhere);
    spec.stall = 0.2;
    assert_fails(&spec, "TIMEOUT", "sh gives no more", "waiting for a lock");
}

static void a_program_that_is_not_there_is_told(void **state)
{
    static char *argv[] = {"no-such-program", NULL};
    pipeline_spec spec = between(program(argv), file(path_in(state, "nothing")));
    assert_fails(&spec, "NOT_FOUND", "no-such-program", "");
    spec = between(shell("exec sleep 100"), program(argv));
    assert_fails(&spec, "NOT_FOUND", "no-such-program", "");
}

static void the_same_digest_twice_is_refused(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("seq 10"), nowhere);
    add(&spec, md5);
    add(&spec, compress);
    add(&spec, md5);
    assert_fails(&spec, "FORMAT", "one md5 at most", "");
}

/* ---- what takes too long ---- */

static void a_standstill_is_told(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("echo begun; exec sleep 100"), nowhere);
    spec.stall = 0.2;
    int64_t began = nj_now();
    assert_fails(&spec, "TIMEOUT", "no byte moved for 0.2 seconds: sh gives no more", "");
    assert_within(began, 3 * NJ_SECOND);
}

static void a_standstill_is_told_of_the_one_that_stands_still(void **state)
{
    (void)state;
    static char *argv[] = {"cat", "/dev/zero", NULL};
    pipeline_spec spec = between(program(argv), shell("exec sleep 100"));
    spec.stall = 0.2;
    assert_fails(&spec, "TIMEOUT", "sh takes no more", "");
}

static void work_after_the_last_byte_is_no_standstill(void **state)
{
    (void)state;
    pipeline_spec spec = between(shell("seq 10"), shell("cat > /dev/null; sleep 0.6"));
    spec.stall = 0.2;
    assert_succeeds(&spec, 21);
}

static void slow_bytes_are_no_standstill(void **state)
{
    (void)state;
    pipeline_spec spec =
        between(shell("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done"), nowhere);
    spec.stall = 0.5;
    assert_succeeds(&spec, 16);
}

static void a_deadline_ends_everything(void **state)
{
    char script[600], *path = path_in(state, "pid");
    snprintf(script, sizeof script, "sleep 100 & echo $! > %s; wait", path);
    pipeline_spec spec = between(shell(script), nowhere);
    nj_wait wait = {.deadline = nj_after(0.5)};
    run_outcome outcome = run_until(&spec, &wait);
    assert_string_equal(outcome.error.code, "TIMEOUT");
    pipeline_result_free(&outcome.result);
    assert_dies((pid_t)strtol(text_of(path), NULL, 10));
}

static void assert_cancelled_soon(const pipeline_spec *spec)
{
    alarm_clock clock;
    set_alarm(&clock);
    int64_t began = nj_now();
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = &clock.wake};
    run_outcome outcome = {0};
    outcome.status = pipeline_run(spec, &wait, &outcome.result, &outcome.error);
    assert_int_equal(outcome.status, -1);
    assert_string_equal(outcome.error.code, "CANCELLED");
    assert_within(began, NJ_SECOND);
    pipeline_result_free(&outcome.result);
    end_alarm(&clock);
}

static void cancelling_is_quick(void **state)
{
    char *path = path_in(state, "endless.gz");
    pipeline_spec spec = between(shell("exec cat /dev/zero"), file(path));
    add(&spec, compress);
    assert_cancelled_soon(&spec);
    assert_false(is_there(path));
    spec = between(shell("trap '' TERM; while :; do sleep 100; done"), nowhere);
    assert_cancelled_soon(&spec);
    spec = between(shell("seq 10"), shell("cat > /dev/null; exec sleep 100"));
    assert_cancelled_soon(&spec);
}

/* ---- how far it is ---- */

typedef struct watcher {
    pipeline_meter *meter;
    nj_wake wake;
} watcher;

/* Cancels when the meter has shown what it should, or never will. */
static void *watch_meter(void *argument)
{
    watcher *self = argument;
    int64_t until = nj_after(10);
    while (atomic_load(&self->meter->bytes_in) < 21 && nj_now() < until)
        rest(0.01);
    nj_wake_signal(&self->wake);
    return NULL;
}

static void a_meter_shows_how_far_it_is_while_it_runs(void **state)
{
    (void)state;
    pipeline_meter meter = {0};
    pipeline_spec spec = between(shell("seq 10; exec sleep 100"), nowhere);
    spec.meter = &meter;
    watcher self = {.meter = &meter};
    pthread_t thread;
    run_outcome outcome = {0};
    nj_error error;
    assert_done(nj_wake_open(&self.wake, &error));
    assert_int_equal(pthread_create(&thread, NULL, watch_meter, &self), 0);
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = &self.wake};
    assert_int_equal(pipeline_run(&spec, &wait, &outcome.result, &outcome.error), -1);
    pthread_join(thread, NULL);
    nj_wake_close(&self.wake);
    pipeline_result_free(&outcome.result);
    assert_int_equal(atomic_load(&meter.bytes_in), 21);
    spec.from = shell("seq 10");
    assert_succeeds(&spec, 21);
    assert_int_equal(atomic_load(&meter.bytes_out), 21);
}

/* ---- one after another, and two at once ---- */

static int count_threads(void)
{
    return (int)count_names("/proc/self/task");
}

static void nothing_is_left_however_often_it_runs(void **state)
{
    (void)state;
    int before = count_threads();
    for (int turn = 0; turn < 50; turn++) {
        pipeline_spec spec = between(shell(turn % 2 ? "seq 300000; exit 1" : "seq 300000"),
                                     shell(turn % 3 ? "cat > /dev/null" : "exec head -c 9"));
        add(&spec, compress);
        run_outcome outcome = run(&spec);
        assert_int_equal(outcome.status, turn % 2 == 0 && turn % 3 != 0 ? 0 : -1);
        pipeline_result_free(&outcome.result);
    }
    assert_int_equal(count_threads(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void *run_second(void *spec)
{
    nj_wait wait = {.deadline = nj_after(60)};
    static run_outcome outcome;
    outcome.status = pipeline_run(spec, &wait, &outcome.result, &outcome.error);
    return &outcome;
}

static void two_at_once_do_not_hold_each_other_open(void **state)
{
    (void)state;
    pipeline_spec first = between(shell("sleep 0.2; seq 100000"), shell("cat > /dev/null"));
    static char *argv[] = {"seq", "200000", NULL}, *sink[] = {"wc", "-c", NULL};
    pipeline_spec second = between(program(argv), program(sink));
    pthread_t thread;
    void *outcome_of_second;
    assert_int_equal(pthread_create(&thread, NULL, run_second, &second), 0);
    nj_wait wait = {.deadline = nj_after(60)};
    run_outcome outcome_of_first = {0};
    nj_error error;
    assert_done(pipeline_run(&first, &wait, &outcome_of_first.result, &error));
    pthread_join(thread, &outcome_of_second);
    assert_int_equal(((run_outcome *)outcome_of_second)->status, 0);
    pipeline_result_free(&outcome_of_first.result);
    pipeline_result_free(&((run_outcome *)outcome_of_second)->result);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        with_folder(bytes_arrive_whole_and_in_order),
        with_folder(filters_see_the_bytes_where_they_stand),
        with_folder(every_size_around_a_block_arrives),
        with_folder(a_source_that_fails_is_named_and_leaves_no_file),
        with_folder(a_sink_never_sees_a_clean_end_of_a_failed_source),
        with_folder(a_sink_that_fails_is_the_cause_and_not_the_broken_pipe),
        with_folder(the_last_of_a_long_standard_error_is_kept),
        with_folder(damage_names_the_file),
        with_folder(a_full_disk_is_told_and_nothing_is_left),
        with_folder(an_existing_file_is_never_written_over),
        with_folder(a_sink_that_outlives_its_end_sees_no_clean_end_either),
        with_folder(a_sink_never_sees_a_clean_end_of_a_damaged_file),
        with_folder(a_sink_that_reads_nothing_is_told_however_little_there_is),
        with_folder(a_sink_that_dies_while_the_source_is_silent_is_told_at_once),
        with_folder(last_words_are_never_lost),
        with_folder(what_every_program_said_is_kept_whoever_failed),
        with_folder(a_program_that_is_not_there_is_told),
        with_folder(the_same_digest_twice_is_refused),
        with_folder(a_standstill_is_told),
        with_folder(a_standstill_is_told_of_the_one_that_stands_still),
        with_folder(work_after_the_last_byte_is_no_standstill),
        with_folder(slow_bytes_are_no_standstill),
        with_folder(a_deadline_ends_everything),
        with_folder(cancelling_is_quick),
        with_folder(a_meter_shows_how_far_it_is_while_it_runs),
        with_folder(nothing_is_left_however_often_it_runs),
        with_folder(two_at_once_do_not_hold_each_other_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
