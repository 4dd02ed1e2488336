/* A request ends when it should: at its deadline, when it is cancelled, at its limits; and what
 * would smuggle a second request into the first is never sent. */
#include "bindings/http.h"
#include "support.h"

#include <sys/socket.h>
#include <sys/un.h>

/* A listening unix socket that nobody ever accepts from. */
static int listen_at(const char *path, int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, backlog), 0);
    return fd;
}

static http_request request_to(char *socket)
{
    return (http_request){.url = "http://engine/",
                          .socket = socket,
                          .verify = true,
                          .connect_timeout = 10,
                          .limit = 1000};
}

static void who_never_accepts_costs_the_deadline_and_no_more(void **state)
{
    nj_error error;
    http_response response;
    char *path = path_in(state, "socket");
    int fd = listen_at(path, 5), before = count_descriptors();
    http_request request = request_to(path);
    int64_t began = nj_now();
    nj_wait wait = {.deadline = nj_after(0.2)};
    assert_int_equal(http_perform(&request, &wait, &response, &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    assert_contains(error.message, path);
    assert_within(began, NJ_SECOND / 2);
    assert_int_equal(count_descriptors(), before);
    close(fd);
}

static void a_cancelled_request_ends_within_a_tenth_of_a_second(void **state)
{
    nj_error error;
    http_response response;
    char *path = path_in(state, "socket");
    int fd = listen_at(path, 5);
    http_request request = request_to(path);
    alarm_clock clock; /* rings after 0.05 s */
    int64_t began = nj_now();
    set_alarm(&clock);
    nj_wait wait = {.deadline = nj_after(10), .cancel = &clock.wake};
    assert_int_equal(http_perform(&request, &wait, &response, &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    assert_within(began, NJ_SECOND * 15 / 100);
    end_alarm(&clock);
    close(fd);
}

/* An engine that hangs for long has a full queue: connecting fails at once then. */
static void a_full_queue_of_callers_is_a_timeout(void **state)
{
    nj_error error;
    http_response response;
    char *path = path_in(state, "socket");
    int fd = listen_at(path, 0);
    http_request request = request_to(path);
    for (int caller = 0; caller < 2; caller++) {
        nj_wait wait = {.deadline = nj_after(0.1)};
        int waiting = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
        int connected = connect(waiting, (struct sockaddr *)&address, sizeof address);
        assert_int_equal(connected, caller == 0 ? 0 : -1);
        if (caller == 1) {
            assert_int_equal(errno, EAGAIN);
            assert_int_equal(http_perform(&request, &wait, &response, &error), -1);
            assert_string_equal(error.code, "TIMEOUT");
            assert_contains(error.message, "queue");
        }
    }
    close(fd);
}

static void assert_refused(http_request request)
{
    nj_error error;
    http_response response;
    nj_wait wait = ten_seconds();
    assert_int_equal(http_perform(&request, &wait, &response, &error), -1);
    assert_string_equal(error.code, "CONFIG");
}

static void nothing_is_smuggled_into_a_request(void **state)
{
    (void)state;
    char *lines[][2] = {{"X-One: 1\r\nX-Two: 2", NULL},
                        {"X-One: 1\n", NULL},
                        {"X One: 1", NULL},
                        {"no colon", NULL},
                        {": empty", NULL},
                        {"X\rY: 1", NULL},
                        {"transfer-encoding: chunked", NULL}};
    char *urls[] = {"http://a/\r\nX: 1", "http://a/ b", "http://a/\x7f", "gopher://a/", "", "a"};
    http_request request = request_to("/no/such/socket");
    for (size_t index = 0; index < sizeof lines / sizeof lines[0]; index++) {
        request.headers = lines[index];
        assert_refused(request);
    }
    request.headers = NULL;
    for (size_t index = 0; index < sizeof urls / sizeof urls[0]; index++) {
        request.url = urls[index];
        assert_refused(request);
    }
    request.url = "http://a/";
    request.method = "GET /b HTTP/1.1\r\nX: 1";
    assert_refused(request);
}

static void no_more_is_collected_than_the_limit(void **state)
{
    (void)state;
    transfer_text text = {.limit = 10};
    assert_int_equal(transfer_collect("12345", 1, 5, &text), 5);
    assert_int_equal(transfer_collect("67890", 1, 5, &text), 5);
    assert_false(text.overflown);
    assert_string_equal(text.bytes, "1234567890");
    assert_int_equal(transfer_collect("x", 1, 1, &text), CURL_WRITEFUNC_ERROR);
    assert_true(text.overflown);
    assert_int_equal(text.size, 10);
    free(text.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(who_never_accepts_costs_the_deadline_and_no_more),
        with_folder(a_cancelled_request_ends_within_a_tenth_of_a_second),
        with_folder(a_full_queue_of_callers_is_a_timeout),
        cmocka_unit_test(nothing_is_smuggled_into_a_request),
        cmocka_unit_test(no_more_is_collected_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
