/* One HTTP request by libcurl. */
#include "bindings/http.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS_LIMIT = 256 * 1024, HEADER_LINES_LIMIT = 1000, PEER = 300, SHOWN = 200 };

typedef struct exchange {
    const http_request *request;
    transfer transfer;
    struct curl_slist *headers;
    size_t header_bytes; /* that came, the lines of all answers */
    int header_lines;
    bool endless;    /* more of them than anybody means */
    bool local;      /* it is asked on this machine: no proxy stands between */
    char peer[PEER]; /* who it is, for errors */
} exchange;

/* ---- what must not be sent ---- */

static bool is_token(const char *text, size_t size)
{
    for (size_t index = 0; index < size; index++)
        if (!isalnum((unsigned char)text[index]) && !strchr("!#$%&'*+-.^_`|~", text[index]))
            return false;
    return size > 0;
}

static int check_url(const char *url, nj_error *error)
{
    for (const char *byte = url; *byte; byte++)
        if ((unsigned char)*byte <= ' ' || *byte == 127)
            return nj_fail(error, "CONFIG",
                           "the address holds a blank or a control character, which none may");
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        nj_fail(error, "CONFIG", "the address begins with neither http:// nor https://");
        return nj_hint(error, "Write it in full: https://example.com/path");
    }
    return 0;
}

/* The line is "Name: value". */
static int check_header(const char *line, nj_error *error)
{
    size_t name = strcspn(line, ":");
    if (line[name] != ':' || !is_token(line, name))
        return nj_fail(error, "CONFIG", "'%.*s' cannot be the name of a header", SHOWN, line);
    if (strpbrk(line, "\r\n"))
        return nj_fail(error, "CONFIG", "the value of header '%.*s' holds a line break", (int)name,
                       line);
    if ((name == 14 && strncasecmp(line, "content-length", name) == 0) ||
        (name == 17 && strncasecmp(line, "transfer-encoding", name) == 0))
        return nj_fail(error, "CONFIG", "header '%.*s' is made from the body", (int)name, line);
    return 0;
}

static int check_request(const http_request *request, nj_error *error)
{
    if (check_url(request->url, error) != 0)
        return -1;
    if (request->method && !is_token(request->method, strlen(request->method)))
        return nj_fail(error, "CONFIG", "'%.*s' is no method", SHOWN, request->method);
    for (char **line = request->headers; line && *line; line++)
        if (check_header(*line, error) != 0)
            return -1;
    return 0;
}

/* ---- setting it up ---- */

static bool is_loopback(const char *name)
{
    return strcasecmp(name, "localhost") == 0 || strncmp(name, "127.", 4) == 0 ||
           strcmp(name, "[::1]") == 0;
}

