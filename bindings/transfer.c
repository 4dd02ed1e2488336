/* One transfer by libcurl, on a multi handle so that it can be woken. */
#include "bindings/transfer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

/* Whether it was lacking on this thread since its transfer began. libcurl tells of that by whatever
 * code is at hand: that a name has no address, that an address is none. */
static _Thread_local bool lacks_memory;

static void *noted(void *block)
{
    lacks_memory = lacks_memory || !block;
    return block;
}

static void *allocate(size_t size)
{
    return noted(malloc(size));
}

static void *allocate_zeroed(size_t count, size_t size)
{
    return noted(calloc(count, size));
}

static void *reallocate(void *block, size_t size)
{
    return noted(realloc(block, size > 0 ? size : 1));
}

static char *duplicate(const char *text)
{
    return noted(strdup(text));
}

/* ---- beginning and ending ---- */

/* Once; where there was no memory for it, again. */
static bool begin_library(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static bool begun;
    pthread_mutex_lock(&mutex);
    begun = begun || curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, free, reallocate,
                                          duplicate, allocate_zeroed) == CURLE_OK;
    bool result = begun;
    pthread_mutex_unlock(&mutex);
    return result;
}

/* libcurl asks now and then, also where it blocks; anything but 0 ends the transfer. */
static int leave_off(void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                     curl_off_t up)
{
    (void)down_total, (void)down, (void)up_total, (void)up;
    transfer *self = data;
    nj_error error;
    return self->enough || (self->wait && nj_wait_check(self->wait, &error) != 0);
}

int transfer_begin(transfer *self, nj_error *error)
{
    memset(self, 0, sizeof *self);
    self->connect_by = NJ_NEVER;
    lacks_memory = false;
    self->easy = begin_library() ? curl_easy_init() : NULL;
    self->multi = self->easy ? curl_multi_init() : NULL;
    if (!self->multi) {
        transfer_end(self);
        return nj_fail(error, "SYSTEM", "libcurl cannot begin: out of memory");
    }
    transfer_set(self, CURLOPT_ERRORBUFFER, self->problem);
    transfer_set(self, CURLOPT_NOSIGNAL, 1L);
    transfer_set(self, CURLOPT_FOLLOWLOCATION, 0L);
    transfer_set(self, CURLOPT_NOPROGRESS, 0L);
    transfer_set(self, CURLOPT_XFERINFOFUNCTION, leave_off);
    transfer_set(self, CURLOPT_XFERINFODATA, self);
    /* A name that does not resolve must not hold up who has given up waiting for it. */
    transfer_set(self, CURLOPT_QUICK_EXIT, 1L);
    return 0;
}

void transfer_end(transfer *self)
{
    if (self->multi && self->easy)
        curl_multi_remove_handle(self->multi, self->easy);
    if (self->easy)
        curl_easy_cleanup(self->easy);
    if (self->multi)
        curl_multi_cleanup(self->multi);
    self->easy = NULL;
    self->multi = NULL;
}

/* ---- performing ---- */

void transfer_keep(transfer *self, CURLcode code)
{
    if (self->refusal == CURLE_OK)
        self->refusal = code;
}

/* Milliseconds until the deadline, at most a second: not every limit of libcurl's has a timer, it
 * has to be asked (for that of a mail server's answer). */
static int milliseconds(int64_t deadline)
{
    enum { SECOND = 1000 };
    int64_t left = deadline == NJ_NEVER ? INT64_MAX : (deadline - nj_now()) / 1000000 + 1;
    return left < 0 ? 0 : left > SECOND ? SECOND : (int)left;
}

static bool is_connected(const transfer *self)
{
    curl_off_t microseconds = 0;
    curl_easy_getinfo(self->easy, CURLINFO_CONNECT_TIME_T, &microseconds);
    return microseconds > 0;
}

static CURLMcode turn(transfer *self, const nj_wait *wait, int *running)
{
    struct curl_waitfd wake = {.fd = wait->cancel ? wait->cancel->fd : -1,
                               .events = CURL_WAIT_POLLIN};
    CURLMcode code = curl_multi_perform(self->multi, running);
    if (code != CURLM_OK || !*running)
        return code;
    int64_t until = wait->deadline;
    if (self->connect_by < until && !is_connected(self))
        until = self->connect_by;
    return curl_multi_poll(self->multi, &wake, wait->cancel ? 1 : 0, milliseconds(until), NULL);
}

static CURLcode outcome(transfer *self)
{
    int left;
    CURLMsg *message = curl_multi_info_read(self->multi, &left);
    return message && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
}

/* Has the time to connect passed without a connection? */
static bool is_late(const transfer *self)
{
    return self->connect_by != NJ_NEVER && nj_now() >= self->connect_by && !is_connected(self);
}

