/* Children: what they are given, how they end, and that nothing of them is left. Real programs. */
#include "tests/c/support.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static nj_child spawn(const nj_spawn *spawn)
{
    nj_child child;
    nj_error error;
    if (nj_child_spawn(&child, spawn, &error) != 0)
        fail_msg("%s: %s", error.code, error.message);
    return child;
}

static nj_child shell(const char *script, const nj_spawn *with)
{
    char *argv[] = {"sh", "-c", (char *)script, NULL};
    nj_spawn options = *with;
    options.argv = argv;
    return spawn(&options);
}

static const nj_spawn silent = {0};
static const nj_spawn heard = {.standard_output = NJ_STDIO_PIPE};

static void await(nj_child *child)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    assert_int_equal(nj_child_wait(child, &wait, &error), 0);
    assert_true(child->ended);
}

/* All that comes until the end of input, as text. */
static const char *read_all(int fd)
{
    static char text[4096];
    nj_error error;
    nj_wait wait = ten_seconds();
    size_t size = 0;
    for (size_t got = 1; got > 0; size += got)
        if (nj_read(fd, text + size, sizeof text - 1 - size, &wait, "a child", &got, &error) != 0)
            fail_msg("%s: %s", error.code, error.message);
    text[size] = '\0';
    return text;
}

/* What the script prints. */
static const char *said_by(const char *script, const nj_spawn *with)
{
    nj_spawn options = *with;
    options.standard_output = NJ_STDIO_PIPE;
    nj_child child = shell(script, &options);
    const char *text = read_all(child.output);
    await(&child);
    assert_int_equal(child.exit_status, 0);
    nj_child_end(&child, 0);
    return text;
}

/* ---- how they end ---- */

static void the_exit_status_is_kept(void **state)
{
    (void)state;
    nj_error error;
    nj_child child = shell("exit 7", &silent);
    await(&child);
    assert_int_equal(child.exit_status, 7);
    assert_int_equal(child.signal, 0);
    assert_int_equal(nj_child_failed(&child, "'sh'", "last words", &error), -1);
    assert_string_equal(error.code, "EXIT");
    assert_int_equal(error.exit_status, 7);
    assert_contains(error.message, "'sh'");
    assert_contains(error.message, "7");
    assert_string_equal(error.detail, "last words");
    nj_child_end(&child, 0);
}

static void the_signal_that_ended_it_is_kept(void **state)
{
    (void)state;
    nj_error error;
    nj_child child = shell("kill -SEGV $$", &silent);
    await(&child);
    assert_int_equal(child.exit_status, -1);
    assert_int_equal(child.signal, SIGSEGV);
    nj_child_failed(&child, "'sh'", "", &error);
    assert_string_equal(error.code, "SIGNAL");
    assert_int_equal(error.signal, SIGSEGV);
    assert_int_equal(error.exit_status, -1);
    nj_child_end(&child, 0);
}

static void of_a_long_stderr_the_end_is_kept(void **state)
{
    (void)state;
    nj_error error;
    char tail[3 * NJ_ERROR_DETAIL];
    memset(tail, 'x', sizeof tail);
    strcpy(tail + sizeof tail - 6, "fatal");
    nj_child child = {.exit_status = 1};
    nj_child_failed(&child, "'sh'", tail, &error);
    assert_int_equal(strlen(error.detail), NJ_ERROR_DETAIL);
    assert_string_equal(error.detail + NJ_ERROR_DETAIL - 5, "fatal");
}

/* ---- what cannot be started ---- */

static void assert_refused(const nj_spawn *options, const char *code, const char *named)
{
    nj_child child;
    nj_error error;
    int before = count_descriptors();
    assert_int_equal(nj_child_spawn(&child, options, &error), -1);
    assert_string_equal(error.code, code);
    assert_contains(error.message, named);
    assert_true(error.hint[0] != '\0');
    assert_int_equal(child.pid, 0);
    nj_child_end(&child, 0);
    assert_int_equal(count_descriptors(), before);
}

