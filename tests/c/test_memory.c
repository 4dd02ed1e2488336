/* Out of memory in what works on this machine alone: whichever allocation fails, of the core or of
 * a library under it, the core says so, leaves nothing behind, and does its work the next time. */
#include "tests/c/memory_support.h"

#include "bindings/digest.h"
#include "bindings/docker_stream.h"
#include "bindings/fingerprint.h"
#include "bindings/fs.h"
#include "bindings/gzip.h"
#include "bindings/json.h"
#include "bindings/pipeline.h"
#include "bindings/process.h"
#include "host/pool.h"

#include <math.h>

/* ---- bytes ---- */

static const char dump[] =
    "--\n-- PostgreSQL database dump\n--\n\\restrict key\nSET client_encoding = 'UTF8';\n"
    "--\n-- Name: t; Type: TABLE; Schema: public; Owner: me\n--\nCREATE TABLE t (a int);\n"
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT $$x$$ $body$;\n"
    "COPY public.t (a) FROM stdin;\n1\n2\n\\.\n"
    "SELECT pg_catalog.setval('s', 1, true);\nSELECT pg_catalog.lo_open('4242', 131072);\n"
    "SELECT pg_catalog.lowrite(0, '\\x00');\nSELECT pg_catalog.lo_close(0);\n"
    "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict key\n";

static void make_digest(void **state, outcome *got)
{
    (void)state;
    for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS && got->status == 0; algorithm++) {
        digest *made = NULL;
        char hex[DIGEST_HEX];
        got->status = digest_new((digest_algorithm)algorithm, &made, &got->error);
        if (got->status == 0)
            got->status = digest_feed(made, dump, sizeof dump, &got->error);
        if (got->status == 0)
            got->status = digest_finish(made, hex, &got->error);
        if (got->status == 0)
            add_result(got, hex, strlen(hex));
        digest_free(made);
    }
}
endures(make_digest);

/* Statements enough for every array and every block of texts to grow. */
static int feed_much(fingerprint *print, nj_error *error)
{
    char text[400];
    int result = fingerprint_feed(print, dump, 200, error);
    for (int index = 0; index < 300 && result == 0; index++) {
        snprintf(text, sizeof text,
                 ";\n-- Name: n%d; Type: TABLE; Schema: public; Owner: me\n"
                 "SELECT '%0200d';\nCOPY public.t%d (a) FROM stdin;\n1\n\\.\n"
                 "SELECT pg_catalog.setval('s%d', 1, true);\nSET a = 1;",
                 index, index, index, index);
        result = fingerprint_feed(print, text, strlen(text), error);
    }
    return result;
}

static void add_print(outcome *got, const fingerprint *print)
{
    char hex[33];
    const fingerprint_result *result = fingerprint_result_of(print);
    fingerprint_hex(result->hash, hex);
    add_result(got, hex, strlen(hex));
    snprintf(hex, sizeof hex, " %zu %zu %zu %zu", result->table_count, result->sequence_count,
             result->object_count, result->statement_count);
    add_result(got, hex, strlen(hex));
}

static void read_fingerprint(outcome *got, bool much)
{
    fingerprint *print = NULL;
    fingerprint_options options = {.texts = true};
    got->status = fingerprint_new(&options, &print, &got->error);
    if (got->status == 0)
        got->status = much ? feed_much(print, &got->error)
                           : fingerprint_feed(print, dump, sizeof dump - 1, &got->error);
    if (got->status == 0)
        got->status = fingerprint_finish(print, &got->error);
    if (got->status == 0)
        add_print(got, print);
    fingerprint_free(print);
}

static void read_dump(void **state, outcome *got)
{
    (void)state;
    read_fingerprint(got, false);
}
endures(read_dump);

static void read_long_dump(void **state, outcome *got)
{
    (void)state;
    read_fingerprint(got, true);
}
endures(read_long_dump);

static unsigned char member[1 << 16];
static size_t member_size;

static void compress_at(outcome *got, int level)
{
    gzip_compressor *compressor = NULL;
    got->status = gzip_compressor_new(level, &compressor, &got->error);
    if (got->status == 0)
        member_size = gzip_compress(compressor, dump, sizeof dump, member);
    gzip_compressor_free(got->status == 0 ? compressor : NULL);
}

