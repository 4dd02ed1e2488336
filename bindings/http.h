/* One HTTP request, whole: to a webhook, a dead man's switch, a Docker engine. Over TCP, TLS or a
 * unix socket. Never follows a redirection. Any thread. */
#ifndef NIGHTJAR_HTTP_H
#define NIGHTJAR_HTTP_H

#include "bindings/transfer.h"

typedef struct http_request {
    char *url;      /* http:// or https://; with `socket` its host is only a name */
    char *method;   /* NULL: GET, or POST where there is a body */
    char **headers; /* "Name: value", NULL-terminated; NULL for none */
    char *body;     /* NULL for none */
    size_t body_size;
    char *socket;                         /* path of a unix socket instead of a host; NULL */
    char *ca_file, *cert_file, *key_file; /* PEM; NULL: the system's authorities, no certificate */
    bool verify;                          /* the other side's certificate and name */
    double connect_timeout;               /* seconds */
    size_t limit;                         /* bytes of the response's body */
} http_request;

typedef struct http_header {
    char *name, *value; /* the name in lower case; one that came several times, joined by ", " */
} http_header;

typedef struct http_response {
    int status;
    http_header *headers;
    size_t header_count;
    transfer_text body;
    double seconds;
} http_response;

/* Make the request. 0 for every answer that is HTTP, whatever its status; else -1: CONFIG for a
 * request that must not be made (a line break in a header, another scheme), FORMAT for an answer
 * that is no HTTP, or larger than allowed, and what transfer_perform and transfer_fail give.
 * Errors name the host or the socket, never the whole URL: it may be a secret. */
int http_perform(const http_request *request, const nj_wait *wait, http_response *ret_response,
                 nj_error *error);

/* HTTP in *error, with its status and the beginning of its body, unless the answer is a 2xx. */
int http_check(const http_request *request, const http_response *response, nj_error *error);

void http_response_free(http_response *response); /* idempotent; fine on {0} */

#endif
