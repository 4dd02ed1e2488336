/* The fingerprint: what it reads in real dumps, and in text made to fool it. */
#include "fingerprint_support.h"

/* ---- real dumps ---- */

static void chunks_may_be_cut_anywhere(void **state)
{
    (void)state;
    static const char *const names[] = {"rich.sql", "globals.sql"};
    static const size_t chunks[] = {1, 2, 7, 64, 1000, 4096, 65536};
    for (size_t name = 0; name < 2; name++) {
        bytes dump = load(names[name]);
        char *whole = show_of(dump.at, dump.size, dump.size);
        for (size_t index = 0; index < sizeof chunks / sizeof chunks[0]; index++) {
            char *shown = show_of(dump.at, dump.size, chunks[index]);
            assert_string_equal(shown, whole);
            free(shown);
        }
        free(whole);
        free(dump.at);
    }
}

static void tables_of_a_real_dump_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t rows;
    } wanted[] = {
        {"\"Quoted \"\"schema\"\";\".\"weird \"\" table.name; COPY x FROM stdin;\"", 10},
        {"public.columnless", 3},
        {"public.empty", 0},
        {"public.events_2025", 42},
        {"public.events_2026", 18},
        {"public.\"naïve 表 – 🐘\"", 2},
        {"public.\"new\nline\"", 1},
        {"public.serials", 7},
        {"public.typed", 1},
        {"pg_largeobject", 3},
    };
    bytes dump = load("rich.sql");
    fingerprint *print = read_in_chunks(dump.at, dump.size, 65536);
    const fingerprint_result *result = fingerprint_result_of(print);
    assert_int_equal(result->table_count, sizeof wanted / sizeof wanted[0]);
    for (size_t index = 0; index < result->table_count; index++) {
        assert_text(result->tables[index].name, wanted[index].name);
        assert_int_equal(result->tables[index].rows, wanted[index].rows);
    }
    fingerprint_free(print);
    free(dump.at);
}

static void sequences_and_objects_of_a_real_dump_are_read(void **state)
{
    (void)state;
    bytes dump = load("rich.sql");
    fingerprint *print = read_in_chunks(dump.at, dump.size, 65536);
    const fingerprint_result *result = fingerprint_result_of(print);
    assert_int_equal(result->complete, FINGERPRINT_DATABASE);
    assert_null(result->ended_in.bytes);
    assert_int_equal(result->sequence_count, 5);
    assert_text(result->sequences[1].name, "public.down");
    assert_true(result->sequences[1].value == -INT64_MAX);
    assert_false(result->sequences[1].called);
    assert_text(result->sequences[2].name, "public.\"it's a \"\"seq\"\"; -- really\"");
    assert_true(result->sequences[2].value == INT64_MAX);
    assert_true(result->sequences[2].called);

    /* 71 lines begin with "-- Name: ", two of them in quoted text. */
    assert_int_equal(result->object_count, 69);
    assert_text(result->objects[0], "Quoted \"schema\";|SCHEMA|-|postgres");
    assert_text(result->objects[2], "EXTENSION hstore|COMMENT|-|");
    for (size_t index = 0; index < result->object_count; index++) {
        const fingerprint_text *object = &result->objects[index];
        assert_null(memmem(object->bytes, object->size, "fake", 4));
        assert_null(memmem(object->bytes, object->size, "not_an_object", 13));
    }
    fingerprint_free(print);
    free(dump.at);
}

static void statements_of_a_real_dump_are_whole(void **state)
{
    (void)state;
    static const char *const starts[] = {"ALTER ",
                                         "BEGIN;",
                                         "COMMENT ",
                                         "COMMIT;",
                                         "COPY ",
                                         "CREATE ",
                                         "GRANT ",
                                         "REFRESH ",
                                         "SELECT pg_catalog.lo_create(",
                                         "SELECT pg_catalog.set_config(",
                                         "SET "};
    bytes dump = load("rich.sql");
    fingerprint *print = read_in_chunks(dump.at, dump.size, 65536);
    const fingerprint_result *result = fingerprint_result_of(print);
    for (size_t index = 0; index < result->statement_count; index++) {
        const fingerprint_text *text = &result->texts[index];
        assert_int_equal(text->bytes[text->size - 1], ';');
        bool known = false;
        for (size_t start = 0; start < sizeof starts / sizeof starts[0]; start++)
            known = known || strncmp(text->bytes, starts[start], strlen(starts[start])) == 0;
        if (!known)
            fail_msg("no statement: %.*s", (int)text->size, text->bytes);
    }
    fingerprint_free(print);
    free(dump.at);
}

