/* Whose a new file is, on a POSIX system. */
#include "host/platform.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the folder is, where `fd` is what it has under that name: whoever owns the path may have put
 * another folder into it since the file was opened. */
static bool look_at_folder(int fd, const char *path, struct stat *ours, struct stat *folder)
{
    char before[PATH_MAX], last[PATH_MAX]; /* memory of its own could be lacking */
    struct stat named;
    if ((size_t)snprintf(before, sizeof before, "%s", path) >= sizeof before)
        return false;
    strcpy(last, before);
    int parent = open(dirname(before), O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool found = parent >= 0 && fstat(parent, folder) == 0 && fstat(fd, ours) == 0 &&
                 fstatat(parent, basename(last), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
                 named.st_ino == ours->st_ino && named.st_dev == ours->st_dev;
    nj_close(&parent);
    return found;
}

void nj_give_to_owner_of_folder(int fd, const char *path)
{
    struct stat folder, ours;
    if (geteuid() != 0 || !look_at_folder(fd, path, &ours, &folder))
        return;
    /* A name that also leads to it from elsewhere is none that we have just made. */
    if (folder.st_uid != 0 && ours.st_uid == 0 && (S_ISDIR(ours.st_mode) || ours.st_nlink == 1)) {
        int ignored =
            fchown(fd, folder.st_uid, folder.st_gid); /* where it cannot be, it is root's */
        (void)ignored;
    }
}