static void compress(void **state, outcome *got)
{
    (void)state;
    static const int levels[] = {1, 6, 12};
    for (size_t index = 0; index < 3 && got->status == 0; index++)
        compress_at(got, levels[index]);
}
endures(compress);

static void decompress(void **state, outcome *got)
{
    (void)state;
    gzip_reader *reader = NULL;
    char buffer[200];
    size_t size = 1;
    got->status = gzip_reader_new(&reader, &got->error);
    if (got->status != 0)
        return;
    gzip_reader_feed(reader, member, member_size);
    while (got->status == 0 && size > 0) {
        got->status = gzip_reader_read(reader, buffer, sizeof buffer, &size, &got->error);
        if (got->status == 0)
            add_result(got, buffer, size);
    }
    if (got->status == 0)
        got->status = gzip_reader_finish(reader, &got->error);
    gzip_reader_free(reader);
}
endures(decompress);

static void split_stream(void **state, outcome *got)
{
    (void)state;
    static const char frames[] = "\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\4oops";
    docker_stream stream = {0};
    got->status = docker_stream_split(frames, sizeof frames - 1, &stream, &got->error);
    if (got->status == 0) {
        add_result(got, stream.output, stream.output_size);
        add_result(got, stream.diagnostics, stream.diagnostics_size);
    }
    docker_stream_free(&stream);
}
endures(split_stream);

/* ---- JSON ---- */

/* Neither what parses nor the printing of long texts: json-c 0.16 itself crashes where it gets
 * no memory for a key, takes the document for null where it gets none for a value, and leaves
 * out of a text what it gets no room for. */

static void write_text(outcome *got, json_object *value, bool pretty)
{
    size_t size = 0;
    const char *text = json_text(value, pretty, &size);
    if (text)
        add_result(got, text, size);
    else
        got->status = nj_fail(&got->error, "SYSTEM", "out of memory");
}

/* As the door does it: each value, then its place. */
static void make_json(void **state, outcome *got)
{
    (void)state;
    json_object *object = json_object_new_object();
    json_object *values[] = {json_string("caf\xc3\xa9 \xff", 7), json_float(2.5),
                             json_object_new_array(), json_object_new_int64(7)};
    static const char *const keys[] = {"text", "number", "list", "integer"};
    got->status = object ? 0 : -1;
    for (size_t index = 0; index < 4; index++) {
        json_object *value = values[index];
        if (got->status != 0 || !value || json_object_object_add(object, keys[index], value) != 0) {
            json_object_put(value);
            got->status = -1;
        } else if (json_object_is_type(value, json_type_array)) {
            json_stays_empty(value);
        }
    }
    spare_allocations(); /* of what it prints */
    if (got->status == 0)
        write_text(got, object, true);
    else
        nj_fail(&got->error, "SYSTEM", "out of memory");
    json_object_put(object);
}
endures(make_json);

/* ---- files ---- */

static void use_files(void **state, outcome *got)
{
    const char *root = *state;
    char deep[200], top[200], from[220], to[220];
    char *bytes = NULL;
    size_t size;
    bool ignored;
    nj_names names = {0};
    nj_error *error = &got->error;
    nj_wait wait = {.deadline = NJ_NEVER};
    snprintf(top, sizeof top, "%s/one", root);
    snprintf(deep, sizeof deep, "%s/one/two/three/", root);
    snprintf(from, sizeof from, "%s/one/two/three/file", root);
    snprintf(to, sizeof to, "%s/one/moved", root);
    got->status = -1;
    if (fs_make_folder(deep, 0700, true, &ignored, error) == 0 &&
        nj_write_atomic(from, dump, sizeof dump, 0600, error) == 0 &&
        nj_append(from, "more", 4, 0600, error) == 0 && nj_rename(from, to, error) == 0 &&
        fs_read(to, 1 << 20, &wait, &bytes, &size, error) == 0 &&
        nj_list(top, &names, error) == 0 && nj_remove(to, false, &ignored, error) == 0)
        got->status = nj_remove(deep, true, &ignored, error);
    if (got->status == 0) {
        add_result(got, bytes, size);
        for (size_t index = 0; index < names.count; index++)
            add_result(got, names.names[index], strlen(names.names[index]));
    }
    free(bytes);
    nj_names_free(&names);
    spare_allocations();
    nj_error other;
    nj_remove(top, true, &ignored, &other);
}
endures(use_files);

