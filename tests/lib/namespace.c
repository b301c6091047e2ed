/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *no_namespace = "ns_enter was not called";
static const char *private_place;

static const char *
why_no_namespace(int error)
{
	switch (error) {
	case ENOSPC:
		return "this machine allows no user namespace (user.max_user_namespaces)";
	case EPERM:
		return "this machine permits no user namespace here (in a chroot, in a container, or by a setting)";
	default:
		return "this kernel has no user namespaces";
	}
}

const char *
ns_become_root(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return why_no_namespace(errno);
	overwrite("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!overwrite("/proc/self/uid_map", map))
		return "this machine permits no uid map of a user namespace";
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (!overwrite("/proc/self/gid_map", map))
		return "this machine permits no gid map of a user namespace";
	return NULL;
}

const char *
ns_mount(void)
{
	struct stat before, after;

	if (stat(MOUNT, &before) < 0)
		return "this machine has no " MOUNT;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "this machine permits no mounts in a user namespace";
	if (mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL) < 0)
		return "this kernel does not mount binfmt_misc in a user namespace (before Linux 6.7)";
	if (stat(MOUNT, &after) < 0 || before.st_dev == after.st_dev)
		return "this kernel does not mount a new binfmt_misc in a user namespace";
	return NULL;
}

static void
make_private_place(void)
{
	static const char *const places[] = {"/media", "/srv", "/opt"};

	for (size_t i = 0; !private_place && i < LENGTH(places); i++)
		if (mount("tmpfs", places[i], "tmpfs", 0, "mode=0755") == 0)
			private_place = places[i];
}

/*
 * This tree has a path there too, where that can be: its usual one may lead through a folder that is closed to the
 * root of a namespace of one user, as a home is that belongs to another.
 */
static void
move_into_private_place(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/tree", private_place);
	if (mkdir(path, 0755) < 0 || mount(".", path, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(path) < 0)
		rmdir(path);
}

const char *
ns_private_place(void)
{
	return private_place;
}

static const char *
settle(const char *(*become_root)(void))
{
	no_namespace = become_root();
	if (!no_namespace)
		no_namespace = ns_mount();
	if (!no_namespace)
		make_private_place();
	if (private_place)
		move_into_private_place();
	return no_namespace;
}

const char *
ns_enter(void)
{
	return settle(ns_become_root);
}

void
ns_empty(void)
{
	assert_int_equal(mount_write("status", "-1", 2), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
}

int
ns_setup(void **state)
{
	(void)state;
	if (no_namespace)
		skip_because("%s", no_namespace);
	ns_empty();
	return 0;
}

static void
no_namespace_test(void **state)
{
	(void)state;
	skip_because("%s", no_namespace);
}

int
ns_run_tests(const char *name, const char *(*become_root)(void), const struct CMUnitTest *tests, size_t count)
{
	struct CMUnitTest *own = calloc(count, sizeof(*own));
	const char *reason = settle(become_root);
	int failed;

	if (!own)
		return 1;
	if (reason)
		fprintf(stderr, "no kernel: %s\n", reason);
	for (size_t i = 0; i < count; i++) {
		own[i] = tests[i];
		if (reason)
			own[i] = (struct CMUnitTest){.name = tests[i].name, .test_func = no_namespace_test};
		else if (!own[i].setup_func)
			own[i].setup_func = ns_setup;
	}
	failed = _cmocka_run_group_tests(name, own, count, NULL, NULL);
	free(own);
	return failed;
}
