/* gzip: members of deflated blocks, reading by zlib's raw inflate. */
#include "bindings/gzip_deflate.h"

#include <libdeflate.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* EXTRA: the field's length, and what it holds. */
enum { FIXED_HEADER = 10, EXTRA = 10, TRAILER = 8 };
enum {
    FLAG_HEADER_CRC = 2,
    FLAG_EXTRA = 4,
    FLAG_NAME = 8,
    FLAG_COMMENT = 16,
    FLAGS_RESERVED = 224
};

static void put_32(unsigned char *bytes, uint32_t value)
{
    for (int index = 0; index < 4; index++)
        bytes[index] = (unsigned char)(value >> (8 * index));
}

static uint32_t get_32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* ---- writing ---- */

size_t gzip_bound(size_t size)
{
    return FIXED_HEADER + EXTRA + gzip_deflate_bound(size) + TRAILER;
}

size_t gzip_compress(gzip_compressor *compressor, const void *bytes, size_t size, void *member)
{
    /* magic, deflate, flags, no time, no extra flags, unknown system; then length of the extra
     * field, its id, its length */
    static const unsigned char header[] = {0x1f, 0x8b, 8, FLAG_EXTRA, 0,   0,   0, 0,
                                           0,    255,  8, 0,          'N', 'J', 4, 0};
    unsigned char *start = member;
    unsigned char *data = start + FIXED_HEADER + EXTRA;
    size_t length = gzip_deflate(compressor, bytes, size, data);
    size_t total = (size_t)(data - start) + length + TRAILER;
    memcpy(start, header, sizeof header);
    put_32(start + sizeof header, (uint32_t)total);
    put_32(data + length, libdeflate_crc32(0, bytes, size));
    put_32(data + length + 4, (uint32_t)size);
    return total;
}

/* ---- reading ---- */

typedef enum part {
    BETWEEN, /* before the first byte of a member */
    FIXED,
    EXTRA_LENGTH,
    EXTRA_DATA,
    NAME,
    COMMENT,
    HEADER_CRC,
    DATA,
    PASSED_OVER, /* data that nobody wants */
    TRAILING
} part;

struct gzip_reader {
    z_stream inflate;
    const unsigned char *input;
    size_t input_size;
    part part;
    bool any_member;
    unsigned char small[FIXED_HEADER]; /* a part of fixed length, as it comes in */
    size_t filled;
    int flags;
    size_t extra_left;
    size_t member_size; /* of a member written here, as its header says; else 0 */
    size_t data_left;   /* of one that is passed over */
    bool passed_over;
    bool selects; /* only the ranges are wanted; those that lie behind are gone from the list */
    const gzip_range *ranges;
    size_t range_count;
    uint64_t position;                /* of the next byte to be decompressed */
    uint32_t header_crc, crc, length; /* length is modulo 2^32, as in the trailer */
};

int gzip_reader_new(gzip_reader **ret_reader, nj_error *error)
{
    gzip_reader *reader = calloc(1, sizeof *reader);
    if (!reader || inflateInit2(&reader->inflate, -MAX_WBITS) != Z_OK) {
        free(reader);
        return nj_fail(error, "SYSTEM", "out of memory for decompression");
    }
    *ret_reader = reader;
    return 0;
}

void gzip_reader_free(gzip_reader *reader)
{
    if (reader)
        inflateEnd(&reader->inflate);
    free(reader);
}

void gzip_reader_only(gzip_reader *reader, const gzip_range *ranges, size_t count)
{
    reader->selects = true;
    reader->ranges = ranges;
    reader->range_count = count;
}

void gzip_reader_feed(gzip_reader *reader, const void *bytes, size_t size)
{
    reader->input = bytes;
    reader->input_size = size;
}

static void advance(gzip_reader *reader, size_t size)
{
    reader->input += size;
    reader->input_size -= size;
}

/* Take header bytes from the input into the header's checksum. */
static void take_header(gzip_reader *reader, size_t size)
{
    reader->header_crc = (uint32_t)crc32_z(reader->header_crc, reader->input, size);
    advance(reader, size);
}

/* Collect a part of `size` bytes in `small`; true when it is whole. */
static bool collect(gzip_reader *reader, size_t size, bool is_header)
{
    size_t missing = size - reader->filled;
    size_t take = reader->input_size < missing ? reader->input_size : missing;
    memcpy(reader->small + reader->filled, reader->input, take);
    if (is_header)
        take_header(reader, take);
    else
        advance(reader, take);
    reader->filled += take;
    if (reader->filled < size)
        return false;
    reader->filled = 0;
    return true;
}