static void a_missing_program_is_not_found(void **state)
{
    (void)state;
    char *argv[] = {"nightjar-has-no-such-program", NULL};
    assert_refused(&(nj_spawn){.argv = argv, .standard_output = NJ_STDIO_PIPE}, "NOT_FOUND",
                   "'nightjar-has-no-such-program'");
    char *empty[] = {"", NULL};
    assert_refused(&(nj_spawn){.argv = empty}, "NOT_FOUND", "''");
}

static void a_file_that_is_no_program_is_denied(void **state)
{
    char *path = path_in(state, "data");
    write_file(path, "data", 0644);
    char *argv[] = {path, NULL};
    assert_refused(&(nj_spawn){.argv = argv}, "DENIED", path);
    char *folder[] = {*state, NULL};
    assert_refused(&(nj_spawn){.argv = folder}, "DENIED", *state);
}

static void a_script_whose_interpreter_is_missing_says_so(void **state)
{
    if (under_valgrind())
        skip();
    char *path = path_in(state, "script");
    write_file(path, "#!/nowhere/interpreter\n", 0755);
    char *argv[] = {path, NULL};
    nj_child child;
    nj_error error;
    assert_int_equal(nj_child_spawn(&child, &(nj_spawn){.argv = argv}, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
    assert_contains(error.hint, "interpreter");
}

static void a_missing_folder_is_named_and_not_the_program(void **state)
{
    (void)state;
    char *argv[] = {"true", NULL};
    nj_child child;
    nj_error error;
    nj_spawn options = {.argv = argv, .directory = "/no/such/folder"};
    assert_int_equal(nj_child_spawn(&child, &options, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
    assert_contains(error.message, "'/no/such/folder'");
}

/* ---- what they are given ---- */

static void it_runs_in_the_folder_that_was_asked_for(void **state)
{
    nj_spawn options = {.directory = *state};
    char expected[256];
    snprintf(expected, sizeof expected, "%s\n", (const char *)*state);
    assert_string_equal(said_by("pwd -P", &options), expected);
}

static void the_environment_is_ours_with_the_changes(void **state)
{
    (void)state;
    setenv("NIGHTJAR_TEST_KEPT", "kept", 1);
    setenv("NIGHTJAR_TEST_CHANGED", "before", 1);
    setenv("NIGHTJAR_TEST_REMOVED", "here", 1);
    char *changes[] = {"NIGHTJAR_TEST_CHANGED=after=all", "NIGHTJAR_TEST_REMOVED",
                       "NIGHTJAR_TEST_ADDED=", NULL};
    nj_spawn options = {.environment = changes};
    assert_string_equal(said_by("env | grep ^NIGHTJAR_TEST | sort", &options),
                        "NIGHTJAR_TEST_ADDED=\nNIGHTJAR_TEST_CHANGED=after=all\n"
                        "NIGHTJAR_TEST_KEPT=kept\n");
}

static void it_has_no_descriptor_but_the_three(void **state)
{
    (void)state;
    int leaked = open("/dev/null", O_RDONLY); /* on purpose not close-on-exec */
    assert_true(leaked > 2);
    nj_spawn options = {.standard_error = NJ_STDIO_PIPE};
    assert_string_equal(said_by("ls /proc/$$/fd; exit", &options), "0\n1\n2\n");
    close(leaked);
}

static void signals_are_as_a_program_expects_them(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    unsigned long masked, ignored;
    const char *text = said_by("exec grep -E 'Sig(Blk|Ign)' /proc/self/status", &silent);
    assert_int_equal(sscanf(text, "SigBlk: %lx SigIgn: %lx", &masked, &ignored), 2);
    assert_int_equal(masked, 0);
    assert_int_equal(ignored & 0x7fffffff, 0); /* 32 and 33 are the C library's own */
    pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
}

static void it_leads_a_session_and_a_group_of_its_own(void **state)
{
    (void)state;
    int pid, group, session;
    const char *text = said_by("cut -d' ' -f1,5,6 /proc/$$/stat; exit", &silent);
    assert_int_equal(sscanf(text, "%d %d %d", &pid, &group, &session), 3);
    assert_int_equal(group, pid);
    assert_int_equal(session, pid);
}

static void without_a_pipe_its_input_is_empty(void **state)
{
    (void)state;
    assert_string_equal(said_by("cat; echo done", &silent), "done\n");
}

static void the_input_of_one_does_not_wait_for_the_end_of_another(void **state)
{
    (void)state;
    nj_spawn piped = {.standard_input = NJ_STDIO_PIPE, .standard_output = NJ_STDIO_PIPE};
    nj_child first = shell("cat", &piped);
    nj_child second = shell("cat", &piped);
    nj_close(&first.input);
    assert_string_equal(read_all(first.output), "");
    await(&first);
    nj_child_end(&first, 0);
    nj_child_end(&second, 1);
}

/* ---- waiting and ending ---- */

static void a_wait_is_cancelled_soon_and_leaves_it_running(void **state)
{
    (void)state;
    nj_error error;
    alarm_clock clock;
    nj_child child = shell("exec sleep 60", &silent);
    set_alarm(&clock);
    nj_wait wait = {.deadline = NJ_NEVER, .cancel = &clock.wake};
    int64_t began = nj_now();
    assert_int_equal(nj_child_wait(&child, &wait, &error), -1);
    assert_within(began, NJ_SECOND / 5);
    assert_string_equal(error.code, "CANCELLED");
    assert_false(child.ended);
    end_alarm(&clock);
    nj_child_end(&child, 10);
    assert_true(child.ended);
    assert_int_equal(child.signal, SIGTERM);
}

/* Start a script that prints the pid of a grandchild and then "ready"; returns the pid. */
static pid_t read_pid(nj_child *child)
{
    char line[64] = "";
    nj_error error;
    nj_wait wait = ten_seconds();
    for (size_t size = 0, got = 1; got > 0 && !strchr(line, '\n'); size += got)
        assert_int_equal(nj_read(child->output, line + size, sizeof line - 1 - size, &wait,
                                 "a child", &got, &error),
                         0);
    return (pid_t)atoi(line);
}

static void ending_takes_the_grandchildren_along(void **state)
{
    (void)state;
    nj_child child = shell("sleep 60 & echo $!; wait", &heard);
    pid_t grandchild = read_pid(&child);
    assert_false(is_dead(grandchild));
    nj_child_end(&child, 10);
    assert_dies(grandchild);
}

static void a_grandchild_that_ignores_sigterm_goes_with_its_parent(void **state)
{
    (void)state;
    nj_child child = shell("(trap '' TERM; exec sh -c 'echo $$; exec sleep 60') & wait", &heard);
    pid_t grandchild = read_pid(&child);
    nj_child_end(&child, 10);
    assert_dies(grandchild);
}

static void one_that_ignores_sigterm_is_killed_after_its_grace(void **state)
{
    (void)state;
    nj_child child = shell("trap '' TERM; echo $$; sleep 60", &heard);
    read_pid(&child);
    int64_t began = nj_now();
    nj_child_end(&child, 0.1);
    assert_true(nj_now() - began >= NJ_SECOND / 10);
    assert_within(began, 5 * NJ_SECOND);
    assert_int_equal(child.signal, SIGKILL);
}

static void one_that_is_stopped_ends_at_once(void **state)
{
    (void)state;
    nj_error error;
    nj_wait wait = ten_seconds();
    nj_child child = shell("kill -STOP $$", &heard);
    while (state_of((pid_t)child.pid) != 'T')
        assert_done(nj_wait_until(&wait, nj_after(0.005), &error));
    int64_t began = nj_now();
    nj_child_end(&child, 30);
    assert_within(began, 10 * NJ_SECOND);
    assert_true(child.ended);
}

static void the_grace_of_several_runs_together(void **state)
{
    (void)state;
    nj_child children[4], *all[4];
    for (int index = 0; index < 4; index++) {
        children[index] = shell("trap '' TERM; echo $$; sleep 60", &heard);
        read_pid(&children[index]);
        all[index] = &children[index];
    }
    int64_t began = nj_now();
    nj_children_end(all, 4, 0.5);
    assert_within(began, 3 * NJ_SECOND / 2);
    for (int index = 0; index < 4; index++)
        assert_int_equal(children[index].signal, SIGKILL);
}

static void nothing_is_left_of_a_hundred_children(void **state)
{
    (void)state;
    nj_spawn all = {.standard_input = NJ_STDIO_PIPE,
                    .standard_output = NJ_STDIO_PIPE,
                    .standard_error = NJ_STDIO_PIPE};
    int before = count_descriptors();
    for (int index = 0; index < 100; index++) {
        nj_child child = shell(index % 2 ? "exit 0" : "exec sleep 60", &all);
        if (index % 2)
            await(&child);
        nj_child_end(&child, 10);
        nj_child_end(&child, 10); /* idempotent */
    }
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* ---- signals to ourselves: each in a process of its own ---- */

/* Runs `scene` in a fork; returns its wait status. */
static int status_of(int (*scene)(int), int fd)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(scene(fd));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static int scene_two_signals(int fd)
{
    nj_wake wake;
    nj_error error;
    nj_child child;
    char *argv[] = {"sleep", "60", NULL};
    if (nj_wake_open(&wake, &error) != 0 || nj_signals_begin(&wake, &error) != 0 ||
        nj_child_spawn(&child, &(nj_spawn){.argv = argv}, &error) != 0)
        return 1;
    pid_t pid = (pid_t)child.pid;
    if (write(fd, &pid, sizeof pid) != sizeof pid)
        return 1;
    raise(SIGINT);
    if (!nj_wake_is_set(&wake) || nj_signal_taken() != SIGINT)
        return 2;
    rest(0.15);
    raise(SIGINT);
    return 3;
}

static void the_second_signal_kills_the_children_and_ends_at_once(void **state)
{
    (void)state;
    int ends[2];
    pid_t child;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    int status = status_of(scene_two_signals, ends[1]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
    assert_int_equal(read(ends[0], &child, sizeof child), sizeof child);
    assert_dies(child);
    close(ends[0]);
    close(ends[1]);
}

static int scene_doubled_signal(int fd)
{
    (void)fd;
    nj_wake wake;
    nj_error error;
    if (nj_wake_open(&wake, &error) != 0 || nj_signals_begin(&wake, &error) != 0)
        return 1;
    raise(SIGTERM);
    raise(SIGTERM);
    if (nj_signal_taken() != SIGTERM)
        return 2;
    nj_signal_forget();
    return nj_signal_taken() == 0 ? 0 : 3;
}

static void a_signal_that_was_sent_twice_at_once_counts_once(void **state)
{
    (void)state;
    assert_int_equal(status_of(scene_doubled_signal, -1), 0);
}

static int scene_ignored_children(int fd)
{
    (void)fd;
    nj_wake wake;
    nj_error error;
    nj_child child;
    char *argv[] = {"sh", "-c", "exit 5", NULL};
    signal(SIGCHLD, SIG_IGN); /* as some starters leave it */
    if (nj_wake_open(&wake, &error) != 0 || nj_signals_begin(&wake, &error) != 0 ||
        nj_child_spawn(&child, &(nj_spawn){.argv = argv}, &error) != 0)
        return 1;
    nj_wait wait = ten_seconds();
    if (nj_child_wait(&child, &wait, &error) != 0)
        return 2;
    return child.exit_status == 5 ? 0 : 3;
}

static void an_exit_status_is_not_lost_where_sigchld_came_ignored(void **state)
{
    (void)state;
    assert_int_equal(status_of(scene_ignored_children, -1), 0);
}

static int scene_old_system(int fd)
{
    (void)fd;
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof steps / sizeof steps[0], .filter = steps};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        return 1;
    nj_error error;
    nj_child child;
    char *argv[] = {"sleep", "60", NULL};
    if (nj_child_spawn(&child, &(nj_spawn){.argv = argv}, &error) != -1)
        return 2;
    if (strcmp(error.code, "SYSTEM") != 0 || !strstr(error.message, "could not watch 'sleep'"))
        return 3;
    if (!strstr(error.hint, "Linux 5.4"))
        return 4;
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : 5;
}

static void a_system_that_is_too_old_is_told_and_no_child_is_left(void **state)
{
    (void)state;
    if (under_valgrind())
        skip();
    assert_int_equal(status_of(scene_old_system, -1), 0);
}

static int scene_closed_stdio(int fd)
{
    (void)fd;
    nj_error error;
    nj_child child;
    close(0);
    close(1);
    close(2);
    if (nj_stdio_begin(&error) != 0)
        return 1;
    char *argv[] = {"sh", "-c", "cat >&2; exit 4", NULL};
    nj_spawn options = {.argv = argv,
                        .standard_input = NJ_STDIO_PIPE,
                        .standard_output = NJ_STDIO_PIPE,
                        .standard_error = NJ_STDIO_PIPE};
    if (nj_child_spawn(&child, &options, &error) != 0 || child.input <= 2)
        return 2;
    nj_wait wait = ten_seconds();
    char text[8] = "";
    size_t got = 0;
    if (nj_write(child.input, "hello", 5, &wait, "sh", &error) != 0)
        return 3;
    nj_close(&child.input);
    if (nj_read(child.diagnostics, text, 7, &wait, "sh", &got, &error) != 0 ||
        strcmp(text, "hello") != 0)
        return 4;
    if (nj_child_wait(&child, &wait, &error) != 0 || child.exit_status != 4)
        return 5;
    return 0;
}

static void pipes_are_right_where_we_began_without_stdio(void **state)
{
    (void)state;
    assert_int_equal(status_of(scene_closed_stdio, -1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_status_is_kept),
        cmocka_unit_test(the_signal_that_ended_it_is_kept),
        cmocka_unit_test(of_a_long_stderr_the_end_is_kept),
        cmocka_unit_test(a_missing_program_is_not_found),
        with_folder(a_file_that_is_no_program_is_denied),
        with_folder(a_script_whose_interpreter_is_missing_says_so),
        cmocka_unit_test(a_missing_folder_is_named_and_not_the_program),
        with_folder(it_runs_in_the_folder_that_was_asked_for),
        cmocka_unit_test(the_environment_is_ours_with_the_changes),
        cmocka_unit_test(it_has_no_descriptor_but_the_three),
        cmocka_unit_test(signals_are_as_a_program_expects_them),
        cmocka_unit_test(it_leads_a_session_and_a_group_of_its_own),
        cmocka_unit_test(without_a_pipe_its_input_is_empty),
        cmocka_unit_test(the_input_of_one_does_not_wait_for_the_end_of_another),
        cmocka_unit_test(a_wait_is_cancelled_soon_and_leaves_it_running),
        cmocka_unit_test(ending_takes_the_grandchildren_along),
        cmocka_unit_test(a_grandchild_that_ignores_sigterm_goes_with_its_parent),
        cmocka_unit_test(one_that_ignores_sigterm_is_killed_after_its_grace),
        cmocka_unit_test(one_that_is_stopped_ends_at_once),
        cmocka_unit_test(the_grace_of_several_runs_together),
        cmocka_unit_test(nothing_is_left_of_a_hundred_children),
        cmocka_unit_test(the_second_signal_kills_the_children_and_ends_at_once),
        cmocka_unit_test(a_signal_that_was_sent_twice_at_once_counts_once),
        cmocka_unit_test(an_exit_status_is_not_lost_where_sigchld_came_ignored),
        cmocka_unit_test(a_system_that_is_too_old_is_told_and_no_child_is_left),
        cmocka_unit_test(pipes_are_right_where_we_began_without_stdio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
