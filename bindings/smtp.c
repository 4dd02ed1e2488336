/* libcurl speaks SMTP; what it does not tell is read from the dialogue. */
#include "bindings/smtp.h"

#include "bindings/transfer.h"

#include <stdlib.h>
#include <string.h>

#if LIBCURL_VERSION_NUM < 0x080200
#define CURLOPT_MAIL_RCPT_ALLOWFAILS CURLOPT_MAIL_RCPT_ALLLOWFAILS
#endif

typedef struct conversation {
    transfer transfer;
    const smtp_server *server;
    const smtp_mail *mail; /* NULL where there is none to send */
    smtp_report *report;
    struct curl_slist *recipients;
    const char *unsent; /* the rest of the message */
    char peer[320];
} conversation;

bool smtp_security_find(const char *name, smtp_security *ret_security)
{
    static const char *const names[] = {"starttls", "tls", "none"};
    for (int index = 0; index < 3; index++)
        if (strcmp(name, names[index]) == 0) {
            *ret_security = (smtp_security)index;
            return true;
        }
    return false;
}

/* ---- what libcurl asks and tells ---- */

static int listen_in(CURL *easy, curl_infotype kind, char *bytes, size_t size, void *data)
{
    (void)easy;
    conversation *self = data;
    smtp_dialogue *dialogue = &self->report->dialogue;
    if (kind == CURLINFO_HEADER_OUT)
        smtp_dialogue_told(dialogue, bytes, size);
    else if (kind == CURLINFO_HEADER_IN)
        smtp_dialogue_heard(dialogue, bytes, size);
    if (dialogue->ended)
        self->transfer.enough = true; /* nobody needs the answer to QUIT, which libcurl waits for */
    return 0;
}

/* libcurl goes on without a login where the server offers none. The mail must not. */
static bool lacks_login(const conversation *self)
{
    return self->server->user && !self->report->dialogue.authenticated;
}

static size_t hand_over(char *buffer, size_t size, size_t count, void *data)
{
    conversation *self = data;
    if (lacks_login(self))
        return CURL_READFUNC_ABORT;
    size_t taken = strnlen(self->unsent, size * count);
    memcpy(buffer, self->unsent, taken);
    self->unsent += taken;
    if (taken == 0)
        smtp_dialogue_sent(&self->report->dialogue);
    return taken;
}

/* ---- what libcurl is asked for ---- */

/* Anything else could end the command it stands in, and begin another. */
static bool is_address(const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at <= ' ' || *at > '~' || *at == '<' || *at == '>')
            return false;
    return *text != '\0';
}

/* A name or an address; in brackets too where it is the one to say of oneself. */
static bool is_host(const char *text, bool brackets)
{
    static const char letters[] = "[]"
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-:";
    return *text && strlen(text) < 254 &&
           strspn(text, letters + (brackets ? 0 : 2)) == strlen(text);
}

static int check_words(const smtp_server *server, const smtp_mail *mail, nj_error *error)
{
    if (!is_host(server->host, false))
        return nj_fail(error, "CONFIG", "'%s' is no name of a mail server", server->host);
    if (server->own_name && !is_host(server->own_name, true))
        return nj_fail(error, "CONFIG", "'%s' is no name of a machine", server->own_name);
    if (mail && !is_address(mail->from))
        return nj_fail(error, "CONFIG", "'%s' is no mail address", mail->from);
    for (size_t index = 0; mail && mail->recipients[index]; index++)
        if (!is_address(mail->recipients[index]))
            return nj_fail(error, "CONFIG", "'%s' is no mail address", mail->recipients[index]);
    return 0;
}

/* libcurl counts the time for an answer in whole seconds. */
static long whole_seconds(double seconds)
{
    return seconds < 86400 ? (long)(seconds + 0.999) : 86400;
}

