/* SHA-256, MD5 and SHA-1 of bytes that stream past, by libcrypto. SHA-256 is what nightjar checks;
 * MD5 is what Google Drive can confirm, SHA-1 what some other remotes can. Any thread, one at a
 * time. */
#ifndef NIGHTJAR_DIGEST_H
#define NIGHTJAR_DIGEST_H

#include "host/error.h"

#include <stdbool.h>

typedef enum digest_algorithm {
    DIGEST_SHA256,
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_ALGORITHMS
} digest_algorithm;

enum { DIGEST_HEX = 65 }; /* room for the hex digits of any of them, and a NUL */

typedef struct digest digest;

/* "sha256", "md5" or "sha1"; false for another name. */
bool digest_find(const char *name, digest_algorithm *ret_algorithm);
const char *digest_name(digest_algorithm algorithm);

int digest_new(digest_algorithm algorithm, digest **ret_digest, nj_error *error);
int digest_feed(digest *digest, const void *bytes, size_t size, nj_error *error);
int digest_finish(digest *digest, char ret_hex[DIGEST_HEX], nj_error *error);
void digest_free(digest *digest); /* NULL is fine */

#endif
