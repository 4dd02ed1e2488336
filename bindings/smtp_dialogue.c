/* The dialogue with a mail server, followed from outside. */
#include "bindings/smtp_dialogue.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

const char *smtp_stage_name(smtp_stage stage)
{
    static const char *const names[] = {"connect", "greeting", "starttls", "auth",
                                        "mail",    "rcpt",     "data",     "sent"};
    return names[stage];
}

static bool begins_with(const char *line, size_t size, const char *word)
{
    size_t length = strlen(word);
    return size >= length && strncasecmp(line, word, length) == 0 &&
           (size == length || !isalnum((unsigned char)line[length]));
}

/* ---- what was told ---- */

static void begin(smtp_dialogue *self, const char *line, size_t size)
{
    static const struct {
        const char *verb;
        smtp_stage stage;
    } commands[] = {{"STARTTLS", SMTP_AT_STARTTLS},
                    {"AUTH", SMTP_AT_AUTH},
                    {"MAIL", SMTP_AT_MAIL},
                    {"RCPT", SMTP_AT_RCPT},
                    {"DATA", SMTP_AT_DATA}};
    for (size_t index = 0; index < sizeof commands / sizeof *commands; index++)
        if (begins_with(line, size, commands[index].verb))
            self->stage = commands[index].stage;
    if (begins_with(line, size, "EHLO"))
        self->offers_starttls = self->offers_login = false;
    if (begins_with(line, size, "RCPT"))
        self->recipients_told++;
    if (begins_with(line, size, "QUIT"))
        self->ended = true;
}

static void tell(smtp_dialogue *self, const char *line, size_t size)
{
    /* Behind a 334 comes what belongs to the login, and is no command whatever it looks like. */
    if (self->ended || size == 0)
        return;
    if (!(self->stage == SMTP_AT_AUTH && self->answer.code == 334))
        begin(self, line, size);
    if (!self->ended)
        self->answer.code = 0;
    self->within_answer = false;
}

/* ---- what was heard ---- */

static void append(smtp_answer *answer, const char *text, size_t size)
{
    size_t length = strlen(answer->text);
    for (size_t index = 0; index < size && length + 1 < sizeof answer->text; index++) {
        unsigned char byte = (unsigned char)text[index];
        answer->text[length++] = byte >= ' ' && byte < 0x7f ? (char)byte : '?';
    }
    answer->text[length] = '\0';
}

/* The enhanced status code "5.7.8 " at the beginning of a text: its length with the space, or 0. */
static size_t enhanced_code(const char *text, size_t size)
{
    size_t length = 0, dots = 0;
    while (length < size && (isdigit((unsigned char)text[length]) || text[length] == '.'))
        dots += text[length++] == '.';
    return dots == 2 && length < size && text[length] == ' ' ? length + 1 : 0;
}

static size_t spaces(const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && text[length] == ' ')
        length++;
    return length;
}

/* A line of the answer, less the codes that each of its lines repeats. */
static void append_line(smtp_answer *answer, const char *text, size_t size)
{
    size_t skipped = spaces(text, size);
    size_t repeated = enhanced_code(text + skipped, size - skipped);
    if (repeated && strlen(answer->text) >= 4 + repeated &&
        strncmp(answer->text + 4, text + skipped, repeated) == 0) {
        skipped += repeated;
        skipped += spaces(text + skipped, size - skipped);
    }
    if (size > skipped)
        append(answer, " ", 1);
    append(answer, text + skipped, size - skipped);
}

static void note_offer(smtp_dialogue *self, const char *text, size_t size)
{
    if (self->stage > SMTP_AT_STARTTLS)
        return;
    if (begins_with(text, size, "STARTTLS"))
        self->offers_starttls = true;
    if (begins_with(text, size, "AUTH"))
        self->offers_login = true;
}

static void finish_answer(smtp_dialogue *self)
{
    smtp_stage stage = self->stage;
    if (stage == SMTP_AT_AUTH && self->answer.code / 100 == 2)
        self->authenticated = true;
    if (stage == SMTP_AT_RCPT && self->recipients_told - 1 < self->recipient_count)
        self->recipients[self->recipients_told - 1] = self->answer;
}

static bool is_answer(const char *line, size_t size)
{
    return size >= 3 && isdigit((unsigned char)line[0]) && isdigit((unsigned char)line[1]) &&
           isdigit((unsigned char)line[2]) && (size == 3 || line[3] == ' ' || line[3] == '-');
}

static void hear(smtp_dialogue *self, const char *line, size_t size)
{
    if (self->ended || !is_answer(line, size))
        return;
    if (self->stage == SMTP_AT_CONNECT)
        self->stage = SMTP_AT_GREETING;
    size_t skipped = size < 4 ? size : 4;
    if (!self->within_answer) {
        self->answer.text[0] = '\0';
        append(&self->answer, line, 3);
    }
    append_line(&self->answer, line + skipped, size - skipped);
    note_offer(self, line + skipped, size - skipped);
    self->within_answer = size > 3 && line[3] == '-';
    if (!self->within_answer) {
        self->answer.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        finish_answer(self);
    }
}

/* ---- lines ---- */

static void each_line(smtp_dialogue *self, const char *lines, size_t size,
                      void (*take)(smtp_dialogue *, const char *, size_t))
{
    while (size > 0) {
        const char *end = memchr(lines, '\n', size);
        size_t whole = end ? (size_t)(end - lines) + 1 : size, length = whole;
        while (length > 0 && (lines[length - 1] == '\n' || lines[length - 1] == '\r'))
            length--;
        take(self, lines, length);
        lines += whole;
        size -= whole;
    }
}

void smtp_dialogue_told(smtp_dialogue *self, const char *lines, size_t size)
{
    each_line(self, lines, size, tell);
}

void smtp_dialogue_heard(smtp_dialogue *self, const char *lines, size_t size)
{
    each_line(self, lines, size, hear);
}

void smtp_dialogue_sent(smtp_dialogue *self)
{
    self->stage = SMTP_AT_SENT;
    self->answer.code = 0;
}

bool smtp_dialogue_is_well(const smtp_dialogue *self)
{
    return self->answer.code / 100 == 2;
}
