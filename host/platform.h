/* The operating system's own things, behind one header: time, wake-ups, waiting, children, signals,
 * durable files, locks, free space. platform_posix*.c are those that exist; another system needs
 * its own and no change elsewhere.
 *
 * Knows no Lua. Functions return 0, or -1 with *error filled, unless they say otherwise, and write
 * their ret_ outputs on success only. All may be called on any thread. Every descriptor is
 * close-on-exec. Time is int64_t nanoseconds of the monotonic clock, sizes are bytes. */
#ifndef NIGHTJAR_PLATFORM_H
#define NIGHTJAR_PLATFORM_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ---- time ---- */

#define NJ_NEVER INT64_MAX /* a deadline that does not come */
#define NJ_SECOND INT64_C(1000000000)

int64_t nj_now(void);             /* monotonic */
int64_t nj_after(double seconds); /* nj_now() + seconds; NJ_NEVER for HUGE_VAL or overflow */

/* ---- waking and waiting ---- */

/* Something that one thread sets and any number of others can poll for. Once set it stays set until
 * nj_wake_clear. Signalling is async-signal-safe. */
typedef struct nj_wake {
    int fd; /* -1 when closed; pollable for reading */
} nj_wake;

int nj_wake_open(nj_wake *wake, nj_error *error);
void nj_wake_close(nj_wake *wake); /* idempotent; fine on {.fd = -1} */
void nj_wake_signal(const nj_wake *wake);
void nj_wake_clear(const nj_wake *wake);
bool nj_wake_is_set(const nj_wake *wake);

/* How long a blocking core may wait, and what ends it early. Given to every `run`. */
typedef struct nj_wait {
    int64_t deadline;      /* NJ_NEVER for none */
    const nj_wake *cancel; /* set: give up with CANCELLED; NULL: cannot be cancelled */
} nj_wait;

enum { NJ_READABLE = 1, NJ_WRITABLE = 2 };
typedef struct nj_event {
    int fd;     /* -1 is ignored */
    int wanted; /* NJ_READABLE | NJ_WRITABLE */
    int ready;  /* out; hang-up and error count as ready for what was wanted */
} nj_event;

/* Wait until an event is ready, `until` comes, the deadline passes or cancel is set.
 * Returns the number of ready events, 0 when `until` came first, or -1 with TIMEOUT, CANCELLED or
 * SYSTEM in *error. `until` may be NJ_NEVER; 0 looks and returns at once. */
int nj_wait_events(const nj_wait *wait, nj_event *events, int count, int64_t until,
                   nj_error *error);
/* A sleep: 0 when `until` came. */
int nj_wait_until(const nj_wait *wait, int64_t until, nj_error *error);
/* 0, or -1 with TIMEOUT or CANCELLED. */
int nj_wait_check(const nj_wait *wait, nj_error *error);

/* Read what is there, at most `size`; *ret_read is 0 at the end of input. `what` names the thing in
 * errors. Looks at `wait` first, and waits with it where nothing is there yet. */
int nj_read(int fd, void *buffer, size_t size, const nj_wait *wait, const char *what,
            size_t *ret_read, nj_error *error);
/* Write all of it. A reader that has gone is code "PIPE" (no signal is raised). */
int nj_write(int fd, const void *buffer, size_t size, const nj_wait *wait, const char *what,
             nj_error *error);
/* Write what fits now: *ret_written may be 0. A reader that has gone is code "PIPE". */
int nj_write_some(int fd, const void *buffer, size_t size, const char *what, size_t *ret_written,
                  nj_error *error);
void nj_close(int *fd); /* closes and sets -1; -1 is fine. For reading ends only:
                           what was written is closed by nj_file_commit */
/* Close the writing end of a pipe, and have a descriptor by which nj_pipe_unread tells how many
 * bytes its reader has left in it: -1, and 0 bytes, where the system cannot tell. */
int nj_pipe_end(int *fd);
size_t nj_pipe_unread(int rest);

/* ---- children ---- */

enum { NJ_STDIO_NULL, NJ_STDIO_PIPE }; /* /dev/null, or a pipe whose other end we hold */

