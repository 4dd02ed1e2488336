/* The engine's stream is taken apart byte for byte, and what lies about itself is an error. */
#include "bindings/docker_stream.h"
#include "support.h"

/* A stream in the making. */
typedef struct bytes {
    char data[4096];
    size_t size;
} bytes;

static void add_header(bytes *to, unsigned kind, size_t size)
{
    unsigned char header[8] = {(unsigned char)kind,
                               0,
                               0,
                               0,
                               (unsigned char)(size >> 24),
                               (unsigned char)(size >> 16),
                               (unsigned char)(size >> 8),
                               (unsigned char)size};
    memcpy(to->data + to->size, header, sizeof header);
    to->size += sizeof header;
}

static void add(bytes *to, unsigned kind, const char *payload, size_t size)
{
    add_header(to, kind, size);
    memcpy(to->data + to->size, payload, size);
    to->size += size;
}

/* Split a copy of exactly that size, so that a sanitizer sees a look behind its end. */
static int split(const bytes *from, docker_stream *ret_stream, nj_error *error)
{
    char *copy = malloc(from->size + !from->size);
    assert_non_null(copy);
    memcpy(copy, from->data, from->size);
    int result = docker_stream_split(copy, from->size, ret_stream, error);
    free(copy);
    return result;
}

static void outputs_are_told_apart(void **state)
{
    (void)state;
    nj_error error;
    docker_stream stream;
    bytes made = {0};
    add(&made, 1, "out\0put ", 8);
    add(&made, 2, "war", 3);
    add(&made, 1, "", 0);
    add(&made, 0, "typed", 5);
    add(&made, 2, "ning\n", 5);
    assert_done(split(&made, &stream, &error));
    assert_int_equal(stream.output_size, 13);
    assert_memory_equal(stream.output, "out\0put typed", 13);
    assert_int_equal(stream.diagnostics_size, 8);
    assert_memory_equal(stream.diagnostics, "warning\n", 8);
    docker_stream_free(&stream);
    docker_stream_free(&stream);
    assert_null(stream.output);
}

static void nothing_is_nothing(void **state)
{
    (void)state;
    nj_error error;
    docker_stream stream;
    bytes made = {0};
    assert_done(split(&made, &stream, &error));
    assert_null(stream.output);
    assert_int_equal(stream.output_size + stream.diagnostics_size, 0);
}

static void assert_no_stream(const bytes *made, const char *why)
{
    nj_error error;
    docker_stream stream = {0};
    assert_int_equal(split(made, &stream, &error), -1);
    assert_string_equal(error.code, "FORMAT");
    assert_contains(error.message, why);
    assert_null(stream.output);
}

static void a_stream_cut_anywhere_within_a_frame_is_an_error(void **state)
{
    (void)state;
    nj_error error;
    bytes made = {0};
    add(&made, 1, "first", 5);
    size_t first = made.size;
    add(&made, 2, "second", 6);
    for (size_t size = 1; size < made.size; size++) {
        bytes cut = made;
        cut.size = size;
        if (size != first)
            assert_no_stream(&cut, "breaks off");
    }
    docker_stream stream;
    made.size = first;
    assert_done(split(&made, &stream, &error));
    docker_stream_free(&stream);
}

/* 4 GiB are claimed; were they allocated, the limit of address space would say so. */
static void a_size_that_lies_takes_no_memory(void **state)
{
    (void)state;
    bytes made = {0};
    add(&made, 1, "honest", 6);
    add_header(&made, 1, 0xffffffff);
    assert_no_stream(&made, "4294967295 bytes has 0");
}

static void the_output_of_a_terminal_is_named_so(void **state)
{
    (void)state;
    nj_error error;
    docker_stream stream;
    bytes made = {.size = 17};
    memcpy(made.data, "uid=0(root) gid=0", 17);
    assert_no_stream(&made, "raw");
    assert_int_equal(split(&made, &stream, &error), -1);
    assert_contains(error.hint, "TTY");
    bytes padded = {0};
    add_header(&padded, 1, 0);
    padded.data[2] = 1;
    assert_no_stream(&padded, "raw");
    padded.data[2] = 0;
    padded.data[0] = 4;
    assert_no_stream(&padded, "raw");
}

static void what_the_engine_reports_in_the_stream_is_an_error(void **state)
{
    (void)state;
    nj_error error;
    docker_stream stream = {0};
    bytes made = {0};
    add(&made, 1, "some output", 11);
    add(&made, 3, "container is\ngone\r\n", 19);
    assert_int_equal(split(&made, &stream, &error), -1);
    assert_string_equal(error.code, "SYSTEM");
    assert_string_equal(error.message, "the engine reports: container is gone");
    bytes empty = {0};
    add(&empty, 3, "", 0);
    assert_int_equal(split(&empty, &stream, &error), -1);
    bytes endless = {0};
    char words[3000];
    memset(words, 'x', sizeof words);
    add(&endless, 3, words, sizeof words);
    assert_int_equal(split(&endless, &stream, &error), -1);
    assert_true(strlen(error.message) < 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_told_apart),
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(a_stream_cut_anywhere_within_a_frame_is_an_error),
        cmocka_unit_test(a_size_that_lies_takes_no_memory),
        cmocka_unit_test(the_output_of_a_terminal_is_named_so),
        cmocka_unit_test(what_the_engine_reports_in_the_stream_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
