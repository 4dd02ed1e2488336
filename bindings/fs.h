/* Files and folders: looking, listing, removing. What has to be durable is the platform's.
 * Any thread. */
#ifndef NIGHTJAR_FS_H
#define NIGHTJAR_FS_H

#include "host/platform.h"

typedef struct fs_status {
    const char *type; /* "file", "folder", "link" or "other" */
    int64_t size;
    unsigned mode;   /* permission bits */
    double modified; /* seconds since 1970 */
    int64_t user, group, device, inode;
} fs_status;

/* Of the thing itself, not of what a link points to. *ret_exists is false, and that is no error,
 * when there is nothing of that name. */
int fs_stat(const char *path, bool *ret_exists, fs_status *ret_status, nj_error *error);

typedef struct fs_names {
    char **names; /* sorted by bytes, without . and .. */
    size_t count;
} fs_names;

int fs_list(const char *path, fs_names *ret_names, nj_error *error);
void fs_names_free(fs_names *names); /* idempotent */

/* The whole of a regular file, at most `limit` bytes: more is an error. The caller frees
 * *ret_bytes; a NUL that is not counted follows them. */
int fs_read(const char *path, size_t limit, char **ret_bytes, size_t *ret_size, nj_error *error);

/* Add to the end of a file, in one write; makes it if it is not there. */
int fs_append(const char *path, const void *bytes, size_t size, unsigned mode, nj_error *error);

/* Make a folder; one that is there already is fine. With `parents`, the folders above it too. */
int fs_make_folder(const char *path, unsigned mode, bool parents, nj_error *error);

/* Remove a file, a link, or an empty folder; with `recursive` all that a folder holds, never
 * following links. Nothing of that name is no error: *ret_removed is false. */
int fs_remove(const char *path, bool recursive, bool *ret_removed, nj_error *error);

/* The path from the root, with links resolved as far as it exists. The caller frees it. */
int fs_absolute(const char *path, char **ret_path, nj_error *error);

/* Where PATH finds the program, or NULL. The caller frees it. */
char *fs_find_program(const char *name);

#endif