/* Have libcurl end it as a failure. A transfer that is only taken away counts as done: a mail that
 * was half sent would get its last dot, and be delivered. */
static void abandon(transfer *self)
{
    int running;
    self->enough = true;
    curl_multi_perform(self->multi, &running);
}

int transfer_perform(transfer *self, const nj_wait *wait, CURLcode *ret_code, nj_error *error)
{
    int running = 1;
    if (self->refusal != CURLE_OK)
        return nj_fail(error, "SYSTEM", "libcurl does not take what it is told: %s",
                       curl_easy_strerror(self->refusal));
    CURLMcode code = curl_multi_add_handle(self->multi, self->easy);
    self->wait = wait;
    while (code == CURLM_OK && running) {
        if (nj_wait_check(wait, error) != 0) {
            abandon(self);
            return -1;
        }
        if (is_late(self)) {
            abandon(self);
            snprintf(self->problem, sizeof self->problem, "no connection was made");
            *ret_code = CURLE_OPERATION_TIMEDOUT;
            return 0;
        }
        code = turn(self, wait, &running);
    }
    if (code != CURLM_OK) {
        abandon(self);
        return nj_fail(error, "SYSTEM", "libcurl cannot go on: %s",
                       lacks_memory ? "out of memory" : curl_multi_strerror(code));
    }
    *ret_code = outcome(self);
    /* Also where all seems well: it may have asked for /path instead of /path?query. */
    if (lacks_memory)
        return nj_fail(error, "SYSTEM", "out of memory for a transfer");
    return *ret_code == CURLE_ABORTED_BY_CALLBACK ? nj_wait_check(wait, error) : 0;
}

/* ---- what went wrong ---- */

static const char *reason_of(const transfer *self, CURLcode code)
{
    return self->problem[0] ? self->problem : curl_easy_strerror(code);
}

static int fail_connect(const transfer *self, const char *peer, nj_error *error)
{
    long errnum = 0;
    curl_easy_getinfo(self->easy, CURLINFO_OS_ERRNO, &errnum);
    if (errnum == 0)
        return nj_fail(error, "REFUSED", "%s cannot be reached: %s", peer,
                       reason_of(self, CURLE_COULDNT_CONNECT));
    nj_fail_system(error, (int)errnum, "%s cannot be reached", peer);
    if (errnum == ECONNREFUSED)
        error->code = "REFUSED";
    if (errnum == ETIMEDOUT)
        error->code = "TIMEOUT";
    return -1;
}

static int fail_tls(const transfer *self, CURLcode code, const char *peer, nj_error *error)
{
    nj_fail(error, "TLS", "%s: %s", peer, reason_of(self, code));
    return nj_hint(error, "Check the name in its certificate, its dates, and who signed it.");
}

/* Since TLS 1.3 who misses a certificate of ours says so when the handshake seems to be over. */
static bool is_alert(CURLcode code, const char *reason)
{
    return (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) && strstr(reason, "SSL") &&
           strstr(reason, " alert ");
}

int transfer_fail(const transfer *self, CURLcode code, const char *peer, nj_error *error)
{
    const char *reason = reason_of(self, code);
    if (is_alert(code, reason)) {
        nj_fail(error, "TLS", "%s: %s", peer, reason);
        return nj_hint(error, "It refuses our certificate, or wants one where we show none.");
    }
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return nj_fail(error, "NOT_FOUND", "%s: its name has no address", peer);
    case CURLE_COULDNT_CONNECT:
        return fail_connect(self, peer, error);
    case CURLE_OPERATION_TIMEDOUT:
        return nj_fail(error, "TIMEOUT", "%s did not answer in time: %s", peer, reason);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
        return fail_tls(self, code, peer, error);
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        return nj_fail(error, "CLOSED", "%s hung up: %s", peer, reason);
    case CURLE_URL_MALFORMAT:
        return nj_fail(error, "CONFIG", "%s: %s", peer, reason);
    case CURLE_UNSUPPORTED_PROTOCOL: /* also said of an answer that does not begin as HTTP does */
    case CURLE_WEIRD_SERVER_REPLY:
        return nj_fail(error, "FORMAT", "%s answers with something else than was asked for: %s",
                       peer, reason);
    default:
        return nj_fail(error, "SYSTEM", "%s: %s", peer, reason);
    }
}

/* ---- what comes in ---- */

size_t transfer_collect(char *bytes, size_t size, size_t count, void *data)
{
    transfer_text *text = data;
    size_t more = size * count;
    if (more > text->limit - text->size) {
        text->overflown = true;
        return CURL_WRITEFUNC_ERROR;
    }
    char *grown = reallocate(text->bytes, text->size + more + 1);
    if (!grown)
        return CURL_WRITEFUNC_ERROR;
    memcpy(grown + text->size, bytes, more);
    text->bytes = grown;
    text->size += more;
    grown[text->size] = '\0';
    return more;
}
