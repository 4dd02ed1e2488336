/* Files and folders, as scripts use them. */
#include "bindings/fs.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

typedef struct buffer {
    char *bytes;
    size_t size, room;
} buffer;

/* Room for one more byte than the limit, to see that there is more, and for the NUL. */
static int make_room(buffer *text, size_t limit)
{
    size_t room = text->room ? 2 * text->room : 4096;
    if (room > limit + 2)
        room = limit + 2;
    char *grown = realloc(text->bytes, room);
    if (!grown)
        return -1;
    text->bytes = grown;
    text->room = room;
    return 0;
}

/* To its end, whatever size it is said to have: a file of /proc has none. */
static int read_text(int fd, const char *path, size_t limit, const nj_wait *wait, buffer *text,
                     nj_error *error)
{
    char name[PATH_MAX];
    snprintf(name, sizeof name, "'%s'", path);
    for (size_t count = 1; count > 0; text->size += count) {
        if (text->size > limit) {
            nj_fail(error, "FORMAT", "'%s' is larger than %zu bytes", path, limit);
            return nj_hint(error, "Raise the option 'limit', or let a pipeline carry the bytes.");
        }
        if (text->size + 1 >= text->room && make_room(text, limit) != 0)
            return nj_fail(error, "SYSTEM", "could not read '%s': out of memory", path);
        if (nj_read(fd, text->bytes + text->size, text->room - text->size - 1, wait, name, &count,
                    error) != 0)
            return -1;
    }
    text->bytes[text->size] = '\0';
    return 0;
}

int fs_read(const char *path, size_t limit, const nj_wait *wait, char **ret_bytes, size_t *ret_size,
            nj_error *error)
{
    int fd;
    buffer text = {0};
    if (nj_open_read(path, &fd, error) != 0)
        return -1;
    int result = read_text(fd, path, limit, wait, &text, error);
    nj_close(&fd);
    if (result != 0) {
        free(text.bytes);
        return -1;
    }
    *ret_bytes = text.bytes;
    *ret_size = text.size;
    return 0;
}

/* ---- making folders ---- */

/* How much of `path` names the folder that holds it; 0 where none is named. */
static size_t parent_length(const char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length;
}

static int make_parent(const char *path, unsigned mode, nj_error *error)
{
    bool ignored;
    size_t length = parent_length(path);
    if (length == 0 || path[length] == '\0')
        return -1; /* with the error that there was */
    char *parent = strndup(path, length);
    if (!parent)
        return nj_fail_system(error, ENOMEM, "could not make the folder '%s'", path);
    int result = fs_make_folder(parent, mode, true, &ignored, error);
    free(parent);
    return result;
}

int fs_make_folder(const char *path, unsigned mode, bool parents, bool *ret_made, nj_error *error)
{
    int result = nj_make_folder(path, mode, error);
    if (result != 0 && parents && strcmp(error->code, "NOT_FOUND") == 0 &&
        make_parent(path, mode, error) == 0)
        result = nj_make_folder(path, mode, error);
    if (result == 0) {
        *ret_made = true;
        return 0;
    }
    bool exists;
    nj_status status;
    nj_error other;
    if (strcmp(error->code, "EXISTS") != 0 ||
        nj_status_of(path, true, &exists, &status, &other) != 0 || !exists ||
        status.kind != NJ_KIND_FOLDER)
        return -1;
    *ret_made = false;
    return 0;
}