static void write_new_file(void **state, outcome *got)
{
    char path[200];
    nj_file file = NJ_FILE_NONE;
    snprintf(path, sizeof path, "%s/new", (const char *)*state);
    got->status = nj_file_create(&file, path, 0600, &got->error);
    if (got->status == 0)
        got->status = nj_file_commit(&file, &got->error);
    nj_file_abandon(&file);
    if (got->status == 0)
        add_result(got, is_there(path) ? "there" : "gone", 5);
    unlink(path);
}
endures(write_new_file);

/* As root in somebody's folder. */
static void give_to_owner(void **state, outcome *got)
{
    char path[200];
    struct stat status;
    nj_file file = NJ_FILE_NONE;
    snprintf(path, sizeof path, "%s/given", (const char *)*state);
    if (geteuid() == 0 && chown(*state, 1234, 1234) != 0)
        return;
    got->status = nj_file_create(&file, path, 0600, &got->error);
    if (got->status == 0 && fstat(file.fd, &status) == 0)
        add_result(got, status.st_uid == 1234 ? "theirs" : "ours", 6);
    nj_file_abandon(&file);
}
endures(give_to_owner);

static void take_lock(void **state, outcome *got)
{
    char path[200];
    nj_lock lock = {.fd = -1};
    nj_wait wait = {.deadline = NJ_NEVER};
    snprintf(path, sizeof path, "%s/lock", (const char *)*state);
    got->status = nj_lock_take(&lock, path, "a note", &wait, &got->error);
    if (got->status == 0)
        add_result(got, "held", 4);
    nj_lock_release(&lock);
}
endures(take_lock);

static void find_paths(void **state, outcome *got)
{
    (void)state;
    char *found = NULL, *absolute = NULL;
    got->status = nj_find_program("sh", &found, &got->error);
    if (got->status == 0)
        got->status = nj_absolute("./below/this", &absolute, &got->error);
    if (got->status == 0) {
        add_result(got, found, strlen(found));
        add_result(got, absolute, strlen(absolute));
    }
    free(found);
    free(absolute);
}
endures(find_paths);

/* ---- programs ---- */

static char *const changes[] = {"A=b", "HOME", NULL};

static void spawn_child(void **state, outcome *got)
{
    char *argv[] = {"true", NULL};
    nj_child child = NJ_CHILD_NONE;
    nj_wait wait = ten_seconds();
    nj_spawn spawn = {.argv = argv,
                      .environment = changes,
                      .directory = *state,
                      .standard_input = NJ_STDIO_PIPE,
                      .standard_output = NJ_STDIO_PIPE,
                      .standard_error = NJ_STDIO_PIPE};
    got->status = nj_child_spawn(&child, &spawn, &got->error);
    if (got->status == 0)
        got->status = nj_child_wait(&child, &wait, &got->error);
    if (got->status == 0)
        add_result(got, child.exit_status == 0 ? "well" : "ill", 4);
    nj_child_end(&child, 1);
}
endures(spawn_child);

static void run_program(void **state, outcome *got)
{
    (void)state;
    char *argv[] = {"sh", "-c", "cat; echo oops >&2", NULL};
    nj_wait wait = ten_seconds();
    process_spec spec = {.argv = argv,
                         .environment = (char **)changes,
                         .input = (char *)dump,
                         .input_size = sizeof dump - 1,
                         .limit = PROCESS_OUTPUT_LIMIT};
    process_result result = {0};
    got->status = process_run(&spec, &wait, &result, &got->error);
    if (got->status == 0) {
        add_result(got, result.output.bytes, result.output.size);
        add_result(got, result.diagnostics.bytes, result.diagnostics.size);
    }
    process_result_free(&result);
}
endures(run_program);

static int do_nothing(nj_work *work, const nj_wait *wait, nj_error *error)
{
    (void)work, (void)wait, (void)error;
    return 0;
}

