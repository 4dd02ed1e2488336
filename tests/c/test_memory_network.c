/* Out of memory in what talks by libcurl: whichever allocation fails, the request or the mail goes
 * out as it was meant to, or not at all, and then the error says why. The other side is a stand-in
 * on this machine, which tells what it was told. */
#include "tests/c/memory_support.h"

#include "bindings/http.h"
#include "bindings/smtp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

/* ---- the other side ---- */

enum { HTTP, HTTP_LOCAL, SMTP, LISTENERS, HEARD = 8192 };

static struct pollfd listeners[LISTENERS];
static int ports[LISTENERS];
static char socket_path[] = "/tmp/nightjar-test-memory-XXXXXX/engine";
static pthread_t server;
static char heard[HEARD]; /* in the last conversation; under stand_in_mutex */
static size_t heard_size;

/* Hear one more piece; false at the end. */
static bool hear(int fd)
{
    ssize_t count = read(fd, heard + heard_size, HEARD - 1 - heard_size);
    if (count <= 0)
        return false;
    heard_size += (size_t)count;
    heard[heard_size] = '\0';
    return true;
}

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return; /* who has hung up needs no answer */
}

static void serve_http(int fd)
{
    char head[200];
    while (!strstr(heard, "the body's end") && hear(fd))
        ;
    /* What was asked is the answer, and more than one piece of it. */
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nX-One: 1\r\nX-Many: a\r\nX-Many: b\r\n\r\n",
             heard_size);
    say(fd, head);
    say(fd, heard);
    while (hear(fd))
        ;
}

static const char *answer_to(const char *line, bool *within_message)
{
    if (*within_message) {
        *within_message = strcmp(line, ".\r\n") != 0;
        return *within_message ? NULL : "250 2.0.0 taken\r\n";
    }
    if (strncmp(line, "EHLO", 4) == 0)
        return "250-stand-in\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n";
    if (strncmp(line, "AUTH", 4) == 0)
        return "334 \r\n";
    if (strncmp(line, "AHVz", 4) == 0) /* NUL and user */
        return "235 2.7.0 welcome\r\n";
    *within_message = strncmp(line, "DATA", 4) == 0;
    return *within_message ? "354 go on\r\n" : "250 2.1.0 ok\r\n";
}

static void serve_smtp(int fd)
{
    size_t answered = 0;
    bool within_message = false;
    say(fd, "220 stand-in ESMTP\r\n");
    while (hear(fd)) {
        for (char *end; (end = strstr(heard + answered, "\r\n"));) {
            char line[1000];
            size_t size = (size_t)(end - heard) + 2 - answered;
            snprintf(line, sizeof line, "%.*s", (int)size, heard + answered);
            answered += size;
            const char *answer = answer_to(line, &within_message);
            if (answer)
                say(fd, answer);
        }
    }
}

static void serve_one(int index)
{
    pthread_mutex_lock(&stand_in_mutex);
    int fd = accept4(listeners[index].fd, NULL, NULL, SOCK_CLOEXEC);
    heard_size = 0;
    heard[0] = '\0';
    (index == SMTP ? serve_smtp : serve_http)(fd);
    close(fd);
    pthread_mutex_unlock(&stand_in_mutex);
}

static void *serve(void *unused)
{
    allocator_watches = false;
    while (poll(listeners, LISTENERS, -1) > 0)
        for (int index = 0; index < LISTENERS; index++) {
            if (listeners[index].revents & POLLIN)
                serve_one(index);
            else if (listeners[index].revents)
                return unused; /* it is shut down */
        }
    return unused;
}

