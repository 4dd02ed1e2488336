/* SHA-256, MD5 and SHA-1 by libcrypto. */
#include "bindings/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* The context itself: libcrypto keeps the algorithm in it. */
struct digest;

static const char *const names[DIGEST_ALGORITHMS] = {
    [DIGEST_SHA256] = "sha256",
    [DIGEST_MD5] = "md5",
    [DIGEST_SHA1] = "sha1",
};

bool digest_find(const char *name, digest_algorithm *ret_algorithm)
{
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++) {
        if (strcmp(name, names[algorithm]) == 0) {
            *ret_algorithm = (digest_algorithm)algorithm;
            return true;
        }
    }
    return false;
}

const char *digest_name(digest_algorithm algorithm)
{
    return names[algorithm];
}

static EVP_MD_CTX *context_of(digest *handle)
{
    return (EVP_MD_CTX *)handle;
}

int digest_new(digest_algorithm algorithm, digest **ret_digest, nj_error *error)
{
    const EVP_MD *kind = algorithm == DIGEST_SHA256 ? EVP_sha256()
                         : algorithm == DIGEST_MD5  ? EVP_md5()
                                                    : EVP_sha1();
    errno = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || !EVP_DigestInit_ex(context, kind, NULL)) {
        bool memory = !context || errno == ENOMEM;
        EVP_MD_CTX_free(context);
        if (memory)
            return nj_fail(error, "SYSTEM", "out of memory to compute %s", names[algorithm]);
        nj_fail(error, "SYSTEM", "libcrypto cannot compute %s", names[algorithm]);
        return nj_hint(error, "A system in FIPS mode has no MD5.");
    }
    *ret_digest = (digest *)context;
    return 0;
}

int digest_feed(digest *handle, const void *bytes, size_t size, nj_error *error)
{
    if (!EVP_DigestUpdate(context_of(handle), bytes, size))
        return nj_fail(error, "SYSTEM", "libcrypto failed to compute a digest");
    return 0;
}

int digest_finish(digest *handle, char ret_hex[DIGEST_HEX], nj_error *error)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size;
    if (!EVP_DigestFinal_ex(context_of(handle), bytes, &size))
        return nj_fail(error, "SYSTEM", "libcrypto failed to compute a digest");
    for (unsigned index = 0; index < size; index++)
        snprintf(ret_hex + 2 * index, 3, "%02x", bytes[index]);
    return 0;
}

void digest_free(digest *handle)
{
    EVP_MD_CTX_free(context_of(handle));
}
