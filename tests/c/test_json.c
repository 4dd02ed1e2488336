/* JSON text and json-c's objects: nothing is lost, clamped or let pass on the way. */
#include "bindings/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static json_object *parsed(const char *text)
{
    nj_error error;
    json_object *value;
    if (json_parse(text, strlen(text), &value, &error) != 0)
        fail_msg("%s: %s", text, error.message);
    return value;
}

static void integers_are_exact_and_never_clamped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        json_type type;
        int64_t integer;
        double number;
    } cases[] = {
        {"9223372036854775807", json_type_int, INT64_MAX, 0},
        {"-9223372036854775808", json_type_int, INT64_MIN, 0},
        {"9007199254740993", json_type_int, INT64_C(9007199254740993), 0},
        {"9223372036854775808", json_type_double, 0, 0x1p63},
        {"-9223372036854775809", json_type_double, 0, -0x1p63},
        {"100000000000000000000000000000000000000000", json_type_double, 0, 1e41},
        {"1.0", json_type_double, 0, 1.0},
    };
    for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
        json_object *value = parsed(cases[index].text);
        assert_int_equal(json_object_get_type(value), cases[index].type);
        if (cases[index].type == json_type_int)
            assert_true(json_object_get_int64(value) == cases[index].integer);
        else
            assert_true(json_object_get_double(value) == cases[index].number);
        json_object_put(value);
    }
}

static void floats_read_back_the_same(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {{1, "1.0"},
                 {-0.0, "-0.0"},
                 {0.1, "0.1"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {1e300, "1e+300"},
                 {5e-324, "4.94065645841247e-324"},
                 {0x1p53, "9007199254740992.0"}};
    for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
        size_t size;
        json_object *value = json_float(cases[index].number);
        const char *text = json_text(value, false, &size);
        assert_string_equal(text, cases[index].text);
        json_object *again = parsed(text);
        assert_true(json_object_get_double(again) == cases[index].number);
        assert_int_equal(signbit(json_object_get_double(again)), signbit(cases[index].number));
        json_object_put(again);
        json_object_put(value);
    }
}

static void nul_stands_in_strings(void **state)
{
    (void)state;
    size_t size;
    json_object *value = parsed("\"a\\u0000b\"");
    assert_int_equal(json_object_get_string_len(value), 3);
    assert_memory_equal(json_object_get_string(value), "a\0b", 3);
    assert_string_equal(json_text(value, false, &size), "\"a\\u0000b\"");
    json_object_put(value);
}

static void what_is_no_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "the text is empty"},
        {" \n", "the text is empty"},
        {"[1,\n 2,]", "line 2, column 4: unexpected character"},
        {"[1, [2]", "line 1, column 8: the text ends too early"},
        {"\"abc", "line 1, column 5: the text ends too early"},
        {"\"abc\\", "line 1, column 6: the text ends too early"},
        {"1 1", "line 1, column 3: something follows the document"},
        {"{} x", "line 1, column 4: true, false or null expected"},
        {"[1e]", "line 1, column 2: number expected"},
        {"-", "line 1, column 1: number expected"},
        {"[123456789012345678901234, 5 6]", "line 1, column 30"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
        nj_error error;
        json_object *value = NULL;
        const char *text = cases[index][0];
        assert_int_equal(json_parse(text, strlen(text), &value, &error), -1);
        assert_string_equal(error.code, "FORMAT");
        if (!strstr(error.message, cases[index][1]))
            fail_msg("'%s' was told of: %s", error.message, text);
        assert_null(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_exact_and_never_clamped),
        cmocka_unit_test(floats_read_back_the_same),
        cmocka_unit_test(nul_stands_in_strings),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
