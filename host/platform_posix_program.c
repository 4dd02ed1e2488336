/* Where a program is: the look through PATH. */
#include "host/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usual_path[] = "/usr/local/bin:/usr/bin:/bin"; /* where PATH is not set */

/* 0 when it can be run, else an errno. */
static int check_executable(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EACCES;
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

static char *join(const char *folder, size_t length, const char *name)
{
    char *path;
    return asprintf(&path, "%.*s/%s", (int)length, folder, name) < 0 ? NULL : path;
}

static int find_at(const char *path, char **ret_path, nj_error *error)
{
    char *found;
    if (nj_absolute(path, &found, error) != 0)
        return -1;
    int failure = check_executable(found);
    if (failure) {
        free(found);
        return nj_fail_system(error, failure, "could not run '%s'", path);
    }
    *ret_path = found;
    return 0;
}

/* *ret_path stays NULL when no entry of PATH has it; *ret_denied then is one that may not be run.
 */
static int search(const char *name, char **ret_path, char **ret_denied)
{
    const char *entry = getenv("PATH");
    if (!entry)
        entry = usual_path;
    for (size_t length; !*ret_path; entry += length + 1) {
        length = strcspn(entry, ":");
        /* A relative entry would run whatever lies in the folder that we happen to be in. */
        if (entry[0] == '/') {
            char *path = join(entry, length, name);
            if (!path)
                return -1;
            int failure = check_executable(path);
            if (!failure)
                *ret_path = path;
            else if (failure == EACCES && !*ret_denied)
                *ret_denied = path;
            else
                free(path);
        }
        if (entry[length] == '\0')
            break;
    }
    return 0;
}

int nj_find_program(const char *name, char **ret_path, nj_error *error)
{
    if (strchr(name, '/'))
        return find_at(name, ret_path, error);
    char *path = NULL, *denied = NULL;
    int result = search(name[0] ? name : "(no name)", &path, &denied);
    if (result != 0) {
        nj_fail_system(error, ENOMEM, "could not look for the program '%s'", name);
    } else if (path) {
        *ret_path = path;
    } else if (denied) {
        result = nj_fail_system(error, EACCES, "could not run '%s'", denied);
    } else {
        result = nj_fail(error, "NOT_FOUND", "there is no program '%s'", name);
        nj_hint(error, "Install it, or add its folder to PATH, which is '%s'.",
                getenv("PATH") ? getenv("PATH") : usual_path);
    }
    free(denied);
    return result;
}
