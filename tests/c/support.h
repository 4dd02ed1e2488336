/* What the tests of children and files have in common. Included once by a test program. */
#ifndef NIGHTJAR_TESTS_SUPPORT_H
#define NIGHTJAR_TESTS_SUPPORT_H

#include "host/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Fails the test with the error where the call did not succeed. */
#define assert_done(call)                                                                          \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", error.code, error.message);                                         \
    } while (0)

#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        if (!strstr(text, part))                                                                   \
            fail_msg("'%s' does not contain '%s'", text, part);                                    \
    } while (0)

/* How many times longer all may take: NIGHTJAR_PATIENCE, 1 by itself. */
static inline double patience(void)
{
    const char *factor = getenv("NIGHTJAR_PATIENCE");
    return factor ? atof(factor) : 1;
}

#define assert_within(began, nanoseconds)                                                          \
    assert_true((double)(nj_now() - (began)) < patience() * (double)(nanoseconds))

/* Then memory means nothing, and a program that cannot be executed is no error of the spawn. */
static inline bool under_valgrind(void)
{
    return getenv("NIGHTJAR_PIDFD") != NULL;
}

static inline nj_wait ten_seconds(void)
{
    return (nj_wait){.deadline = nj_after(10)};
}

static inline void rest(double seconds)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    nj_wait_until(&wait, nj_after(seconds), &error);
}

static inline int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* The letter that /proc shows: R, S, T (stopped), Z (dead, not reaped); 0 when it is gone. */
static inline char state_of(pid_t pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    const char *name_end = size > 0 ? strrchr(text, ')') : NULL;
    return name_end ? name_end[2] : 0;
}

/* Gone, or dead and waiting for whoever inherited it. */
static inline bool is_dead(pid_t pid)
{
    char state = state_of(pid);
    return state == 0 || state == 'Z';
}

static inline void assert_dies(pid_t pid)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    while (!is_dead(pid))
        assert_done(nj_wait_until(&wait, nj_after(0.005), &error));
}

/* A wake-up that another thread signals soon. */
typedef struct alarm_clock {
    nj_wake wake;
    pthread_t thread;
} alarm_clock;

static inline void *ring(void *clock)
{
    rest(0.05);
    nj_wake_signal(&((alarm_clock *)clock)->wake);
    return NULL;
}

static inline void set_alarm(alarm_clock *clock)
{
    nj_error error;
    assert_done(nj_wake_open(&clock->wake, &error));
    assert_int_equal(pthread_create(&clock->thread, NULL, ring, clock), 0);
}

static inline void end_alarm(alarm_clock *clock)
{
    pthread_join(clock->thread, NULL);
    nj_wake_close(&clock->wake);
}

/* ---- a folder for each test: *state is its path ---- */

static inline int make_folder(void **state)
{
    char *path = strdup("/tmp/nightjar-test-XXXXXX");
    *state = mkdtemp(path);
    return *state ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    nj_error error;
    bool removed;
    umount2(*state, MNT_DETACH); /* where the test has mounted one */
    int result = nj_remove(*state, true, &removed, &error);
    free(*state);
    return result;
}

/* A path in the folder of the test; one of four, in turn. */
static inline char *path_in(void **state, const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", (const char *)*state, name);
    return path;
}

static inline void write_file(const char *path, const char *text, unsigned mode)
{
    nj_error error;
    assert_done(nj_write_atomic(path, text, strlen(text), mode, &error));
}

static inline const char *text_of(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static inline bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static inline size_t count_names(const char *path)
{
    nj_error error;
    nj_names names;
    assert_done(nj_list(path, &names, &error));
    size_t count = names.count;
    nj_names_free(&names);
    return count;
}

/* Make the folder of the test a file system of that size. */
static inline void mount_small(void **state, const char *options)
{
    if (mount("tmpfs", *state, "tmpfs", 0, options) != 0)
        fail_msg("a small file system cannot be mounted here: run the tests as root");
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

#endif
