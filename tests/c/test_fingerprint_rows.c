/* Rows in the fingerprint: nothing can change in the data without changing it, but their order. */
#include "fingerprint_support.h"

#include <xxhash.h>

enum { ROWS = 40 };

/* A dump of one table with these rows. */
static bytes dump_of(char rows[][64], size_t count)
{
    bytes dump = {.at = NULL};
    FILE *out = open_memstream(&dump.at, &dump.size);
    fputs("COPY public.t (a, b) FROM stdin;\n", out);
    for (size_t index = 0; index < count; index++)
        fprintf(out, "%s\n", rows[index]);
    fputs("\\.\n\n--\n-- PostgreSQL database dump complete\n--\n", out);
    fclose(out);
    return dump;
}

static fingerprint_table table_of(char rows[][64], size_t count)
{
    bytes dump = dump_of(rows, count);
    fingerprint *print = read_in_chunks(dump.at, dump.size, 100);
    const fingerprint_result *result = fingerprint_result_of(print);
    assert_int_equal(result->complete, FINGERPRINT_DATABASE);
    assert_int_equal(result->table_count, 1);
    fingerprint_table table = result->tables[0];
    fingerprint_free(print);
    free(dump.at);
    return table;
}

static void make_rows(char rows[][64])
{
    for (int index = 0; index < ROWS; index++)
        snprintf(rows[index], 64, "%d\t%*s\\\\.%d", index, index, "", index * 7919);
}

static void swap(char rows[][64], int one, int other)
{
    char row[64];
    memcpy(row, rows[one], 64);
    memcpy(rows[one], rows[other], 64);
    memcpy(rows[other], row, 64);
}

static void the_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    char rows[ROWS][64];
    make_rows(rows);
    fingerprint_table table = table_of(rows, ROWS);
    assert_int_equal(table.rows, ROWS);
    srand(1);
    for (int round = 0; round < 20; round++) {
        for (int index = ROWS - 1; index > 0; index--)
            swap(rows, index, rand() % (index + 1));
        assert_true(same(table_of(rows, ROWS), table));
    }
}

static void any_changed_byte_shows(void **state)
{
    (void)state;
    char rows[ROWS][64];
    make_rows(rows);
    fingerprint_table table = table_of(rows, ROWS);
    for (int row = 0; row < ROWS; row++)
        for (size_t at = 0; rows[row][at]; at++) {
            char kept = rows[row][at];
            rows[row][at] = (char)(kept ^ 1);
            assert_false(same_hash(table_of(rows, ROWS), table));
            rows[row][at] = kept;
        }
}

static void a_lost_doubled_or_replaced_row_shows(void **state)
{
    (void)state;
    char rows[ROWS + 1][64];
    make_rows(rows);
    fingerprint_table table = table_of(rows, ROWS);
    for (int row = 0; row < ROWS; row++) {
        swap(rows, row, ROWS - 1);
        assert_false(same_hash(table_of(rows, ROWS - 1), table));
        swap(rows, row, ROWS - 1);
        memcpy(rows[ROWS], rows[row], 64);
        assert_false(same_hash(table_of(rows, ROWS + 1), table));
        char kept[64];
        memcpy(kept, rows[row], 64);
        memcpy(rows[row], rows[(row + 1) % ROWS], 64);
        assert_false(same_hash(table_of(rows, ROWS), table));
        memcpy(rows[row], kept, 64);
    }
}

static void a_byte_that_moves_to_the_next_row_shows(void **state)
{
    (void)state;
    char one[2][64] = {"ab", "c"}, other[2][64] = {"a", "bc"};
    assert_false(same_hash(table_of(one, 2), table_of(other, 2)));
}

static void carriage_returns_and_nul_are_data(void **state)
{
    (void)state;
    static const char head[] = "COPY t (a) FROM stdin;\n";
    static const char *const bodies[] = {"a\0b\n\\.\n", "a\0c\n\\.\n", "a\r\nb\n\\.\n",
                                         "a\nb\r\n\\.\n", "ab\r\n\r\\.\n\\.\n"};
    static const size_t sizes[] = {7, 7, 8, 8, 11};
    fingerprint_table tables[5];
    for (size_t index = 0; index < 5; index++) {
        char dump[64];
        memcpy(dump, head, sizeof head - 1);
        memcpy(dump + sizeof head - 1, bodies[index], sizes[index]);
        fingerprint *print = read_in_chunks(dump, sizeof head - 1 + sizes[index], 3);
        assert_null(fingerprint_result_of(print)->ended_in.bytes);
        tables[index] = fingerprint_result_of(print)->tables[0];
        fingerprint_free(print);
        for (size_t before = 0; before < index; before++)
            assert_false(same_hash(tables[before], tables[index]));
    }
    assert_int_equal(tables[0].rows, 1);
    assert_int_equal(tables[4].rows, 2);
}

