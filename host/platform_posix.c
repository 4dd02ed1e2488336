/* Time, wake-ups, waiting, reading and writing, and signals on a POSIX system (Linux for eventfd).
 */
#include "host/platform.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* ---- time ---- */

int64_t nj_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NJ_SECOND + now.tv_nsec;
}

int64_t nj_after(double seconds)
{
    int64_t now = nj_now();
    if (seconds <= 0)
        return now;
    if (!(seconds < (double)(INT64_MAX - now) / (double)NJ_SECOND))
        return NJ_NEVER;
    return now + (int64_t)(seconds * (double)NJ_SECOND);
}

/* ---- waking ---- */

int nj_wake_open(nj_wake *wake, nj_error *error)
{
    wake->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake->fd < 0)
        return nj_fail_system(error, errno, "could not make an event descriptor");
    return 0;
}

void nj_wake_close(nj_wake *wake)
{
    nj_close(&wake->fd);
}

void nj_wake_signal(const nj_wake *wake)
{
    int before = errno;
    uint64_t one = 1;
    /* It fails only when it is set 2^64 - 2 times over: then it is set. */
    ssize_t ignored = write(wake->fd, &one, sizeof one);
    (void)ignored;
    errno = before;
}

void nj_wake_clear(const nj_wake *wake)
{
    uint64_t count;
    /* EAGAIN when it was not set: that is the state wanted. */
    ssize_t ignored = read(wake->fd, &count, sizeof count);
    (void)ignored;
}

bool nj_wake_is_set(const nj_wake *wake)
{
    struct pollfd pollfd = {.fd = wake->fd, .events = POLLIN};
    return poll(&pollfd, 1, 0) == 1;
}

/* ---- waiting ---- */

enum { MOST_EVENTS = 15 };

static int fail_timeout(nj_error *error)
{
    return nj_fail(error, "TIMEOUT", "the time limit was reached");
}

static int fail_cancelled(nj_error *error)
{
    return nj_fail(error, "CANCELLED", "the task was cancelled");
}

int nj_wait_check(const nj_wait *wait, nj_error *error)
{
    if (wait->cancel && nj_wake_is_set(wait->cancel))
        return fail_cancelled(error);
    if (wait->deadline != NJ_NEVER && nj_now() >= wait->deadline)
        return fail_timeout(error);
    return 0;
}

/* Milliseconds for poll, rounded up so that it never wakes just before the time. */
static int milliseconds_until(int64_t until)
{
    if (until == NJ_NEVER)
        return -1;
    int64_t left = until - nj_now();
    if (left <= 0)
        return 0;
    int64_t milliseconds = (left + 999999) / 1000000;
    return milliseconds > 3600000 ? 3600000 : (int)milliseconds;
}

/* One poll. Fills the events' ready; returns their number, or -1 with errno. */
static int poll_events(nj_event *events, int count, const nj_wake *cancel, int timeout)
{
    struct pollfd pollfds[MOST_EVENTS + 1];
    for (int index = 0; index < count; index++) {
        int wanted = events[index].wanted;
        pollfds[index] = (struct pollfd){
            .fd = events[index].fd,
            .events =
                (short)((wanted & NJ_READABLE ? POLLIN : 0) | (wanted & NJ_WRITABLE ? POLLOUT : 0)),
        };
    }
    pollfds[count] = (struct pollfd){.fd = cancel ? cancel->fd : -1, .events = POLLIN};
    if (poll(pollfds, (nfds_t)count + 1, timeout) < 0)
        return -1;
    int ready = 0;
    for (int index = 0; index < count; index++) {
        short got = pollfds[index].revents;
        events[index].ready = 0;
        if (got & POLLIN)
            events[index].ready |= NJ_READABLE;
        if (got & POLLOUT)
            events[index].ready |= NJ_WRITABLE;
        if (got & (POLLHUP | POLLERR | POLLNVAL))
            events[index].ready |= events[index].wanted;
        ready += events[index].ready != 0;
    }
    return ready;
}

int nj_wait_events(const nj_wait *wait, nj_event *events, int count, int64_t until, nj_error *error)
{
    if (count > MOST_EVENTS)
        return nj_fail(error, "SYSTEM", "more than %d events to wait for", MOST_EVENTS);
    for (;;) {
        if (nj_wait_check(wait, error) != 0)
            return -1;
        int64_t next = until < wait->deadline ? until : wait->deadline;
        int ready = poll_events(events, count, wait->cancel, milliseconds_until(next));
        if (ready < 0 && errno != EINTR)
            return nj_fail_system(error, errno, "could not wait");
        if (ready > 0)
            return ready;
        if (until != NJ_NEVER && nj_now() >= until)
            return nj_wait_check(wait, error);
    }
}

int nj_wait_until(const nj_wait *wait, int64_t until, nj_error *error)
{
    return nj_wait_events(wait, NULL, 0, until, error);
}

/* ---- reading and writing ---- */

static bool would_block(int errnum)
{
    return errnum == EAGAIN || errnum == EWOULDBLOCK;
}

static int wait_for(const nj_wait *wait, int fd, int wanted, nj_error *error)
{
    nj_event event = {.fd = fd, .wanted = wanted};
    return nj_wait_events(wait, &event, 1, NJ_NEVER, error) < 0 ? -1 : 0;
}

int nj_read(int fd, void *buffer, size_t size, const nj_wait *wait, const char *what,
            size_t *ret_read, nj_error *error)
{
    for (;;) {
        /* Where there is always something to read, nothing else would look. */
        if (nj_wait_check(wait, error) != 0)
            return -1;
        ssize_t count = read(fd, buffer, size);
        if (count >= 0) {
            *ret_read = (size_t)count;
            return 0;
        }
        if (would_block(errno)) {
            if (wait_for(wait, fd, NJ_READABLE, error) != 0)
                return -1;
        } else if (errno != EINTR) {
            return nj_fail_system(error, errno, "could not read %s", what);
        }
    }
}

int nj_write_some(int fd, const void *buffer, size_t size, const char *what, size_t *ret_written,
                  nj_error *error)
{
    for (;;) {
        ssize_t count = write(fd, buffer, size);
        if (count >= 0 || would_block(errno)) {
            *ret_written = count >= 0 ? (size_t)count : 0;
            return 0;
        }
        if (errno == EPIPE)
            return nj_fail(error, "PIPE", "%s has closed its input", what);
        if (errno != EINTR)
            return nj_fail_system(error, errno, "could not write %s", what);
    }
}

int nj_write(int fd, const void *buffer, size_t size, const nj_wait *wait, const char *what,
             nj_error *error)
{
    const char *position = buffer;
    while (size > 0) {
        size_t written;
        if (nj_wait_check(wait, error) != 0 ||
            nj_write_some(fd, position, size, what, &written, error) != 0)
            return -1;
        position += written;
        size -= written;
        if (written == 0 && wait_for(wait, fd, NJ_WRITABLE, error) != 0)
            return -1;
    }
    return 0;
}

void nj_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
