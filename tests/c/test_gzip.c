/* gzip as a user meets it: files of other programs are read, ours are read by them, and damage of
 * every kind is told apart. */
#include "bindings/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

enum { MOST = 8 << 20 };

typedef struct bytes {
    unsigned char *at;
    size_t size;
} bytes;

static bytes new_bytes(void)
{
    return (bytes){.at = calloc(1, MOST)};
}

/* Text that compresses a little, of any length. */
static void fill(unsigned char *at, size_t size)
{
    uint32_t state = 12345;
    for (size_t index = 0; index < size; index++) {
        state = state * 1103515245 + 12345;
        at[index] = (unsigned char)('a' + (state >> 16) % 20);
    }
}

static bytes compress_blocks(const unsigned char *from, size_t size, size_t block)
{
    nj_error error;
    gzip_compressor *compressor;
    bytes to = new_bytes();
    assert_int_equal(gzip_compressor_new(3, &compressor, &error), 0);
    for (size_t done = 0; done < size || (size == 0 && to.size == 0); done += block) {
        size_t length = size - done < block ? size - done : block;
        to.size += gzip_compress(compressor, from + done, length, to.at + to.size);
    }
    gzip_compressor_free(compressor);
    return to;
}

/* Decompress, handing over `chunk` bytes at a time and asking for `piece` at a time. 0 or -1. */
static int decompress(const unsigned char *from, size_t size, size_t chunk, size_t piece, bytes *to,
                      nj_error *error)
{
    gzip_reader *reader;
    assert_int_equal(gzip_reader_new(&reader, error), 0);
    int result = 0;
    to->size = 0;
    for (size_t done = 0; result == 0 && done < size; done += chunk) {
        size_t got = 1;
        gzip_reader_feed(reader, from + done, size - done < chunk ? size - done : chunk);
        while (result == 0 && got > 0) {
            assert_true(to->size + piece <= MOST);
            result = gzip_reader_read(reader, to->at + to->size, piece, &got, error);
            to->size += result == 0 ? got : 0;
        }
    }
    if (result == 0)
        result = gzip_reader_finish(reader, error);
    gzip_reader_free(reader);
    return result;
}

static void assert_fails(const unsigned char *from, size_t size, const char *code,
                         const char *message)
{
    nj_error error;
    bytes to = new_bytes();
    assert_int_equal(decompress(from, size, size ? size : 1, 4096, &to, &error), -1);
    assert_string_equal(error.code, code);
    assert_non_null(strstr(error.message, message));
    free(to.at);
}

static void what_is_written_is_read_back_in_any_pieces(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 1000, GZIP_BLOCK - 1, GZIP_BLOCK, 2 * GZIP_BLOCK + 7};
    static const size_t pieces[][2] = {{1, 4096}, {7, 3}, {65536, 65536}, {MOST, 1 << 20}};
    unsigned char *from = malloc(3 * GZIP_BLOCK);
    bytes to = new_bytes();
    nj_error error;
    fill(from, 3 * GZIP_BLOCK);
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
        bytes packed = compress_blocks(from, sizes[size], GZIP_BLOCK);
        for (size_t way = 0; way < sizeof pieces / sizeof *pieces; way++) {
            assert_int_equal(
                decompress(packed.at, packed.size, pieces[way][0], pieces[way][1], &to, &error), 0);
            assert_int_equal(to.size, sizes[size]);
            assert_memory_equal(to.at, from, sizes[size]);
        }
        free(packed.at);
    }
    free(from);
    free(to.at);
}

static void a_member_tells_its_own_size(void **state)
{
    (void)state;
    unsigned char from[5000];
    fill(from, sizeof from);
    bytes packed = compress_blocks(from, sizeof from, sizeof from);
    assert_memory_equal(packed.at + 12, "NJ\4\0", 4);
    size_t told = packed.at[16] | (size_t)packed.at[17] << 8 | (size_t)packed.at[18] << 16;
    assert_int_equal(told, packed.size);
    free(packed.at);
}

/* Run a shell command in a test; its output. */
static bytes output_of(const char *command)
{
    bytes to = new_bytes();
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    to.size = fread(to.at, 1, MOST, pipe);
    assert_int_equal(pclose(pipe), 0);
    return to;
}

