/* Free space on a POSIX system. */
#include "host/platform.h"

#include <errno.h>
#include <sys/statvfs.h>

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