static void the_globals_of_a_cluster_end_with_their_own_marker(void **state)
{
    (void)state;
    bytes dump = load("globals.sql");
    fingerprint *print = read_in_chunks(dump.at, dump.size, dump.size);
    assert_int_equal(fingerprint_result_of(print)->complete, FINGERPRINT_CLUSTER);
    assert_int_equal(fingerprint_result_of(print)->table_count, 0);
    fingerprint_free(print);
    free(dump.at);
}

static void a_dump_cut_short_is_not_complete(void **state)
{
    (void)state;
    bytes dump = load("rich.sql");
    for (size_t left = 1; left < dump.size; left += left < 400 ? 1 : 331) {
        fingerprint *print = read_in_chunks(dump.at, dump.size - left, 65536);
        const fingerprint_result *result = fingerprint_result_of(print);
        bool only_blanks_lost = left <= 2;
        assert_int_equal(result->complete,
                         only_blanks_lost ? FINGERPRINT_DATABASE : FINGERPRINT_NO_END);
        fingerprint_free(print);
    }
    free(dump.at);
}

/* ---- large objects ---- */

static fingerprint_table object_of(const char *number, const char *writes)
{
    char dump[512];
    snprintf(dump, sizeof dump,
             "SELECT pg_catalog.lo_open('%s', 131072);\n%s\nSELECT pg_catalog.lo_close(0);\n",
             number, writes);
    fingerprint *print = read_in_chunks(dump, strlen(dump), 5);
    assert_int_equal(fingerprint_result_of(print)->statement_count, 0);
    assert_int_equal(fingerprint_result_of(print)->table_count, 1);
    fingerprint_table table = fingerprint_result_of(print)->tables[0];
    assert_int_equal(table.rows, 1);
    fingerprint_free(print);
    return table;
}

static void a_large_object_is_its_number_and_content(void **state)
{
    (void)state;
    fingerprint_table whole = object_of("7", "SELECT pg_catalog.lowrite(0, '\\x00ff27');");
    assert_true(same(whole, object_of("7", "SELECT pg_catalog.lowrite(0, '\\x00');\n"
                                           "SELECT pg_catalog.lowrite(0, '\\xff27');")));
    assert_false(same(whole, object_of("8", "SELECT pg_catalog.lowrite(0, '\\x00ff27');")));
    assert_false(same(whole, object_of("7", "SELECT pg_catalog.lowrite(0, '\\x00ff28');")));
    assert_false(same(whole, object_of("7", "")));
}

static void a_write_that_does_more_is_a_statement_too(void **state)
{
    (void)state;
    fingerprint *print = read_text("SELECT pg_catalog.lo_open('7', 131072);\n"
                                   "SELECT pg_catalog.lowrite(0, '\\x00'), pg_sleep(1);\n");
    assert_int_equal(fingerprint_result_of(print)->statement_count, 1);
    assert_text(fingerprint_result_of(print)->ended_in, "large object 7");
    fingerprint_free(print);
}

/* ---- cutting statements ---- */