static void files_of_other_programs_are_read(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "seq 100000 | gzip -1",
        "seq 100000 | gzip -9",
        "seq 100000 | pigz -p 4 -b 128",
        "seq 100000 | pigz -p 4 -b 128 -i",
        "seq 100000 > /tmp/gzip-test.$$ && gzip -Nc /tmp/gzip-test.$$ && rm /tmp/gzip-test.$$",
        "(seq 50000 | gzip; seq 50001 100000 | gzip)",
        "seq 100000 | python3 -c 'import gzip,sys; sys.stdout.buffer.write(gzip.compress("
        "sys.stdin.buffer.read()))'",
    };
    bytes expected = output_of("seq 100000"), to = new_bytes();
    nj_error error;
    for (size_t index = 0; index < sizeof commands / sizeof *commands; index++) {
        bytes packed = output_of(commands[index]);
        assert_int_equal(decompress(packed.at, packed.size, 1000, 10000, &to, &error), 0);
        assert_int_equal(to.size, expected.size);
        assert_memory_equal(to.at, expected.at, expected.size);
        free(packed.at);
    }
    free(expected.at);
    free(to.at);
}

static void other_programs_read_ours(void **state)
{
    (void)state;
    unsigned char *from = malloc(2 * GZIP_BLOCK);
    fill(from, 2 * GZIP_BLOCK);
    bytes packed = compress_blocks(from, 2 * GZIP_BLOCK, GZIP_BLOCK / 3);
    char path[] = "/tmp/gzip-test-XXXXXX", command[100];
    FILE *file = fdopen(mkstemp(path), "wb");
    assert_int_equal(fwrite(packed.at, 1, packed.size, file), packed.size);
    assert_int_equal(fclose(file), 0);
    static const char *const programs[] = {"gzip -t < %s && gzip -dc < %s", "pigz -dc < %s; : %s"};
    for (size_t index = 0; index < sizeof programs / sizeof *programs; index++) {
        snprintf(command, sizeof command, programs[index], path, path);
        bytes to = output_of(command);
        assert_int_equal(to.size, 2 * GZIP_BLOCK);
        assert_memory_equal(to.at, from, to.size);
        free(to.at);
    }
    remove(path);
    free(packed.at);
    free(from);
}

static void a_file_cut_anywhere_is_told(void **state)
{
    (void)state;
    unsigned char from[600];
    fill(from, sizeof from);
    bytes packed = compress_blocks(from, sizeof from, 200), to = new_bytes();
    size_t member = packed.at[16] | (size_t)packed.at[17] << 8;
    for (size_t size = 1; size < packed.size; size++) {
        nj_error error;
        int result = decompress(packed.at, size, 13, 50, &to, &error);
        /* Cut exactly between two members it is a shorter, whole file: that the manifest's size
         * and digest tell, and the dump's end marker. */
        size_t second = member + (packed.at[member + 16] | (size_t)packed.at[member + 17] << 8);
        if (size == member || size == second) {
            assert_int_equal(result, 0);
        } else {
            assert_int_equal(result, -1);
            assert_string_equal(error.code, "FORMAT");
            assert_non_null(strstr(error.message, "ends too early"));
        }
    }
    free(packed.at);
    free(to.at);
}

/* The bits of a member that say nothing of its data: in the header that it is text, time, effort,
 * system, and our own subfield; and what fills up the last byte before the trailer. */
static bool means_nothing(size_t bit, size_t member)
{
    return bit == 3 * 8 || (bit >= 4 * 8 && bit < 10 * 8) || (bit >= 12 * 8 && bit < 20 * 8) ||
           (bit > (member - 9) * 8 && bit < (member - 8) * 8);
}

