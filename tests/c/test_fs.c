/* Files and folders: written whole or not at all, removed without following links. On a real file
 * system, a small one where it has to be full. */
#include "bindings/fs.h"
#include "tests/c/support.h"

enum { NOBODY = 65534 };

static const char small[] = "size=128k,nr_inodes=64";

/* ---- files that are written whole or not at all ---- */

static void a_new_file_has_its_mode_whatever_the_umask(void **state)
{
    nj_error error;
    nj_file file;
    char *path = path_in(state, "new");
    mode_t before = umask(0177);
    assert_done(nj_file_create(&file, path, 0644, &error));
    umask(before);
    assert_int_equal(write(file.fd, "text", 4), 4);
    assert_done(nj_file_commit(&file, &error));
    nj_file_abandon(&file); /* nothing, after a commit */
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    assert_string_equal(text_of(path), "text");
}

static void an_abandoned_file_is_gone(void **state)
{
    nj_error error;
    nj_file file;
    char *path = path_in(state, "new");
    assert_done(nj_file_create(&file, path, 0600, &error));
    nj_file_abandon(&file);
    nj_file_abandon(&file);
    assert_false(is_there(path));
}

static void a_file_or_link_in_its_place_is_left_alone(void **state)
{
    nj_error error;
    nj_file file;
    char *target = path_in(state, "target"), *link = path_in(state, "link");
    write_file(target, "precious", 0600);
    assert_int_equal(nj_file_create(&file, target, 0600, &error), -1);
    assert_string_equal(error.code, "EXISTS");
    assert_contains(error.message, target);
    assert_int_equal(symlink("nowhere", link), 0);
    assert_int_equal(nj_file_create(&file, link, 0600, &error), -1);
    nj_file_abandon(&file);
    assert_true(is_there(link));
    assert_false(is_there(path_in(state, "nowhere")));
    assert_string_equal(text_of(target), "precious");
}

static void an_atomic_write_replaces_the_whole_and_sets_the_mode(void **state)
{
    char *path = path_in(state, "state.json");
    write_file(path, "a longer first text", 0600);
    write_file(path, "second", 0640);
    assert_string_equal(text_of(path), "second");
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(count_names(*state), 1);
}

static void on_a_full_disk_the_old_text_stays_and_no_temporary(void **state)
{
    mount_small(state, small);
    nj_error error;
    char *path = path_in(state, "state.json");
    static char big[1 << 20];
    write_file(path, "old", 0600);
    assert_int_equal(nj_write_atomic(path, big, sizeof big, 0600, &error), -1);
    assert_int_equal(error.errnum, ENOSPC);
    assert_contains(error.message, path);
    assert_contains(error.hint, "space");
    assert_string_equal(text_of(path), "old");
    assert_int_equal(count_names(*state), 1);
}

static void a_write_that_cannot_be_put_in_place_leaves_no_temporary(void **state)
{
    nj_error error;
    bool made;
    char *path = path_in(state, "folder");
    assert_done(fs_make_folder(path, 0700, false, &made, &error));
    assert_int_equal(nj_write_atomic(path, "x", 1, 0600, &error), -1);
    assert_int_equal(count_names(*state), 1);
}

/* ---- adding ---- */

static void added_lines_follow_each_other(void **state)
{
    nj_error error;
    char *path = path_in(state, "log");
    assert_done(nj_append(path, "one\n", 4, 0600, &error));
    assert_done(nj_append(path, "two\n", 4, 0600, &error));
    assert_string_equal(text_of(path), "one\ntwo\n");
}

static void on_a_full_disk_no_half_line_stays(void **state)
{
    mount_small(state, small);
    nj_error error;
    char *path = path_in(state, "log");
    static char line[300 << 10];
    memset(line, 'x', sizeof line);
    assert_done(nj_append(path, "one\n", 4, 0600, &error));
    assert_int_equal(nj_append(path, line, sizeof line, 0600, &error), -1);
    assert_int_equal(error.errnum, ENOSPC);
    assert_string_equal(text_of(path), "one\n");
}

/* ---- renaming ---- */

static void a_rename_never_replaces(void **state)
{
    nj_error error;
    bool made;
    char *from = path_in(state, "from"), *to = path_in(state, "to");
    write_file(from, "new", 0600);
    write_file(to, "old", 0600);
    assert_int_equal(nj_rename(from, to, &error), -1);
    assert_string_equal(error.code, "EXISTS");
    assert_string_equal(text_of(to), "old");
    assert_int_equal(unlink(to), 0);
    assert_done(nj_rename(from, to, &error));
    assert_string_equal(text_of(to), "new");
    assert_false(is_there(from));

    char *set = path_in(state, ".partial"), *empty = path_in(state, "set");
    assert_done(fs_make_folder(set, 0700, false, &made, &error));
    assert_done(fs_make_folder(empty, 0700, false, &made, &error));
    assert_int_equal(nj_rename(set, empty, &error), -1);
    assert_string_equal(error.code, "EXISTS");
    assert_int_equal(rmdir(empty), 0);
    assert_done(nj_rename(set, empty, &error));
}

