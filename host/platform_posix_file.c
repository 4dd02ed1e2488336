/* Durable files on a POSIX system: written whole, flushed, put in place. */
#include "host/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Flush the folder that holds `path`. */
static int sync_parent(const char *path, nj_error *error)
{
    char *copy = strdup(path);
    if (!copy)
        return nj_fail_system(error, ENOMEM, "could not flush the folder of '%s'", path);
    int result = nj_sync_folder(dirname(copy), error);
    free(copy);
    return result;
}

/* ---- files that are written whole or not at all ---- */

int nj_file_create(nj_file *file, const char *path, unsigned mode, nj_error *error)
{
    *file = (nj_file)NJ_FILE_NONE;
    char *copy = strdup(path);
    if (!copy)
        return nj_fail_system(error, ENOMEM, "could not create '%s'", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        nj_fail_system(error, errno, "could not create '%s'", path);
        free(copy);
        return -1;
    }
    *file = (nj_file){.fd = fd, .path = copy};
    nj_give_to_owner_of_folder(fd, path);
    if (fchmod(fd, (mode_t)mode) == 0) /* whatever the umask */
        return 0;
    nj_fail_system(error, errno, "could not set the mode of '%s'", path);
    nj_file_abandon(file);
    return -1;
}

/* Flush it, and its folder where that is asked for, and close it; or remove it. */
static int finish(nj_file *file, bool folder_too, nj_error *error)
{
    int failure = fsync(file->fd) != 0 ? errno : 0;
    if (close(file->fd) != 0 && !failure)
        failure = errno;
    file->fd = -1;
    if (failure)
        nj_fail_system(error, failure, "could not write '%s' to disk", file->path);
    if (failure || (folder_too && sync_parent(file->path, error) != 0)) {
        nj_file_abandon(file);
        return -1;
    }
    free(file->path);
    file->path = NULL;
    return 0;
}

int nj_file_commit(nj_file *file, nj_error *error)
{
    return finish(file, true, error);
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

/* A name beside `path` that nobody has. */
static char *temporary_name(const char *path, nj_error *error)
{
    uint64_t suffix;
    if (nj_random(&suffix, sizeof suffix, error) != 0)
        return NULL;
    char *name;
    if (asprintf(&name, "%s.%016" PRIx64 ".tmp", path, suffix) >= 0)
        return name;
    nj_fail_system(error, ENOMEM, "could not write '%s'", path);
    return NULL;
}

static int write_whole(const char *path, const void *data, size_t size, unsigned mode,
                       nj_error *error)
{
    const nj_wait no_limit = {.deadline = NJ_NEVER};
    nj_file file;
    char name[PATH_MAX];
    snprintf(name, sizeof name, "'%s'", path);
    if (nj_file_create(&file, path, mode, error) != 0)
        return -1;
    if (nj_write(file.fd, data, size, &no_limit, name, error) != 0) {
        nj_file_abandon(&file);
        return -1;
    }
    return finish(&file, false, error);
}

int nj_write_atomic(const char *path, const void *data, size_t size, unsigned mode, nj_error *error)
{
    char *temporary = temporary_name(path, error);
    if (!temporary)
        return -1;
    int result = write_whole(temporary, data, size, mode, error);
    if (result == 0 && rename(temporary, path) != 0) {
        result = nj_fail_system(error, errno, "could not put '%s' in place", path);
        unlink(temporary);
    }
    free(temporary);
    return result == 0 ? sync_parent(path, error) : -1;
}

/* Take back what was added: half a line would spoil the next one. Not when others have added since.
 */
static void take_back(int fd, off_t size_before, size_t added)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && status.st_size == size_before + (off_t)added) {
        int ignored = ftruncate(fd, size_before); /* the write's own failure is told */
        (void)ignored;
    }
}

/* 0 or an errno. */
static int append(int fd, const char *data, size_t size)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return errno;
    size_t added = 0;
    while (added < size) {
        ssize_t count = write(fd, data + added, size - added);
        if (count >= 0) {
            added += (size_t)count;
        } else if (errno != EINTR) {
            int failure = errno;
            take_back(fd, status.st_size, added);
            return failure;
        }
    }
    return 0;
}

int nj_append(const char *path, const void *data, size_t size, unsigned mode, nj_error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (fd < 0)
        return nj_fail_system(error, errno, "could not open '%s'", path);
    nj_give_to_owner_of_folder(fd, path);
    int failure = append(fd, data, size);
    if (close(fd) != 0 && !failure)
        failure = errno;
    return failure ? nj_fail_system(error, failure, "could not add to '%s'", path) : 0;
}

/* 0, or -1 with errno. */
static int rename_to_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* The file system does not know how (some network ones): look first. What could come in between
     * is kept away by the lock that the callers hold. */
    struct stat status;
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return -1;
    }
    return errno == ENOENT ? rename(from, to) : -1;
}

int nj_rename(const char *from, const char *to, nj_error *error)
{
    if (rename_to_new(from, to) != 0) {
        if (errno == EXDEV) {
            nj_fail_system(error, errno, "could not rename '%s' to '%s'", from, to);
            return nj_hint(error, "They are on different file systems: choose folders on one.");
        }
        return nj_fail_system(error, errno, "could not rename '%s' to '%s'", from, to);
    }
    /* The new place first: after a crash it may be in both, never in none. */
    if (sync_parent(to, error) != 0)
        return -1;
    return sync_parent(from, error);
}
