/* What the tests of running out of memory have in common: an operation is done again and again,
 * each time with another of its allocations failing. Included once by a test program. */
#ifndef NIGHTJAR_TESTS_MEMORY_SUPPORT_H
#define NIGHTJAR_TESTS_MEMORY_SUPPORT_H

#include "tests/c/allocator.h"
#include "tests/c/support.h"

#include <limits.h>
#include <stdio.h>

enum { OUTCOME = 4096 };

/* Held by a stand-in on a thread of this program while it has files open. */
static pthread_mutex_t stand_in_mutex = PTHREAD_MUTEX_INITIALIZER;

static inline int count_own_descriptors(void)
{
    pthread_mutex_lock(&stand_in_mutex);
    int count = count_descriptors();
    pthread_mutex_unlock(&stand_in_mutex);
    return count;
}

/* How an operation went; where it succeeds, `result` says what came of it. */
typedef struct outcome {
    int status;
    char result[OUTCOME];
    nj_error error;
} outcome;

/* One operation, with all that it takes to begin and end it. */
typedef void (*operation)(void **state, outcome *ret_outcome);

/* Not more than `wanted`, as soon as threads that were left behind have let go of theirs. */
static inline int count_settled_descriptors(int wanted)
{
    int64_t deadline = nj_after(5);
    int count = count_own_descriptors();
    for (; count > wanted && nj_now() < deadline; count = count_own_descriptors())
        rest(0.001);
    return count;
}

static inline void add_result(outcome *got, const char *bytes, size_t size)
{
    size_t length = strlen(got->result);
    size_t fits = size < OUTCOME - 1 - length ? size : OUTCOME - 1 - length;
    memcpy(got->result + length, bytes, fits);
    got->result[length + fits] = '\0';
}

static inline outcome attempt(void **state, operation work, long number, bool for_ever,
                              bool *ret_failed)
{
    outcome got = {0};
    fail_allocation(number, for_ever);
    work(state, &got);
    *ret_failed = spare_allocations();
    return got;
}

static inline void assert_as_before(const outcome *got, const outcome *wanted, const char *name,
                                    long number)
{
    if (got->status != 0)
        fail_msg("%s, after allocation %ld had failed: %s: %s", name, number, got->error.code,
                 got->error.message);
    if (strcmp(got->result, wanted->result) != 0)
        fail_msg("%s, allocation %ld: '%s' instead of '%s'", name, number, got->result,
                 wanted->result);
}

/* What it says when there is no memory: that, and nothing else. */
static inline bool tells_why(const nj_error *error)
{
    bool why = strcasestr(error->message, "memory") || strstr(error->message, " thread: ");
    return why && strcmp(error->code, "SYSTEM") == 0;
}

/* Returns how many allocations it makes. An operation may do without one, and then succeeds. Each
 * of the first `dense` fails, and of those behind them some. */
static inline long endure_mode(void **state, operation work, const char *name, bool for_ever,
                               long dense)
{
    bool failed;
    outcome wanted = attempt(state, work, 0, false, &failed);
    assert_as_before(&wanted, &wanted, name, 0);
    int files = count_own_descriptors();
    long number = 1;
    for (;; number += number < dense ? 1 : number / 4) {
        outcome got = attempt(state, work, number, for_ever, &failed);
        if (!failed || got.status == 0)
            assert_as_before(&got, &wanted, name, number);
        else if (!tells_why(&got.error))
            fail_msg("%s, allocation %ld: %s: %s", name, number, got.error.code, got.error.message);
        if (!failed)
            break;
        if (dense == LONG_MAX || number % 8 == 0) {
            outcome again = attempt(state, work, 0, false, &failed);
            assert_as_before(&again, &wanted, name, number);
        }
        int files_now = count_settled_descriptors(files);
        if (files_now > files)
            fail_msg("%s, allocation %ld: %d files were open, and %d are", name, number, files,
                     files_now);
    }
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        fail_msg("%s: a child is left", name);
    return number - 1;
}

static inline void endure(void **state, operation work, const char *name, long dense)
{
    bool failed;
    outcome first;
    /* Twice, so that what is made once for all, by the libraries too, is there. */
    for (int time = 0; time < 2; time++) {
        first = attempt(state, work, 0, false, &failed);
        assert_as_before(&first, &first, name, 0);
    }
    endure_mode(state, work, name, true, dense);
    long count = endure_mode(state, work, name, false, dense);
    print_message("%-40s %5ld allocations%s\n", name, count, count < dense ? "" : " at most");
}

/* What is the libraries' own: json-c 0.16 forgets the key where an object cannot grow for it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:json_object_object_add_ex\n";
}

#define endures_some(run, dense)                                                                   \
    static void run##_without_memory(void **state)                                                 \
    {                                                                                              \
        endure(state, run, #run, dense);                                                           \
    }                                                                                              \
    _Static_assert(true, "a semicolon follows")
#define endures(run) endures_some(run, LONG_MAX)

#endif
