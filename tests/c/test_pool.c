/* The worker threads: all work comes back, no more than the cap runs at once, cancelling is quick.
 */
#include "host/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct pool_fixture {
    nj_wake wake;
    nj_pool pool;
} pool_fixture;

static pthread_mutex_t counter_mutex = PTHREAD_MUTEX_INITIALIZER;
static int running, most;

static void count(int change)
{
    pthread_mutex_lock(&counter_mutex);
    running += change;
    most = running > most ? running : most;
    pthread_mutex_unlock(&counter_mutex);
}

static int sleep_a_little(nj_work *work, const nj_wait *wait, nj_error *error)
{
    (void)work;
    count(1);
    int result = nj_wait_until(wait, nj_after(0.005), error);
    count(-1);
    return result;
}

static int sleep_long(nj_work *work, const nj_wait *wait, nj_error *error)
{
    (void)work;
    return nj_wait_until(wait, nj_after(60), error);
}

static void begin(pool_fixture *fixture, int cap)
{
    nj_error error;
    running = most = 0;
    assert_int_equal(nj_wake_open(&fixture->wake, &error), 0);
    nj_pool_begin(&fixture->pool, cap, &fixture->wake);
}

static void end(pool_fixture *fixture)
{
    nj_pool_end(&fixture->pool);
    nj_wake_close(&fixture->wake);
}

static void submit(pool_fixture *fixture, nj_work *work)
{
    nj_error error;
    assert_int_equal(nj_pool_submit(&fixture->pool, work, &error), 0);
}

/* The next one that has returned; fails the test when none comes in 10 s. */
static nj_work *next_finished(pool_fixture *fixture)
{
    nj_error error;
    nj_wait wait = {.deadline = nj_after(10)};
    for (nj_work *work;;) {
        nj_wake_clear(&fixture->wake);
        if ((work = nj_pool_finished(&fixture->pool)))
            return work;
        nj_event event = {.fd = fixture->wake.fd, .wanted = NJ_READABLE};
        assert_true(nj_wait_events(&wait, &event, 1, NJ_NEVER, &error) >= 0);
    }
}

static void all_work_comes_back_and_the_cap_holds(void **state)
{
    (void)state;
    enum { COUNT = 200, CAP = 8 };
    static nj_work works[COUNT];
    pool_fixture fixture;
    begin(&fixture, CAP);
    for (int index = 0; index < COUNT; index++) {
        works[index] = (nj_work){.run = sleep_a_little, .deadline = NJ_NEVER};
        submit(&fixture, &works[index]);
    }
    for (int index = 0; index < COUNT; index++)
        assert_int_equal(next_finished(&fixture)->result, 0);
    assert_null(nj_pool_finished(&fixture.pool));
    assert_int_equal(most, CAP);
    end(&fixture);
}

static void cancelling_ends_what_runs_and_what_is_queued(void **state)
{
    (void)state;
    pool_fixture fixture;
    begin(&fixture, 1);
    nj_work first = {.run = sleep_long, .deadline = NJ_NEVER};
    nj_work second = {.run = sleep_long, .deadline = NJ_NEVER};
    submit(&fixture, &first);
    submit(&fixture, &second);
    int64_t began = nj_now();
    nj_pool_cancel(&fixture.pool, &second);
    nj_pool_cancel(&fixture.pool, &first);
    for (int index = 0; index < 2; index++) {
        const nj_work *work = next_finished(&fixture);
        assert_int_equal(work->result, -1);
        assert_string_equal(work->error.code, "CANCELLED");
    }
    assert_true(nj_now() - began < NJ_SECOND);
    end(&fixture);
}

static void what_is_queued_does_not_wait_for_a_thread_to_be_cancelled_or_late(void **state)
{
    (void)state;
    pool_fixture fixture;
    nj_error error;
    begin(&fixture, 1);
    nj_work first = {.run = sleep_long, .deadline = NJ_NEVER};
    nj_work second = {.run = sleep_long, .deadline = NJ_NEVER};
    nj_work third = {.run = sleep_long, .deadline = nj_after(0.01)};
    nj_work fourth = {.run = sleep_a_little, .deadline = nj_after(60)};
    submit(&fixture, &first);
    assert_int_equal(nj_wait_until(&(nj_wait){.deadline = NJ_NEVER}, nj_after(0.05), &error), 0);
    submit(&fixture, &second);
    submit(&fixture, &third);
    submit(&fixture, &fourth);
    nj_pool_cancel(&fixture.pool, &second);
    assert_ptr_equal(next_finished(&fixture), &second);
    assert_string_equal(second.error.code, "CANCELLED");
    assert_true(nj_pool_expire(&fixture.pool, third.deadline - 1) == third.deadline);
    assert_null(nj_pool_finished(&fixture.pool));
    assert_true(nj_pool_expire(&fixture.pool, third.deadline) == fourth.deadline);
    assert_ptr_equal(next_finished(&fixture), &third);
    assert_string_equal(third.error.code, "TIMEOUT");
    nj_pool_cancel(&fixture.pool, &first);
    assert_ptr_equal(next_finished(&fixture), &first);
    assert_ptr_equal(next_finished(&fixture), &fourth);
    assert_int_equal(fourth.result, 0);
    assert_true(nj_pool_expire(&fixture.pool, nj_now()) == NJ_NEVER);
    end(&fixture);
}

static void the_end_cancels_what_is_under_way(void **state)
{
    (void)state;
    pool_fixture fixture;
    nj_error error;
    begin(&fixture, 2);
    nj_work works[4];
    for (int index = 0; index < 4; index++) {
        works[index] = (nj_work){.run = sleep_long, .deadline = NJ_NEVER};
        submit(&fixture, &works[index]);
    }
    int64_t began = nj_now();
    nj_pool_end(&fixture.pool);
    assert_true(nj_now() - began < NJ_SECOND);
    assert_int_equal(nj_pool_submit(&fixture.pool, &works[0], &error), -1);
    nj_pool_cancel(&fixture.pool, &works[3]);
    nj_wake_close(&fixture.wake);
}

static void a_cancelled_worker_serves_the_next_work(void **state)
{
    (void)state;
    pool_fixture fixture;
    begin(&fixture, 1);
    nj_work cancelled = {.run = sleep_long, .deadline = NJ_NEVER};
    submit(&fixture, &cancelled);
    nj_pool_cancel(&fixture.pool, &cancelled);
    next_finished(&fixture);
    nj_work next = {.run = sleep_a_little, .deadline = NJ_NEVER};
    submit(&fixture, &next);
    assert_int_equal(next_finished(&fixture)->result, 0);
    end(&fixture);
}

static void a_deadline_that_passed_in_the_queue_is_told(void **state)
{
    (void)state;
    pool_fixture fixture;
    begin(&fixture, 1);
    nj_work late = {.run = sleep_a_little, .deadline = nj_now() - 1};
    submit(&fixture, &late);
    assert_string_equal(next_finished(&fixture)->error.code, "TIMEOUT");
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_work_comes_back_and_the_cap_holds),
        cmocka_unit_test(cancelling_ends_what_runs_and_what_is_queued),
        cmocka_unit_test(what_is_queued_does_not_wait_for_a_thread_to_be_cancelled_or_late),
        cmocka_unit_test(the_end_cancels_what_is_under_way),
        cmocka_unit_test(a_cancelled_worker_serves_the_next_work),
        cmocka_unit_test(a_deadline_that_passed_in_the_queue_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