static void a_rename_to_another_file_system_says_so(void **state)
{
    nj_error error;
    char *from = path_in(state, "from");
    char to[] = "/dev/shm/nightjar-test-never-there";
    struct stat here, there;
    if (stat("/dev/shm", &there) != 0 || stat(*state, &here) != 0 || here.st_dev == there.st_dev)
        fail_msg("/dev/shm is no other file system here, which this test needs");
    write_file(from, "x", 0600);
    assert_int_equal(nj_rename(from, to, &error), -1);
    assert_contains(error.hint, "file systems");
    assert_true(is_there(from));
}

/* ---- reading ---- */

static int read_file(const char *path, size_t limit, char **ret_bytes, size_t *ret_size,
                     nj_error *error)
{
    nj_wait wait = ten_seconds();
    return fs_read(path, limit, &wait, ret_bytes, ret_size, error);
}

static void a_file_is_read_to_its_end(void **state)
{
    nj_error error;
    char *bytes, *path = path_in(state, "file");
    static char written[100001];
    size_t size;
    memset(written, 'y', sizeof written);
    written[5] = '\0';
    assert_done(nj_write_atomic(path, written, sizeof written, 0600, &error));
    assert_done(read_file(path, sizeof written, &bytes, &size, &error));
    assert_int_equal(size, sizeof written);
    assert_memory_equal(bytes, written, size);
    free(bytes);
    assert_int_equal(read_file(path, sizeof written - 1, &bytes, &size, &error), -1);
    assert_string_equal(error.code, "FORMAT");
    assert_contains(error.message, "100000 bytes");
    write_file(path, "", 0600);
    assert_done(read_file(path, 0, &bytes, &size, &error));
    assert_int_equal(size, 0);
    assert_string_equal(bytes, "");
    free(bytes);
}

static void a_file_that_does_not_tell_its_size_is_read_too(void **state)
{
    (void)state;
    nj_error error;
    char *bytes;
    size_t size;
    assert_done(read_file("/proc/self/status", 1 << 20, &bytes, &size, &error));
    assert_contains(bytes, "VmRSS");
    free(bytes);
}

