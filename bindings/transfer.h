/* One transfer by libcurl, as a job runs it: with a deadline, and cancelled within 100 ms. What
 * HTTP and SMTP have in common. Any thread.
 *
 *     transfer mail;
 *     if (transfer_begin(&mail, error) == 0) {
 *         transfer_set(&mail, CURLOPT_…, …);
 *         result = transfer_perform(&mail, wait, &code, error);
 *     }
 *     transfer_end(&mail); */
#ifndef NIGHTJAR_TRANSFER_H
#define NIGHTJAR_TRANSFER_H

#include "host/platform.h"

#include <curl/curl.h>
#include <stdbool.h>

typedef struct transfer {
    CURL *easy; /* NULL when not begun */
    CURLM *multi;
    char problem[CURL_ERROR_SIZE]; /* libcurl's words for what went wrong; "" for none */
    int64_t connect_by;  /* when the connection has to be there; libcurl's own CONNECTTIMEOUT counts
                            the greeting and the login of a mail server too. NJ_NEVER at first */
    CURLcode refusal;    /* of the first option that libcurl did not take */
    bool enough;         /* a callback may set it: end, now or within a second, whatever is left */
    const nj_wait *wait; /* of transfer_perform, for its callback */
} transfer;

/* An easy handle that raises no signals and follows no redirection. */
int transfer_begin(transfer *self, nj_error *error);
void transfer_end(transfer *self); /* idempotent; fine where begin failed, and on {0} */

/* Set an option. One that is not taken, for want of memory, is told by transfer_perform: without it
 * this would be another transfer, to somebody else or without a login. */
#define transfer_set(self, option, value)                                                          \
    transfer_keep((self), curl_easy_setopt((self)->easy, (option), (value)))
void transfer_keep(transfer *self, CURLcode code);

/* Perform it, on the thread that it was begun on. -1 with TIMEOUT or CANCELLED where `wait` ended
 * it, with SYSTEM where libcurl could not even try or had no memory (but for its look-up of names,
 * on a thread of its own, which says that there is no such host); else 0, and *ret_code is
 * libcurl's result, for transfer_fail or the caller's own. Where libcurl blocks by itself (behind
 * the end of a mail) a cancel takes up to a second. */
int transfer_perform(transfer *self, const nj_wait *wait, CURLcode *ret_code, nj_error *error);

/* Say why it failed: NOT_FOUND (no such host, or no such socket), REFUSED, DENIED (of a socket's
 * file), TLS (with a hint), TIMEOUT, CLOSED (the other side hung up), CONFIG (a URL that is none);
 * else SYSTEM. `peer` names the other side: "the mail server 'mx:587'". Returns -1. */
int transfer_fail(const transfer *self, CURLcode code, const char *peer, nj_error *error);

/* What comes in, in memory and never more than `limit` bytes; for CURLOPT_WRITEFUNCTION with a
 * transfer_text as its data. It ends in a NUL that is not counted. */
typedef struct transfer_text {
    char *bytes; /* the owner frees it; NULL while nothing came */
    size_t size, limit;
    bool overflown; /* more came than the limit allows: the transfer was ended */
} transfer_text;

size_t transfer_collect(char *bytes, size_t size, size_t count, void *text);

#endif
