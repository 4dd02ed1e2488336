/* One mail to one mail server: handed over by libcurl, with TLS, a login and a limit for every
 * wait. What is in the mail, and what to do when it fails, is decided elsewhere.
 *
 * The calls block; any thread. */
#ifndef NIGHTJAR_SMTP_H
#define NIGHTJAR_SMTP_H

#include "bindings/smtp_dialogue.h"
#include "host/platform.h"

typedef enum smtp_security {
    SMTP_SECURITY_STARTTLS, /* or nothing: without an encrypted connection no login and no mail */
    SMTP_SECURITY_TLS,      /* from the first byte, as on port 465 */
    SMTP_SECURITY_NONE
} smtp_security;

/* "starttls", "tls" or "none"; false for anything else. */
bool smtp_security_find(const char *name, smtp_security *ret_security);

typedef struct smtp_server {
    char *host;
    char *own_name; /* what to call this machine; NULL for its host name */
    int port;
    smtp_security security;
    char *user, *password;                 /* NULL for no login */
    char *ca_file;                         /* NULL for the system's authorities */
    double connect_timeout, reply_timeout; /* seconds; the latter in whole ones, rounded up */
} smtp_server;

typedef struct smtp_mail {
    char *from;
    char **recipients; /* NULL-terminated, at least one */
    char *message;     /* RFC 5322, every line ended by CR LF */
} smtp_mail;

/* How it went; free with smtp_report_free, also after a failure. */
typedef struct smtp_report {
    smtp_dialogue dialogue; /* its recipients are those of the mail */
    bool transient;         /* of a failure: another try may do better */
    char expires[64]; /* of smtp_check: the end of the certificate, in OpenSSL's form; or "" */
} smtp_report;

/* 0 when the server has taken the mail for at least one recipient; dialogue.recipients says which.
 * Else -1, with SMTP (refused), AUTH, TLS, TIMEOUT, CLOSED, REFUSED, NOT_FOUND, CONFIG or
 * CANCELLED, and dialogue.stage says where. Behind the end of the message (SMTP_AT_SENT) nobody can
 * know whether a mail whose answer did not come was taken. */
int smtp_send(const smtp_server *server, const smtp_mail *mail, const nj_wait *wait,
              smtp_report *report, nj_error *error);

/* All of it but the mail: connect, encrypt, log in, and leave. */
int smtp_check(const smtp_server *server, const nj_wait *wait, smtp_report *report,
               nj_error *error);

void smtp_report_free(smtp_report *report); /* idempotent; fine on {0} */

#endif
