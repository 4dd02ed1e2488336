/* The stream of a Docker exec: any bytes are taken apart or refused, and nothing is made up. */
#include "fuzz.h"

#include "bindings/docker_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nj_error error;
    docker_stream stream = {0};
    char *copy = exact_copy(data, size);
    if (docker_stream_split(copy, size, &stream, &error) == 0)
        DEMAND(stream.output_size + stream.diagnostics_size <= size);
    free(copy);
    docker_stream_free(&stream);
    docker_stream_free(&stream);
    return 0;
}
