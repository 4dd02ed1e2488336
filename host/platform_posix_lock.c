/* Locks between processes on a POSIX system: flock, which goes when its holder does. */
#include "host/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const double look_again =
    0.05; /* seconds; flock itself cannot be waited for with a deadline */

/* The note of the holder; "" when there is none. */
static void read_note(int fd, char *note, size_t size)
{
    ssize_t count = pread(fd, note, size - 1, 0);
    note[count > 0 ? count : 0] = '\0';
    note[strcspn(note, "\n")] = '\0';
}

/* Over the old one, and cut then: so a full disk has room for it where it had room for the last
 * one. */
static int write_note(int fd, const char *path, const char *note, nj_error *error)
{
    struct iovec parts[] = {{(char *)note, strlen(note)}, {"\n", 1}};
    ssize_t size = (ssize_t)strlen(note) + 1;
    ssize_t written = pwritev(fd, parts, 2, 0);
    if (written == size)
        return ftruncate(fd, size) == 0
                   ? 0
                   : nj_fail_system(error, errno, "could not write the lock '%s'", path);
    /* The lock holds without it, and making room on a full disk needs the lock. */
    if (written >= 0 || errno == ENOSPC || errno == EDQUOT)
        return 0;
    return nj_fail_system(error, errno, "could not write the lock '%s'", path);
}

static int fail_locked(int fd, const char *path, nj_error *error)
{
    char note[512];
    read_note(fd, note, sizeof note);
    nj_fail(error, "LOCKED", "'%s' is held by another run%s%s%s", path, note[0] ? " (" : "", note,
            note[0] ? ")" : "");
    strcpy(error->detail, note);
    return nj_hint(error, "Wait until it has ended, then try again.");
}

static int lock_until(int fd, const char *path, const nj_wait *wait, nj_error *error)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return nj_fail_system(error, errno, "could not lock '%s'", path);
        if (nj_wait_until(wait, nj_after(look_again), error) != 0)
            return strcmp(error->code, "TIMEOUT") == 0 ? fail_locked(fd, path, error) : -1;
    }
    return 0;
}

/* Is the file that we locked still the one of that name? Somebody may have removed it meanwhile. */
static bool is_in_place(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

/* The file stays when the lock goes: were it removed, two runs could each lock a file of that name.
 */
int nj_lock_take(nj_lock *lock, const char *path, const char *note, const nj_wait *wait,
                 nj_error *error)
{
    for (;;) {
        lock->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (lock->fd < 0)
            return nj_fail_system(error, errno, "could not open the lock '%s'", path);
        nj_give_to_owner_of_folder(lock->fd, path);
        if (lock_until(lock->fd, path, wait, error) != 0) {
            nj_close(&lock->fd);
            return -1;
        }
        if (is_in_place(lock->fd, path))
            break;
        nj_close(&lock->fd);
        if (nj_wait_check(wait, error) != 0)
            return -1;
    }
    if (write_note(lock->fd, path, note, error) == 0)
        return 0;
    nj_lock_release(lock);
    return -1;
}

void nj_lock_release(nj_lock *lock)
{
    if (lock->fd >= 0) {
        /* So that nobody reads our note before the next holder has written its own. Where it cannot
         * be done, a note is out of date for a moment. */
        int ignored = ftruncate(lock->fd, 0);
        (void)ignored;
        /* A child that is about to begin has a copy of the descriptor until its exec, and with it
         * the lock. */
        flock(lock->fd, LOCK_UN);
    }
    nj_close(&lock->fd);
}
