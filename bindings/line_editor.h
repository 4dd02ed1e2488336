/* A line typed on a terminal, edited by libedit, with history and a question to the caller at TAB.
 *
 * libedit calls nobody back: a read returns at TAB, and is called again to go on with the line. One
 * thread at a time, but not always the same. */
#ifndef NIGHTJAR_LINE_EDITOR_H
#define NIGHTJAR_LINE_EDITOR_H

#include "host/platform.h"

typedef struct line_editor line_editor;

typedef enum line_event {
    LINE_ENTERED, /* the line is complete */
    LINE_ASKED,   /* TAB: the line goes on with the next read */
    LINE_ENDED    /* Ctrl-D on an empty line, or the terminal has gone */
} line_event;

/* On the terminal that standard input and output are. */
int line_editor_open(line_editor **ret_editor, nj_error *error);
/* Ends a line that is under way and gives the terminal back as it was. NULL is fine. */
void line_editor_close(line_editor *editor);

/* Begin a line, or go on with the one under way (then `prompt` is not looked at). What ends the
 * wait fails as every wait does, and the line stays under way. */
int line_editor_read(line_editor *editor, const char *prompt, const nj_wait *wait,
                     line_event *ret_event, nj_error *error);
/* The line, without its end, and the bytes of it before the cursor; until the next call. */
const char *line_editor_text(line_editor *editor, size_t *ret_size, size_t *ret_cursor);

/* Put text where the cursor is, of a line that is under way. */
void line_editor_insert(line_editor *editor, const char *text);
/* Show text of whole lines below it; the line is drawn again under them. */
void line_editor_show(line_editor *editor, const char *text);
/* Leave the line that is under way, if there is one: the terminal is as it was before. */
void line_editor_drop(line_editor *editor);

/* What arrow up finds first. */
int line_editor_remember(line_editor *editor, const char *line, nj_error *error);

#endif
