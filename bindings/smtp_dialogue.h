/* What is said between libcurl and a mail server, line by line, and what follows from it: how far
 * the mail got, and what the server answered to each recipient. libcurl itself tells neither.
 *
 * Pure: no network, no clock, no memory of its own. Nothing that was told to the server is kept,
 * for the password is among it. Any thread. */
#ifndef NIGHTJAR_SMTP_DIALOGUE_H
#define NIGHTJAR_SMTP_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

/* What was last begun; when it goes wrong, that is where. */
typedef enum smtp_stage {
    SMTP_AT_CONNECT,
    SMTP_AT_GREETING, /* and its answer to EHLO */
    SMTP_AT_STARTTLS,
    SMTP_AT_AUTH,
    SMTP_AT_MAIL,
    SMTP_AT_RCPT,
    SMTP_AT_DATA,
    SMTP_AT_SENT /* the end of the message may have gone out */
} smtp_stage;

/* "connect", "greeting", … */
const char *smtp_stage_name(smtp_stage stage);

/* An answer of one line or several, as one line of printable ASCII: "250 2.1.5 Ok". */
typedef struct smtp_answer {
    int code;       /* 0 while it has not come, or not whole */
    char text[512]; /* what does not fit is cut */
} smtp_answer;

typedef struct smtp_dialogue {
    smtp_stage stage;
    smtp_answer answer;      /* to what was told last */
    smtp_answer *recipients; /* the caller's array: to each RCPT, in turn */
    size_t recipient_count;  /* of that array */
    size_t recipients_told;
    bool offers_starttls, offers_login; /* in its last answer to EHLO */
    bool authenticated;
    bool ended; /* QUIT was told: what comes after it is of no interest */
    bool within_answer;
} smtp_dialogue;

/* Lines that went to the server, and that came from it; whole ones, with or without their CRLF. */
void smtp_dialogue_told(smtp_dialogue *self, const char *lines, size_t size);
void smtp_dialogue_heard(smtp_dialogue *self, const char *lines, size_t size);
/* The message has been handed over to the last byte. */
void smtp_dialogue_sent(smtp_dialogue *self);

/* Has the server taken what was told last? */
bool smtp_dialogue_is_well(const smtp_dialogue *self);

#endif
