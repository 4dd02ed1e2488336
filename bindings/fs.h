/* Files and folders, as scripts use them: what is more than one call of the platform. Any thread.
 */
#ifndef NIGHTJAR_FS_H
#define NIGHTJAR_FS_H

#include "host/platform.h"

/* The whole of a regular file, at most `limit` bytes: more is an error. The caller frees
 * *ret_bytes; a NUL that is not counted follows them. */
int fs_read(const char *path, size_t limit, const nj_wait *wait, char **ret_bytes, size_t *ret_size,
            nj_error *error);

/* Make a folder, with `parents` those above it too. One that is there already is fine: then
 * *ret_made is false. */
int fs_make_folder(const char *path, unsigned mode, bool parents, bool *ret_made, nj_error *error);

#endif
