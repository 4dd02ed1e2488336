/* How fast a fingerprint reads, and how much memory a large schema takes in it.
 *
 *     cmake --build BUILD --target nightjar_cores
 *     cc -O2 -I. tests/bench/fingerprint.c BUILD/libnightjar_cores.a -o bench && ./bench
 *
 * Prints GB/s of rows by their length beside memcpy of the same bytes, of statements, and the
 * memory of a schema of 100,000 objects. */
#include "bindings/fingerprint.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 1 << 20, TOTAL = 1 << 30, OBJECTS = 100000 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static fingerprint *begin(void)
{
    nj_error error;
    fingerprint *print;
    if (fingerprint_new(NULL, &print, &error) != 0)
        exit(2);
    return print;
}

static void feed(fingerprint *print, const char *bytes, size_t size)
{
    nj_error error;
    if (fingerprint_feed(print, bytes, size, &error) != 0) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
}

static void report(const char *what, double seconds, double copy_seconds)
{
    printf("%-28s %6.2f GB/s   %4.1f times memcpy\n", what, TOTAL / seconds / 1e9,
           seconds / copy_seconds);
}

static double time_of_copy(const char *block)
{
    static char target[BLOCK];
    double started = now();
    for (int round = 0; round < TOTAL / BLOCK; round++) {
        memcpy(target, block, BLOCK);
        __asm__ volatile("" ::"r"(target) : "memory");
    }
    return now() - started;
}

static double time_of_feed(const char *start, const char *block)
{
    fingerprint *print = begin();
    feed(print, start, strlen(start));
    double started = now();
    for (int round = 0; round < TOTAL / BLOCK; round++)
        feed(print, block, BLOCK);
    double seconds = now() - started;
    fingerprint_free(print);
    return seconds;
}

static void rows_of(char *block, size_t length)
{
    srand(1);
    for (size_t at = 0; at < BLOCK; at++)
        block[at] = (char)(at % (length + 1) == length ? '\n' : 'a' + rand() % 26);
    char what[64];
    snprintf(what, sizeof what, "rows of %zu bytes", length);
    report(what, time_of_feed("COPY public.t (a) FROM stdin;\n", block), time_of_copy(block));
}

static void statements(char *block)
{
    static const char text[] = "ALTER TABLE ONLY public.order_lines\n    ADD CONSTRAINT "
                               "order_lines_pkey PRIMARY KEY (id, \"line\") WITH (note='x;y');\n";
    for (size_t at = 0; at < BLOCK; at++)
        block[at] = text[at % (sizeof text - 1)];
    report("statements", time_of_feed("", block), time_of_copy(block));
}

static void schema(void)
{
    fingerprint *print = begin();
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    char text[1024];
    for (int number = 0; number < OBJECTS; number++) {
        int size = snprintf(text, sizeof text,
                            "--\n-- Name: customer_table_%d; Type: TABLE; Schema: public; Owner: "
                            "application\n--\n\nCREATE TABLE public.customer_table_%d (id bigint);"
                            "\n\nALTER TABLE public.customer_table_%d OWNER TO application;\n\n"
                            "COPY public.customer_table_%d (id) FROM stdin;\n1\n\\.\n\n",
                            number, number, number, number);
        feed(print, text, (size_t)size);
    }
    size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    printf("%d tables: %.1f MB\n", OBJECTS, (double)(after - before) / 1e6);
    fingerprint_free(print);
}

int main(void)
{
    char *block = malloc(BLOCK);
    if (!block)
        return 2;
    rows_of(block, 10);
    rows_of(block, 30);
    rows_of(block, 100);
    rows_of(block, 300);
    rows_of(block, 3000);
    statements(block);
    schema();
    free(block);
    return 0;
}
