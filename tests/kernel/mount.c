/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "err.h"
#include "mount.h"

static const char rule[] = ":kept:E::mounttest::/bin/true:";

static void
register_one(struct binfmt *b)
{
	struct err err;

	assert_int_equal(mount_write("register", rule, sizeof(rule) - 1), 0);
	assert_int_equal(binfmt_open(b, MOUNT, NULL, &err), 0);
}

static void
keep__nobody_else_holds_the_instance__gone_and_said(void **state)
{
	struct binfmt b;
	struct err err;

	(void)state;
	register_one(&b);
	assert_int_equal(mount_keep(&b, &err), -1);
	assert_int_equal(err.code, ERR_NOT_KEPT);
	assert_non_null(strstr(err.text, "on the host"));
	assert_int_equal(binfmt_open(&b, MOUNT, NULL, &err), -1); /* nothing is left mounted */
	assert_int_equal(err.code, ERR_NOT_MOUNTED);
	assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
}

static void
keep__instance_mounted_elsewhere_too__entries_stay(void **state)
{
	struct binfmt b;
	struct err err;

	(void)state;
	assert_int_equal(mount("binfmt_misc", scratch(), "binfmt_misc", 0, NULL), 0);
	register_one(&b);
	assert_int_equal(mount_keep(&b, &err), 0);
	binfmt_close(&b);
	assert_non_null(strstr(tool("list", NULL)->out, "kept"));
	assert_int_equal(umount(scratch()), 0);
}

static void
register__mount_in_a_user_namespace__refused(void **state)
{
	const struct run *r;

	(void)state;
	assert_int_equal(umount(MOUNT), 0);
	r = tool("register", "aarch64", "--mount", "--interpreter", "/bin/true", NULL);
	assert_int_equal(r->status, 3);
	assert_non_null(strstr(r->err, "hides the inherited handlers"));
	r = tool("register", "aarch64", "--interpreter", "/bin/true", NULL);
	assert_int_equal(r->status, 3);
	assert_non_null(strstr(r->err, "not visible here"));
	assert_int_equal(tool("register", "aarch64", "--mount", "--force", "--interpreter", "/bin/true", NULL)->status,
			 0);
	assert_non_null(strstr(tool("list", NULL)->out, "qemu-aarch64"));
	/* Mounted already: --mount has nothing to do, and is not refused. */
	assert_int_equal(tool("register", "arm", "--mount", "--interpreter", "/bin/true", NULL)->status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keep__nobody_else_holds_the_instance__gone_and_said),
	    cmocka_unit_test(keep__instance_mounted_elsewhere_too__entries_stay),
	    cmocka_unit_test(register__mount_in_a_user_namespace__refused),
	};

	return ns_run(tests);
}