static int listen_on(int index)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    socklen_t size = sizeof address;
    bool is_local = index == HTTP_LOCAL;
    int fd = socket(is_local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(local.sun_path, socket_path);
    listeners[index] = (struct pollfd){.fd = fd, .events = POLLIN};
    if (bind(fd, is_local ? (struct sockaddr *)&local : (struct sockaddr *)&address,
             is_local ? sizeof local : size) != 0 ||
        listen(fd, 100) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return -1;
    ports[index] = is_local ? 0 : ntohs(address.sin_port);
    return 0;
}

static int begin_server(void **state)
{
    (void)state;
    char *slash = strrchr(socket_path, '/');
    *slash = '\0';
    bool made = mkdtemp(socket_path);
    *slash = '/';
    /* Whoever asks a proxy instead of the other side finds nobody. */
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    for (int index = 0; index < LISTENERS; index++)
        if (!made || listen_on(index) != 0)
            return -1;
    return pthread_create(&server, NULL, serve, NULL);
}

static int end_server(void **state)
{
    (void)state;
    for (int index = 0; index < LISTENERS; index++)
        shutdown(listeners[index].fd, SHUT_RDWR);
    pthread_join(server, NULL);
    for (int index = 0; index < LISTENERS; index++)
        close(listeners[index].fd);
    unlink(socket_path);
    *strrchr(socket_path, '/') = '\0';
    return rmdir(socket_path);
}

/* ---- requests ---- */

static void add_answer(outcome *got, const http_response *response)
{
    for (size_t index = 0; index < response->header_count; index++) {
        add_result(got, response->headers[index].name, strlen(response->headers[index].name));
        add_result(got, response->headers[index].value, strlen(response->headers[index].value));
    }
    add_result(got, response->body.bytes, response->body.size);
}

static void make_request(http_request *request, outcome *got)
{
    char *headers[] = {"X-Test: it", "X-Empty:", NULL};
    nj_wait wait = ten_seconds();
    http_response response = {0};
    request->headers = headers;
    request->verify = true;
    request->connect_timeout = 10;
    request->limit = 100000;
    request->body = "a body, and the body's end";
    request->body_size = strlen(request->body);
    got->status = http_perform(request, &wait, &response, &got->error);
    if (got->status == 0)
        got->status = http_check(request, &response, &got->error);
    if (got->status == 0)
        add_answer(got, &response);
    http_response_free(&response);
}

static void ask_over_tcp(void **state, outcome *got)
{
    (void)state;
    char url[100];
    snprintf(url, sizeof url, "http://user:secret@127.0.0.1:%d/a/path?q=1", ports[HTTP]);
    http_request request = {.url = url, .method = "DELETE"};
    make_request(&request, got);
}
endures(ask_over_tcp);

/* In a process that has not asked before, where libcurl has to be begun, and libcrypto by it:
 * returns what went wrong, 0 for nothing. */
static int ask_first(long number)
{
    bool failed;
    outcome got = attempt(NULL, ask_over_tcp, number, false, &failed);
    if (got.status != 0 && !tells_why(&got.error))
        return 1;
    outcome again = attempt(NULL, ask_over_tcp, 0, false, &failed);
    return again.status == 0 ? 0 : 2;
}

static void a_first_request_without_memory_can_be_made_again(void **state)
{
    (void)state;
    enum { SOME = 10000 };
    for (long number = 1; number < SOME; number += 1 + number / 20) {
        int status;
        pid_t child = fork();
        if (child == 0)
            _exit(ask_first(number));
        assert_int_equal(waitpid(child, &status, 0), child);
        if (status != 0)
            fail_msg("allocation %ld: %d", number, WEXITSTATUS(status));
    }
}

/* Without the socket it would go to whoever has that name. */
static void ask_over_socket(void **state, outcome *got)
{
    (void)state;
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", ports[HTTP]);
    http_request request = {.url = url, .socket = socket_path, .method = "PUT"};
    make_request(&request, got);
}
endures(ask_over_socket);

/* ---- mails ---- */

static smtp_server stand_in(void)
{
    return (smtp_server){.host = "127.0.0.1",
                         .own_name = "tester.example",
                         .port = ports[SMTP],
                         .security = SMTP_SECURITY_NONE,
                         .user = "user",
                         .password = "secret",
                         .connect_timeout = 10,
                         .reply_timeout = 10};
}

static void add_heard(outcome *got)
{
    pthread_mutex_lock(&stand_in_mutex);
    add_result(got, heard, heard_size);
    pthread_mutex_unlock(&stand_in_mutex);
}

static void send_mail(void **state, outcome *got)
{
    (void)state;
    smtp_server to = stand_in();
    smtp_report report;
    nj_wait wait = ten_seconds();
    char *recipients[] = {"one@example.org", "two@example.org", NULL};
    smtp_mail mail = {.from = "me@example.org",
                      .recipients = recipients,
                      .message = "Subject: x\r\n\r\nHello\r\n.\r\n"};
    got->status = smtp_send(&to, &mail, &wait, &report, &got->error);
    smtp_report_free(&report);
    if (got->status == 0)
        add_heard(got);
}
endures(send_mail);

static void check_server(void **state, outcome *got)
{
    (void)state;
    smtp_server to = stand_in();
    smtp_report report;
    nj_wait wait = ten_seconds();
    got->status = smtp_check(&to, &wait, &report, &got->error);
    if (got->status == 0)
        add_result(got, report.dialogue.authenticated ? "logged in" : "not", 9);
    smtp_report_free(&report);
}
endures(check_server);

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_request_without_memory_can_be_made_again),
        cmocka_unit_test(ask_over_tcp_without_memory),
        cmocka_unit_test(ask_over_socket_without_memory),
        cmocka_unit_test(send_mail_without_memory),
        cmocka_unit_test(check_server_without_memory),
    };
    return cmocka_run_group_tests(tests, begin_server, end_server);
}
