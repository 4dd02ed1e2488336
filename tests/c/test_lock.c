/* Locks between processes: one holds it, the others learn who, and it never outlives its holder. */
#include "tests/c/support.h"

/* Another process that holds the lock until it is told to end. */
typedef struct holder {
    pid_t pid;
    int told; /* closing it lets the holder go */
} holder;

static int hold(const char *path, const char *note, int ready, int told)
{
    nj_error error;
    nj_lock lock;
    nj_wait wait = ten_seconds();
    char byte = 0;
    if (nj_lock_take(&lock, path, note, &wait, &error) != 0 || write(ready, "x", 1) != 1)
        return 1;
    if (read(told, &byte, 1) != 0)
        return 2;
    nj_lock_release(&lock);
    return 0;
}

static holder start_holder(const char *path, const char *note)
{
    int ready[2], told[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(told, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(told[1]);
        _exit(hold(path, note, ready[1], told[0]));
    }
    close(ready[1]);
    close(told[0]);
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return (holder){pid, told[1]};
}

static void end_holder(holder *other)
{
    int status;
    close(other->told);
    assert_int_equal(waitpid(other->pid, &status, 0), other->pid);
}

static void a_lock_keeps_another_process_out_and_says_whom(void **state)
{
    nj_error error;
    nj_lock lock;
    char *path = path_in(state, "backup.lock");
    holder other = start_holder(path, "backup, process 7, since 02:15");
    nj_wait at_once = {.deadline = nj_now()};
    assert_int_equal(nj_lock_take(&lock, path, "me", &at_once, &error), -1);
    assert_string_equal(error.code, "LOCKED");
    assert_contains(error.message, path);
    assert_contains(error.message, "(backup, process 7, since 02:15)");
    assert_string_equal(error.detail, "backup, process 7, since 02:15");
    nj_lock_release(&lock);
    end_holder(&other);
    assert_done(nj_lock_take(&lock, path, "me", &at_once, &error));
    assert_string_equal(text_of(path), "me\n");
    nj_lock_release(&lock);
    nj_lock_release(&lock);
    assert_true(is_there(path));
    assert_string_equal(text_of(path), "");
}

static void a_lock_goes_with_its_process_however_that_ends(void **state)
{
    nj_error error;
    nj_lock lock;
    char *path = path_in(state, "backup.lock");
    holder other = start_holder(path, "a long note of one that was killed");
    kill(other.pid, SIGKILL);
    end_holder(&other);
    nj_wait at_once = {.deadline = nj_now()};
    assert_done(nj_lock_take(&lock, path, "me", &at_once, &error));
    assert_string_equal(text_of(path), "me\n");
    nj_lock_release(&lock);
}

static void *let_go(void *other)
{
    rest(0.1);
    end_holder(other);
    return NULL;
}

static void a_lock_is_waited_for(void **state)
{
    nj_error error;
    nj_lock lock;
    pthread_t thread;
    char *path = path_in(state, "backup.lock");
    holder other = start_holder(path, "");
    nj_wait wait = ten_seconds();
    assert_int_equal(pthread_create(&thread, NULL, let_go, &other), 0);
    assert_done(nj_lock_take(&lock, path, "me", &wait, &error));
    pthread_join(thread, NULL);
    nj_lock_release(&lock);
}

static void waiting_for_a_lock_can_be_cancelled(void **state)
{
    nj_error error;
    nj_lock lock;
    alarm_clock clock;
    char *path = path_in(state, "backup.lock");
    holder other = start_holder(path, "x");
    set_alarm(&clock);
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = &clock.wake};
    int64_t began = nj_now();
    assert_int_equal(nj_lock_take(&lock, path, "me", &wait, &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    assert_within(began, NJ_SECOND / 5);
    end_alarm(&clock);
    end_holder(&other);
}

typedef struct waiter {
    const char *path;
    int result;
    nj_error error;
    nj_lock lock;
} waiter;

static void *wait_for_lock(void *argument)
{
    waiter *self = argument;
    nj_wait wait = {.deadline = nj_after(0.5)};
    self->result = nj_lock_take(&self->lock, self->path, "waiter", &wait, &self->error);
    return NULL;
}

/* Somebody removes the file while one waits for it: that one must not believe that it holds the
 * lock that another took on a new file of that name. */
static void a_lock_on_a_file_that_was_removed_is_none(void **state)
{
    nj_error error;
    nj_lock lock;
    pthread_t thread;
    char *path = path_in(state, "backup.lock");
    nj_wait at_once = {.deadline = nj_now()};
    holder other = start_holder(path, "removed");
    waiter waiting = {.path = path};
    assert_int_equal(pthread_create(&thread, NULL, wait_for_lock, &waiting), 0);
    rest(0.1);
    assert_int_equal(unlink(path), 0);
    assert_done(nj_lock_take(&lock, path, "first", &at_once, &error));
    end_holder(&other);
    pthread_join(thread, NULL);
    assert_int_equal(waiting.result, -1);
    assert_string_equal(waiting.error.code, "LOCKED");
    assert_contains(waiting.error.message, "(first)");
    nj_lock_release(&lock);
}

static void a_full_disk_does_not_keep_the_lock_from_us(void **state)
{
    mount_small(state, "size=128k");
    nj_error error;
    nj_lock lock;
    static char big[1 << 20];
    char *path = path_in(state, "backup.lock");
    int fd = open(path_in(state, "filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, big, sizeof big) > 0)
        ;
    close(fd);
    nj_wait at_once = {.deadline = nj_now()};
    assert_done(nj_lock_take(&lock, path, "me", &at_once, &error));
    nj_lock_release(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(a_lock_keeps_another_process_out_and_says_whom),
        with_folder(a_lock_goes_with_its_process_however_that_ends),
        with_folder(a_lock_is_waited_for),
        with_folder(waiting_for_a_lock_can_be_cancelled),
        with_folder(a_lock_on_a_file_that_was_removed_is_none),
        with_folder(a_full_disk_does_not_keep_the_lock_from_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
