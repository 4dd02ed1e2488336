/* An allocator that fails when it is told to, in place of the C library's for the whole program and
 * every library that it loads. Included once by a test program; link it with
 * -Wl,--wrap=pthread_create, and the cores' threads count as allocations too. */
#ifndef NIGHTJAR_TESTS_ALLOCATOR_H
#define NIGHTJAR_TESTS_ALLOCATOR_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool allocator_counts, allocator_has_failed;
static atomic_long allocator_count;
static long allocator_from, allocator_to;
static _Thread_local bool allocator_watches; /* this thread, which works for the operation */

/* From now on the n-th allocation fails, and with `for_ever` all that follow. */
static inline void fail_allocation(long number, bool for_ever)
{
    atomic_store(&allocator_count, 0);
    atomic_store(&allocator_has_failed, false);
    allocator_from = number;
    allocator_to = for_ever ? INT32_MAX : number;
    allocator_watches = true;
    atomic_store(&allocator_counts, true);
}

/* No longer. Returns whether one has failed. */
static inline bool spare_allocations(void)
{
    atomic_store(&allocator_counts, false);
    return atomic_load(&allocator_has_failed);
}

/* A sanitizer is not there yet when its own allocations come by here. */
#define UNWATCHED __attribute__((no_sanitize("address", "thread", "undefined")))

/* A place to stop at in a debugger. */
__attribute__((noinline)) UNWATCHED static void allocation_fails(void)
{
    atomic_store(&allocator_has_failed, true);
    errno = ENOMEM;
}

UNWATCHED static bool fails(void)
{
    if (!atomic_load(&allocator_counts) || !allocator_watches)
        return false;
    long number = atomic_fetch_add(&allocator_count, 1) + 1;
    if (number < allocator_from || number > allocator_to)
        return false;
    allocation_fails();
    return true;
}

/* ---- the C library's functions, or those that a sanitizer has put in their place ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
__attribute__((weak)) void *__interceptor_malloc(size_t size);
__attribute__((weak)) void *__interceptor_calloc(size_t count, size_t size);
__attribute__((weak)) void *__interceptor_realloc(void *block, size_t size);
__attribute__((weak)) void *__interceptor_memalign(size_t alignment, size_t size);

UNWATCHED void *malloc(size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

UNWATCHED void *calloc(size_t count, size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

UNWATCHED void *realloc(void *block, size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_realloc ? __interceptor_realloc(block, size) : __libc_realloc(block, size);
}

UNWATCHED void *aligned_alloc(size_t alignment, size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_memalign ? __interceptor_memalign(alignment, size)
                                  : __libc_memalign(alignment, size);
}

UNWATCHED int posix_memalign(void **ret_block, size_t alignment, size_t size)
{
    void *block = aligned_alloc(alignment, size);
    if (block)
        *ret_block = block;
    return block ? 0 : ENOMEM;
}

UNWATCHED void *reallocarray(void *block, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, total);
}

/* A sanitizer's do not come by malloc. */
UNWATCHED char *strndup(const char *text, size_t most)
{
    size_t size = strnlen(text, most);
    char *copy = malloc(size + 1);
    if (copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

UNWATCHED char *strdup(const char *text)
{
    return strndup(text, strlen(text));
}

/* ---- threads: those of the cores are watched, from their first step of their own to the last ----
 */

typedef struct watched_thread {
    void *(*run)(void *argument);
    void *argument;
} watched_thread;

static void *run_watched(void *argument)
{
    watched_thread thread = *(watched_thread *)argument;
    free(argument);
    allocator_watches = true;
    void *result = thread.run(thread.argument);
    allocator_watches = false;
    return result;
}

int __real_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);

int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument)
{
    if (fails())
        return EAGAIN;
    bool watched = allocator_watches;
    allocator_watches = false;
    watched_thread *thread = malloc(sizeof *thread);
    *thread = (watched_thread){.run = run, .argument = argument};
    int failure = __real_pthread_create(ret_thread, attributes, run_watched, thread);
    if (failure)
        free(thread);
    allocator_watches = watched;
    return failure;
}

#endif
