/* Blocks on their way from one stage of a pipeline to the next. */
#include "bindings/pipeline_channel.h"

#include <stdlib.h>

int channel_open(pipeline_channel *channel, int count, size_t room, nj_error *error)
{
    pthread_mutex_init(&channel->mutex, NULL);
    pthread_cond_init(&channel->changed, NULL);
    channel->count = count;
    channel->end = UINT64_MAX;
    channel->all = calloc((size_t)count, sizeof *channel->all);
    for (int index = 0; channel->all && index < count; index++) {
        pipeline_block *block = &channel->all[index];
        block->bytes = malloc(room);
        if (!block->bytes)
            return nj_fail(error, "SYSTEM", "out of memory for a pipeline's blocks");
        block->next = channel->free;
        channel->free = block;
    }
    if (!channel->all)
        return nj_fail(error, "SYSTEM", "out of memory for a pipeline's blocks");
    return 0;
}

void channel_close(pipeline_channel *channel)
{
    if (channel->count == 0)
        return;
    for (int index = 0; channel->all && index < channel->count; index++)
        free(channel->all[index].bytes);
    free(channel->all);
    pthread_cond_destroy(&channel->changed);
    pthread_mutex_destroy(&channel->mutex);
    channel->all = NULL;
    channel->count = 0;
}

pipeline_block *channel_take(pipeline_channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    while (!channel->free && !channel->aborted)
        pthread_cond_wait(&channel->changed, &channel->mutex);
    pipeline_block *block = channel->aborted ? NULL : channel->free;
    if (block)
        channel->free = block->next;
    pthread_mutex_unlock(&channel->mutex);
    return block;
}

void channel_put(pipeline_channel *channel, pipeline_block *filled)
{
    pthread_mutex_lock(&channel->mutex);
    pipeline_block **place = &channel->ready;
    while (*place && (*place)->sequence < filled->sequence)
        place = &(*place)->next;
    filled->next = *place;
    *place = filled;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->mutex);
}

static bool is_next_ready(const pipeline_channel *channel)
{
    return channel->ready && channel->ready->sequence == channel->next;
}

pipeline_block *channel_get(pipeline_channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    while (!is_next_ready(channel) && channel->next < channel->end && !channel->aborted)
        pthread_cond_wait(&channel->changed, &channel->mutex);
    pipeline_block *block = NULL;
    if (!channel->aborted && is_next_ready(channel)) {
        block = channel->ready;
        channel->ready = block->next;
        channel->next++;
        /* Others that wait for theirs may find it next, or the end. */
        pthread_cond_broadcast(&channel->changed);
    }
    pthread_mutex_unlock(&channel->mutex);
    return block;
}

void channel_return(pipeline_channel *channel, pipeline_block *used)
{
    pthread_mutex_lock(&channel->mutex);
    used->next = channel->free;
    channel->free = used;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->mutex);
}

void channel_end(pipeline_channel *channel, uint64_t count)
{
    pthread_mutex_lock(&channel->mutex);
    channel->end = count;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->mutex);
}

uint64_t channel_count(pipeline_channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    uint64_t count = channel->end;
    pthread_mutex_unlock(&channel->mutex);
    return count;
}

void channel_abort(pipeline_channel *channel)
{
    if (channel->count == 0)
        return;
    pthread_mutex_lock(&channel->mutex);
    channel->aborted = true;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->mutex);
}
