/* Digests are those that sha256sum, md5sum and sha1sum print. */
#include "bindings/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_digest(const char *name, const char *text, size_t piece, const char *expected)
{
    nj_error error;
    digest_algorithm algorithm;
    digest *handle;
    char hex[DIGEST_HEX];
    assert_true(digest_find(name, &algorithm));
    assert_string_equal(digest_name(algorithm), name);
    assert_int_equal(digest_new(algorithm, &handle, &error), 0);
    size_t size = strlen(text);
    for (size_t done = 0; done < size; done += piece)
        assert_int_equal(
            digest_feed(handle, text + done, size - done < piece ? size - done : piece, &error), 0);
    assert_int_equal(digest_finish(handle, hex, &error), 0);
    digest_free(handle);
    assert_string_equal(hex, expected);
}

/* The examples of FIPS 180-2 and RFC 1321. */
static void digests_are_the_published_ones(void **state)
{
    (void)state;
    assert_digest("sha256", "", 1,
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest("sha256", "abc", 3,
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest("sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 5,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_digest("md5", "", 1, "d41d8cd98f00b204e9800998ecf8427e");
    assert_digest("md5", "message digest", 4, "f96b697d7cb7938d525a2f31aaf161d0");
    assert_digest("sha1", "abc", 2, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void other_names_are_not_known(void **state)
{
    (void)state;
    digest_algorithm algorithm;
    assert_false(digest_find("sha512", &algorithm));
    assert_false(digest_find("", &algorithm));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_the_published_ones),
        cmocka_unit_test(other_names_are_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