/* Who is asked: 'host' or 'host:port', or the path of the socket. */
static int name_peer(exchange *self, nj_error *error)
{
    const http_request *request = self->request;
    if (request->socket) {
        snprintf(self->peer, sizeof self->peer, "'%s'", request->socket);
        self->local = true;
        return 0;
    }
    errno = 0; /* where there is no memory, libcurl says 'bad login' of a name and password */
    CURLU *url = curl_url();
    char *host = NULL, *port = NULL;
    CURLUcode code = url ? curl_url_set(url, CURLUPART_URL, request->url, 0) : CURLUE_OUT_OF_MEMORY;
    if (code == CURLUE_OK)
        code = curl_url_get(url, CURLUPART_HOST, &host, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(url, CURLUPART_PORT, &port, 0);
    if (code == CURLUE_NO_PORT)
        code = CURLUE_OK;
    self->local = code == CURLUE_OK && is_loopback(host);
    if (code == CURLUE_OK)
        snprintf(self->peer, sizeof self->peer, "'%s%s%s'", host, port ? ":" : "",
                 port ? port : "");
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(url);
    if (code == CURLUE_OUT_OF_MEMORY || (code != CURLUE_OK && errno == ENOMEM))
        return nj_fail(error, "SYSTEM", "out of memory");
    if (code != CURLUE_OK)
        return nj_fail(error, "CONFIG", "the address is none: %s", curl_url_strerror(code));
    return 0;
}

static int add_header(exchange *self, const char *line, nj_error *error)
{
    struct curl_slist *grown = curl_slist_append(self->headers, line);
    if (!grown)
        return nj_fail(error, "SYSTEM", "out of memory");
    self->headers = grown;
    return 0;
}

static bool has_header(const http_request *request, const char *name)
{
    size_t size = strlen(name);
    for (char **line = request->headers; line && *line; line++)
        if (strncasecmp(*line, name, size) == 0 && (*line)[size] == ':')
            return true;
    return false;
}

/* Ours, and none of those that libcurl adds by itself for a body. */
static int make_headers(exchange *self, nj_error *error)
{
    const http_request *request = self->request;
    for (char **line = request->headers; line && *line; line++) {
        size_t name = strcspn(*line, ":");
        bool empty = (*line)[name + 1 + strspn(*line + name + 1, " \t")] == '\0';
        char *copy = strdup(*line);
        if (copy && empty) /* as libcurl wants an empty value written */
            strcpy(copy + name, ";");
        int result =
            copy ? add_header(self, copy, error) : nj_fail(error, "SYSTEM", "out of memory");
        free(copy);
        if (result != 0)
            return -1;
    }
    if (!has_header(request, "user-agent") &&
        add_header(self, "User-Agent: nightjar/" NIGHTJAR_VERSION, error) != 0)
        return -1;
    if (!has_header(request, "content-type") && add_header(self, "Content-Type:", error) != 0)
        return -1;
    if (!has_header(request, "expect") && add_header(self, "Expect:", error) != 0)
        return -1;
    transfer_set(&self->transfer, CURLOPT_HTTPHEADER, self->headers);
    return 0;
}

static void set_method(transfer *to, const http_request *request)
{
    const char *method = request->method;
    if (request->body) {
        transfer_set(to, CURLOPT_POSTFIELDS, request->body);
        transfer_set(to, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    } else if (method && (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0)) {
        transfer_set(to, CURLOPT_POSTFIELDS, ""); /* so that its length, 0, is said */
    } else if (method && strcmp(method, "HEAD") == 0) {
        transfer_set(to, CURLOPT_NOBODY, 1L);
    }
    if (method)
        transfer_set(to, CURLOPT_CUSTOMREQUEST, method);
}

static void set_connection(exchange *self)
{
    transfer *to = &self->transfer;
    const http_request *request = self->request;
    transfer_set(to, CURLOPT_CONNECTTIMEOUT_MS, (long)(request->connect_timeout * 1000) + 1);
    transfer_set(to, CURLOPT_SSL_VERIFYPEER, request->verify ? 1L : 0L);
    transfer_set(to, CURLOPT_SSL_VERIFYHOST, request->verify ? 2L : 0L);
    if (request->ca_file)
        transfer_set(to, CURLOPT_CAINFO, request->ca_file);
    if (request->cert_file)
        transfer_set(to, CURLOPT_SSLCERT, request->cert_file);
    if (request->key_file)
        transfer_set(to, CURLOPT_SSLKEY, request->key_file);
    if (request->socket)
        transfer_set(to, CURLOPT_UNIX_SOCKET_PATH, request->socket);
    if (self->local)
        transfer_set(to, CURLOPT_NOPROXY, "*");
}

/* libcurl itself bounds one line, and not their number; to read them takes it the square of that.
 */
static size_t count_header(char *bytes, size_t size, size_t count, void *data)
{
    exchange *self = data;
    (void)bytes;
    self->header_bytes += size * count;
    self->endless = self->header_bytes > HEADERS_LIMIT || ++self->header_lines > HEADER_LINES_LIMIT;
    return self->endless ? 0 : size * count;
}

static int set_up(exchange *self, http_response *response, nj_error *error)
{
    transfer *to = &self->transfer;
    response->body.limit = self->request->limit;
    transfer_set(to, CURLOPT_URL, self->request->url);
    transfer_set(to, CURLOPT_PROTOCOLS_STR, "http,https");
    transfer_set(to, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    transfer_set(to, CURLOPT_WRITEFUNCTION, transfer_collect);
    transfer_set(to, CURLOPT_WRITEDATA, &response->body);
    transfer_set(to, CURLOPT_HEADERFUNCTION, count_header);
    transfer_set(to, CURLOPT_HEADERDATA, self);
    set_method(to, self->request);
    set_connection(self);
    return make_headers(self, error);
}

/* ---- what came ---- */

static char *lower(const char *name)
{
    char *copy = strdup(name);
    for (char *letter = copy; letter && *letter; letter++)
        *letter = (char)tolower((unsigned char)*letter);
    return copy;
}

static int join(http_header *header, const char *value)
{
    char *joined = NULL;
    if (asprintf(&joined, "%s, %s", header->value, value) < 0)
        return -1;
    free(header->value);
    header->value = joined;
    return 0;
}

static int keep_header(http_response *response, const char *name, const char *value)
{
    for (size_t index = 0; index < response->header_count; index++)
        if (strcasecmp(response->headers[index].name, name) == 0)
            return join(&response->headers[index], value);
    http_header *grown =
        realloc(response->headers, (response->header_count + 1) * sizeof *response->headers);
    if (!grown)
        return -1;
    response->headers = grown;
    http_header *header = &grown[response->header_count++];
    header->name = lower(name);
    header->value = strdup(value);
    return header->name && header->value ? 0 : -1;
}

static int read_response(exchange *self, http_response *response, nj_error *error)
{
    long status = 0;
    curl_off_t microseconds = 0;
    curl_easy_getinfo(self->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(self->transfer.easy, CURLINFO_TOTAL_TIME_T, &microseconds);
    response->status = (int)status;
    response->seconds = (double)microseconds / 1e6;
    struct curl_header *header = NULL;
    while ((header = curl_easy_nextheader(self->transfer.easy, CURLH_HEADER, -1, header)))
        if (keep_header(response, header->name, header->value) != 0)
            return nj_fail(error, "SYSTEM", "out of memory");
    return 0;
}

/* A unix socket whose owner has stopped to accept: libcurl takes the EAGAIN of its full queue for
 * the beginning of a connection, and then finds none, and no error either. */
static bool is_queue_full(const exchange *self, CURLcode code)
{
    long errnum = 0;
    curl_easy_getinfo(self->transfer.easy, CURLINFO_OS_ERRNO, &errnum);
    return self->request->socket && code == CURLE_COULDNT_CONNECT && errnum == 0;
}

static int fail(exchange *self, const http_response *response, CURLcode code, nj_error *error)
{
    if (response->body.overflown)
        return nj_fail(error, "FORMAT", "%s answers with more than %zu bytes", self->peer,
                       response->body.limit);
    if (self->endless)
        return nj_fail(error, "FORMAT", "%s sends headers without end", self->peer);
    if (is_queue_full(self, code))
        return nj_fail(error, "TIMEOUT", "%s lets nobody in: its queue of callers is full",
                       self->peer);
    return transfer_fail(&self->transfer, code, self->peer, error);
}

/* Did it take the request, and then say nothing? */
static int fail_late(const exchange *self, nj_error *error)
{
    curl_off_t sent = 0;
    curl_easy_getinfo(self->transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
    return nj_fail(error, "TIMEOUT",
                   sent > 0 ? "%s did not answer in time" : "%s could not be reached in time",
                   self->peer);
}

static int perform(exchange *self, const nj_wait *wait, http_response *response, nj_error *error)
{
    CURLcode code;
    if (set_up(self, response, error) != 0)
        return -1;
    if (transfer_perform(&self->transfer, wait, &code, error) != 0)
        return strcmp(error->code, "TIMEOUT") == 0 ? fail_late(self, error) : -1;
    if (code != CURLE_OK)
        return fail(self, response, code, error);
    return read_response(self, response, error);
}

int http_perform(const http_request *request, const nj_wait *wait, http_response *ret_response,
                 nj_error *error)
{
    exchange self = {.request = request};
    http_response response = {0};
    if (check_request(request, error) != 0)
        return -1;
    int result = transfer_begin(&self.transfer, error);
    if (result == 0)
        result = name_peer(&self, error);
    if (result == 0)
        result = perform(&self, wait, &response, error);
    transfer_end(&self.transfer);
    curl_slist_free_all(self.headers);
    if (result == 0)
        *ret_response = response;
    else
        http_response_free(&response);
    return result;
}

static const char *header_of(const http_response *response, const char *name)
{
    for (size_t index = 0; index < response->header_count; index++)
        if (strcmp(response->headers[index].name, name) == 0)
            return response->headers[index].value;
    return NULL;
}

int http_check(const http_request *request, const http_response *response, nj_error *error)
{
    if (response->status >= 200 && response->status < 300)
        return 0;
    exchange self = {.request = request};
    if (name_peer(&self, error) != 0)
        return -1;
    nj_fail(error, "HTTP", "%s answers with status %d", self.peer, response->status);
    error->status = response->status;
    snprintf(error->detail, sizeof error->detail, "%s",
             response->body.bytes ? response->body.bytes : "");
    const char *elsewhere = header_of(response, "location");
    if (response->status >= 300 && response->status < 400 && elsewhere)
        nj_hint(error, "It sends on to '%.*s', and nightjar follows nobody: give that address.",
                SHOWN, elsewhere);
    return -1;
}

void http_response_free(http_response *response)
{
    for (size_t index = 0; index < response->header_count; index++) {
        free(response->headers[index].name);
        free(response->headers[index].value);
    }
    free(response->headers);
    free(response->body.bytes);
    memset(response, 0, sizeof *response);
}