typedef struct nj_spawn {
    char *const *argv;        /* NULL-terminated; argv[0] is looked up in our PATH */
    char *const *environment; /* NULL-terminated "KEY=VALUE" laid over our own; "KEY" alone
                                 removes; NULL for no change */
    const char *directory;    /* NULL for ours */
    int standard_input, standard_output, standard_error; /* NJ_STDIO_… */
} nj_spawn;

typedef struct nj_child {
    int64_t pid;                    /* 0: no child (never begun, or already reaped) */
    int process;                    /* pollable: readable when the child has ended; -1 */
    int input, output, diagnostics; /* our ends of its stdin, stdout, stderr; -1 */
    bool ended;                     /* true once waited for; then one of: */
    int exit_status;                /*   0..255, or -1 */
    int signal;                     /*   the signal that ended it, or 0 */
} nj_child;

#define NJ_CHILD_NONE                                                                              \
    {                                                                                              \
        .process = -1, .input = -1, .output = -1, .diagnostics = -1, .exit_status = -1             \
    }

/* Where the program `name` is: a name without a slash is looked up in our PATH (relative entries of
 * which are passed over), another is a path. *ret_path is absolute and to be freed. NOT_FOUND (with
 * a hint on PATH) when there is none, DENIED when it may not be executed. */
int nj_find_program(const char *name, char **ret_path, nj_error *error);

/* Start a program in a session and process group of its own (so that it cannot ask the terminal for
 * a password), with default signal dispositions, an empty mask and no descriptor of ours but 0,
 * 1, 2. Our ends of its pipes do not block. Fails as nj_find_program does. */
int nj_child_spawn(nj_child *child, const nj_spawn *spawn, nj_error *error);
/* Wait for it to end; fills exit_status or signal. TIMEOUT or CANCELLED leave it running. The pipes
 * stay open, and what it left running in the background stays alone. */
int nj_child_wait(nj_child *child, const nj_wait *wait, nj_error *error);
/* Close all descriptors, and end its whole group if it has not been waited for: SIGTERM, then
 * SIGKILL for what is left when it has ended or `grace` seconds have passed. Idempotent, fine on
 * NJ_CHILD_NONE. */
void nj_child_end(nj_child *child, double grace);
/* The same for children in one go, so that their grace runs together. */
void nj_children_end(nj_child *children[], int count, double grace);
/* SIGKILL to the groups of all children of this process that still run; async-signal-safe, for a
 * forced exit. */
void nj_children_kill(void);
/* EXIT or SIGNAL in *error, naming `what`, with the exit status or signal and `tail` as detail;
 * returns -1. */
int nj_child_failed(const nj_child *child, const char *what, const char *tail, nj_error *error);

/* ---- signals ---- */

/* From now on SIGINT and SIGTERM set `wake` and are kept for nj_signal_taken; the second one within
 * two seconds (but for the first tenth) kills the children and exits at once with 128 + signal.
 * SIGHUP is taken as SIGTERM, unless it was ignored. SIGPIPE is ignored. Call once, before any
 * thread. */
int nj_signals_begin(const nj_wake *wake, nj_error *error);
int nj_signal_taken(void);   /* the last one that came, 0 for none; stays */
void nj_signal_forget(void); /* as if none had come (the REPL, between two inputs) */

/* ---- durable files ---- */

/* A file that is written whole or not at all. Create makes it anew with exactly that mode: a
 * symlink or an existing file is an error. Commit flushes it and its folder to disk; abandon closes
 * and removes it. */
typedef struct nj_file {
    int fd; /* -1 when not open */
    char *path;
} nj_file;

#define NJ_FILE_NONE                                                                               \
    {                                                                                              \
        .fd = -1, .path = NULL                                                                     \
    }

int nj_file_create(nj_file *file, const char *path, unsigned mode, nj_error *error);
int nj_file_commit(nj_file *file, nj_error *error); /* fsync, close; removes it on failure */
void nj_file_abandon(nj_file *file); /* idempotent; fine on NJ_FILE_NONE and after commit */

