/* Blocks on their way from one stage of a pipeline to the next: a fixed number of them, handed on
 * in the order of their sequence numbers, used again when they come back. Any thread. */
#ifndef NIGHTJAR_PIPELINE_CHANNEL_H
#define NIGHTJAR_PIPELINE_CHANNEL_H

#include "host/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct pipeline_block {
    struct pipeline_block *next;
    uint64_t sequence; /* from 0 */
    size_t size;       /* of the bytes that are used */
    unsigned char *bytes;
} pipeline_block;

typedef struct pipeline_channel {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pipeline_block *all, *free, *ready; /* ready is sorted by sequence */
    int count;
    uint64_t next; /* the sequence number to be handed on next */
    uint64_t end;  /* one past the last; UINT64_MAX until it is known */
    bool aborted;
} pipeline_channel;

/* `count` blocks with room for `room` bytes each. */
int channel_open(pipeline_channel *channel, int count, size_t room, nj_error *error);
void channel_close(pipeline_channel *channel); /* idempotent; fine on {0} */

/* An empty block to fill. NULL when aborted. */
pipeline_block *channel_take(pipeline_channel *channel);
/* Hand on a filled block. */
void channel_put(pipeline_channel *channel, pipeline_block *block);
/* The next block in order; waits for it. NULL at the end, or when aborted. */
pipeline_block *channel_get(pipeline_channel *channel);
/* Give it back when it has been used. */
void channel_return(pipeline_channel *channel, pipeline_block *block);
/* There are `count` blocks in all, and no more come. */
void channel_end(pipeline_channel *channel, uint64_t count);
uint64_t channel_count(pipeline_channel *channel); /* as told by then; UINT64_MAX before */
/* Whoever waits, now or later, gets NULL. */
void channel_abort(pipeline_channel *channel);

#endif
