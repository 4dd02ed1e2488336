/* The fingerprint's own proof: on some thousand generated dumps, data that is equal has an equal
 * fingerprint whatever the order of its rows, and any single change has another. */
#include "fingerprint_support.h"

enum { DUMPS = 3000, TABLES = 4, ROWS = 12, FIELDS = 4, FIELD = 48, LARGEST = 1 << 16 };

typedef struct cell {
    char text[FIELD];
    size_t size;
} cell;

typedef struct table {
    cell rows[ROWS][FIELDS];
    int row_count, field_count;
} table;

typedef struct database {
    table tables[TABLES];
    int table_count;
} database;

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* A value as COPY writes it: numbers, NULL, text with escapes, UTF-8, long and empty ones. */
static cell draw_cell(void)
{
    static const char *const pieces[] = {"\\N", "",  "\\t", "\\n",       "\\\\", "a",    "0",
                                         "-1",  "ü", "表",  "🐘",         " ",    "NULL", "'",
                                         "\"",  ";", "--",  "{}",        "[1]",  "\v",   "\x7f",
                                         "3.5", "x", "abc", "2026-11-23"};
    cell made = {.size = 0};
    if (draw(6) == 0) {
        memcpy(made.text, "\\N", made.size = 2);
        return made;
    }
    for (uint32_t count = draw(6); count > 0; count--) {
        const char *piece = pieces[1 + draw(sizeof pieces / sizeof *pieces - 1)];
        memcpy(made.text + made.size, piece, strlen(piece));
        made.size += strlen(piece);
    }
    return made;
}

static database draw_database(void)
{
    database made = {.table_count = 1 + (int)draw(TABLES)};
    for (int index = 0; index < made.table_count; index++) {
        table *each = &made.tables[index];
        each->row_count = (int)draw(ROWS);
        each->field_count = 1 + (int)draw(FIELDS);
        for (int row = 0; row < each->row_count; row++)
            for (int field = 0; field < each->field_count; field++)
                each->rows[row][field] = draw_cell();
    }
    return made;
}

static size_t write_rows(char *text, const table *each)
{
    size_t size = 0;
    for (int row = 0; row < each->row_count; row++) {
        for (int field = 0; field < each->field_count; field++) {
            const cell *value = &each->rows[row][field];
            memcpy(text + size, value->text, value->size);
            size += value->size;
            text[size++] = field + 1 < each->field_count ? '\t' : '\n';
        }
    }
    return size;
}

static size_t write_dump(char *text, const database *made)
{
    size_t size = (size_t)sprintf(text, "--\n-- PostgreSQL database dump\n--\n\nSET a = 0;\n");
    for (int index = 0; index < made->table_count; index++) {
        size += (size_t)sprintf(text + size, "COPY public.\"t %d\" (a) FROM stdin;\n", index);
        size += write_rows(text + size, &made->tables[index]);
        size += (size_t)sprintf(text + size, "\\.\n\n");
    }
    return size + (size_t)sprintf(text + size, "--\n-- PostgreSQL database dump complete\n--\n");
}

/* Tables, rows, hashes and statements; not where they stand. */
static char *print_of(const database *made)
{
    char *dump = malloc(LARGEST), *text, hex[33];
    size_t length;
    fingerprint *print = read_in_chunks(dump, write_dump(dump, made), 1 + draw(500));
    const fingerprint_result *result = fingerprint_result_of(print);
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(result->complete, FINGERPRINT_DATABASE);
    for (size_t index = 0; index < result->table_count; index++) {
        fingerprint_hex(result->tables[index].hash, hex);
        fprintf(out, "%zu: %llu %s\n", index, (unsigned long long)result->tables[index].rows, hex);
    }
    fclose(out);
    fingerprint_free(print);
    free(dump);
    return text;
}