static void statements_end_where_psql_ends_them(void **state)
{
    (void)state;
    /* Each case: the text, then its statements. */
    static const char *const cases[][6] = {
        {"SELECT 1; SELECT 2;", "SELECT 1;", "SELECT 2;"},
        {" \n\t SELECT 1 ;\r\n", "SELECT 1 ;"},
        {"SELECT 'a;''b;';SELECT 2;", "SELECT 'a;''b;';", "SELECT 2;"},
        {"SELECT '\\';SELECT 2;", "SELECT '\\';", "SELECT 2;"},
        {"SELECT E'\\';';SELECT 2;", "SELECT E'\\';';", "SELECT 2;"},
        {"SELECT e'a''\\';';SELECT 2;", "SELECT e'a''\\';';", "SELECT 2;"},
        {"SELECT E'\\\\';SELECT 2;", "SELECT E'\\\\';", "SELECT 2;"},
        {"SELECT name'\\';SELECT 2;", "SELECT name'\\';", "SELECT 2;"},
        {"SELECT \"e\"'\\';SELECT 2;", "SELECT \"e\"'\\';", "SELECT 2;"},
        {"SELECT U&'\\';SELECT U&\"d\\\";", "SELECT U&'\\';", "SELECT U&\"d\\\";"},
        {"SELECT B'1',X'a',N'\\';SELECT 2;", "SELECT B'1',X'a',N'\\';", "SELECT 2;"},
        {"SELECT \"a;\"\"';\";SELECT 2;", "SELECT \"a;\"\"';\";", "SELECT 2;"},
        {"SELECT $$a;'$$;SELECT 2;", "SELECT $$a;'$$;", "SELECT 2;"},
        {"SELECT $a$ $$;$b$;$a $a$;SELECT 2;", "SELECT $a$ $$;$b$;$a $a$;", "SELECT 2;"},
        {"SELECT $a$;$$a$;SELECT 2;", "SELECT $a$;$$a$;", "SELECT 2;"},
        {"SELECT $a$;$a$a$;SELECT 2;", "SELECT $a$;$a$a$;", "SELECT 2;"},
        {"SELECT $1;SELECT $2;", "SELECT $1;", "SELECT $2;"},
        {"SELECT a$b$ FROM c$b$;SELECT 2;", "SELECT a$b$ FROM c$b$;", "SELECT 2;"},
        {"SELECT $ü$;$ü$;SELECT 2;", "SELECT $ü$;$ü$;", "SELECT 2;"},
        {"SELECT $a;SELECT 2;", "SELECT $a;", "SELECT 2;"},
        {"SELECT (1;2);SELECT 2;", "SELECT (1;2);", "SELECT 2;"},
        {"SELECT 1);SELECT (2);", "SELECT 1);", "SELECT (2);"},
        {"SELECT ')';SELECT '(';SELECT 3;", "SELECT ')';", "SELECT '(';", "SELECT 3;"},
        {"SELECT 1 -- a;'\n;SELECT 2;", "SELECT 1 -- a;'\n;", "SELECT 2;"},
        {"SELECT 1 /* a;' /* ; */ ' */;SELECT 2;", "SELECT 1 /* a;' /* ; */ ' */;", "SELECT 2;"},
        {"SELECT 1 - -1;SELECT 4 / 2 * 2;", "SELECT 1 - -1;", "SELECT 4 / 2 * 2;"},
        {"-- a;'\n/* b;' /**/ ; */ SELECT 1;--x", "SELECT 1;"},
        {"-1;/2;", "-1;", "/2;"},
        {"\\connect \"a;b'\"\nSELECT 1;", "\\connect \"a;b'\"", "SELECT 1;"},
        {"\\restrict a;'\n\\unrestrict a;'\n", NULL},
        {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END;"
         " END;SELECT 2;",
         "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END;"
         " END;",
         "SELECT 2;"},
        {"create or replace procedure f() begin atomic\nselect begin; end;SELECT 2;",
         "create or replace procedure f() begin atomic\nselect begin; end;", "SELECT 2;"},
        {"CREATE FUNCTION public.begin() AS $$x;$$;SELECT 2;",
         "CREATE FUNCTION public.begin() AS $$x;$$;", "SELECT 2;"},
        {"CREATE FUNCTION f() RETURNS begin LANGUAGE sql AS 'x';SELECT 2;",
         "CREATE FUNCTION f() RETURNS begin LANGUAGE sql AS 'x';", "SELECT 2;"},
        {"CREATE FUNCTION f(atomic int) AS 'x';SELECT 2;", "CREATE FUNCTION f(atomic int) AS 'x';",
         "SELECT 2;"},
        {"BEGIN; SELECT 1; END;", "BEGIN;", "SELECT 1;", "END;"},
        {"SELECT pg_catalog.setval('s', 1);", "SELECT pg_catalog.setval('s', 1);"},
        {"SELECT pg_catalog.setval('s', 9223372036854775808, true);",
         "SELECT pg_catalog.setval('s', 9223372036854775808, true);"},
        {"SET standard_conforming_strings = off;SELECT '\\';';SELECT 2;",
         "SET standard_conforming_strings = off;", "SELECT '\\';';", "SELECT 2;"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++)
        for (size_t chunk = 1; chunk < 4; chunk++) {
            const char *text = cases[index][0];
            fingerprint *print = read_in_chunks(text, strlen(text), chunk);
            const fingerprint_result *result = fingerprint_result_of(print);
            size_t count = 0;
            for (; count < result->statement_count && cases[index][count + 1]; count++)
                assert_text(result->texts[count], cases[index][count + 1]);
            if (cases[index][count + 1] || count != result->statement_count)
                fail_msg("%zu statements in: %s", result->statement_count, text);
            fingerprint_free(print);
        }
}

static void only_a_copy_from_stdin_has_rows(void **state)
{
    (void)state;
    static const char *const without[] = {
        "COPY t TO stdout;\n1;\n", "COPY t FROM 'stdin';\n1;\n",
        "CREATE TABLE copy (\"from\" text) /* FROM stdin */;\n1;\n",
        "SELECT copy FROM stdin;\n1;\n", "COMMENT ON TABLE t IS '\nCOPY t FROM stdin;\n1\n\\.\n';"};
    for (size_t index = 0; index < sizeof without / sizeof without[0]; index++) {
        fingerprint *print = read_text(without[index]);
        assert_int_equal(fingerprint_result_of(print)->table_count, 0);
        assert_null(fingerprint_result_of(print)->ended_in.bytes);
        fingerprint_free(print);
    }
}

static void comments_and_blanks_between_statements_do_not_count(void **state)
{
    (void)state;
    fingerprint *one = read_text("SELECT 1;\nSELECT 2;\n");
    fingerprint *other =
        read_text("-- Dumped by pg_dump version 15\n\\restrict x\n  SELECT 1; -- a\n"
                  "/* b */\r\n\r\nSELECT 2;\n\\unrestrict x\n\n");
    fingerprint *changed = read_text("SELECT 1;\nSELECT  2;\n");
    fingerprint *swapped = read_text("SELECT 2;\nSELECT 1;\n");
    fingerprint_hash hash = fingerprint_result_of(one)->hash;
    assert_true(hash.low == fingerprint_result_of(other)->hash.low);
    assert_true(hash.high == fingerprint_result_of(other)->hash.high);
    assert_false(hash.low == fingerprint_result_of(changed)->hash.low);
    assert_false(hash.low == fingerprint_result_of(swapped)->hash.low);
    fingerprint_free(one);
    fingerprint_free(other);
    fingerprint_free(changed);
    fingerprint_free(swapped);
}

static void objects_are_named_by_lines_of_their_own(void **state)
{
    (void)state;
    fingerprint *print =
        read_text("-- Name: a; Type: T; b; Type: TABLE; Schema: s; Owner: o; Tablespace: fast\r\n"
                  "-- Data for Name: d; Type: TABLE DATA; Schema: s; Owner: o\n"
                  "  -- Name: indented; Type: TABLE; Schema: s; Owner: o\n"
                  "SELECT 1; -- Name: behind; Type: TABLE; Schema: s; Owner: o\n"
                  "/*\n-- Name: inside; Type: TABLE; Schema: s; Owner: o\n*/\n"
                  "-- Name: nothing more\n");
    assert_int_equal(fingerprint_result_of(print)->object_count, 1);
    assert_text(fingerprint_result_of(print)->objects[0], "a; Type: T; b|TABLE|s|o");
    fingerprint_free(print);
}

/* ---- the end ---- */

#define MARKER "--\n-- PostgreSQL database dump complete\n--\n"

static void nothing_of_substance_may_follow_the_marker(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fingerprint_end complete;
    } cases[] = {
        {"", FINGERPRINT_NO_END},
        {MARKER, FINGERPRINT_DATABASE},
        {"SELECT 1;\n" MARKER "\n\n-- bye\n/* x */\n", FINGERPRINT_DATABASE},
        {"-- PostgreSQL database dump complete", FINGERPRINT_DATABASE},
        {"-- PostgreSQL database dump complete\r\n", FINGERPRINT_DATABASE},
        {"-- PostgreSQL database dump complet", FINGERPRINT_NO_END},
        {"--  PostgreSQL database dump complete\n", FINGERPRINT_NO_END},
        {"'\n" MARKER, FINGERPRINT_NO_END},
        {MARKER "SELECT 1;\n", FINGERPRINT_NO_END},
        {MARKER "S", FINGERPRINT_NO_END},
        {MARKER "-", FINGERPRINT_NO_END},
        {MARKER "\\connect x\n", FINGERPRINT_NO_END},
        {MARKER "-- Name: x; Type: TABLE; Schema: s; Owner: o\n", FINGERPRINT_NO_END},
        {MARKER "SELECT pg_catalog.setval('s', 1, true);\n", FINGERPRINT_NO_END},
        {"\\restrict k\n" MARKER "\\unrestrict k\n\n", FINGERPRINT_DATABASE},
        {"\\restrict k\n" MARKER "\\unrestrict k", FINGERPRINT_DATABASE},
        {"\\restrict kk\n" MARKER "\\unrestrict k", FINGERPRINT_NO_END},
        {"\\restrict k\n" MARKER, FINGERPRINT_NO_END},
        {MARKER "-- PostgreSQL database cluster dump complete\n", FINGERPRINT_CLUSTER},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *text = cases[index].text;
        fingerprint *print = read_in_chunks(text, strlen(text), 4);
        if (fingerprint_result_of(print)->complete != cases[index].complete)
            fail_msg("complete is %d after: %s", fingerprint_result_of(print)->complete, text);
        fingerprint_free(print);
    }
}

