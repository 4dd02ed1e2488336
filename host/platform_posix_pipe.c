/* What the reader of a pipe has left in it, on a system with Linux's /proc. */
#include "host/platform.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>

int nj_pipe_end(int *fd)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", *fd);
    int rest = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    nj_close(fd);
    return rest;
}

size_t nj_pipe_unread(int rest)
{
    int count = 0;
    return rest >= 0 && ioctl(rest, FIONREAD, &count) == 0 && count > 0 ? (size_t)count : 0;
}
