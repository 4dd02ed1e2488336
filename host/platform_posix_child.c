/* Children on a POSIX system: posix_spawn into a session of their own, pidfds to wait for them
 * (Linux 5.4), signals to the whole group to end them. */
#include "host/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- those that run, for a forced exit: read in a signal handler ---- */

enum { MOST_CHILDREN = 1024 };

static _Atomic(pid_t) running[MOST_CHILDREN];

/* A free place in `running`, marked as taken; NULL when there is none. */
static _Atomic(pid_t) *reserve(void)
{
    for (int index = 0; index < MOST_CHILDREN; index++) {
        pid_t none = 0;
        if (atomic_compare_exchange_strong(&running[index], &none, -1))
            return &running[index];
    }
    return NULL;
}

static void forget(pid_t pid)
{
    for (int index = 0; index < MOST_CHILDREN; index++) {
        pid_t same = pid;
        if (atomic_compare_exchange_strong(&running[index], &same, 0))
            return;
    }
}

void nj_children_kill(void)
{
    for (int index = 0; index < MOST_CHILDREN; index++) {
        pid_t pid = atomic_load(&running[index]);
        if (pid > 0)
            kill(-pid, SIGKILL);
    }
}

/* ---- the child's environment ---- */

static size_t name_length(const char *entry)
{
    return strcspn(entry, "=");
}

static bool is_overridden(const char *entry, char *const *changes)
{
    size_t length = name_length(entry);
    for (; changes && *changes; changes++)
        if (name_length(*changes) == length && strncmp(*changes, entry, length) == 0)
            return true;
    return false;
}

static size_t count_strings(char *const *strings)
{
    size_t count = 0;
    while (strings && strings[count])
        count++;
    return count;
}

/* Ours with the changes over it; the strings stay where they are. NULL without memory. */
static char **make_environment(char *const *changes)
{
    char **result = calloc(count_strings(environ) + count_strings(changes) + 1, sizeof(char *));
    if (!result)
        return NULL;
    size_t count = 0;
    for (char **entry = environ; *entry; entry++)
        if (!is_overridden(*entry, changes))
            result[count++] = *entry;
    for (; changes && *changes; changes++)
        if (strchr(*changes, '='))
            result[count++] = *changes;
    return result;
}

/* ---- spawning ---- */

typedef struct pipes {
    int theirs[3]; /* what becomes 0, 1 and 2 of the child */
    int ours[3];   /* the other ends; -1 for /dev/null */
} pipes;

static int open_pipe(pipes *pipe_ends, int index, nj_error *error)
{
    enum { READ_END, WRITE_END };
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return nj_fail_system(error, errno, "could not make a pipe");
    int ours = index == STDIN_FILENO ? WRITE_END : READ_END;
    pipe_ends->ours[index] = ends[ours];
    pipe_ends->theirs[index] = ends[!ours];
    /* Only our end: that of the child is a file description of its own. */
    if (fcntl(ends[ours], F_SETFL, O_NONBLOCK) != 0)
        return nj_fail_system(error, errno, "could not make a pipe non-blocking");
    if (index != STDERR_FILENO)
        (void)fcntl(ends[ours], F_SETPIPE_SZ, 1 << 20); /* fewer wake-ups; the default does too */
    return 0;
}

static int open_pipes(pipes *pipe_ends, const nj_spawn *spawn, nj_error *error)
{
    const int kinds[3] = {spawn->standard_input, spawn->standard_output, spawn->standard_error};
    for (int index = 0; index < 3; index++)
        pipe_ends->theirs[index] = pipe_ends->ours[index] = -1;
    for (int index = 0; index < 3; index++) {
        if (kinds[index] == NJ_STDIO_PIPE) {
            if (open_pipe(pipe_ends, index, error) != 0)
                return -1;
            continue;
        }
        pipe_ends->theirs[index] = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (pipe_ends->theirs[index] < 0)
            return nj_fail_system(error, errno, "could not open '/dev/null'");
    }
    return 0;
}

/* Returns an errno. nj_stdio_begin has seen to it that the pipes' numbers are above 2. */
static int set_actions(posix_spawn_file_actions_t *actions, const pipes *pipe_ends,
                       const nj_spawn *spawn)
{
    int failure = 0;
    for (int index = 0; index < 3 && !failure; index++)
        failure = posix_spawn_file_actions_adddup2(actions, pipe_ends->theirs[index], index);
    if (!failure && spawn->directory)
        failure = posix_spawn_file_actions_addchdir_np(actions, spawn->directory);
    if (!failure)
        failure = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return failure;
}