static void what_was_open_at_the_end_is_told(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"COPY public.\"t t\" (a) FROM stdin;", "COPY public.\"t t\""},
        {"COPY public.t (a) FROM stdin;\n1\n2", "COPY public.t"},
        {"COPY public.t (a) FROM stdin;\n\\.", "COPY public.t"},
        {"SELECT 'a;", "statement 'SELECT 'a;'"},
        {"SELECT $a$;$a", "statement 'SELECT $a$;$a'"},
        {"SELECT 1", "statement 'SELECT 1'"},
        {"/* a /* b */", "comment"},
        {"SELECT pg_catalog.lo_open('9', 131072);", "large object 9"},
        {"\\restrict k\nSELECT 1;", "\\restrict"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        fingerprint *print = read_text(cases[index][0]);
        assert_text(fingerprint_result_of(print)->ended_in, cases[index][1]);
        fingerprint_free(print);
    }
}

/* ---- limits ---- */

static void texts_are_cut_between_characters(void **state)
{
    (void)state;
    char *text = calloc(1, 10000);
    memcpy(text, "SELECT '", 8);
    for (size_t at = 8; at + 4 < 9000; at += 3)
        memcpy(text + at, "表", 3);
    strcat(text, "';");
    fingerprint *print = read_text(text);
    fingerprint_text kept = fingerprint_result_of(print)->texts[0];
    assert_int_equal(kept.size, 8 + (FINGERPRINT_TEXT_LIMIT - 8) / 3 * 3);
    assert_memory_equal(kept.bytes, text, kept.size);
    fingerprint_free(print);
    free(text);
}