/* As psql reads it. */
static void a_block_may_end_with_a_carriage_return(void **state)
{
    (void)state;
    static const char dump[] = "COPY t (a) FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;";
    for (size_t chunk = 1; chunk < sizeof dump; chunk++) {
        fingerprint *print = read_in_chunks(dump, sizeof dump - 1, chunk);
        assert_null(fingerprint_result_of(print)->ended_in.bytes);
        assert_int_equal(fingerprint_result_of(print)->tables[0].rows, 1);
        assert_int_equal(fingerprint_result_of(print)->statement_count, 2);
        fingerprint_free(print);
    }
}

/* Manifests keep these hashes: they must stay what they are. */
static void the_hash_is_the_sum_of_xxh3_of_the_rows(void **state)
{
    (void)state;
    char rows[ROWS][64];
    make_rows(rows);
    unsigned __int128 sum = 0;
    for (int row = 0; row < ROWS; row++) {
        XXH128_hash_t hash = XXH3_128bits(rows[row], strlen(rows[row]));
        sum += (unsigned __int128)hash.high64 << 64 | hash.low64;
    }
    fingerprint_table table = table_of(rows, ROWS);
    assert_true(table.hash.high == (uint64_t)(sum >> 64));
    assert_true(table.hash.low == (uint64_t)sum);
}

static void a_row_of_200_megabytes_is_not_kept(void **state)
{
    (void)state;
    enum { CHUNK = 1 << 20, CHUNKS = 200 };
    nj_error error;
    fingerprint *print;
    char *chunk = malloc(CHUNK);
    memset(chunk, 'x', CHUNK);
    assert_int_equal(fingerprint_new(NULL, &print, &error), 0);
    fingerprint_feed(print, "COPY t (a) FROM stdin;\n", 23, &error);
    for (int index = 0; index < CHUNKS; index++)
        assert_int_equal(fingerprint_feed(print, chunk, CHUNK, &error), 0);
    fingerprint_feed(print, "\n\\.\n", 4, &error);
    assert_int_equal(fingerprint_finish(print, &error), 0);

    char *whole = malloc((size_t)CHUNK * CHUNKS + 64);
    memcpy(whole, "COPY t (a) FROM stdin;\n", 23);
    memset(whole + 23, 'x', (size_t)CHUNK * CHUNKS);
    memcpy(whole + 23 + (size_t)CHUNK * CHUNKS, "\n\\.\n", 4);
    fingerprint *other = read_in_chunks(whole, (size_t)CHUNK * CHUNKS + 27, SIZE_MAX);
    assert_true(
        same(fingerprint_result_of(print)->tables[0], fingerprint_result_of(other)->tables[0]));
    fingerprint_free(print);
    fingerprint_free(other);
    free(whole);
    free(chunk);
}

static void blocks_of_one_table_are_one_table(void **state)
{
    (void)state;
    fingerprint *one =
        read_text("COPY t (a) FROM stdin;\n1\n2\n\\.\nCOPY t (a) FROM stdin;\n3\n\\.\n");
    fingerprint *other = read_text("COPY t (a) FROM stdin;\n3\n1\n2\n\\.\n");
    assert_int_equal(fingerprint_result_of(one)->table_count, 1);
    assert_true(
        same(fingerprint_result_of(one)->tables[0], fingerprint_result_of(other)->tables[0]));
    fingerprint_free(one);
    fingerprint_free(other);
}

static void ten_thousand_tables_are_told_apart(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    bytes dump = {.at = NULL};
    FILE *out = open_memstream(&dump.at, &dump.size);
    for (int round = 0; round < 2; round++)
        for (int index = 0; index < COUNT; index++)
            fprintf(out, "COPY public.t%d (a) FROM stdin;\n%d\n\\.\n", index, index);
    fclose(out);
    fingerprint *print = read_in_chunks(dump.at, dump.size, 65536);
    assert_int_equal(fingerprint_result_of(print)->table_count, COUNT);
    for (size_t index = 0; index < COUNT; index++) {
        char name[32];
        snprintf(name, sizeof name, "public.t%zu", index);
        assert_text(fingerprint_result_of(print)->tables[index].name, name);
        assert_int_equal(fingerprint_result_of(print)->tables[index].rows, 2);
    }
    fingerprint_free(print);
    free(dump.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(any_changed_byte_shows),
        cmocka_unit_test(a_lost_doubled_or_replaced_row_shows),
        cmocka_unit_test(a_byte_that_moves_to_the_next_row_shows),
        cmocka_unit_test(carriage_returns_and_nul_are_data),
        cmocka_unit_test(a_block_may_end_with_a_carriage_return),
        cmocka_unit_test(the_hash_is_the_sum_of_xxh3_of_the_rows),
        cmocka_unit_test(a_row_of_200_megabytes_is_not_kept),
        cmocka_unit_test(blocks_of_one_table_are_one_table),
        cmocka_unit_test(ten_thousand_tables_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
