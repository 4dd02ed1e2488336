/* Files and folders: looking, listing, removing. */
#include "bindings/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- looking ---- */

static const char *type_name(mode_t mode)
{
    if (S_ISREG(mode))
        return "file";
    if (S_ISDIR(mode))
        return "folder";
    if (S_ISLNK(mode))
        return "link";
    return "other";
}

int fs_stat(const char *path, bool *ret_exists, fs_status *ret_status, nj_error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return nj_fail_system(error, errno, "could not look at '%s'", path);
        *ret_exists = false;
        return 0;
    }
    *ret_exists = true;
    *ret_status = (fs_status){
        .type = type_name(status.st_mode),
        .size = status.st_size,
        .mode = status.st_mode & 07777,
        .modified = (double)status.st_mtim.tv_sec + (double)status.st_mtim.tv_nsec / 1e9,
        .user = status.st_uid,
        .group = status.st_gid,
        .device = (int64_t)status.st_dev,
        .inode = (int64_t)status.st_ino,
    };
    return 0;
}

static int add_name(fs_names *names, const char *name)
{
    if ((names->count & (names->count - 1)) == 0) { /* a power of two: full */
        size_t room = names->count ? 2 * names->count : 1;
        char **grown = realloc(names->names, room * sizeof *grown);
        if (!grown)
            return -1;
        names->names = grown;
    }
    names->names[names->count] = strdup(name);
    return names->names[names->count] ? (names->count++, 0) : -1;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int fs_list(const char *path, fs_names *ret_names, nj_error *error)
{
    fs_names names = {0};
    DIR *folder = opendir(path);
    if (!folder)
        return nj_fail_system(error, errno, "could not list '%s'", path);
    int failure = 0;
    struct dirent *entry;
    while (!failure && (errno = 0, entry = readdir(folder)))
        if (!is_dots(entry->d_name) && add_name(&names, entry->d_name) != 0)
            failure = ENOMEM;
    if (!failure)
        failure = errno;
    closedir(folder);
    if (failure) {
        fs_names_free(&names);
        return nj_fail_system(error, failure, "could not list '%s'", path);
    }
    if (names.count)
        qsort(names.names, names.count, sizeof *names.names, compare_names);
    *ret_names = names;
    return 0;
}

void fs_names_free(fs_names *names)
{
    for (size_t index = 0; index < names->count; index++)
        free(names->names[index]);
    free(names->names);
    *names = (fs_names){0};
}

/* ---- reading and adding ---- */

static int read_all(int fd, const char *path, size_t size, char *bytes, size_t *ret_size,
                    nj_error *error)
{
    nj_wait no_limit = {.deadline = NJ_NEVER};
    size_t filled = 0, count = 1;
    while (filled < size && count > 0) {
        if (nj_read(fd, bytes + filled, size - filled, &no_limit, path, &count, error) != 0)
            return -1;
        filled += count;
    }
    bytes[filled] = '\0';
    *ret_size = filled;
    return 0;
}

int fs_read(const char *path, size_t limit, char **ret_bytes, size_t *ret_size, nj_error *error)
{
    int fd;
    if (nj_open_read(path, &fd, error) != 0)
        return -1;
    struct stat status;
    int result = -1;
    char *bytes = NULL;
    if (fstat(fd, &status) != 0) {
        nj_fail_system(error, errno, "could not look at '%s'", path);
    } else if ((uint64_t)status.st_size > limit) {
        nj_fail(error, "FORMAT", "'%s' has %lld bytes, more than %zu", path,
                (long long)status.st_size, limit);
    } else if (!(bytes = malloc((size_t)status.st_size + 1))) {
        nj_fail_system(error, ENOMEM, "could not read '%s'", path);
    } else {
        result = read_all(fd, path, (size_t)status.st_size, bytes, ret_size, error);
    }
    close(fd);
    if (result == 0)
        *ret_bytes = bytes;
    else
        free(bytes);
    return result;
}

int fs_append(const char *path, const void *bytes, size_t size, unsigned mode, nj_error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (fd < 0)
        return nj_fail_system(error, errno, "could not open '%s'", path);
    nj_wait no_limit = {.deadline = NJ_NEVER};
    int result = nj_write(fd, bytes, size, &no_limit, path, error);
    if (close(fd) != 0 && result == 0)
        result = nj_fail_system(error, errno, "could not write '%s'", path);
    return result;
}

/* ---- making and removing ---- */

int fs_make_folder(const char *path, unsigned mode, bool parents, nj_error *error)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy)
        return nj_fail_system(error, ENAMETOOLONG, "could not make the folder '%s'", path);
    strcpy(copy, path);
    for (char *slash = copy + 1; parents && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(copy, (mode_t)mode) != 0 && errno != EEXIST)
            return nj_fail_system(error, errno, "could not make the folder '%s'", copy);
        *slash = '/';
    }
    struct stat status;
    if (mkdir(path, (mode_t)mode) == 0 ||
        (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)))
        return 0;
    return nj_fail_system(error, errno, "could not make the folder '%s'", path);
}

