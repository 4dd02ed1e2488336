/* Lines typed on a real terminal: a pseudo one, whose other end is typed on by a thread. */
#include "bindings/line_editor.h"
#include "support.h"

#include <termios.h>

/* What is typed, each piece when the terminal shows what it waits for. */
typedef struct typing {
    const char *seen, *keys;
} typing;

static int master = -1, standard_input, standard_output;
static char shown[65536];
static size_t shown_size;

/* Read what the terminal shows until it shows `text`, from `from` on; false when it does not. */
static bool show_until(const char *text, size_t *from)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    for (;;) {
        const char *found = strstr(shown + *from, text);
        if (found) {
            *from = (size_t)(found - shown) + strlen(text);
            return true;
        }
        size_t count;
        nj_event event = {.fd = master, .wanted = NJ_READABLE};
        if (nj_wait_events(&wait, &event, 1, NJ_NEVER, &error) < 0 ||
            nj_read(master, shown + shown_size, sizeof shown - 1 - shown_size, &wait, "terminal",
                    &count, &error) != 0 ||
            count == 0)
            return false;
        shown_size += count;
        shown[shown_size] = '\0';
    }
}

static void *type(void *argument)
{
    size_t from = 0;
    for (const typing *piece = argument; piece->seen; piece++)
        if (!show_until(piece->seen, &from) ||
            write(master, piece->keys, strlen(piece->keys)) != (ssize_t)strlen(piece->keys))
            break;
    return NULL;
}

static int begin(void **state)
{
    (void)state;
    memset(shown, 0, sizeof shown);
    shown_size = 0;
    fflush(stdout);
    master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    standard_input = dup(0);
    standard_output = dup(1);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return -1;
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    setenv("TERM", "xterm", 1);
    setenv("HOME", "/nonexistent", 1);
    return slave >= 0 && dup2(slave, 0) == 0 && dup2(slave, 1) == 1 && close(slave) == 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    fflush(stdout);
    dup2(standard_input, 0);
    dup2(standard_output, 1);
    close(standard_input);
    close(standard_output);
    close(master);
    return 0;
}

static line_event read_event(line_editor *editor, char *text, size_t *ret_cursor)
{
    nj_error error;
    nj_wait wait = ten_seconds();
    line_event event;
    size_t size;
    assert_done(line_editor_read(editor, "> ", &wait, &event, &error));
    const char *line = line_editor_text(editor, &size, ret_cursor);
    memcpy(text, line, size);
    text[size] = '\0';
    return event;
}

static void a_line_is_edited_remembered_and_found_again(void **state)
{
    (void)state;
    static const typing pieces[] = {{"> ", "a\xc3\xa9"
                                           "c"},
                                    {"c", "\x01"
                                          "b\r"}, /* Ctrl-A: to the beginning */
                                    {"> ", "\x1b[A"},
                                    {"ba\xc3\xa9"
                                     "c",
                                     "\r"}, /* arrow up */
                                    {"> ", "\x04"},
                                    {NULL, NULL}};
    nj_error error;
    pthread_t thread;
    char text[256];
    size_t cursor;
    line_editor *editor;
    assert_done(line_editor_open(&editor, &error));
    pthread_create(&thread, NULL, type, (void *)pieces);
    assert_int_equal(read_event(editor, text, &cursor), LINE_ENTERED);
    assert_string_equal(text, "ba\xc3\xa9"
                              "c");
    assert_done(line_editor_remember(editor, text, &error));
    assert_int_equal(read_event(editor, text, &cursor), LINE_ENTERED);
    assert_string_equal(text, "ba\xc3\xa9"
                              "c");
    assert_int_equal(read_event(editor, text, &cursor), LINE_ENDED);
    pthread_join(thread, NULL);
    line_editor_close(editor);
}

