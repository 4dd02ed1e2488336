/* pidfd_open for Valgrind, which does not know that system call before 3.23: for LD_PRELOAD, and a
 * program at once. Under Valgrind the library starts the program, which runs outside of it, opens
 * what is wanted and hands it over a socket.
 *
 *     NIGHTJAR_PIDFD=PROGRAM LD_PRELOAD=LIBRARY valgrind ...
 *     PROGRAM PID, with the socket as its standard input */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int pidfd_open(pid_t pid, unsigned flags);

/* Room for one descriptor beside one byte, which is an errno. */
typedef struct letter {
    char failure;
    struct iovec part;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message;
} letter;

static void prepare(letter *it)
{
    memset(it, 0, sizeof *it);
    it->part = (struct iovec){.iov_base = &it->failure, .iov_len = 1};
    it->message = (struct msghdr){.msg_iov = &it->part,
                                  .msg_iovlen = 1,
                                  .msg_control = it->control.bytes,
                                  .msg_controllen = sizeof it->control.bytes};
}

static int give(pid_t pid)
{
    letter it;
    prepare(&it);
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (process < 0) {
        it.failure = (char)errno;
        it.message.msg_controllen = 0;
    } else {
        struct cmsghdr *header = CMSG_FIRSTHDR(&it.message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof process);
        memcpy(CMSG_DATA(header), &process, sizeof process);
    }
    return sendmsg(STDIN_FILENO, &it.message, 0) == 1 ? 0 : 1;
}

static int take(int from)
{
    letter it;
    prepare(&it);
    int process = -1;
    ssize_t size = recvmsg(from, &it.message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = CMSG_FIRSTHDR(&it.message);
    errno = size == 1 ? it.failure : ENOSYS;
    if (size == 1 && header && header->cmsg_type == SCM_RIGHTS)
        memcpy(&process, CMSG_DATA(header), sizeof process);
    return process;
}

static int ask(const char *program, pid_t pid)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    char number[16];
    snprintf(number, sizeof number, "%d", (int)pid);
    char *words[] = {(char *)program, number, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    pid_t giver;
    int failure = posix_spawn(&giver, program, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    int process = failure ? -1 : take(ends[0]);
    int reason = failure ? failure : errno;
    close(ends[0]);
    while (!failure && waitpid(giver, NULL, 0) < 0 && errno == EINTR)
        ;
    errno = reason;
    return process;
}

int pidfd_open(pid_t pid, unsigned flags)
{
    const char *program = getenv("NIGHTJAR_PIDFD");
    return program && flags == 0 ? ask(program, pid) : (int)syscall(SYS_pidfd_open, pid, flags);
}

int main(int argc, char **argv)
{
    return argc == 2 ? give(atoi(argv[1])) : 64;
}