/* One worker is enough: without another it takes longer. */
static void work_in_pool(void **state, outcome *got)
{
    (void)state;
    enum { WORKS = 3 };
    nj_wake wake;
    nj_pool pool;
    nj_work works[WORKS];
    int submitted = 0;
    got->status = nj_wake_open(&wake, &got->error);
    if (got->status != 0)
        return;
    nj_pool_begin(&pool, WORKS, &wake);
    while (submitted < WORKS && got->status == 0) {
        works[submitted] = (nj_work){.run = do_nothing, .deadline = NJ_NEVER};
        got->status = nj_pool_submit(&pool, &works[submitted], &got->error);
        submitted += got->status == 0;
    }
    for (int finished = 0; finished < submitted; finished += nj_pool_finished(&pool) != NULL)
        sched_yield();
    nj_pool_end(&pool);
    nj_wake_close(&wake);
    add_result(got, "all came back", 13);
}
endures(work_in_pool);

/* ---- pipelines ---- */

static void run_pipeline(const pipeline_spec *spec, outcome *got)
{
    nj_wait wait = ten_seconds();
    pipeline_result result = {0};
    got->status = pipeline_run(spec, &wait, &result, &got->error);
    if (got->status == 0) {
        char numbers[100];
        snprintf(numbers, sizeof numbers, "%d %d %d ", (int)result.bytes_in, (int)result.bytes_out,
                 result.stage_count);
        add_result(got, numbers, strlen(numbers));
        for (int algorithm = 0; algorithm < DIGEST_ALGORITHMS; algorithm++)
            add_result(got, result.digests[algorithm], strlen(result.digests[algorithm]));
    }
    if (got->status == 0 && result.print)
        add_print(got, result.print);
    pipeline_result_free(&result);
}

static void keep_in_pipeline(void **state, outcome *got)
{
    char path[200];
    char *argv[] = {"printf", "%s", (char *)dump, NULL};
    snprintf(path, sizeof path, "%s/kept.gz", (const char *)*state);
    pipeline_spec spec = {
        .from = {.kind = PIPELINE_PROCESS, .argv = argv},
        .filters = {{.kind = PIPELINE_FINGERPRINT, .texts = true},
                    {.kind = PIPELINE_COMPRESS, .level = 1, .threads = 2},
                    {.kind = PIPELINE_DIGEST, .wanted = {[DIGEST_SHA256] = true}}},
        .filter_count = 3,
        .to = {.kind = PIPELINE_FILE, .path = path},
        .stall = HUGE_VAL,
    };
    run_pipeline(&spec, got);
    /* nj_file_commit leaves the file where it cannot say that its name is on the disk too. */
    unlink(path);
}
endures(keep_in_pipeline);

static void restore_in_pipeline(void **state, outcome *got)
{
    char path[200];
    char *argv[] = {"cat", NULL};
    nj_error error;
    snprintf(path, sizeof path, "%s/saved.gz", (const char *)*state);
    if (!is_there(path)) {
        spare_allocations();
        nj_write_atomic(path, member, member_size, 0600, &error);
    }
    pipeline_spec spec = {
        .from = {.kind = PIPELINE_FILE, .path = path},
        .filters = {{.kind = PIPELINE_DECOMPRESS},
                    {.kind = PIPELINE_DIGEST, .wanted = {[DIGEST_MD5] = true}}},
        .filter_count = 2,
        .to = {.kind = PIPELINE_PROCESS, .argv = argv},
        .stall = HUGE_VAL,
    };
    run_pipeline(&spec, got);
}
endures(restore_in_pipeline);

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(make_digest_without_memory),
        cmocka_unit_test(read_dump_without_memory),
        cmocka_unit_test(read_long_dump_without_memory),
        cmocka_unit_test(compress_without_memory),
        cmocka_unit_test(decompress_without_memory),
        cmocka_unit_test(split_stream_without_memory),
        cmocka_unit_test(make_json_without_memory),
        with_folder(use_files_without_memory),
        with_folder(write_new_file_without_memory),
        with_folder(give_to_owner_without_memory),
        with_folder(take_lock_without_memory),
        cmocka_unit_test(find_paths_without_memory),
        with_folder(spawn_child_without_memory),
        cmocka_unit_test(run_program_without_memory),
        cmocka_unit_test(work_in_pool_without_memory),
        with_folder(keep_in_pipeline_without_memory),
        with_folder(restore_in_pipeline_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
