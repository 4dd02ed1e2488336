/* Lines by libedit's own interface, a key at a time: so that a read can return between two keys. */
#include "bindings/line_editor.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { HISTORY = 2000, PROMPT = 64, END_OF_INPUT = 4 /* Ctrl-D */ };

struct line_editor {
    EditLine *edit;
    History *history;
    locale_t locale; /* in which bytes are UTF-8; of the thread that edits, never of the program */
    mbstate_t partial;
    char prompt[PROMPT];
    const nj_wait *wait; /* of the read under way, as is error */
    nj_error *error;
    bool editing, stale; /* a line is under way; and has to be drawn again */
    bool reached;        /* the terminal has been read from since libedit was called */
    bool asked, failed, ended;
};

static line_editor *editor_of(EditLine *edit)
{
    void *editor = NULL;
    el_get(edit, EL_CLIENTDATA, &editor);
    return editor;
}

/* ---- what libedit asks for ---- */

static char *prompt_of(EditLine *edit)
{
    return editor_of(edit)->prompt;
}

/* The next character of the terminal: 1, 0 at the end of input, -1 when the wait has ended. */
static int next_character(EditLine *edit, wchar_t *ret_character)
{
    line_editor *editor = editor_of(edit);
    editor->reached = true;
    for (;;) {
        char byte;
        size_t count;
        nj_event event = {.fd = 0, .wanted = NJ_READABLE};
        if (nj_wait_events(editor->wait, &event, 1, NJ_NEVER, editor->error) < 0 ||
            nj_read(0, &byte, 1, editor->wait, "the terminal", &count, editor->error) != 0) {
            editor->failed = true;
            return -1;
        }
        if (count == 0) {
            editor->ended = true;
            return 0;
        }
        size_t used = mbrtowc(ret_character, &byte, 1, &editor->partial);
        if (used <= 1)
            return 1;
        if (used == (size_t)-1) /* no UTF-8 */
            memset(&editor->partial, 0, sizeof editor->partial);
    }
}

/* More input right behind it: that TAB was not typed but pasted. */
static bool is_pasted(const line_editor *editor)
{
    nj_error error;
    nj_event event = {.fd = 0, .wanted = NJ_READABLE};
    return nj_wait_events(editor->wait, &event, 1, 0, &error) > 0;
}

static unsigned char on_tab(EditLine *edit, int character)
{
    (void)character;
    line_editor *editor = editor_of(edit);
    if (is_pasted(editor))
        return el_insertstr(edit, "\t") == 0 ? CC_REFRESH : CC_ERROR;
    editor->asked = true;
    return CC_NORM;
}

/* ---- life ---- */

static void bind_keys(EditLine *edit)
{
    static const char *const keys[][2] = {
        {"\t", "nightjar-complete"},   {"^R", "em-inc-search-prev"},
        {"^W", "ed-delete-prev-word"}, {"\\e[3~", "ed-delete-next-char"},
        {"\\e[H", "ed-move-to-beg"},   {"\\e[F", "ed-move-to-end"},
        {"\\e[1~", "ed-move-to-beg"},  {"\\e[4~", "ed-move-to-end"},
        {"\\e[1;5C", "em-next-word"},  {"\\e[1;5D", "ed-prev-word"},
    };
    /* In wide characters: of others libedit makes copies that it never frees. */
    el_wset(edit, EL_ADDFN, L"nightjar-complete", L"complete what stands before it", on_tab);
    for (size_t index = 0; index < sizeof keys / sizeof *keys; index++)
        el_set(edit, EL_BIND, keys[index][0], keys[index][1], NULL);
}

static int begin_editing(line_editor *editor, nj_error *error)
{
    HistEvent event;
    errno = 0;
    editor->history = history_init();
    editor->edit = el_init("nightjar", stdin, stdout, stderr);
    if (!editor->history || !editor->edit)
        return nj_fail(error, "SYSTEM", "libedit cannot be started%s",
                       errno == ENOMEM ? ": out of memory" : "");
    history(editor->history, &event, H_SETSIZE, HISTORY);
    el_set(editor->edit, EL_CLIENTDATA, editor);
    el_set(editor->edit, EL_PROMPT, prompt_of);
    el_set(editor->edit, EL_GETCFN, next_character);
    el_set(editor->edit, EL_HIST, history, editor->history);
    el_set(editor->edit, EL_EDITOR, "emacs");
    el_source(editor->edit, NULL); /* ~/.editrc, by which people choose vi's keys */
    bind_keys(editor->edit);
    return 0;
}