/* Whether two databases have the same rows, each with its number of times, in each table. */
static int compare_lines(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void sorted_rows(const table *each, char *room)
{
    char lines[ROWS][FIELDS * FIELD], *order[ROWS];
    for (int row = 0; row < each->row_count; row++) {
        table single = {.row_count = 1, .field_count = each->field_count};
        memcpy(single.rows[0], each->rows[row], sizeof single.rows[0]);
        lines[row][write_rows(lines[row], &single)] = '\0';
        order[row] = lines[row];
    }
    qsort(order, (size_t)each->row_count, sizeof *order, compare_lines);
    room[0] = '\0';
    for (int row = 0; row < each->row_count; row++)
        strcat(room, order[row]);
}

static bool same_data(const database *one, const database *other)
{
    char first[ROWS * FIELDS * FIELD], second[ROWS * FIELDS * FIELD];
    for (int index = 0; index < one->table_count; index++) {
        sorted_rows(&one->tables[index], first);
        sorted_rows(&other->tables[index], second);
        if (strcmp(first, second) != 0)
            return false;
    }
    return true;
}

static void demand(const database *before, const database *after)
{
    char *one = print_of(before), *other = print_of(after);
    if (same_data(before, after))
        assert_string_equal(one, other);
    else
        assert_string_not_equal(one, other);
    free(one);
    free(other);
}

static void swap(cell *one, cell *other)
{
    cell kept = *one;
    *one = *other;
    *other = kept;
}

static void swap_rows(table *one, int row, table *other, int other_row)
{
    for (int field = 0; field < FIELDS; field++)
        swap(&one->rows[row][field], &other->rows[other_row][field]);
}

static table *draw_table(database *made)
{
    return &made->tables[draw((uint32_t)made->table_count)];
}

static void the_order_of_rows_does_not_matter(void **unused)
{
    (void)unused;
    for (int index = 0; index < DUMPS; index++) {
        state = (uint64_t)index;
        database made = draw_database(), other = made;
        for (int each = 0; each < other.table_count; each++)
            for (int row = other.tables[each].row_count - 1; row > 0; row--)
                swap_rows(&other.tables[each], row, &other.tables[each],
                          (int)draw((uint32_t)row + 1));
        assert_true(same_data(&made, &other));
        demand(&made, &other);
    }
}

/* A bit of a byte that can stand in a row both ways. */
static void flip_bit(table *each)
{
    cell *value = &each->rows[draw((uint32_t)each->row_count)][draw((uint32_t)each->field_count)];
    if (value->size == 0)
        return;
    char *byte = &value->text[draw((uint32_t)value->size)];
    char flipped = (char)(*byte ^ (1 << draw(8)));
    if (flipped != '\n' && flipped != '\t' && flipped != '\0' && flipped != '\\' &&
        flipped != '.' && *byte != '\\')
        *byte = flipped;
}

static void drop_row(table *each)
{
    swap_rows(each, (int)draw((uint32_t)each->row_count), each, each->row_count - 1);
    each->row_count--;
}

static void double_row(table *each)
{
    if (each->row_count == ROWS)
        return;
    memcpy(each->rows[each->row_count], each->rows[draw((uint32_t)each->row_count)],
           sizeof each->rows[0]);
    each->row_count++;
}

static void swap_values(table *each)
{
    uint32_t field = draw((uint32_t)each->field_count);
    swap(&each->rows[draw((uint32_t)each->row_count)][field],
         &each->rows[draw((uint32_t)each->row_count)][field]);
}

static void swap_fields(table *each)
{
    cell *row = each->rows[draw((uint32_t)each->row_count)];
    swap(&row[draw((uint32_t)each->field_count)], &row[draw((uint32_t)each->field_count)]);
}

static void any_single_change_in_a_table_matters(void **unused)
{
    (void)unused;
    static void (*const changes[])(table *) = {flip_bit, drop_row, double_row, swap_values,
                                               swap_fields};
    for (int index = 0; index < DUMPS; index++) {
        for (size_t change = 0; change < sizeof changes / sizeof *changes; change++) {
            state = (uint64_t)index;
            database made = draw_database(), other = made;
            table *each = draw_table(&other);
            if (each->row_count == 0)
                continue;
            changes[change](each);
            demand(&made, &other);
        }
    }
}

static void rows_that_change_places_between_tables_matter(void **unused)
{
    (void)unused;
    for (int index = 0; index < DUMPS; index++) {
        state = (uint64_t)index;
        database made = draw_database(), other = made;
        table *one = draw_table(&other), *two = draw_table(&other);
        if (one->row_count == 0 || two->row_count == 0 || one->field_count != two->field_count)
            continue;
        swap_rows(one, (int)draw((uint32_t)one->row_count), two,
                  (int)draw((uint32_t)two->row_count));
        demand(&made, &other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(any_single_change_in_a_table_matters),
        cmocka_unit_test(rows_that_change_places_between_tables_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
