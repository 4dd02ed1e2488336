/* What a POSIX system says of this process and its terminal. */
#include "host/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

int nj_stdio_begin(nj_error *error)
{
    for (;;) {
        int fd = open("/dev/null", O_RDWR); /* the lowest number that is free; children get it */
        if (fd < 0)
            return nj_fail_system(error, errno, "could not open '/dev/null'");
        if (fd > STDERR_FILENO) {
            close(fd);
            return 0;
        }
    }
}

int64_t nj_user(void)
{
    return geteuid();
}

int64_t nj_process_id(void)
{
    return getpid();
}

void nj_hostname(char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (gethostname(buffer, size) != 0 || buffer[0] == '\0')
        snprintf(buffer, size, "localhost");
    buffer[size - 1] = '\0';
}

int nj_random(void *buffer, size_t size, nj_error *error)
{
    if (getrandom(buffer, size, 0) != (ssize_t)size)
        return nj_fail_system(error, errno, "could not get random bytes");
    return 0;
}

bool nj_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

int nj_terminal_columns(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int nj_processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? count : 1;
}
