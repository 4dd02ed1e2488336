/* Filling nj_error. */
#include "host/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void error_begin(nj_error *error, const char *code)
{
    error->code = code;
    error->message[0] = '\0';
    error->hint[0] = '\0';
    error->detail[0] = '\0';
    error->errnum = 0;
    error->exit_status = -1;
    error->signal = 0;
    error->status = 0;
    error->sqlstate[0] = '\0';
}

int nj_fail(nj_error *error, const char *code, const char *format, ...)
{
    error_begin(error, code);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return -1;
}

static const char *code_of(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
        return "NOT_FOUND";
    case EACCES:
    case EPERM:
        return "DENIED";
    case EEXIST:
        return "EXISTS";
    default:
        return "SYSTEM";
    }
}

static const char *hint_of(int errnum)
{
    switch (errnum) {
    case ENOSPC:
        return "Free some space on that file system, or choose another folder.";
    case EDQUOT:
        return "The user's disk quota is used up: free some space or raise the quota.";
    case EROFS:
        return "The file system is mounted read-only.";
    case EMFILE:
    case ENFILE:
        return "Raise the limit of open files (ulimit -n).";
    case EACCES:
    case EPERM:
        return "Check the permissions and the owner of the file and of the folders above it.";
    case ELOOP:
        return "A symbolic link stands in its place, which is not followed here.";
    default:
        return "";
    }
}

int nj_fail_system(nj_error *error, int errnum, const char *format, ...)
{
    error_begin(error, code_of(errnum));
    error->errnum = errnum;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);

    char text[256];
    const char *reason = strerror_r(errnum, text, sizeof text);
    size_t length = strlen(error->message);
    snprintf(error->message + length, sizeof error->message - length, ": %s", reason);
    return nj_hint(error, "%s", hint_of(errnum));
}

int nj_hint(nj_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return -1;
}
