/* XXH3-128, of bytes at once or as they come, compiled into its user: rows are short, and the call
 * would cost more than the hash. Both ways give the same value. */
#ifndef NIGHTJAR_FINGERPRINT_HASH_H
#define NIGHTJAR_FINGERPRINT_HASH_H

#include "bindings/fingerprint.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

typedef XXH3_state_t hash_stream; /* wants an alignment of 64 */

static inline fingerprint_hash hash_value(XXH128_hash_t hash)
{
    return (fingerprint_hash){.high = hash.high64, .low = hash.low64};
}

static inline fingerprint_hash hash_of(const void *bytes, size_t size)
{
    return hash_value(XXH3_128bits(bytes, size));
}

static inline void hash_begin(hash_stream *stream)
{
    XXH3_128bits_reset(stream);
}

static inline void hash_add(hash_stream *stream, const void *bytes, size_t size)
{
    XXH3_128bits_update(stream, bytes, size);
}

static inline fingerprint_hash hash_end(const hash_stream *stream)
{
    return hash_value(XXH3_128bits_digest(stream));
}

/* Modulo 2^128. */
static inline void hash_sum(fingerprint_hash *sum, fingerprint_hash hash)
{
    sum->low += hash.low;
    sum->high += hash.high + (sum->low < hash.low);
}

#endif
