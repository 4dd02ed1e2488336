/* Durable files, locks and free space on a POSIX system. */
#include "host/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const nj_wait no_limit = {.deadline = NJ_NEVER, .cancel = NULL};

/* ---- files that are written whole or not at all ---- */

int nj_file_create(nj_file *file, const char *path, unsigned mode, nj_error *error)
{
    *file = (nj_file)NJ_FILE_NONE;
    file->path = strdup(path);
    if (!file->path)
        return nj_fail_system(error, ENOMEM, "could not create '%s'", path);
    file->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
    if (file->fd < 0) {
        nj_fail_system(error, errno, "could not create '%s'", path);
        free(file->path);
        file->path = NULL;
        return -1;
    }
    return 0;
}

int nj_file_commit(nj_file *file, nj_error *error)
{
    int failure = fsync(file->fd) != 0 ? errno : 0;
    if (close(file->fd) != 0 && !failure)
        failure = errno;
    file->fd = -1;
    if (failure) {
        nj_fail_system(error, failure, "could not write '%s' to disk", file->path);
        unlink(file->path);
    }
    free(file->path);
    file->path = NULL;
    return failure ? -1 : 0;
}

void nj_file_abandon(nj_file *file)
{
    nj_close(&file->fd);
    if (file->path)
        unlink(file->path);
    free(file->path);
    file->path = NULL;
}

int nj_open_read(const char *path, int *ret_fd, nj_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return nj_fail_system(error, errno, "could not open '%s'", path);
    struct stat status;
    if (fstat(fd, &status) != 0) {
        nj_fail_system(error, errno, "could not look at '%s'", path);
        close(fd);
        return -1;
    }
    if (!S_ISREG(status.st_mode)) {
        close(fd);
        return nj_fail(error, "FORMAT", "'%s' is no regular file", path);
    }
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice only */
    *ret_fd = fd;
    return 0;
}

/* Flush the folder that holds `path`. */
static int sync_parent(const char *path, nj_error *error)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy)
        return nj_fail_system(error, ENAMETOOLONG, "could not use '%s'", path);
    strcpy(copy, path);
    return nj_sync_folder(dirname(copy), error);
}

int nj_sync_folder(const char *path, nj_error *error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return nj_fail_system(error, errno, "could not open the folder '%s'", path);
    int failure = fsync(fd) != 0 ? errno : 0;
    close(fd);
    /* Some network and FUSE file systems have no fsync for folders: there is nothing to flush. */
    if (failure && failure != EINVAL && failure != ENOTSUP)
        return nj_fail_system(error, failure, "could not flush the folder '%s' to disk", path);
    return 0;
}

int nj_write_atomic(const char *path, const void *data, size_t size, unsigned mode, nj_error *error)
{
    unsigned char suffix[8];
    char temporary[PATH_MAX];
    nj_file file;
    if (nj_random(suffix, sizeof suffix, error) != 0)
        return -1;
    int length = snprintf(temporary, sizeof temporary, "%s.%02x%02x%02x%02x%02x%02x.tmp", path,
                          suffix[0], suffix[1], suffix[2], suffix[3], suffix[4], suffix[5]);
    if (length >= (int)sizeof temporary)
        return nj_fail_system(error, ENAMETOOLONG, "could not write '%s'", path);
    if (nj_file_create(&file, temporary, mode, error) != 0)
        return -1;
    if (nj_write(file.fd, data, size, &no_limit, path, error) != 0) {
        nj_file_abandon(&file);
        return -1;
    }
    if (nj_file_commit(&file, error) != 0)
        return -1;
    if (rename(temporary, path) != 0) {
        nj_fail_system(error, errno, "could not put '%s' in place", path);
        unlink(temporary);
        return -1;
    }
    return sync_parent(path, error);
}

int nj_rename(const char *from, const char *to, nj_error *error)
{
    int result = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    if (result != 0 && errno == EINVAL) {
        /* The file system has no such flag: look first. A folder that is not empty is never
         * replaced by rename, which is what sets are. */
        struct stat status;
        if (lstat(to, &status) == 0)
            errno = EEXIST;
        else
            result = rename(from, to);
    }
    if (result != 0)
        return nj_fail_system(error, errno, "could not rename '%s' to '%s'", from, to);
    if (sync_parent(to, error) != 0)
        return -1;
    return sync_parent(from, error);
}

/* ---- locks ---- */

/* The note of the holder, for the error; "" when there is none. */
static void read_note(int fd, char *note, size_t size)
{
    ssize_t count = pread(fd, note, size - 1, 0);
    note[count > 0 ? count : 0] = '\0';
    note[strcspn(note, "\n")] = '\0';
}

static int write_note(int fd, const char *path, const char *note, nj_error *error)
{
    if (ftruncate(fd, 0) != 0)
        return nj_fail_system(error, errno, "could not write '%s'", path);
    if (nj_write(fd, note, strlen(note), &no_limit, path, error) != 0)
        return -1;
    return nj_write(fd, "\n", 1, &no_limit, path, error);
}

static int fail_locked(int fd, const char *path, nj_error *error)
{
    char note[512];
    read_note(fd, note, sizeof note);
    if (note[0])
        nj_fail(error, "LOCKED", "'%s' is held by another run (%s)", path, note);
    else
        nj_fail(error, "LOCKED", "'%s' is held by another run", path);
    strcpy(error->detail, note);
    return nj_hint(error, "Wait until it has ended, then try again.");
}

static int lock_until(int fd, const char *path, const nj_wait *wait, nj_error *error)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return nj_fail_system(error, errno, "could not lock '%s'", path);
        if (nj_wait_until(wait, nj_after(0.05), error) != 0)
            return strcmp(error->code, "TIMEOUT") == 0 ? fail_locked(fd, path, error) : -1;
    }
    return 0;
}

/* The file stays when the lock goes: were it removed, two runs could each lock a file of that
 * name. */
int nj_lock_take(nj_lock *lock, const char *path, const char *note, const nj_wait *wait,
                 nj_error *error)
{
    lock->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock->fd < 0)
        return nj_fail_system(error, errno, "could not open the lock '%s'", path);
    if (lock_until(lock->fd, path, wait, error) != 0 ||
        write_note(lock->fd, path, note, error) != 0) {
        nj_lock_release(lock);
        return -1;
    }
    return 0;
}

void nj_lock_release(nj_lock *lock)
{
    nj_close(&lock->fd);
}

/* ---- space ---- */

int nj_space_of(const char *path, nj_space *ret_space, nj_error *error)
{
    struct statvfs status;
    if (statvfs(path, &status) != 0)
        return nj_fail_system(error, errno, "could not look at the file system of '%s'", path);
    uint64_t block = status.f_frsize;
    *ret_space = (nj_space){
        .total = status.f_blocks * block,
        .free = status.f_bfree * block,
        .available = status.f_bavail * block,
        .inodes = status.f_files,
        .inodes_free = status.f_favail,
    };
    return 0;
}
