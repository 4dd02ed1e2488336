/* What the fuzz targets share. A target fails by abort(), or by what a sanitizer finds. */
#ifndef NIGHTJAR_TESTS_FUZZ_H
#define NIGHTJAR_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DEMAND(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A copy of its own, of exactly this size, so that a sanitizer sees a read past its end. */
static inline void *exact_copy(const void *bytes, size_t size)
{
    void *copy = malloc(size ? size : 1);
    DEMAND(copy);
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

#endif