static void set_server(conversation *self)
{
    const smtp_server *server = self->server;
    transfer *to = &self->transfer;
    bool is_ipv6 = strchr(server->host, ':');
    char url[600];
    snprintf(url, sizeof url, is_ipv6 ? "%s://[%s]:%d/%s" : "%s://%s:%d/%s",
             server->security == SMTP_SECURITY_TLS ? "smtps" : "smtp", server->host, server->port,
             server->own_name ? server->own_name : "");
    transfer_set(to, CURLOPT_URL, url);
    transfer_set(to, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    transfer_set(to, CURLOPT_PROXY, "");
    /* TRY would send the password in the clear where the server offers no STARTTLS. */
    transfer_set(to, CURLOPT_USE_SSL,
                 server->security == SMTP_SECURITY_NONE ? (long)CURLUSESSL_NONE
                                                        : (long)CURLUSESSL_ALL);
    transfer_set(to, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (server->ca_file)
        transfer_set(to, CURLOPT_CAINFO, server->ca_file);
    if (server->user) {
        transfer_set(to, CURLOPT_USERNAME, server->user);
        transfer_set(to, CURLOPT_PASSWORD, server->password ? server->password : "");
    }
    self->transfer.connect_by = nj_after(server->connect_timeout);
    transfer_set(to, CURLOPT_SERVER_RESPONSE_TIMEOUT, whole_seconds(server->reply_timeout));
    transfer_set(to, CURLOPT_FORBID_REUSE, 1L);
    transfer_set(to, CURLOPT_VERBOSE, 1L);
    transfer_set(to, CURLOPT_DEBUGFUNCTION, listen_in);
    transfer_set(to, CURLOPT_DEBUGDATA, self);
}

static int set_mail(conversation *self, nj_error *error)
{
    transfer *to = &self->transfer;
    for (size_t index = 0; self->mail->recipients[index]; index++) {
        struct curl_slist *longer =
            curl_slist_append(self->recipients, self->mail->recipients[index]);
        if (!longer)
            return nj_fail(error, "SYSTEM", "out of memory");
        self->recipients = longer;
    }
    self->unsent = self->mail->message;
    transfer_set(to, CURLOPT_MAIL_FROM, self->mail->from);
    transfer_set(to, CURLOPT_MAIL_RCPT, self->recipients);
    transfer_set(to, CURLOPT_MAIL_RCPT_ALLOWFAILS, 1L);
    transfer_set(to, CURLOPT_UPLOAD, 1L); /* without it libcurl only asks: VRFY */
    /* Its size is not told: libcurl counts the dots that it adds, and could end too early. */
    transfer_set(to, CURLOPT_READFUNCTION, hand_over);
    transfer_set(to, CURLOPT_READDATA, self);
    return 0;
}

static int set_no_mail(conversation *self)
{
    transfer_set(&self->transfer, CURLOPT_NOBODY, 1L);
    transfer_set(&self->transfer, CURLOPT_CUSTOMREQUEST, "NOOP");
    /* A TLS library that cannot tell of the certificate is no reason to fail. */
    (void)curl_easy_setopt(self->transfer.easy, CURLOPT_CERTINFO, 1L);
    return 0;
}

/* ---- how it went ---- */

/* Refused for now, or for good? Of several recipients one may be let in later. */
static bool may_be_taken_later(const smtp_dialogue *dialogue)
{
    for (size_t index = 0; index < dialogue->recipient_count; index++)
        if (dialogue->stage == SMTP_AT_RCPT && dialogue->recipients[index].code / 100 == 4)
            return true;
    return dialogue->answer.code / 100 == 4;
}

static int fail_refused(conversation *self, nj_error *error)
{
    static const char *const what[] = {"the connection", "the connection", "to begin TLS",
                                       "the login",      "the sender",     "every recipient",
                                       "the message",    "the message"};
    const smtp_dialogue *dialogue = &self->report->dialogue;
    int code = dialogue->answer.code;
    bool is_login = dialogue->stage == SMTP_AT_AUTH || code == 530 || code == 534 || code == 535;
    self->report->transient = may_be_taken_later(dialogue);
    nj_fail(error, is_login ? "AUTH" : "SMTP", "%s refused %s: %s", self->peer,
            what[dialogue->stage], dialogue->answer.text);
    error->status = code;
    return -1;
}

static int fail_without_login(const conversation *self, nj_error *error)
{
    return nj_fail(error, "AUTH", "%s offers no login%s", self->peer,
                   self->report->dialogue.offers_login ? " of a kind that is known" : "");
}

static int fail_without_starttls(conversation *self, nj_error *error)
{
    self->report->dialogue.stage = SMTP_AT_STARTTLS;
    return nj_fail(error, "TLS", "%s offers no STARTTLS", self->peer);
}

/* Is it worth another try? What stands in the way of these goes by itself. */
static bool is_transient(CURLcode code)
{
    return code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE &&
           code != CURLE_USE_SSL_FAILED && code != CURLE_URL_MALFORMAT;
}

static bool is_connected(const conversation *self)
{
    curl_off_t connected = 0, encrypted = 0;
    curl_easy_getinfo(self->transfer.easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(self->transfer.easy, CURLINFO_APPCONNECT_TIME_T, &encrypted);
    return self->server->security == SMTP_SECURITY_TLS ? encrypted > 0 : connected > 0;
}

static bool is_done(const conversation *self)
{
    const smtp_dialogue *dialogue = &self->report->dialogue;
    return smtp_dialogue_is_well(dialogue) &&
           (self->mail ? dialogue->stage == SMTP_AT_SENT : dialogue->ended);
}

/* libcurl found nothing to log in with: it went on without, or gave up before it tried. */
static bool missed_login(const conversation *self, CURLcode code)
{
    smtp_stage stage = self->report->dialogue.stage;
    return lacks_login(self) && stage != SMTP_AT_AUTH &&
           (stage > SMTP_AT_AUTH || code == CURLE_LOGIN_DENIED || is_done(self));
}

/* The dialogue is the judge: libcurl's code only says why it ended early. */
static int judge(conversation *self, CURLcode code, nj_error *error)
{
    const smtp_dialogue *dialogue = &self->report->dialogue;
    if (missed_login(self, code))
        return fail_without_login(self, error);
    if (is_done(self))
        return 0;
    if (dialogue->answer.code >= 400)
        return fail_refused(self, error);
    if (code == CURLE_USE_SSL_FAILED && dialogue->answer.code && !dialogue->offers_starttls)
        return fail_without_starttls(self, error);
    self->report->transient = is_transient(code);
    if (code == CURLE_WEIRD_SERVER_REPLY)
        return nj_fail(error, "SMTP", "%s says what no mail server says", self->peer);
    if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR)
        return nj_fail(error, "CLOSED", "%s hung up", self->peer);
    return transfer_fail(&self->transfer, code, self->peer, error);
}

static int fail_early(conversation *self, nj_error *error)
{
    self->report->transient = true;
    if (strcmp(error->code, "TIMEOUT") == 0)
        nj_fail(error, "TIMEOUT", "%s did not answer in time", self->peer);
    return -1;
}

/* "Expire date:Jan  1 00:00:00 2030 GMT" of the server's own certificate, which is the first. */
static void note_certificate(conversation *self)
{
    static const char key[] = "Expire date:";
    struct curl_certinfo *chain = NULL;
    curl_easy_getinfo(self->transfer.easy, CURLINFO_CERTINFO, &chain);
    struct curl_slist *line = chain && chain->num_of_certs > 0 ? chain->certinfo[0] : NULL;
    for (; line; line = line->next)
        if (strncmp(line->data, key, sizeof key - 1) == 0)
            snprintf(self->report->expires, sizeof self->report->expires, "%s",
                     line->data + sizeof key - 1);
}

static int perform(conversation *self, const nj_wait *wait, nj_error *error)
{
    CURLcode code = CURLE_OK;
    int result = transfer_perform(&self->transfer, wait, &code, error);
    smtp_dialogue *dialogue = &self->report->dialogue;
    if (dialogue->stage == SMTP_AT_CONNECT && is_connected(self))
        dialogue->stage = SMTP_AT_GREETING;
    if (result != 0 && !is_done(self))
        return fail_early(self, error);
    note_certificate(self);
    return judge(self, code, error);
}

static int converse(const smtp_server *server, const smtp_mail *mail, const nj_wait *wait,
                    smtp_report *report, nj_error *error)
{
    conversation self = {.server = server, .mail = mail, .report = report};
    snprintf(self.peer, sizeof self.peer, "the mail server '%s:%d'", server->host, server->port);
    if (check_words(server, mail, error) != 0)
        return -1;
    if (transfer_begin(&self.transfer, error) != 0)
        return -1;
    set_server(&self);
    int result = mail ? set_mail(&self, error) : set_no_mail(&self);
    if (result == 0)
        result = perform(&self, wait, error);
    transfer_end(&self.transfer);
    curl_slist_free_all(self.recipients);
    return result;
}

int smtp_send(const smtp_server *server, const smtp_mail *mail, const nj_wait *wait,
              smtp_report *report, nj_error *error)
{
    size_t count = 0;
    while (mail->recipients[count])
        count++;
    memset(report, 0, sizeof *report);
    report->dialogue.recipients = calloc(count + 1, sizeof *report->dialogue.recipients);
    if (!report->dialogue.recipients)
        return nj_fail(error, "SYSTEM", "out of memory");
    report->dialogue.recipient_count = count;
    return converse(server, mail, wait, report, error);
}

int smtp_check(const smtp_server *server, const nj_wait *wait, smtp_report *report, nj_error *error)
{
    memset(report, 0, sizeof *report);
    return converse(server, NULL, wait, report, error);
}

void smtp_report_free(smtp_report *report)
{
    free(report->dialogue.recipients);
    report->dialogue.recipients = NULL;
}