/* A member written here holds GZIP_BLOCK bytes at most. */
static bool is_wanted(const gzip_reader *reader)
{
    return !reader->selects || reader->member_size <= FIXED_HEADER + EXTRA + TRAILER ||
           (reader->range_count > 0 && reader->ranges->offset < reader->position + GZIP_BLOCK);
}

static void begin_data(gzip_reader *reader)
{
    reader->passed_over = !is_wanted(reader);
    reader->part = reader->passed_over ? PASSED_OVER : DATA;
    reader->data_left = reader->member_size - (FIXED_HEADER + EXTRA + TRAILER);
    reader->crc = reader->length = 0;
    inflateReset(&reader->inflate);
}

/* The part that follows `part` in this member, by its flags. */
static void go_on(gzip_reader *reader, part after)
{
    static const struct {
        part part;
        int flag;
    } order[] = {{EXTRA_LENGTH, FLAG_EXTRA},
                 {NAME, FLAG_NAME},
                 {COMMENT, FLAG_COMMENT},
                 {HEADER_CRC, FLAG_HEADER_CRC}};
    for (size_t index = 0; index < sizeof order / sizeof *order; index++) {
        if (order[index].part > after && reader->flags & order[index].flag) {
            reader->part = order[index].part;
            return;
        }
    }
    begin_data(reader);
}

static int fail_start(const gzip_reader *reader, nj_error *error)
{
    if (reader->any_member)
        return nj_fail(error, "FORMAT", "something follows the end of the gzip data");
    return nj_fail(error, "FORMAT", "the file is not a gzip file");
}

static int read_fixed(gzip_reader *reader, nj_error *error)
{
    static const unsigned char magic[] = {0x1f, 0x8b};
    if (!collect(reader, FIXED_HEADER, true)) {
        size_t seen = reader->filled < sizeof magic ? reader->filled : sizeof magic;
        return memcmp(reader->small, magic, seen) == 0 ? 0 : fail_start(reader, error);
    }
    if (memcmp(reader->small, magic, sizeof magic) != 0)
        return fail_start(reader, error);
    if (reader->small[2] != Z_DEFLATED || reader->small[3] & FLAGS_RESERVED)
        return nj_fail(error, "FORMAT", "the gzip header is damaged, or of an unknown kind");
    reader->flags = reader->small[3];
    reader->member_size = 0;
    go_on(reader, FIXED);
    return 0;
}

static void skip_text(gzip_reader *reader)
{
    const unsigned char *end = memchr(reader->input, 0, reader->input_size);
    take_header(reader, end ? (size_t)(end - reader->input) + 1 : reader->input_size);
    if (end)
        go_on(reader, reader->part);
}

/* The extra field of a member written here, which has nothing else. */
static void read_extra(gzip_reader *reader)
{
    static const unsigned char id[] = {'N', 'J', 4, 0};
    if (!collect(reader, EXTRA - 2, true))
        return;
    if (reader->flags == FLAG_EXTRA && memcmp(reader->small, id, sizeof id) == 0)
        reader->member_size = get_32(reader->small + sizeof id);
    go_on(reader, EXTRA_DATA);
}

static void skip_data(gzip_reader *reader)
{
    size_t take = reader->input_size < reader->data_left ? reader->input_size : reader->data_left;
    advance(reader, take);
    reader->data_left -= take;
    if (reader->data_left == 0)
        reader->part = TRAILING;
}

static void skip_extra(gzip_reader *reader)
{
    size_t take = reader->input_size < reader->extra_left ? reader->input_size : reader->extra_left;
    take_header(reader, take);
    reader->extra_left -= take;
    if (reader->extra_left == 0)
        go_on(reader, EXTRA_DATA);
}

static int read_header_crc(gzip_reader *reader, nj_error *error)
{
    uint32_t expected = reader->header_crc & 0xffff;
    if (!collect(reader, 2, false))
        return 0;
    if (((uint32_t)reader->small[0] | (uint32_t)reader->small[1] << 8) != expected)
        return nj_fail(error, "CHECKSUM", "the gzip header is damaged");
    go_on(reader, HEADER_CRC);
    return 0;
}