int line_editor_open(line_editor **ret_editor, nj_error *error)
{
    line_editor *editor = calloc(1, sizeof *editor);
    if (!editor)
        return nj_fail(error, "SYSTEM", "out of memory");
    editor->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    int result = begin_editing(editor, error);
    if (before)
        uselocale(before);
    if (result != 0) {
        line_editor_close(editor);
        return -1;
    }
    *ret_editor = editor;
    return 0;
}

void line_editor_close(line_editor *editor)
{
    if (!editor)
        return;
    line_editor_drop(editor);
    if (editor->edit)
        el_end(editor->edit);
    if (editor->history)
        history_end(editor->history);
    if (editor->locale)
        freelocale(editor->locale);
    free(editor);
}

/* ---- a line ---- */

static void begin_line(line_editor *editor, const char *prompt)
{
    snprintf(editor->prompt, sizeof editor->prompt, "%s", prompt);
    memset(&editor->partial, 0, sizeof editor->partial);
    editor->editing = true;
    el_set(editor->edit, EL_UNBUFFERED, 1); /* draws the prompt; el_gets returns at every key */
}

/* One key at a time, until there is something to tell: -1 when the wait has ended. */
static int read_keys(line_editor *editor, line_event *ret_event)
{
    for (;;) {
        int count = 0;
        el_resize(editor->edit); /* nobody else looks whether the window has changed */
        editor->reached = false;
        const char *line = el_gets(editor->edit, &count);
        if (editor->failed)
            return -1;
        /* Of a terminal that has gone libedit gives nothing, and does not even try to read. */
        bool gone = !line && !editor->reached;
        if (gone || editor->ended || (line && count == 1 && line[0] == END_OF_INPUT))
            *ret_event = LINE_ENDED;
        else if (line && count > 0 && line[count - 1] == '\n')
            *ret_event = LINE_ENTERED;
        else if (editor->asked)
            *ret_event = LINE_ASKED;
        else
            continue;
        return 0;
    }
}

int line_editor_read(line_editor *editor, const char *prompt, const nj_wait *wait,
                     line_event *ret_event, nj_error *error)
{
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    editor->wait = wait;
    editor->error = error;
    editor->asked = editor->failed = editor->ended = false;
    if (!editor->editing)
        begin_line(editor, prompt);
    else if (editor->stale)
        el_set(editor->edit, EL_REFRESH);
    editor->stale = false;
    int result = read_keys(editor, ret_event);
    if (result == 0 && *ret_event != LINE_ASKED)
        line_editor_drop(editor);
    if (before)
        uselocale(before);
    return result;
}

const char *line_editor_text(line_editor *editor, size_t *ret_size, size_t *ret_cursor)
{
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    const LineInfo *line = el_line(editor->edit);
    if (before)
        uselocale(before);
    *ret_size = (size_t)(line->lastchar - line->buffer);
    *ret_cursor = (size_t)(line->cursor - line->buffer);
    if (*ret_size > 0 && line->buffer[*ret_size - 1] == '\n')
        --*ret_size;
    return line->buffer;
}

void line_editor_insert(line_editor *editor, const char *text)
{
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    if (editor->editing)
        el_push(editor->edit, text); /* as if it were typed: so it is drawn as well */
    if (before)
        uselocale(before);
}

void line_editor_show(line_editor *editor, const char *text)
{
    if (!editor->editing)
        return;
    fprintf(stdout, "\n%s", text);
    fflush(stdout);
    editor->stale = true;
}

void line_editor_drop(line_editor *editor)
{
    if (editor->editing)
        el_set(editor->edit, EL_UNBUFFERED, 0);
    editor->editing = false;
}

int line_editor_remember(line_editor *editor, const char *line, nj_error *error)
{
    HistEvent event;
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    int added = history(editor->history, &event, H_ENTER, line);
    if (before)
        uselocale(before);
    return added < 0 ? nj_fail(error, "SYSTEM", "out of memory for the line") : 0;
}
