/* JSON: any bytes are read or refused; what was read and written is read again as the same. */
#include "fuzz.h"

#include "bindings/json.h"

static char *text_of(const char *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    DEMAND(copy);
    memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

static char *written(json_object *value, bool pretty, size_t *ret_size)
{
    const char *text = json_text(value, pretty, ret_size);
    DEMAND(text);
    return text_of(text, *ret_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nj_error error;
    json_object *value, *again;
    char *text = text_of((const char *)data, size);
    if (json_parse(text, size, &value, &error) == 0) {
        size_t first_size, second_size;
        char *first = written(value, size % 2, &first_size);
        DEMAND(json_parse(first, first_size, &again, &error) == 0);
        char *second = written(again, size % 2, &second_size);
        DEMAND(first_size == second_size && memcmp(first, second, first_size) == 0);
        json_object_put(again);
        json_object_put(value);
        free(first);
        free(second);
    }
    free(text);
    return 0;
}
