/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "below.h"
#include "random.h"
#include "rootview.h"

enum { TREES = 40, PATHS = 500, NAMES_MAX = 8 };

static const char *const names[] = {"a", "b", "c", "f", "l1", "l2", "l3", "l4", ".", "..", "lacks", ""};

/* A path of these names; now and then one from the root, or with a slash at its end. */
static void
make_path(char path[static 128])
{
	size_t count = 1 + below(NAMES_MAX), len = 0;

	if (chance(40))
		path[len++] = '/';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(path + len, 128 - len, "%s%s", i ? "/" : "", names[below(LENGTH(names))]);
	if (chance(20))
		snprintf(path + len, 128 - len, "/");
}

/* Folders, files and links to anywhere. */
static void
make_tree(void)
{
	static const char *const folders[] = {"a", "a/b", "a/b/c", "b", "c"}, *const files[] = {"f", "a/f", "b/f"};
	char path[128], target[128];

	expect(shell("cd %s && rm -rf tree && mkdir tree", scratch()), 0, "", "");
	assert_int_equal(chdir(scratch()), 0);
	assert_int_equal(chdir("tree"), 0);
	for (size_t i = 0; i < LENGTH(folders); i++)
		assert_int_equal(mkdir(folders[i], 0755), 0);
	for (size_t i = 0; i < LENGTH(files); i++)
		spill(files[i], "", 0, 0644);
	for (size_t i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "%sl%zu", i < 4 ? "" : "a/", 1 + i % 4);
		make_path(target);
		if (symlink(*target ? target : ".", path) < 0)
			assert_int_equal(errno, EEXIST);
	}
}

/* The kernel is the oracle: openat2 goes the same way below a root. */
static void
open__any_path__leads_where_the_kernel_goes(void **state)
{
	unsigned found = 0, failed = 0;
	int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(home >= 0);
	random_seed(4);
	for (int t = 0; t < TREES; t++) {
		int root;

		make_tree();
		root = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (!below_works(root))
			skip_because("this kernel has no openat2");
		rootview_begin();
		for (int i = 0; i < PATHS; i++) {
			struct stat wanted, got;
			char path[128];
			int theirs, ours, error;

			make_path(path);
			theirs = below_open(root, path, O_PATH);
			error = theirs < 0 ? errno : 0;
			ours = rootview_open(path, O_PATH);
			if ((ours < 0 ? errno : 0) != error)
				fail_msg("%s: %s, not %s", path, strerror(ours < 0 ? errno : 0), strerror(error));
			if (!error) {
				assert_int_equal(fstat(theirs, &wanted), 0);
				assert_int_equal(fstat(ours, &got), 0);
				assert_int_equal(got.st_ino, wanted.st_ino);
				close(theirs);
				close(ours);
			}
			found += !error;
			failed += error != 0;
		}
		close(root);
		assert_int_equal(fchdir(home), 0);
	}
	close(home);
	assert_true(found > TREES * PATHS / 20 && failed > TREES * PATHS / 20);
}

static void
where__what_is_shown__by_its_place(void **state)
{
	static const struct {
		const char *path, *at;
		bool outside, there;
	} rows[] = {
	    {"/", "", false, true},
	    {"/a/../lacks/x", "/lacks/x", false, false},
	    {"/new", "/new", false, true},
	    {"/new/x", "/new/x", false, false},
	    {"/new/dev", "/new/dev", true, true},
	    {"/new/dev/null", "/new/dev/null", true, true},
	    {"/new/dev/lacks", "/new/dev/lacks", true, false},
	    {"/far", "/far", false, true},
	    {"/far/off", "/far/off", false, true},
	    {"/far/off/file/null", "/far/off/file/null", true, true},
	    {"/to-far/off/../off/file", "/far/off/file", true, true},
	    {"/a", "/a", true, true},
	    {"/a/b", "/a/b", true, false},
	    {"/ab", "/ab", false, false},
	    {"/a/on", "/a/on", false, true},
	};
	char at[PATH_MAX];
	struct stat st;
	int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	random_seed(1);
	make_tree();
	assert_int_equal(symlink("far", "to-far"), 0);
	rootview_begin();
	rootview_show("/new", NULL);
	rootview_show("/new/dev", "/dev");
	rootview_show("/far/off/file", "/dev");
	rootview_show("/a/b/c", "/dev"); /* covered by the next */
	rootview_show("/a", "/proc");
	rootview_show("/a/on", NULL);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(rootview_where(rows[i].path, true, at), 0);
		assert_string_equal(at, rows[i].at);
		assert_int_equal(rootview_is_outside(at), rows[i].outside);
		if ((rootview_look(at, &st) == 0) != rows[i].there)
			fail_msg("%s: %s", rows[i].path, strerror(errno));
	}
	assert_int_equal(rootview_may_make("/new/x/y"), 0);
	assert_int_equal(rootview_may_make("/lacks/y"), 0);
	assert_int_equal(rootview_may_make("/f/x"), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(rootview_enter("/far/off"), 0);
	assert_int_equal(rootview_where("../x", true, at), 0);
	assert_string_equal(at, "/far/x");
	assert_int_equal(rootview_enter("/f"), -1);
	assert_int_equal(fchdir(home), 0);
	close(home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(open__any_path__leads_where_the_kernel_goes),
	    cmocka_unit_test(where__what_is_shown__by_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
