/* Whose a new file is, on a POSIX system. */
#include "host/platform.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void nj_give_to_owner_of_folder(int fd, const char *path)
{
    struct stat folder, ours;
    char copy[PATH_MAX]; /* memory of its own could be lacking, and nobody would be told */
    if (geteuid() != 0 || (size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return;
    /* A name that also leads to it from elsewhere is none that we have just made. */
    if (stat(dirname(copy), &folder) == 0 && fstat(fd, &ours) == 0 && folder.st_uid != 0 &&
        ours.st_uid == 0 && (S_ISDIR(ours.st_mode) || ours.st_nlink == 1)) {
        int ignored =
            fchown(fd, folder.st_uid, folder.st_gid); /* where it cannot be, it is root's */
        (void)ignored;
    }
}
