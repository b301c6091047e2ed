/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "trust.h"

#define ROOT "/tmp/" /* an empty file system of our own: the real one's /tmp is writable by all */

static bool entered;

/* What is written at the end of the sentence about flag C. */
#define WRITABLE "is writable by its group or by others"
#define OWNER "belongs to uid 1000"

static bool
mount_own(void)
{
	return mount("none", "/tmp", "tmpfs", 0, "mode=755") == 0;
}

/* Namespaces of our own, the user's too where that is needed to mount. */
static bool
enter(void)
{
	if (unshare(CLONE_NEWNS) < 0 && ns_become_root())
		return false;
	umask(022);
	return mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 && mount_own();
}

/* Begins a test, with nothing left of the one before. */
static void
fresh(void)
{
	if (!entered)
		skip_because("this machine does not let this user mount a file system");
	assert_int_equal(umount2("/tmp", MNT_DETACH), 0);
	assert_true(mount_own());
}

/* The same for tests with files of others. */
static void
fresh_with_others(void)
{
	fresh();
	spill(ROOT "probe", "", 0, 0644);
	if (lchown(ROOT "probe", 1000, (gid_t)-1) < 0)
		skip_because("this machine does not let this user give files away");
}

static void
folder(const char *path, mode_t mode, uid_t uid)
{
	assert_int_equal(mkdir(path, 0755), 0);
	assert_true(uid == 0 || chown(path, uid, (gid_t)-1) == 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
file(const char *path, mode_t mode, uid_t uid)
{
	spill(path, "q", 1, 0755);
	assert_true(uid == 0 || chown(path, uid, (gid_t)-1) == 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
ln(const char *target, const char *path)
{
	assert_int_equal(symlink(target, path), 0);
}

/* culprit NULL: nobody else can change it; else what the reason must name, and how it ends. */
static void
expect_owners(const char *path, const char *culprit, const char *end)
{
	struct err err = {.text = ""};
	int done = trust_check(path, NULL, &err);
	size_t len = strlen(err.text), tail = end ? strlen(end) : 0;

	if (done != (culprit ? -1 : 0))
		fail_msg("%s: %d, %s", path, done, err.text);
	if (!culprit)
		return;
	assert_int_equal(err.code, ERR_CREDENTIALS);
	assert_int_equal(err.status, EXIT_FAILED);
	if (!strstr(err.text, culprit) || !strstr(err.text, path) || len < tail ||
	    strcmp(err.text + len - tail, end) != 0)
		fail_msg("%s: %s", path, err.text);
}

struct plain {
	mode_t folder_mode;
	uid_t folder_uid;
	mode_t mode;
	uid_t uid;
	const char *culprit, *end;
};

static void
expect_plain(const struct plain *t)
{
	folder(ROOT "d", t->folder_mode, t->folder_uid);
	file(ROOT "d/q", t->mode, t->uid);
	expect_owners(ROOT "d/q", t->culprit, t->end);
	assert_int_equal(unlink(ROOT "d/q"), 0);
	assert_int_equal(rmdir(ROOT "d"), 0);
}

static void
plain__modes__judged(void **state)
{
	static const struct plain t[] = {
	    {0755, 0, 0755, 0, NULL, NULL},         {0700, 0, 0500, 0, NULL, NULL},
	    {0755, 0, 04755, 0, NULL, NULL},        {0777, 0, 0755, 0, ": d (", WRITABLE},
	    {01777, 0, 0755, 0, ": d (", WRITABLE}, /* sticky or not */
	    {0775, 0, 0755, 0, ": d (", WRITABLE},  {0757, 0, 0755, 0, ": d (", WRITABLE},
	    {0755, 0, 0775, 0, ": q (", WRITABLE},  {0755, 0, 0757, 0, ": q (", WRITABLE},
	    {0755, 0, 0722, 0, ": q (", WRITABLE},
	};

	(void)state;
	fresh();
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_plain(&t[i]);
}

static void
plain__owners__judged(void **state)
{
	static const struct plain t[] = {
	    {0755, 0, 0755, 0, NULL, NULL},
	    {0755, 1000, 0755, 0, ": d (", OWNER},
	    {0755, 0, 0755, 1000, ": q (", OWNER},
	    {0555, 1000, 0555, 1000, ": d (", OWNER}, /* an owner can give himself the right */
	    {0777, 1000, 0755, 0, ": d (", OWNER},
	};

	(void)state;
	fresh_with_others();
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_plain(&t[i]);
}

/* Deep below the folder that others can write. */
static void
plain__folder_far_up__judged(void **state)
{
	(void)state;
	fresh();
	folder(ROOT "open", 0777, 0);
	folder(ROOT "open/a", 0755, 0);
	folder(ROOT "open/a/b", 0755, 0);
	file(ROOT "open/a/b/q", 0755, 0);
	expect_owners(ROOT "open/a/b/q", ": open (", WRITABLE);
	assert_int_equal(chmod("/tmp", 01777), 0);
	expect_owners(ROOT "open/a/b/q", ": tmp (", WRITABLE);
}

static void
spelling__dots_and_slashes__same_file(void **state)
{
	(void)state;
	fresh();
	folder(ROOT "d", 0755, 0);
	folder(ROOT "e", 0755, 0);
	folder(ROOT "open", 0777, 0);
	file(ROOT "d/q", 0755, 0);
	expect_owners("/tmp//d///q", NULL, NULL);
	expect_owners("//tmp/./d/./q", NULL, NULL);
	expect_owners(ROOT "e/../d/q", NULL, NULL);
	expect_owners("/../../tmp/d/q", NULL, NULL);
	expect_owners(ROOT "open/../d/q", ": open (", WRITABLE); /* who can replace open can lead .. elsewhere */
}

static void
links__followed__to_all_that_they_pass(void **state)
{
	(void)state;
	fresh();
	folder(ROOT "d", 0755, 0);
	folder(ROOT "d/in", 0755, 0);
	folder(ROOT "open", 0777, 0);
	file(ROOT "d/q", 0755, 0);
	file(ROOT "open/q", 0755, 0);
	file(ROOT "d/writable", 0777, 0);

	/* absolute, relative, of a folder, with .. in it, of links */
	ln("/tmp/d/q", ROOT "d/absolute");
	expect_owners(ROOT "d/absolute", NULL, NULL);
	ln("q", ROOT "d/relative");
	expect_owners(ROOT "d/relative", NULL, NULL);
	ln("../d", ROOT "d/itself");
	expect_owners(ROOT "d/itself/itself/q", NULL, NULL);
	ln("in/../../d/./q", ROOT "d/winding");
	expect_owners(ROOT "d/winding", NULL, NULL);
	ln("relative", ROOT "d/twice");
	expect_owners(ROOT "d/twice", NULL, NULL);
	ln("d/", ROOT "slash");
	expect_owners(ROOT "slash/q", NULL, NULL);

	/* into a folder that others can change */
	ln("/tmp/open/q", ROOT "d/absolute-open");
	expect_owners(ROOT "d/absolute-open", ": open (", WRITABLE);
	ln("../open/q", ROOT "d/relative-open");
	expect_owners(ROOT "d/relative-open", ": open (", WRITABLE);
	ln("/tmp/open", ROOT "d/folder-open");
	expect_owners(ROOT "d/folder-open/q", ": open (", WRITABLE);
	ln("writable", ROOT "d/to-writable");
	expect_owners(ROOT "d/to-writable", ": writable (", WRITABLE);

	/* a sound file by a link that others can replace */
	ln("/tmp/d/q", ROOT "open/back");
	expect_owners(ROOT "open/back", ": open (", WRITABLE);
	ln("/tmp/open/back", ROOT "d/there-and-back");
	expect_owners(ROOT "d/there-and-back", ": open (", WRITABLE);
}

static void
links__of_others__only_their_folders_matter(void **state)
{
	(void)state;
	fresh_with_others();
	folder(ROOT "d", 0755, 0);
	folder(ROOT "theirs", 0755, 1000);
	file(ROOT "d/q", 0755, 0);
	file(ROOT "theirs/q", 0755, 0);
	ln("q", ROOT "d/their-link");
	assert_int_equal(lchown(ROOT "d/their-link", 1000, (gid_t)-1), 0);
	expect_owners(ROOT "d/their-link", NULL, NULL);
	ln("/tmp/theirs/q", ROOT "d/to-theirs");
	expect_owners(ROOT "d/to-theirs", ": theirs (", OWNER);
}

static void
links__loops_and_chains__as_many_as_the_kernel(void **state)
{
	char target[64], path[64];

	(void)state;
	fresh();
	ln("self", ROOT "self");
	expect_owners(ROOT "self", "too many links", "too many links on the way");
	ln("/tmp/b", ROOT "a");
	ln("a", ROOT "b");
	expect_owners(ROOT "a", "too many links", "too many links on the way");
	ln(".", ROOT "dot");
	ln("grow/x", ROOT "grow");
	expect_owners(ROOT "grow", "too many links", "too many links on the way");

	file(ROOT "0", 0755, 0);
	for (int i = 1; i <= 41; i++) {
		snprintf(target, sizeof(target), "%d", i - 1);
		snprintf(path, sizeof(path), ROOT "%d", i);
		ln(target, path);
	}
	expect_owners(ROOT "40", NULL, NULL);
	assert_int_equal(access(ROOT "40", F_OK), 0);
	expect_owners(ROOT "41", "too many links", "too many links on the way");
	assert_int_equal(access(ROOT "41", F_OK), -1);
	assert_int_equal(errno, ELOOP);
}

static void
links__long_target__refused(void **state)
{
	char target[PATH_MAX], path[PATH_MAX];
	size_t len = 0;

	(void)state;
	fresh();
	file(ROOT "q", 0755, 0);
	while (len + 2 < 3000) {
		memcpy(target + len, "./", 3);
		len += 2;
	}
	ln(target, ROOT "long");
	expect_owners(ROOT "long/q", NULL, NULL);
	len = (size_t)snprintf(path, sizeof(path), ROOT "long");
	while (len + 3 < 2000) {
		memcpy(path + len, "/.", 3);
		len += 2;
	}
	snprintf(path + len, sizeof(path) - len, "/q");
	expect_owners(path, "too long a path", "the links on the way make too long a path");
}

static void
missing__parts__named(void **state)
{
	static const char none[] = "No such file or directory";

	(void)state;
	fresh();
	folder(ROOT "d", 0755, 0);
	file(ROOT "d/q", 0755, 0);
	ln("nowhere", ROOT "d/dangling");
	expect_owners(ROOT "d/none", "cannot open none", none);
	expect_owners(ROOT "none/q", "cannot open none", none);
	expect_owners(ROOT "d/dangling", "cannot open nowhere", none);
	expect_owners(ROOT "d/q/x", "cannot open x", "Not a directory");
}

static void
path__not_absolute_or_too_long__refused(void **state)
{
	static char path[PATH_MAX + 1];
	struct err err;

	(void)state;
	fresh();
	expect_owners("bin/sh", "bin/sh", "not an absolute path");
	expect_owners("", "", "not an absolute path");
	memset(path, '/', PATH_MAX);
	assert_int_equal(trust_check(path, NULL, &err), -1);
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(trust_check(path, NULL, &err), 0); /* the root itself */
	memset(path, 'n', 300);
	path[0] = '/';
	path[300] = '\0';
	expect_owners(path, "cannot open nnn", "File name too long");
}

/* What others need as it is, /tmp and their own folders, stays so: then no command helps. */
static void
fix__of_each_culprit__none_that_takes_from_others(void **state)
{
	static const struct {
		const char *path, *fix;
	} rows[] = {
	    {ROOT "open", "chmod go-w /tmp/open"},
	    {ROOT "given", "chown root /tmp/given"},
	    {ROOT "group/q", "chmod go-w /tmp/group"},
	    {ROOT "group/../group/./../group/q", "chmod go-w /tmp/group"},
	    {ROOT "group/open", "chmod go-w /tmp/group && chmod go-w /tmp/group/open"},
	    {ROOT "sticky/q", ""},
	    {ROOT "home/q", ""},
	    {ROOT "home/open", ""},
	    {ROOT "new\nline", ""},
	};

	(void)state;
	fresh_with_others();
	folder(ROOT "group", 0775, 0);
	folder(ROOT "sticky", 01777, 0);
	folder(ROOT "home", 0755, 1000);
	file(ROOT "open", 0777, 0);
	file(ROOT "given", 0755, 1000);
	file(ROOT "group/q", 0755, 0);
	file(ROOT "group/open", 0777, 0);
	file(ROOT "sticky/q", 0755, 0);
	file(ROOT "home/q", 0755, 0);
	file(ROOT "home/open", 0777, 0);
	file(ROOT "new\nline", 0777, 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct err err;

		assert_int_equal(trust_check(rows[i].path, NULL, &err), -1);
		expect_text(rows[i].path, err.fix, rows[i].fix);
	}
}

/* Neither alone nor beside one that a command would help against. */
static void
fix__on_a_read_only_file_system__none(void **state)
{
	static const struct {
		const char *path;
		bool fix;
	} rows[] = {{ROOT "part/q", false}, {ROOT "open/part/q", false}, {ROOT "open/q", true}};
	struct err err;

	(void)state;
	fresh();
	folder(ROOT "part", 0755, 0);
	folder(ROOT "open", 0777, 0);
	folder(ROOT "open/part", 0755, 0);
	file(ROOT "part/q", 0775, 0);
	file(ROOT "open/q", 0775, 0);
	assert_int_equal(mount(ROOT "part", ROOT "open/part", "none", MS_BIND, NULL), 0);
	assert_int_equal(mount("none", ROOT "open/part", "none", MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	assert_int_equal(mount(ROOT "open/part", ROOT "part", "none", MS_BIND, NULL), 0);
	assert_int_equal(mount("none", ROOT "part", "none", MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(trust_check(rows[i].path, NULL, &err), -1);
		assert_true(says(err.text, "is writable by its group"));
		if ((*err.fix != '\0') != rows[i].fix)
			fail_msg("%s: %s", rows[i].path, err.fix);
	}
	assert_int_equal(umount2(ROOT "part", MNT_DETACH) | umount2(ROOT "open/part", MNT_DETACH), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain__modes__judged),
	    cmocka_unit_test(plain__owners__judged),
	    cmocka_unit_test(plain__folder_far_up__judged),
	    cmocka_unit_test(spelling__dots_and_slashes__same_file),
	    cmocka_unit_test(links__followed__to_all_that_they_pass),
	    cmocka_unit_test(links__of_others__only_their_folders_matter),
	    cmocka_unit_test(links__loops_and_chains__as_many_as_the_kernel),
	    cmocka_unit_test(links__long_target__refused),
	    cmocka_unit_test(missing__parts__named),
	    cmocka_unit_test(path__not_absolute_or_too_long__refused),
	    cmocka_unit_test(fix__of_each_culprit__none_that_takes_from_others),
	    cmocka_unit_test(fix__on_a_read_only_file_system__none),
	};

	entered = enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