static void a_flipped_bit_is_never_missed(void **state)
{
    (void)state;
    unsigned char from[600];
    fill(from, 300); /* without repetitions: distances of a match would mean nothing either */
    memcpy(from + 300, from, 300);
    bytes packed = compress_blocks(from, sizeof from, 300), to = new_bytes();
    size_t member = packed.size / 2; /* two of the same */
    for (size_t bit = 0; bit < 8 * packed.size; bit++) {
        nj_error error;
        packed.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (decompress(packed.at, packed.size, packed.size, 4096, &to, &error) == 0) {
            assert_true(means_nothing(bit % (8 * member), member));
            assert_int_equal(to.size, sizeof from);
            assert_memory_equal(to.at, from, sizeof from);
        }
        packed.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    free(packed.at);
    free(to.at);
}

/* A header with every field that RFC 1952 has, before `data`. */
static bytes with_every_field(const bytes *data, bool good_checksum)
{
    static const unsigned char header[] = {
        0x1f, 0x8b, 8,   31,  1, 2,   3,   4,   2,   3,                /* all flags */
        6,    0,    'A', 'B', 2, 0,   'x', 0,                          /* a subfield of somebody */
        'd',  'u',  'm', 'p', 0, 'n', 'o', ' ', 'm', 'o', 'r', 'e', 0, /* name and comment */
    };
    bytes to = new_bytes();
    memcpy(to.at, header, sizeof header);
    unsigned long crc = crc32(0, header, sizeof header) ^ (good_checksum ? 0 : 1);
    to.at[sizeof header] = (unsigned char)crc;
    to.at[sizeof header + 1] = (unsigned char)(crc >> 8);
    to.size = sizeof header + 2;
    memcpy(to.at + to.size, data->at + 20, data->size - 20);
    to.size += data->size - 20;
    return to;
}

static void every_field_of_a_header_is_passed_over(void **state)
{
    (void)state;
    unsigned char from[600];
    fill(from, sizeof from);
    bytes packed = compress_blocks(from, sizeof from, sizeof from), to = new_bytes();
    bytes good = with_every_field(&packed, true), bad = with_every_field(&packed, false);
    nj_error error;
    for (size_t chunk = 1; chunk < 50; chunk++) {
        assert_int_equal(decompress(good.at, good.size, chunk, 100, &to, &error), 0);
        assert_int_equal(to.size, sizeof from);
        assert_memory_equal(to.at, from, sizeof from);
    }
    assert_fails(bad.at, bad.size, "CHECKSUM", "header is damaged");
    free(good.at);
    free(bad.at);
    free(packed.at);
    free(to.at);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    unsigned char from[600];
    fill(from, sizeof from);
    bytes packed = compress_blocks(from, sizeof from, sizeof from);
    assert_fails((const unsigned char *)"", 0, "FORMAT", "the file is empty");
    assert_fails((const unsigned char *)"P", 1, "FORMAT", "not a gzip file");
    assert_fails((const unsigned char *)"--\n-- PostgreSQL", 16, "FORMAT", "not a gzip file");
    assert_fails(packed.at, packed.size - 1, "FORMAT", "ends too early");
    packed.at[packed.size] = 'x';
    assert_fails(packed.at, packed.size + 1, "FORMAT", "something follows");
    packed.at[packed.size] = 0;
    assert_fails(packed.at, packed.size + 1, "FORMAT", "something follows");
    packed.at[packed.size - 1] ^= 1;
    assert_fails(packed.at, packed.size, "CHECKSUM", "length differs");
    packed.at[packed.size - 1] ^= 1;
    packed.at[packed.size - 5] ^= 1;
    assert_fails(packed.at, packed.size, "CHECKSUM", "checksum differs");
    free(packed.at);
}

/* ---- parts of a file ---- */

enum { BIG = (5 << 20) + 12345, RANGES = 4 };

/* Bytes that reader gave for these ranges of a file, handed over `chunk` bytes at a time. */
static int read_ranges(const bytes *file, const gzip_range *ranges, size_t count, size_t chunk,
                       bytes *to, nj_error *error)
{
    gzip_reader *reader;
    size_t got = 0;
    int result = 0;
    assert_int_equal(gzip_reader_new(&reader, error), 0);
    gzip_reader_only(reader, ranges, count);
    to->size = 0;
    for (size_t done = 0; result == 0 && done < file->size; done += chunk) {
        gzip_reader_feed(reader, file->at + done,
                         file->size - done < chunk ? file->size - done : chunk);
        do {
            result = gzip_reader_read(reader, to->at + to->size, 100000, &got, error);
            to->size += result == 0 ? got : 0;
        } while (result == 0 && got > 0);
    }
    if (result == 0)
        result = gzip_reader_finish(reader, error);
    gzip_reader_free(reader);
    return result;
}

static void only_what_is_wanted_is_read(void **state)
{
    (void)state;
    static const struct {
        gzip_range ranges[RANGES];
        size_t count;
    } cases[] = {
        {{{0, 0}}, 0},
        {{{0, BIG}}, 1},
        {{{0, UINT64_MAX}}, 1},
        {{{0, 1}}, 1},
        {{{BIG - 1, 1}}, 1},
        {{{BIG, 10}}, 1},
        {{{GZIP_BLOCK - 1, 2}}, 1},
        {{{GZIP_BLOCK, GZIP_BLOCK}}, 1},
        {{{5, 0}, {5, 3}, {8, 2}, {4 * GZIP_BLOCK + 7, UINT64_MAX / 2}}, 4},
        {{{100, 200000}, {3 * GZIP_BLOCK - 5, 10}, {3 * GZIP_BLOCK + 6, 1}}, 3},
    };
    static const size_t blocks[] = {GZIP_BLOCK, 70000}, chunks[] = {999, 1 << 16, MOST};
    bytes raw = new_bytes(), to = new_bytes();
    fill(raw.at, BIG);
    for (size_t each = 0; each < sizeof blocks / sizeof *blocks; each++) {
        bytes file = compress_blocks(raw.at, BIG, blocks[each]);
        for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
            for (size_t chunk = 0; chunk < sizeof chunks / sizeof *chunks; chunk++) {
                nj_error error;
                size_t at = 0;
                assert_int_equal(read_ranges(&file, cases[index].ranges, cases[index].count,
                                             chunks[chunk], &to, &error),
                                 0);
                for (size_t range = 0; range < cases[index].count; range++) {
                    uint64_t from = cases[index].ranges[range].offset;
                    uint64_t left = from < BIG ? BIG - from : 0;
                    uint64_t size = cases[index].ranges[range].size;
                    size = size < left ? size : left;
                    assert_true(at + size <= to.size);
                    if (size > 0)
                        assert_memory_equal(to.at + at, raw.at + from, size);
                    at += size;
                }
                assert_int_equal(at, to.size);
            }
        }
        free(file.at);
    }
    free(raw.at);
    free(to.at);
}

