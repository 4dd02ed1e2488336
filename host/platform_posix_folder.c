/* Files and folders on a POSIX system: looking, listing, making, removing. */
#include "host/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- looking ---- */

static nj_kind kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return NJ_KIND_FILE;
    if (S_ISDIR(mode))
        return NJ_KIND_FOLDER;
    return S_ISLNK(mode) ? NJ_KIND_LINK : NJ_KIND_OTHER;
}

static bool is_missing(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR;
}

int nj_status_of(const char *path, bool follow, bool *ret_exists, nj_status *ret_status,
                 nj_error *error)
{
    struct stat status;
    if (fstatat(AT_FDCWD, path, &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
        if (!is_missing(errno))
            return nj_fail_system(error, errno, "could not look at '%s'", path);
        *ret_exists = false;
        return 0;
    }
    *ret_exists = true;
    *ret_status = (nj_status){
        .kind = kind_of(status.st_mode),
        .mode = status.st_mode & 07777,
        .size = status.st_size,
        .modified = (double)status.st_mtim.tv_sec + (double)status.st_mtim.tv_nsec / 1e9,
        .user = status.st_uid,
        .group = status.st_gid,
        .device = (int64_t)status.st_dev,
        .inode = (int64_t)status.st_ino,
    };
    return 0;
}

/* ---- listing ---- */

static int add_name(nj_names *names, const char *name)
{
    if ((names->count & (names->count - 1)) == 0) { /* a power of two: full */
        size_t room = names->count ? 2 * names->count : 1;
        char **grown = realloc(names->names, room * sizeof *grown);
        if (!grown)
            return -1;
        names->names = grown;
    }
    char *copy = strdup(name);
    if (!copy)
        return -1;
    names->names[names->count++] = copy;
    return 0;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The next entry but . and ..; NULL at the end, and with *ret_failure set where it could not be
 * read. */
static const struct dirent *next_entry(DIR *folder, int *ret_failure)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry)
            *ret_failure = errno;
        if (!entry || (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0))
            return entry;
    }
}

int nj_list(const char *path, nj_names *ret_names, nj_error *error)
{
    DIR *folder = opendir(path);
    if (!folder)
        return nj_fail_system(error, errno, "could not list '%s'", path);
    nj_names names = {0};
    int failure = 0;
    for (const struct dirent *entry; !failure && (entry = next_entry(folder, &failure));)
        if (add_name(&names, entry->d_name) != 0)
            failure = ENOMEM;
    closedir(folder);
    if (failure) {
        nj_names_free(&names);
        return nj_fail_system(error, failure, "could not list '%s'", path);
    }
    if (names.count > 0)
        qsort(names.names, names.count, sizeof *names.names, compare_names);
    *ret_names = names;
    return 0;
}

void nj_names_free(nj_names *names)
{
    for (size_t index = 0; index < names->count; index++)
        free(names->names[index]);
    free(names->names);
    *names = (nj_names){0};
}

/* ---- making ---- */

int nj_make_folder(const char *path, unsigned mode, nj_error *error)
{
    /* By its descriptor: the name may lead elsewhere by now. */
    bool made = mkdir(path, 0700) == 0;
    int fd = made ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd < 0 || fchmod(fd, (mode_t)mode) != 0) { /* whatever the umask leaves the group */
        nj_fail_system(error, errno, "could not make the folder '%s'", path);
        nj_close(&fd);
        if (made)
            rmdir(path);
        return -1;
    }
    nj_give_to_owner_of_folder(fd, path);
    close(fd);
    return 0;
}

/* ---- removing ---- */

/* What went wrong, and with which name below the folder that was to be removed. */
typedef struct obstacle {
    int failure; /* an errno */
    char culprit[NAME_MAX + 1];
} obstacle;

static int fail_removal(obstacle *found, const char *name)
{
    found->failure = errno;
    snprintf(found->culprit, sizeof found->culprit, "%s", name);
    return -1;
}

static int remove_entry(int parent, const char *name, obstacle *found);

static int remove_contents(int parent, const char *name, obstacle *found)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fail_removal(found, name);
    DIR *folder = fdopendir(fd);
    if (!folder) {
        fail_removal(found, name);
        close(fd);
        return -1;
    }
    int result = 0, failure = 0;
    for (const struct dirent *entry; result == 0 && (entry = next_entry(folder, &failure));)
        result = remove_entry(fd, entry->d_name, found);
    if (failure) {
        errno = failure;
        result = fail_removal(found, name);
    }
    closedir(folder);
    return result;
}

/* Also when somebody else removes it meanwhile: then it is gone as well. */
static int remove_entry(int parent, const char *name, obstacle *found)
{
    struct stat status;
    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : fail_removal(found, name);
    bool is_folder = S_ISDIR(status.st_mode);
    if (is_folder && remove_contents(parent, name, found) != 0)
        return found->failure == ENOENT ? 0 : -1;
    if (unlinkat(parent, name, is_folder ? AT_REMOVEDIR : 0) != 0 && errno != ENOENT)
        return fail_removal(found, name);
    return 0;
}

static int fail_remove(const char *path, int failure, nj_error *error)
{
    nj_fail_system(error, failure, "could not remove '%s'", path);
    if (failure == ENOTEMPTY || failure == EEXIST)
        return nj_hint(error, "The folder is not empty: ask for its contents to be removed too "
                              "(recursive).");
    return -1;
}

static int remove_named(const char *path, bool recursive, bool *ret_removed, nj_error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (!is_missing(errno))
            return fail_remove(path, errno, error);
        *ret_removed = false;
        return 0;
    }
    obstacle found = {0};
    if (recursive && remove_entry(AT_FDCWD, path, &found) != 0) {
        if (strcmp(found.culprit, path) == 0)
            return fail_remove(path, found.failure, error);
        return nj_fail_system(error, found.failure, "could not remove '%s' in '%s'", found.culprit,
                              path);
    }
    if (!recursive && (S_ISDIR(status.st_mode) ? rmdir(path) : unlink(path)) != 0)
        return fail_remove(path, errno, error);
    *ret_removed = true;
    return 0;
}

int nj_remove(const char *path, bool recursive, bool *ret_removed, nj_error *error)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--; /* "link/" is what the link leads to, "link" is the link */
    char *name = strndup(path, length);
    if (!name)
        return fail_remove(path, ENOMEM, error);
    int result = remove_named(name, recursive, ret_removed, error);
    free(name);
    return result;
}

/* ---- paths ---- */

int nj_absolute(const char *path, char **ret_path, nj_error *error)
{
    char *result = NULL;
    if (path[0] == '/') {
        result = strdup(path);
    } else {
        char *folder = getcwd(NULL, 0);
        if (!folder)
            return nj_fail_system(error, errno, "could not tell the current folder");
        while (strncmp(path, "./", 2) == 0)
            path += 2;
        const char *between = strcmp(folder, "/") == 0 ? "" : "/";
        if (strcmp(path, ".") == 0)
            result = strdup(folder);
        else if (asprintf(&result, "%s%s%s", folder, between, path) < 0)
            result = NULL;
        free(folder);
    }
    if (!result)
        return nj_fail_system(error, ENOMEM, "could not make '%s' absolute", path);
    *ret_path = result;
    return 0;
}
