/* The fingerprint: any bytes, cut anywhere, give the same; the places that it notes are in the
 * dump. */
#include "fuzz.h"

#include "bindings/fingerprint.h"

/* What it says, as text: the caller frees it. */
static char *show(const fingerprint_result *result, uint64_t size)
{
    char *text, hex[33];
    size_t length;
    FILE *out = open_memstream(&text, &length);
    fprintf(out, "complete %d objects %zu sequences %zu", result->complete, result->object_count,
            result->sequence_count);
    for (size_t index = 0; index < result->table_count; index++) {
        const fingerprint_table *table = &result->tables[index];
        DEMAND(table->copy.offset + table->copy.size <= size);
        fingerprint_hex(table->hash, hex);
        fprintf(out, "\ntable %.*s %llu %s %llu %llu", (int)table->name.size, table->name.bytes,
                (unsigned long long)table->rows, hex, (unsigned long long)table->copy.offset,
                (unsigned long long)table->copy.size);
    }
    for (size_t index = 0; index < result->session_count; index++)
        DEMAND(result->session[index].offset + result->session[index].size <= size + 1);
    fingerprint_hex(result->hash, hex);
    fprintf(out, "\nstatements %zu %s session %zu", result->statement_count, hex,
            result->session_count);
    fclose(out);
    return text;
}

/* NULL where it is an error. */
static char *read_all(const uint8_t *data, size_t size, size_t chunk)
{
    nj_error error;
    fingerprint *print;
    fingerprint_options options = {.texts = true};
    int result = 0;
    DEMAND(fingerprint_new(&options, &print, &error) == 0);
    for (size_t done = 0; done < size && result == 0; done += chunk) {
        size_t part = size - done < chunk ? size - done : chunk;
        void *copy = exact_copy(data + done, part);
        result = fingerprint_feed(print, copy, part, &error);
        free(copy);
    }
    if (result == 0)
        result = fingerprint_finish(print, &error);
    char *text = result == 0 ? show(fingerprint_result_of(print), size) : NULL;
    fingerprint_free(print);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    char *whole = read_all(data + 1, size - 1, size);
    char *pieces = read_all(data + 1, size - 1, (size_t)data[0] % 32 + 1);
    DEMAND(!whole == !pieces && (!whole || strcmp(whole, pieces) == 0));
    free(whole);
    free(pieces);
    return 0;
}