static int read_trailer(gzip_reader *reader, nj_error *error)
{
    if (!collect(reader, TRAILER, false))
        return 0;
    reader->part = BETWEEN;
    reader->any_member = true;
    if (reader->passed_over) {
        reader->position += get_32(reader->small + 4);
        return 0;
    }
    if (get_32(reader->small) != reader->crc)
        return nj_fail(error, "CHECKSUM", "the gzip data is damaged: its checksum differs");
    if (get_32(reader->small + 4) != reader->length)
        return nj_fail(error, "CHECKSUM", "the gzip data is damaged: its length differs");
    return 0;
}

/* One step through header or trailer. */
static int read_frame(gzip_reader *reader, nj_error *error)
{
    switch (reader->part) {
    case BETWEEN:
        reader->part = FIXED;
        reader->header_crc = 0;
        return 0;
    case FIXED:
        return read_fixed(reader, error);
    case EXTRA_LENGTH:
        if (collect(reader, 2, true)) {
            reader->extra_left = reader->small[0] | (size_t)reader->small[1] << 8;
            reader->part = EXTRA_DATA;
            if (reader->extra_left == 0)
                go_on(reader, EXTRA_DATA);
        }
        return 0;
    case EXTRA_DATA:
        if (reader->extra_left == EXTRA - 2)
            read_extra(reader);
        else
            skip_extra(reader);
        return 0;
    case PASSED_OVER:
        skip_data(reader);
        return 0;
    case NAME:
    case COMMENT:
        skip_text(reader);
        return 0;
    case HEADER_CRC:
        return read_header_crc(reader, error);
    default:
        return read_trailer(reader, error);
    }
}

/* zlib counts in 32 bits. */
static uInt at_most(size_t size)
{
    return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

static int read_data(gzip_reader *reader, unsigned char *buffer, size_t size, size_t *ret_size,
                     nj_error *error)
{
    z_stream *stream = &reader->inflate;
    stream->next_in = (Bytef *)reader->input;
    stream->avail_in = at_most(reader->input_size);
    stream->next_out = buffer;
    stream->avail_out = at_most(size);
    uInt input_before = stream->avail_in, room_before = stream->avail_out;
    int status = inflate(stream, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR)
        return nj_fail(error, "SYSTEM", "out of memory for decompression");
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return nj_fail(error, "FORMAT", "the gzip data is damaged: %s",
                       stream->msg ? stream->msg : "it cannot be decompressed");
    advance(reader, input_before - stream->avail_in);
    *ret_size = room_before - stream->avail_out;
    reader->crc = libdeflate_crc32(reader->crc, buffer, *ret_size);
    reader->length += (uint32_t)*ret_size;
    if (status == Z_STREAM_END)
        reader->part = TRAILING;
    return 0;
}

/* Of the next `size` bytes, move those that are wanted together; returns how many they are. */
static size_t select_wanted(gzip_reader *reader, unsigned char *buffer, size_t size)
{
    uint64_t from = reader->position, to = from + size;
    size_t kept = 0;
    reader->position = to;
    while (reader->range_count > 0 && reader->ranges->offset < to) {
        uint64_t start = reader->ranges->offset, end = start + reader->ranges->size;
        size_t first = start > from ? (size_t)(start - from) : 0;
        size_t last = end < to ? (size_t)(end - from) : size;
        if (end > from) {
            memmove(buffer + kept, buffer + first, last - first);
            kept += last - first;
        }
        if (end > to)
            break;
        reader->ranges++;
        reader->range_count--;
    }
    return kept;
}

int gzip_reader_read(gzip_reader *reader, void *buffer, size_t size, size_t *ret_size,
                     nj_error *error)
{
    size_t filled = 0;
    /* Data may still come out of inflate when its input is used up: one more look finds it. */
    while (filled == 0 && (reader->input_size > 0 || reader->part == DATA)) {
        if (reader->part != DATA) {
            if (read_frame(reader, error) != 0)
                return -1;
            continue;
        }
        size_t before = reader->input_size;
        if (read_data(reader, buffer, size, &filled, error) != 0)
            return -1;
        if (filled == 0 && reader->input_size == before && reader->part == DATA)
            break;
        if (reader->selects)
            filled = select_wanted(reader, buffer, filled);
    }
    *ret_size = filled;
    return 0;
}

int gzip_reader_finish(const gzip_reader *reader, nj_error *error)
{
    if (reader->part == BETWEEN && reader->any_member)
        return 0;
    if (reader->part == BETWEEN)
        return nj_fail(error, "FORMAT", "the file is empty: it is not a gzip file");
    nj_fail(error, "FORMAT", "the gzip data ends too early");
    return nj_hint(error, "The file was cut short, by a full disk or a broken transfer.");
}