/* Returns an errno. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    sigemptyset(&none);
    int failure = posix_spawnattr_setsigdefault(attributes, &all);
    if (!failure)
        failure = posix_spawnattr_setsigmask(attributes, &none);
    if (!failure)
        failure = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                                                           POSIX_SPAWN_SETSIGMASK);
    return failure;
}

/* Returns an errno. */
static int start(pid_t *ret_pid, const char *path, const nj_spawn *spawn, const pipes *pipe_ends,
                 char *const *environment)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure)
        return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure) {
        posix_spawn_file_actions_destroy(&actions);
        return failure;
    }
    failure = set_actions(&actions, pipe_ends, spawn);
    if (!failure)
        failure = set_attributes(&attributes);
    if (!failure)
        failure = posix_spawn(ret_pid, path, &actions, &attributes, spawn->argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static int fail_start(const char *path, int failure, nj_error *error)
{
    nj_fail_system(error, failure, "could not run '%s'", path);
    if (failure == ENOENT)
        return nj_hint(error, "The file is there, but not the interpreter that its first line "
                              "names, or the loader that it was built for.");
    if (failure == ENOEXEC)
        return nj_hint(error, "It is no program for this machine, and no script that begins with "
                              "'#!'.");
    if (failure == E2BIG)
        return nj_hint(error, "Its arguments and environment are too long.");
    return -1;
}

static int check_directory(const nj_spawn *spawn, nj_error *error)
{
    if (!spawn->directory)
        return 0;
    struct stat status;
    if (stat(spawn->directory, &status) == 0 && !S_ISDIR(status.st_mode))
        errno = ENOTDIR;
    else if (access(spawn->directory, X_OK) == 0)
        return 0;
    return nj_fail_system(error, errno, "could not run '%s' in the folder '%s'", spawn->argv[0],
                          spawn->directory);
}

/* The process itself, between its pipes and its environment. */
static int start_in_place(pid_t *ret_pid, const nj_spawn *spawn, const pipes *pipe_ends,
                          char *const *environment, nj_error *error)
{
    char *path = NULL;
    if (check_directory(spawn, error) != 0 || nj_find_program(spawn->argv[0], &path, error) != 0)
        return -1;
    _Atomic(pid_t) *place = reserve();
    int result = 0;
    if (!place) {
        result = nj_fail(error, "SYSTEM", "could not run '%s': %d programs run already", path,
                         MOST_CHILDREN);
    } else {
        int failure = start(ret_pid, path, spawn, pipe_ends, environment);
        atomic_store(place, failure ? 0 : *ret_pid);
        if (failure)
            result = fail_start(path, failure, error);
    }
    free(path);
    return result;
}

/* One that cannot be watched is of no use. */
static void discard(pid_t pid)
{
    kill(-pid, SIGKILL);
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        ;
    forget(pid);
    waitid(P_PID, (id_t)pid, &info, WEXITED);
}

/* Watch it from now on; takes our ends of the pipes. */
static int adopt(nj_child *child, pid_t pid, pipes *pipe_ends, const char *name, nj_error *error)
{
    int process = pidfd_open(pid, 0);
    if (process < 0) {
        int reason = errno;
        nj_fail_system(error, reason, "could not watch '%s'", name);
        if (reason == ENOSYS || reason == EPERM)
            nj_hint(error, "The system call pidfd_open is not there: nightjar needs Linux 5.4, and "
                           "a container's seccomp profile or Valgrind before 3.23 may not let it "
                           "through.");
        discard(pid);
        for (int index = 0; index < 3; index++)
            nj_close(&pipe_ends->ours[index]);
        return -1;
    }
    child->pid = pid;
    child->process = process;
    child->input = pipe_ends->ours[STDIN_FILENO];
    child->output = pipe_ends->ours[STDOUT_FILENO];
    child->diagnostics = pipe_ends->ours[STDERR_FILENO];
    return 0;
}

int nj_child_spawn(nj_child *child, const nj_spawn *spawn, nj_error *error)
{
    *child = (nj_child)NJ_CHILD_NONE;
    pipes pipe_ends;
    char **environment = make_environment(spawn->environment);
    if (!environment)
        return nj_fail_system(error, ENOMEM, "could not run '%s'", spawn->argv[0]);
    pid_t pid = 0;
    int result = open_pipes(&pipe_ends, spawn, error);
    if (result == 0)
        result = start_in_place(&pid, spawn, &pipe_ends, environment, error);
    free(environment);
    for (int index = 0; index < 3; index++) {
        nj_close(&pipe_ends.theirs[index]);
        if (result != 0)
            nj_close(&pipe_ends.ours[index]);
    }
    return result == 0 ? adopt(child, pid, &pipe_ends, spawn->argv[0], error) : -1;
}

/* ---- waiting and ending ---- */

/* Reap it if it has ended. It is forgotten first: once it is reaped its number may be another's. */
static bool reap(nj_child *child)
{
    siginfo_t info = {0};
    id_t pid = (id_t)child->pid;
    if (waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return false;
    forget((pid_t)pid);
    waitid(P_PID, pid, &info, WEXITED | WNOHANG);
    child->ended = true;
    child->pid = 0;
    if (info.si_code == CLD_EXITED)
        child->exit_status = info.si_status;
    else
        child->signal = info.si_status;
    nj_close(&child->process);
    return true;
}

int nj_child_wait(nj_child *child, const nj_wait *wait, nj_error *error)
{
    while (child->pid && !reap(child)) {
        nj_event event = {.fd = child->process, .wanted = NJ_READABLE};
        if (nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0)
            return -1;
    }
    return 0;
}

static void signal_groups(nj_child *children[], int count, int number)
{
    for (int index = 0; index < count; index++)
        if (children[index]->pid)
            kill(-(pid_t)children[index]->pid, number);
}

/* Wait, until then at most, for all of them to have ended; they stay to be reaped. */
static void wait_for_all(nj_child *children[], int count, int64_t until)
{
    nj_wait wait = {.deadline = NJ_NEVER};
    for (int index = 0; index < count; index++) {
        nj_error ignored; /* without a cancel and a deadline only poll itself could fail */
        nj_event event = {.fd = children[index]->process, .wanted = NJ_READABLE};
        if (children[index]->pid)
            nj_wait_events(&wait, &event, 1, until, &ignored);
    }
}

static void close_outputs(nj_child *child)
{
    nj_close(&child->output);
    nj_close(&child->diagnostics);
}

/* Seconds that the system may take to end a process after SIGKILL: it can be stuck on a disk that
 * does not answer. Then it is left to the system. */
static const double killed_within = 5;

void nj_children_end(nj_child *children[], int count, double grace)
{
    signal_groups(children, count, SIGTERM);
    /* One that is stopped would not see the SIGTERM. */
    signal_groups(children, count, SIGCONT);
    for (int index = 0; index < count; index++)
        close_outputs(children[index]);
    wait_for_all(children, count, nj_after(grace));
    /* Also for what it leaves behind. As long as it has not been reaped, the group is no other's.
     */
    signal_groups(children, count, SIGKILL);
    wait_for_all(children, count, nj_after(killed_within));
    for (int index = 0; index < count; index++) {
        nj_child *child = children[index];
        /* Only now: one that outlives the SIGTERM must not take it for the end of its input. */
        nj_close(&child->input);
        if (child->pid && !reap(child)) {
            forget((pid_t)child->pid);
            child->pid = 0;
        }
        nj_close(&child->process);
    }
}

void nj_child_end(nj_child *child, double grace)
{
    nj_children_end(&child, 1, grace);
}

int nj_child_failed(const nj_child *child, const char *what, const char *tail, nj_error *error)
{
    if (child->signal) {
        nj_fail(error, "SIGNAL", "%s was ended by signal %d (%s)", what, child->signal,
                strsignal(child->signal));
        error->signal = child->signal;
        if (child->signal == SIGKILL)
            nj_hint(error, "Somebody killed it, or the system had no memory left: see the "
                           "kernel's log.");
    } else {
        nj_fail(error, "EXIT", "%s failed with exit status %d", what, child->exit_status);
        error->exit_status = child->exit_status;
    }
    size_t length = strlen(tail);
    size_t skipped = length > NJ_ERROR_DETAIL ? length - NJ_ERROR_DETAIL : 0;
    memcpy(error->detail, tail + skipped, length - skipped + 1);
    return -1;
}