static void texts_are_dropped_beyond_their_limit_but_not_hashes(void **state)
{
    (void)state;
    enum { COUNT = 5000, SIZE = 4000 };
    char *text = malloc(SIZE);
    memset(text, 'x', SIZE);
    text[SIZE - 1] = ';';
    char *all = malloc((size_t)COUNT * SIZE);
    for (size_t index = 0; index < COUNT; index++)
        memcpy(all + index * SIZE, text, SIZE);
    fingerprint *print = read_in_chunks(all, (size_t)COUNT * SIZE, 65536);
    const fingerprint_result *result = fingerprint_result_of(print);
    assert_int_equal(result->statement_count, COUNT);
    size_t kept = 0;
    for (size_t index = 0; index < COUNT; index++)
        kept += result->texts[index].size;
    assert_in_range(kept, FINGERPRINT_TEXTS_LIMIT - SIZE, FINGERPRINT_TEXTS_LIMIT);
    assert_true(result->statements[0].low == result->statements[COUNT - 1].low);
    assert_non_null(result->texts[0].bytes);
    assert_null(result->texts[COUNT - 1].bytes);
    fingerprint_free(print);
    free(all);
    free(text);
}

static void what_no_dump_can_hold_is_an_error(void **state)
{
    (void)state;
    nj_error error;
    fingerprint *print;
    assert_int_equal(fingerprint_new(NULL, &print, &error), 0);
    static const char copy[] = "COPY public.t (a) FROM stdin; SELECT 1;\n";
    assert_int_equal(fingerprint_feed(print, copy, strlen(copy), &error), -1);
    assert_string_equal(error.code, "FORMAT");
    assert_string_equal(error.message, "text follows 'COPY public.t (a) FROM stdin;' on its line");
    fingerprint_free(print);
    fingerprint_free(NULL);
}