/* What root makes in somebody's folder belongs to that somebody: else a home could no longer be
 * used by its owner once root has worked there. `fd` is the new file or folder at `path`; nothing
 * for other users, and for what is root's own. Done by all that makes files and folders here. */
void nj_give_to_owner_of_folder(int fd, const char *path);

/* A regular file, for reading in order. */
int nj_open_read(const char *path, int *ret_fd, nj_error *error);
/* Replace `path` with `size` bytes: a temporary beside it, write, fsync, rename, fsync of the
 * folder. */
int nj_write_atomic(const char *path, const void *data, size_t size, unsigned mode,
                    nj_error *error);
/* Add to the end of a file, all or nothing; makes it with `mode` if it is not there. Not flushed to
 * disk. */
int nj_append(const char *path, const void *data, size_t size, unsigned mode, nj_error *error);
/* Never over an existing `to`; both folders are flushed to disk. */
int nj_rename(const char *from, const char *to, nj_error *error);
int nj_sync_folder(const char *path, nj_error *error);

/* ---- files and folders ---- */

typedef enum nj_kind { NJ_KIND_FILE, NJ_KIND_FOLDER, NJ_KIND_LINK, NJ_KIND_OTHER } nj_kind;

typedef struct nj_status {
    nj_kind kind;
    unsigned mode; /* permission bits */
    int64_t size;
    double modified; /* seconds since 1970 */
    int64_t user, group, device, inode;
} nj_status;

/* Of the thing itself, or with `follow` of what a link leads to. *ret_exists is false, and that is
 * no error, when there is nothing. */
int nj_status_of(const char *path, bool follow, bool *ret_exists, nj_status *ret_status,
                 nj_error *error);

typedef struct nj_names {
    char **names; /* sorted by bytes, without . and .. */
    size_t count;
} nj_names;

int nj_list(const char *path, nj_names *ret_names, nj_error *error);
void nj_names_free(nj_names *names); /* idempotent */

/* Make a folder with exactly that mode; EXISTS when there is something of that name. */
int nj_make_folder(const char *path, unsigned mode, nj_error *error);
/* Remove a file, a link or an empty folder; with `recursive` all that a folder holds, never
 * following a link. *ret_removed is false, and that is no error, when there was nothing. */
int nj_remove(const char *path, bool recursive, bool *ret_removed, nj_error *error);
/* The path from the root; links stay. *ret_path is to be freed. */
int nj_absolute(const char *path, char **ret_path, nj_error *error);

/* ---- locks ---- */

/* An advisory lock on a file that says who holds it. It goes with the process, however it ends. */
typedef struct nj_lock {
    int fd; /* -1 when not held */
} nj_lock;

/* Take it, waiting as `wait` allows. When it is held to the deadline: code "LOCKED", the holder's
 * note in detail. `note` (one line: who, since when) is written into the file for others. */
int nj_lock_take(nj_lock *lock, const char *path, const char *note, const nj_wait *wait,
                 nj_error *error);
void nj_lock_release(nj_lock *lock); /* idempotent */

/* ---- space ---- */

typedef struct nj_space {
    uint64_t total, free;         /* bytes */
    uint64_t available;           /* what a user without privileges can use of them */
    uint64_t inodes, inodes_free; /* 0 where the file system does not count them */
} nj_space;

int nj_space_of(const char *path, nj_space *ret_space, nj_error *error);

/* ---- this process ---- */

/* Open 0, 1 and 2 on /dev/null where they were closed, so that no file of ours takes their place.
 * Call first of all. */
int nj_stdio_begin(nj_error *error);

int64_t nj_process_id(void);
int64_t nj_user(void);                       /* by whose rights this process acts; 0 for root */
void nj_hostname(char *buffer, size_t size); /* "localhost" where the system has no name */
/* From the system, fit for secrets; at most 256 bytes. */
int nj_random(void *buffer, size_t size, nj_error *error);
bool nj_is_terminal(int fd);
int nj_terminal_columns(int fd); /* 80 where fd is no terminal */
int nj_processors(void);         /* that this process may run on; at least 1 */

#endif