/* Seen by damage: it is told where it is read, and not where it is passed over. */
static void members_without_what_is_wanted_are_passed_over(void **state)
{
    (void)state;
    nj_error error;
    bytes raw = new_bytes(), to = new_bytes();
    fill(raw.at, BIG);
    bytes file = compress_blocks(raw.at, BIG, GZIP_BLOCK);
    file.at[1000] ^= 1;
    assert_int_equal(read_ranges(&file, &(gzip_range){2 * GZIP_BLOCK, 9}, 1, MOST, &to, &error), 0);
    assert_memory_equal(to.at, raw.at + 2 * GZIP_BLOCK, 9);
    assert_int_equal(read_ranges(&file, &(gzip_range){9, 9}, 1, MOST, &to, &error), -1);
    file.size -= 3;
    assert_int_equal(read_ranges(&file, &(gzip_range){2 * GZIP_BLOCK, 9}, 1, MOST, &to, &error),
                     -1);
    assert_string_equal(error.message, "the gzip data ends too early");
    free(raw.at);
    free(to.at);
    free(file.at);
}

/* Leave a 1 in every second byte of what the next call gets for its stack. */
__attribute__((noinline)) static void dirty_stack(void)
{
    volatile uint16_t dirt[1 << 17];
    for (size_t index = 0; index < sizeof dirt / sizeof dirt[0]; index++)
        dirt[index] = 1;
}

static void the_fastest_level_does_not_depend_on_what_was_on_the_stack(void **state)
{
    (void)state;
    enum { SIZE = 100000 };
    nj_error error;
    gzip_compressor *compressor;
    bytes from = new_bytes(), to = new_bytes();
    for (size_t index = 0; index < SIZE; index++)
        from.at[index] = (unsigned char)"a line of text that comes again\n"[index % 32];
    assert_int_equal(gzip_compressor_new(1, &compressor, &error), 0);
    dirty_stack();
    assert_true(gzip_compress(compressor, from.at, SIZE, to.at) < SIZE / 50);
    gzip_compressor_free(compressor);
    free(from.at);
    free(to.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_in_any_pieces),
        cmocka_unit_test(a_member_tells_its_own_size),
        cmocka_unit_test(the_fastest_level_does_not_depend_on_what_was_on_the_stack),
        cmocka_unit_test(files_of_other_programs_are_read),
        cmocka_unit_test(other_programs_read_ours),
        cmocka_unit_test(a_file_cut_anywhere_is_told),
        cmocka_unit_test(a_flipped_bit_is_never_missed),
        cmocka_unit_test(every_field_of_a_header_is_passed_over),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(only_what_is_wanted_is_read),
        cmocka_unit_test(members_without_what_is_wanted_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
