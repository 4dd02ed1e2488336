/* What no mail server has to be there for: refused words, connections that do not come, silence,
 * and cancelling. Everything else is tested with a real server, in tests/e2e/smtp_spec.lua. */
#include "bindings/smtp.h"
#include "tests/c/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* A listening socket that nobody accepts from: the system connects, and nothing is ever said. */
typedef struct silence {
    int listener, port;
    int waiting[4];
} silence;

static int bound(int backlog, int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* Fill its queue, so that no further connection is made at all. */
static void fill_queue(silence *nobody)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)nobody->port)};
    for (int index = 0; index < 4; index++) {
        nobody->waiting[index] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(nobody->waiting[index], (struct sockaddr *)&address, sizeof address);
    }
}

static void end_silence(silence *nobody)
{
    for (int index = 0; index < 4; index++)
        nj_close(&nobody->waiting[index]);
    nj_close(&nobody->listener);
}

static silence begin_silence(int backlog)
{
    silence made = {.waiting = {-1, -1, -1, -1}};
    made.listener = bound(backlog, &made.port);
    return made;
}

static smtp_server server_at(int port)
{
    return (smtp_server){.host = "127.0.0.1",
                         .port = port,
                         .security = SMTP_SECURITY_NONE,
                         .connect_timeout = 5,
                         .reply_timeout = 5};
}

static double seconds_since(int64_t began)
{
    return (double)(nj_now() - began) / (double)NJ_SECOND;
}

static void a_connection_that_does_not_come_is_given_up(void **state)
{
    (void)state;
    nj_error error;
    smtp_report report;
    silence nobody = begin_silence(0);
    fill_queue(&nobody);
    smtp_server server = server_at(nobody.port);
    server.connect_timeout = 0.3;
    nj_wait wait = ten_seconds();
    int64_t began = nj_now();
    assert_int_equal(smtp_check(&server, &wait, &report, &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    assert_string_equal(smtp_stage_name(report.dialogue.stage), "connect");
    assert_true(report.transient);
    assert_within(began, NJ_SECOND);
    smtp_report_free(&report);
    end_silence(&nobody);
}

/* The time to connect is over when it is connected: a slow greeting has the time of an answer. */
static void a_greeting_has_longer_than_the_connection(void **state)
{
    (void)state;
    nj_error error;
    smtp_report report;
    silence nobody = begin_silence(5);
    smtp_server server = server_at(nobody.port);
    server.connect_timeout = 0.2;
    server.reply_timeout = 1;
    nj_wait wait = ten_seconds();
    int64_t began = nj_now();
    assert_int_equal(smtp_check(&server, &wait, &report, &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    assert_string_equal(smtp_stage_name(report.dialogue.stage), "greeting");
    assert_true(seconds_since(began) > 0.9);
    assert_within(began, 3 * NJ_SECOND);
    smtp_report_free(&report);
    end_silence(&nobody);
}

static void the_whole_has_a_limit_too(void **state)
{
    (void)state;
    nj_error error;
    smtp_report report;
    silence nobody = begin_silence(5);
    smtp_server server = server_at(nobody.port);
    nj_wait wait = {.deadline = nj_after(0.2)};
    assert_int_equal(smtp_check(&server, &wait, &report, &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    assert_contains(error.message, "'127.0.0.1:");
    smtp_report_free(&report);
    end_silence(&nobody);
}

static void it_is_cancelled_at_once(void **state)
{
    (void)state;
    nj_error error;
    smtp_report report;
    silence nobody = begin_silence(5);
    smtp_server server = server_at(nobody.port);
    alarm_clock clock;
    set_alarm(&clock);
    nj_wait wait = {.deadline = nj_after(10), .cancel = &clock.wake};
    int64_t began = nj_now();
    assert_int_equal(smtp_check(&server, &wait, &report, &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    assert_within(began, NJ_SECOND / 2);
    end_alarm(&clock);
    smtp_report_free(&report);
    end_silence(&nobody);
}

/* Nothing is sent, not even a connection made. */
static void assert_refused(char *host, char *from, char *to)
{
    nj_error error;
    smtp_report report;
    nj_wait wait = ten_seconds();
    char *recipients[] = {"fine@example.org", to, NULL};
    smtp_mail mail = {.from = from, .recipients = recipients, .message = "x\r\n"};
    smtp_server server = server_at(1);
    server.host = host;
    assert_int_equal(smtp_send(&server, &mail, &wait, &report, &error), -1);
    assert_string_equal(error.code, "CONFIG");
    smtp_report_free(&report);
}

static void nothing_can_end_a_command_and_begin_another(void **state)
{
    (void)state;
    char *addresses[] = {"",     "a@b\r\nDATA", "a@b\n", "a@b\r",      "a@b>",
                         "<a@b", "a b@c",       "a@b\t", "\xc3\xbc@b", "a@b\x7f"};
    for (size_t index = 0; index < sizeof addresses / sizeof *addresses; index++) {
        assert_refused("127.0.0.1", addresses[index], "a@b");
        assert_refused("127.0.0.1", "a@b", addresses[index]);
    }
    char *hosts[] = {"",    "a/b",   "a b",    "user@host", "a?b",
                     "a#b", "[::1]", "a\r\nb", "a%0ab",     "\xc3\xbc.org"};
    for (size_t index = 0; index < sizeof hosts / sizeof *hosts; index++)
        assert_refused(hosts[index], "a@b", "a@b");
}

static void security_has_three_names(void **state)
{
    (void)state;
    smtp_security security;
    assert_true(smtp_security_find("tls", &security));
    assert_int_equal(security, SMTP_SECURITY_TLS);
    assert_true(smtp_security_find("none", &security));
    assert_int_equal(security, SMTP_SECURITY_NONE);
    assert_true(smtp_security_find("starttls", &security));
    assert_int_equal(security, SMTP_SECURITY_STARTTLS);
    assert_false(smtp_security_find("TLS", &security));
    assert_false(smtp_security_find("", &security));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_that_does_not_come_is_given_up),
        cmocka_unit_test(a_greeting_has_longer_than_the_connection),
        cmocka_unit_test(the_whole_has_a_limit_too),
        cmocka_unit_test(it_is_cancelled_at_once),
        cmocka_unit_test(nothing_can_end_a_command_and_begin_another),
        cmocka_unit_test(security_has_three_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