/* ---- where a dump can be divided ---- */

static void the_rows_of_a_real_dump_can_be_found(void **state)
{
    (void)state;
    bytes dump = load("rich.sql");
    fingerprint *print = read_in_chunks(dump.at, dump.size, 1000);
    const fingerprint_result *result = fingerprint_result_of(print);
    for (size_t index = 0; index < result->table_count; index++) {
        const fingerprint_table *table = &result->tables[index];
        if (table->copy.size == 0) {
            assert_text(table->name, "pg_largeobject");
            continue;
        }
        const char *copy = dump.at + table->copy.offset;
        const char *end = copy + table->copy.size;
        assert_memory_equal(copy, "COPY ", 5);
        assert_memory_equal(copy + 5, table->name.bytes, table->name.size);
        assert_memory_equal(end - 4, "\n\\.\n", 4);
    }
    fingerprint_free(print);
    free(dump.at);
}

/* The ranges of the session one after the other. */
static char *session_of(const char *text)
{
    fingerprint *print = read_in_chunks(text, strlen(text), 3);
    const fingerprint_result *result = fingerprint_result_of(print);
    char *session = calloc(1, strlen(text) + 1);
    for (size_t index = 0; index < result->session_count; index++)
        strncat(session, text + result->session[index].offset, result->session[index].size);
    fingerprint_free(print);
    return session;
}

static void settings_are_told_from_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *dump, *session;
    } cases[] = {
        {"--\n-- a dump\n--\n\n\\restrict abc\n\nSET a = 0;\nSET b = 'x;\n';\n"
         "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE t ();\n\n"
         "SET default_tablespace = fast;\n\nCOPY t FROM stdin;\nSET c = 1;\n\\.\nSELECT 1;\n",
         "\\restrict abc\nSET a = 0;\nSET b = 'x;\n';\n"
         "SELECT pg_catalog.set_config('search_path', '', false);\nSET default_tablespace = "
         "fast;\n"},
        {"SELECT 1;\n", ""},
        {"SET a = 1;", "SET a = 1;"},
        {"SET a = 1;\nSET b = 1; SELECT 1;\n", ""},
        {"SET a = 1;SET b = 1;\n", ""},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char *session = session_of(cases[index].dump);
        assert_string_equal(session, cases[index].session);
        free(session);
    }
}

static void a_table_that_is_copied_twice_is_nowhere(void **state)
{
    (void)state;
    fingerprint *print = read_text("--\nCOPY t (a) FROM stdin;\n1\n\\.\nCOPY t (b) FROM stdin;\n2\n"
                                   "\\.\nCOPY t (c) FROM stdin;\n3\n\\.\n");
    assert_int_equal(fingerprint_result_of(print)->tables[0].rows, 3);
    assert_int_equal(fingerprint_result_of(print)->tables[0].copy.size, 0);
    fingerprint_free(print);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_may_be_cut_anywhere),
        cmocka_unit_test(tables_of_a_real_dump_are_counted),
        cmocka_unit_test(sequences_and_objects_of_a_real_dump_are_read),
        cmocka_unit_test(statements_of_a_real_dump_are_whole),
        cmocka_unit_test(the_globals_of_a_cluster_end_with_their_own_marker),
        cmocka_unit_test(a_dump_cut_short_is_not_complete),
        cmocka_unit_test(a_large_object_is_its_number_and_content),
        cmocka_unit_test(a_write_that_does_more_is_a_statement_too),
        cmocka_unit_test(statements_end_where_psql_ends_them),
        cmocka_unit_test(only_a_copy_from_stdin_has_rows),
        cmocka_unit_test(comments_and_blanks_between_statements_do_not_count),
        cmocka_unit_test(objects_are_named_by_lines_of_their_own),
        cmocka_unit_test(nothing_of_substance_may_follow_the_marker),
        cmocka_unit_test(what_was_open_at_the_end_is_told),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(texts_are_dropped_beyond_their_limit_but_not_hashes),
        cmocka_unit_test(what_no_dump_can_hold_is_an_error),
        cmocka_unit_test(the_rows_of_a_real_dump_can_be_found),
        cmocka_unit_test(settings_are_told_from_the_rest),
        cmocka_unit_test(a_table_that_is_copied_twice_is_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