/* Remove `name` in the folder `parent`. Returns 0 or an errno, with the name it stands for left in
 * `culprit`. */
static int remove_tree(int parent, const char *name, char *culprit, size_t size)
{
    if (unlinkat(parent, name, 0) == 0)
        return 0;
    int failure = errno;
    snprintf(culprit, size, "%s", name);
    if (failure != EISDIR && failure != EPERM)
        return failure;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOTDIR || errno == ELOOP ? failure : errno;
    DIR *folder = fdopendir(fd);
    if (!folder) {
        failure = errno;
        close(fd);
        return failure;
    }
    failure = 0;
    struct dirent *entry;
    while (!failure && (errno = 0, entry = readdir(folder)))
        if (!is_dots(entry->d_name))
            failure = remove_tree(fd, entry->d_name, culprit, size);
    if (!failure)
        failure = errno;
    closedir(folder);
    if (!failure && unlinkat(parent, name, AT_REMOVEDIR) != 0)
        failure = errno;
    return failure;
}

int fs_remove(const char *path, bool recursive, bool *ret_removed, nj_error *error)
{
    char culprit[NAME_MAX + 1] = "";
    *ret_removed = true;
    if (unlink(path) == 0)
        return 0;
    int failure = errno;
    if (failure == EISDIR || failure == EPERM)
        failure = recursive ? remove_tree(AT_FDCWD, path, culprit, sizeof culprit)
                            : (rmdir(path) == 0 ? 0 : errno);
    if (failure == 0)
        return 0;
    if (failure == ENOENT || failure == ENOTDIR) {
        *ret_removed = false;
        return 0;
    }
    if (culprit[0] && strcmp(culprit, path) != 0)
        return nj_fail_system(error, failure, "could not remove '%s' in '%s'", culprit, path);
    return nj_fail_system(error, failure, "could not remove '%s'", path);
}

/* ---- paths ---- */

int fs_absolute(const char *path, char **ret_path, nj_error *error)
{
    char *resolved = realpath(path, NULL);
    if (!resolved && errno == ENOENT) {
        char folder[PATH_MAX];
        if (path[0] == '/')
            resolved = strdup(path);
        else if (getcwd(folder, sizeof folder) && asprintf(&resolved, "%s/%s", folder, path) < 0)
            resolved = NULL;
    }
    if (!resolved)
        return nj_fail_system(error, errno, "could not resolve '%s'", path);
    *ret_path = resolved;
    return 0;
}

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

char *fs_find_program(const char *name)
{
    if (strchr(name, '/'))
        return is_program(name) ? strdup(name) : NULL;
    const char *folder = getenv("PATH");
    while (folder && *folder) {
        size_t length = strcspn(folder, ":");
        char path[PATH_MAX];
        int written = snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, name);
        if (length > 0 && written < (int)sizeof path && is_program(path))
            return strdup(path);
        folder += length + (folder[length] == ':');
    }
    return NULL;
}