static void what_is_no_file_is_refused_and_not_waited_for(void **state)
{
    nj_error error;
    char *bytes, *fifo = path_in(state, "fifo");
    size_t size;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(read_file(fifo, 10, &bytes, &size, &error), -1);
    assert_string_equal(error.code, "FORMAT");
    assert_int_equal(read_file(*state, 10, &bytes, &size, &error), -1);
    assert_string_equal(error.code, "FORMAT");
    assert_int_equal(read_file(path_in(state, "none"), 10, &bytes, &size, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
}

/* ---- looking ---- */

static void a_status_is_of_the_thing_itself_unless_it_is_to_be_followed(void **state)
{
    nj_error error;
    nj_status status;
    bool exists;
    char *file = path_in(state, "file"), *link = path_in(state, "link");
    write_file(file, "12345", 0640);
    assert_int_equal(symlink("file", link), 0);
    assert_done(nj_status_of(file, false, &exists, &status, &error));
    assert_true(exists);
    assert_int_equal(status.kind, NJ_KIND_FILE);
    assert_int_equal(status.size, 5);
    assert_int_equal(status.mode, 0640);
    assert_done(nj_status_of(link, false, &exists, &status, &error));
    assert_int_equal(status.kind, NJ_KIND_LINK);
    assert_done(nj_status_of(link, true, &exists, &status, &error));
    assert_int_equal(status.kind, NJ_KIND_FILE);
    assert_done(nj_status_of(path_in(state, "file/below"), false, &exists, &status, &error));
    assert_false(exists);
}

static void names_come_sorted(void **state)
{
    nj_error error;
    nj_names names;
    static const char *const expected[] = {".hidden", "B", "a", "b\nc", "\xc3\xbc"};
    for (size_t index = 5; index-- > 0;)
        write_file(path_in(state, expected[index]), "", 0600);
    assert_done(nj_list(*state, &names, &error));
    assert_int_equal(names.count, 5);
    for (size_t index = 0; index < 5; index++)
        assert_string_equal(names.names[index], expected[index]);
    nj_names_free(&names);
    nj_names_free(&names);
    assert_int_equal(nj_list(path_in(state, "none"), &names, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
}

/* ---- making and removing folders ---- */

static void folders_are_made_with_those_above_them(void **state)
{
    nj_error error;
    nj_status status;
    bool made, exists;
    char *deep = path_in(state, "a/b//c/");
    assert_int_equal(fs_make_folder(deep, 0750, false, &made, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
    assert_done(fs_make_folder(deep, 0750, true, &made, &error));
    assert_true(made);
    assert_done(nj_status_of(path_in(state, "a/b/c"), false, &exists, &status, &error));
    assert_int_equal(status.kind, NJ_KIND_FOLDER);
    assert_int_equal(status.mode, 0750);
    assert_done(fs_make_folder(deep, 0700, true, &made, &error));
    assert_false(made);
    write_file(path_in(state, "file"), "", 0600);
    assert_int_equal(fs_make_folder(path_in(state, "file"), 0700, true, &made, &error), -1);
    assert_string_equal(error.code, "EXISTS");
    assert_int_equal(fs_make_folder(path_in(state, "file/x"), 0700, true, &made, &error), -1);
}

static void removing_tells_whether_there_was_anything(void **state)
{
    nj_error error;
    bool removed;
    char *path = path_in(state, "file");
    write_file(path, "", 0600);
    assert_done(nj_remove(path, false, &removed, &error));
    assert_true(removed);
    assert_done(nj_remove(path, false, &removed, &error));
    assert_false(removed);
}

static void a_folder_with_something_in_it_is_kept_unless_asked(void **state)
{
    nj_error error;
    bool made, removed;
    char *folder = path_in(state, "a");
    assert_done(fs_make_folder(path_in(state, "a/b/c"), 0700, true, &made, &error));
    write_file(path_in(state, "a/b/file"), "x", 0400);
    assert_int_equal(nj_remove(folder, false, &removed, &error), -1);
    assert_contains(error.hint, "recursive");
    assert_true(is_there(folder));
    assert_done(nj_remove(folder, true, &removed, &error));
    assert_true(removed);
    assert_false(is_there(folder));
}

static void removing_never_follows_a_link(void **state)
{
    nj_error error;
    bool made, removed;
    assert_done(fs_make_folder(path_in(state, "precious"), 0700, true, &made, &error));
    write_file(path_in(state, "precious/file"), "x", 0600);
    assert_done(fs_make_folder(path_in(state, "doomed"), 0700, true, &made, &error));
    assert_int_equal(symlink("../precious", path_in(state, "doomed/link")), 0);
    assert_int_equal(symlink("precious", path_in(state, "link")), 0);
    assert_done(nj_remove(path_in(state, "doomed"), true, &removed, &error));
    assert_done(nj_remove(path_in(state, "link/"), true, &removed, &error));
    assert_true(removed);
    assert_false(is_there(path_in(state, "link")));
    assert_true(is_there(path_in(state, "precious/file")));
}

static int scene_of_another_user(const char *path)
{
    nj_error error;
    bool removed;
    if (setuid(NOBODY) != 0)
        return 3;
    if (nj_remove(path, false, &removed, &error) != -1)
        return 1;
    return strcmp(error.code, "DENIED") == 0 ? 0 : 2;
}

static void what_may_not_be_removed_is_an_error_and_not_missing(void **state)
{
    if (getuid() != 0)
        fail_msg("run the tests as root: this one takes rights away from itself");
    char *path = path_in(state, "file");
    write_file(path, "x", 0600);
    assert_int_equal(chmod(*state, 01777), 0); /* sticky: only the owner may remove */
    pid_t pid = fork();
    if (pid == 0)
        _exit(scene_of_another_user(path));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(is_there(path));
}

/* ---- owners ---- */

static uid_t owner_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_uid;
}

static void what_root_makes_in_somebodys_folder_is_theirs(void **state)
{
    if (getuid() != 0)
        fail_msg("run the tests as root: this one is about what root makes");
    nj_error error;
    bool made;
    nj_lock lock = {.fd = -1};
    nj_wait wait = ten_seconds();
    char *roots = path_in(state, "root's"), *log = path_in(state, "log");
    write_file(roots, "root's", 0600);
    assert_int_equal(chown(*state, NOBODY, NOBODY), 0);
    char *linked = path_in(state, "linked");
    assert_int_equal(link(roots, linked), 0);
    write_file(path_in(state, "state.json"), "{}", 0600);
    assert_done(nj_append(log, "line", 4, 0600, &error));
    assert_done(nj_append(linked, "line", 4, 0600, &error));
    assert_done(fs_make_folder(path_in(state, "a/b"), 0700, true, &made, &error));
    assert_done(nj_lock_take(&lock, path_in(state, "lock"), "", &wait, &error));
    nj_lock_release(&lock);
    const char *const theirs[] = {"state.json", "log", "a", "a/b", "lock"};
    for (size_t index = 0; index < sizeof theirs / sizeof *theirs; index++)
        assert_int_equal(owner_of(path_in(state, theirs[index])), NOBODY);
    assert_int_equal(owner_of(path_in(state, "root's")),
                     0); /* whoever has linked to it has not got it by that */
    assert_int_equal(chown(*state, 0, 0), 0);
    write_file(path_in(state, "mine"), "x", 0600);
    assert_int_equal(owner_of(path_in(state, "mine")), 0);
}

/* ---- paths ---- */

static void a_path_becomes_absolute(void **state)
{
    (void)state;
    nj_error error;
    char *path, *folder = getcwd(NULL, 0), expected[4200];
    assert_done(nj_absolute("/a/../b", &path, &error));
    assert_string_equal(path, "/a/../b");
    free(path);
    snprintf(expected, sizeof expected, "%s/x/y", folder);
    assert_done(nj_absolute("./x/y", &path, &error));
    assert_string_equal(path, expected);
    free(path);
    assert_done(nj_absolute(".", &path, &error));
    assert_string_equal(path, folder);
    free(path);
    free(folder);
}

static void programs_are_found_by_path(void **state)
{
    nj_error error;
    char *path, *here = path_in(state, "tool");
    char *before = strdup(getenv("PATH"));
    write_file(here, "#!/bin/sh\n", 0755);
    assert_done(nj_find_program("sh", &path, &error));
    assert_true(path[0] == '/');
    free(path);
    assert_done(nj_find_program(here, &path, &error));
    assert_string_equal(path, here);
    free(path);
    assert_int_equal(nj_find_program("tool", &path, &error), -1);
    setenv("PATH", *state, 1);
    assert_done(nj_find_program("tool", &path, &error));
    assert_string_equal(path, here);
    free(path);
    assert_int_equal(chmod(here, 0644), 0);
    assert_int_equal(nj_find_program("tool", &path, &error), -1);
    assert_string_equal(error.code, "DENIED");
    setenv("PATH", "::.:", 1); /* never the folder that we happen to be in */
    assert_int_equal(nj_find_program("tests", &path, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
    assert_contains(error.hint, "PATH");
    setenv("PATH", before, 1);
    free(before);
}

/* ---- space ---- */

static void space_is_what_the_file_system_has(void **state)
{
    nj_error error;
    nj_space space;
    mount_small(state, "size=1m,nr_inodes=100");
    assert_done(nj_space_of(*state, &space, &error));
    assert_int_equal(space.total, 1 << 20);
    assert_int_equal(space.available, 1 << 20);
    assert_int_equal(space.inodes, 100);
    write_file(path_in(state, "file"), "x", 0600);
    assert_done(nj_space_of(*state, &space, &error));
    assert_int_equal(space.available, (1 << 20) - sysconf(_SC_PAGESIZE));
    assert_int_equal(space.inodes_free, 98);
    assert_int_equal(nj_space_of(path_in(state, "none"), &space, &error), -1);
    assert_string_equal(error.code, "NOT_FOUND");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_folder(a_new_file_has_its_mode_whatever_the_umask),
        with_folder(an_abandoned_file_is_gone),
        with_folder(a_file_or_link_in_its_place_is_left_alone),
        with_folder(an_atomic_write_replaces_the_whole_and_sets_the_mode),
        with_folder(on_a_full_disk_the_old_text_stays_and_no_temporary),
        with_folder(a_write_that_cannot_be_put_in_place_leaves_no_temporary),
        with_folder(added_lines_follow_each_other),
        with_folder(on_a_full_disk_no_half_line_stays),
        with_folder(a_rename_never_replaces),
        with_folder(a_rename_to_another_file_system_says_so),
        with_folder(a_file_is_read_to_its_end),
        cmocka_unit_test(a_file_that_does_not_tell_its_size_is_read_too),
        with_folder(what_is_no_file_is_refused_and_not_waited_for),
        with_folder(a_status_is_of_the_thing_itself_unless_it_is_to_be_followed),
        with_folder(names_come_sorted),
        with_folder(folders_are_made_with_those_above_them),
        with_folder(removing_tells_whether_there_was_anything),
        with_folder(a_folder_with_something_in_it_is_kept_unless_asked),
        with_folder(removing_never_follows_a_link),
        with_folder(what_may_not_be_removed_is_an_error_and_not_missing),
        with_folder(what_root_makes_in_somebodys_folder_is_theirs),
        cmocka_unit_test(a_path_becomes_absolute),
        with_folder(programs_are_found_by_path),
        with_folder(space_is_what_the_file_system_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
