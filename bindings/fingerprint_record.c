/* Growing arrays, texts in blocks, and the tables by name. */
#include "bindings/fingerprint_record.h"

#include "bindings/fingerprint_hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024 };

typedef struct record_block {
    struct record_block *older;
    size_t used, room;
    char bytes[];
} record_block;

static int out_of_memory(nj_error *error)
{
    return nj_fail_system(error, ENOMEM, "recording the fingerprint");
}

static int add_block(record *kept, size_t size, nj_error *error)
{
    size_t room = size > BLOCK ? size : BLOCK;
    record_block *block = malloc(sizeof *block + room);
    if (!block)
        return out_of_memory(error);
    *block = (record_block){.older = kept->blocks, .room = room};
    kept->blocks = block;
    return 0;
}

int record_text(record *kept, const char *bytes, size_t size, fingerprint_text *ret_text,
                nj_error *error)
{
    if (!kept->blocks || kept->blocks->room - kept->blocks->used < size)
        if (add_block(kept, size, error) != 0)
            return -1;
    record_block *block = kept->blocks;
    char *copy = block->bytes + block->used;
    memcpy(copy, bytes, size);
    block->used += size;
    *ret_text = (fingerprint_text){.bytes = copy, .size = size};
    return 0;
}

/* The array, grown where it is full; NULL when out of memory, and the array is as it was. */
static void *with_room(const void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return (void *)array;
    size_t wanted = *room ? *room * 2 : 64;
    void *grown = reallocarray((void *)array, wanted, size);
    if (grown)
        *room = wanted;
    return grown;
}

/* ---- tables ---- */

static bool same_text(const fingerprint_text *text, const char *bytes, size_t size)
{
    return text->size == size && memcmp(text->bytes, bytes, size) == 0;
}

/* The slot of that name, or the free one where it belongs. */
static uint32_t *find_slot(const record *kept, const char *name, size_t size)
{
    size_t slot = (size_t)XXH3_64bits(name, size) & (kept->slot_count - 1);
    while (kept->slots[slot] &&
           !same_text(&kept->result.tables[kept->slots[slot] - 1].name, name, size))
        slot = (slot + 1) & (kept->slot_count - 1);
    return &kept->slots[slot];
}

/* At most half of the slots are taken. */
static int grow_slots(record *kept, nj_error *error)
{
    if (kept->result.table_count * 2 < kept->slot_count)
        return 0;
    size_t count = kept->slot_count ? kept->slot_count * 2 : 256;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return out_of_memory(error);
    free(kept->slots);
    kept->slots = slots;
    kept->slot_count = count;
    for (size_t index = 0; index < kept->result.table_count; index++) {
        const fingerprint_text *name = &kept->result.tables[index].name;
        *find_slot(kept, name->bytes, name->size) = (uint32_t)index + 1;
    }
    return 0;
}

static int add_table(record *kept, const char *name, size_t size, nj_error *error)
{
    fingerprint_result *result = &kept->result;
    fingerprint_table table = {.rows = 0};
    if (record_text(kept, name, size, &table.name, error) != 0)
        return -1;
    fingerprint_table *tables =
        with_room(result->tables, result->table_count, &kept->table_room, sizeof table);
    if (!tables)
        return out_of_memory(error);
    tables[result->table_count++] = table;
    result->tables = tables;
    return 0;
}

int record_table(record *kept, const char *name, size_t size, size_t *ret_table, nj_error *error)
{
    if (grow_slots(kept, error) != 0)
        return -1;
    uint32_t *slot = find_slot(kept, name, size);
    if (!*slot) {
        if (add_table(kept, name, size, error) != 0)
            return -1;
        *slot = (uint32_t)kept->result.table_count;
    }
    *ret_table = *slot - 1;
    return 0;
}

void record_rows(record *kept, size_t table, uint64_t rows, fingerprint_hash sum)
{
    fingerprint_table *changed = (fingerprint_table *)&kept->result.tables[table];
    changed->rows += rows;
    hash_sum(&changed->hash, sum);
}

void record_copy(record *kept, size_t table, fingerprint_range range)
{
    fingerprint_table *changed = (fingerprint_table *)&kept->result.tables[table];
    bool only = changed->copy.offset == 0;
    changed->copy = (fingerprint_range){.offset = range.offset, .size = only ? range.size : 0};
}

/* ---- the others ---- */

int record_session(record *kept, fingerprint_range range, nj_error *error)
{
    fingerprint_result *result = &kept->result;
    fingerprint_range *ranges = (fingerprint_range *)result->session;
    fingerprint_range *last = result->session_count ? &ranges[result->session_count - 1] : NULL;
    if (last && last->offset + last->size == range.offset) {
        last->size += range.size;
        return 0;
    }
    ranges = with_room(ranges, result->session_count, &kept->session_room, sizeof range);
    if (!ranges)
        return out_of_memory(error);
    ranges[result->session_count++] = range;
    result->session = ranges;
    return 0;
}

int record_sequence(record *kept, const fingerprint_sequence *sequence, nj_error *error)
{
    fingerprint_result *result = &kept->result;
    fingerprint_sequence copy = *sequence;
    if (record_text(kept, sequence->name.bytes, sequence->name.size, &copy.name, error) != 0)
        return -1;
    fingerprint_sequence *sequences =
        with_room(result->sequences, result->sequence_count, &kept->sequence_room, sizeof copy);
    if (!sequences)
        return out_of_memory(error);
    sequences[result->sequence_count++] = copy;
    result->sequences = sequences;
    return 0;
}

int record_object(record *kept, const char *bytes, size_t size, nj_error *error)
{
    fingerprint_result *result = &kept->result;
    fingerprint_text text;
    if (record_text(kept, bytes, size, &text, error) != 0)
        return -1;
    fingerprint_text *objects =
        with_room(result->objects, result->object_count, &kept->object_room, sizeof text);
    if (!objects)
        return out_of_memory(error);
    objects[result->object_count++] = text;
    result->objects = objects;
    return 0;
}

static int add_statement_text(record *kept, const char *bytes, size_t size, nj_error *error)
{
    fingerprint_result *result = &kept->result;
    fingerprint_text text = {.bytes = NULL};
    bool fits = kept->texts_size + size <= FINGERPRINT_TEXTS_LIMIT;
    if (fits && record_text(kept, bytes, size, &text, error) != 0)
        return -1;
    fingerprint_text *texts =
        with_room(result->texts, result->statement_count, &kept->text_room, sizeof text);
    if (!texts)
        return out_of_memory(error);
    kept->texts_size += text.size;
    texts[result->statement_count] = text;
    result->texts = texts;
    return 0;
}

int record_statement(record *kept, fingerprint_hash hash, const char *text, size_t size,
                     nj_error *error)
{
    fingerprint_result *result = &kept->result;
    if (text && add_statement_text(kept, text, size, error) != 0)
        return -1;
    fingerprint_hash *statements =
        with_room(result->statements, result->statement_count, &kept->statement_room, sizeof hash);
    if (!statements)
        return out_of_memory(error);
    statements[result->statement_count++] = hash;
    result->statements = statements;
    return 0;
}

void record_end(record *kept)
{
    free((void *)kept->result.tables);
    free((void *)kept->result.sequences);
    free((void *)kept->result.objects);
    free((void *)kept->result.statements);
    free((void *)kept->result.texts);
    free((void *)kept->result.session);
    free(kept->slots);
    while (kept->blocks) {
        record_block *older = kept->blocks->older;
        free(kept->blocks);
        kept->blocks = older;
    }
    memset(kept, 0, sizeof *kept);
}
