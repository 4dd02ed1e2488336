/* SIGINT and SIGTERM become a wake-up; the second one ends the process at once. */
#include "host/platform.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* `timeout` and `sudo` send a signal to the process and to its group: twice within a millisecond. A
 * person is slower. */
static const int64_t SAME_WITHIN = NJ_SECOND / 10;
static const int64_t FORCE_WITHIN = 2 * NJ_SECOND;

static nj_wake signal_wake = {.fd = -1};
static volatile sig_atomic_t signal_taken;
static _Atomic int64_t signal_time;

static void on_signal(int number)
{
    int64_t now = nj_now();
    int64_t since = now - atomic_load(&signal_time);
    if (signal_taken && since < SAME_WITHIN)
        return;
    if (signal_taken && since < FORCE_WITHIN) {
        nj_children_kill();
        _exit(128 + number);
    }
    /* A terminal that went away asks for the same as SIGTERM. */
    signal_taken = number == SIGHUP ? SIGTERM : number;
    atomic_store(&signal_time, now);
    nj_wake_signal(&signal_wake);
}

static int set_handler(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    /* No handler interrupts another one between its look at the time and its note of it. */
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGHUP);
    return sigaction(number, &action, NULL);
}

static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int nj_signals_begin(const nj_wake *wake, nj_error *error)
{
    signal_wake = *wake;
    /* Whoever started us may have blocked signals, or ignored SIGCHLD: then the system would reap
     * our children, and their exit status would be lost. */
    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0 || set_handler(SIGCHLD, SIG_DFL) != 0 ||
        set_handler(SIGPIPE, SIG_IGN) != 0 || set_handler(SIGINT, on_signal) != 0 ||
        set_handler(SIGTERM, on_signal) != 0)
        return nj_fail_system(error, errno, "could not set up signals");
    /* Under nohup it stays ignored. */
    if (!is_ignored(SIGHUP) && set_handler(SIGHUP, on_signal) != 0)
        return nj_fail_system(error, errno, "could not set up signals");
    return 0;
}

int nj_signal_taken(void)
{
    return signal_taken;
}

void nj_signal_forget(void)
{
    signal_taken = 0;
}