static void a_read_returns_at_tab_and_goes_on(void **state)
{
    (void)state;
    static const typing pieces[] = {{"> ", "ab"},
                                    {"ab", "\t"},
                                    {"> ab", "\t"},
                                    {"cd", "e\tf\r"}, /* pasted */
                                    {NULL, NULL}};
    nj_error error;
    pthread_t thread;
    char text[256];
    size_t cursor;
    line_editor *editor;
    assert_done(line_editor_open(&editor, &error));
    pthread_create(&thread, NULL, type, (void *)pieces);
    assert_int_equal(read_event(editor, text, &cursor), LINE_ASKED);
    assert_string_equal(text, "ab");
    assert_int_equal(cursor, 2);
    line_editor_show(editor, "abc  abd\n");
    assert_int_equal(read_event(editor, text, &cursor), LINE_ASKED);
    line_editor_insert(editor, "cd");
    assert_int_equal(read_event(editor, text, &cursor), LINE_ENTERED);
    assert_string_equal(text, "abcde\tf");
    pthread_join(thread, NULL);
    line_editor_close(editor);
}

static void a_read_can_be_cancelled_and_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    static const typing pieces[] = {{"> ", "half"}, {NULL, NULL}};
    nj_error error;
    nj_wake wake;
    struct termios before, raw, after;
    pthread_t thread;
    line_event event;
    line_editor *editor;
    assert_done(nj_wake_open(&wake, &error));
    assert_int_equal(tcgetattr(0, &before), 0);
    assert_done(line_editor_open(&editor, &error));
    pthread_create(&thread, NULL, type, (void *)pieces);
    nj_wait short_wait = {.deadline = nj_after(0.3), .cancel = &wake};
    assert_int_equal(line_editor_read(editor, "> ", &short_wait, &event, &error), -1);
    assert_string_equal(error.code, "TIMEOUT");
    pthread_join(thread, NULL);
    nj_wake_signal(&wake);
    nj_wait wait = {.deadline = nj_after(10), .cancel = &wake};
    assert_int_equal(line_editor_read(editor, "> ", &wait, &event, &error), -1);
    assert_string_equal(error.code, "CANCELLED");
    assert_int_equal(tcgetattr(0, &raw), 0);
    assert_false(raw.c_lflag & ICANON);
    line_editor_drop(editor);
    assert_int_equal(tcgetattr(0, &after), 0);
    assert_int_equal(after.c_lflag, before.c_lflag);
    line_editor_drop(editor);
    line_editor_close(editor);
    line_editor_close(NULL);
    nj_wake_close(&wake);
}

static void what_is_no_utf8_is_passed_over_and_a_hangup_is_an_end(void **state)
{
    (void)state;
    static const typing pieces[] = {{"> ", "a\xff\xfe"
                                           "b\r"},
                                    {NULL, NULL}};
    nj_error error;
    pthread_t thread;
    char text[256];
    size_t cursor;
    line_editor *editor;
    assert_done(line_editor_open(&editor, &error));
    pthread_create(&thread, NULL, type, (void *)pieces);
    assert_int_equal(read_event(editor, text, &cursor), LINE_ENTERED);
    assert_string_equal(text, "ab");
    pthread_join(thread, NULL);
    close(master);
    nj_wait wait = ten_seconds();
    line_event event = LINE_ENTERED;
    if (line_editor_read(editor, "> ", &wait, &event, &error) == 0)
        assert_int_equal(event, LINE_ENDED);
    else
        assert_string_equal(error.code, "SYSTEM"); /* EIO: the terminal has gone */
    line_editor_close(editor);
    master = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_edited_remembered_and_found_again, begin, end),
        cmocka_unit_test_setup_teardown(a_read_returns_at_tab_and_goes_on, begin, end),
        cmocka_unit_test_setup_teardown(a_read_can_be_cancelled_and_leaves_the_terminal_as_it_was,
                                        begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_utf8_is_passed_over_and_a_hangup_is_an_end,
                                        begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
