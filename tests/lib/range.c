/* SPDX-License-Identifier: MIT */
#include "range.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAPPED = 65536 };

/* Why there is no namespace with a whole range of users, or NULL. */
static const char *no_range = "range_run was not called";
static bool is_range; /* this process was started by range_run */

/* The child asks by a byte, the parent writes the maps and answers with one. */
static bool
write_maps(pid_t pid)
{
	static const char *const files[] = {"uid_map", "gid_map"};
	char path[64], map[64];
	bool done = true;

	snprintf(map, sizeof(map), "0 0 %d", MAPPED);
	for (size_t i = 0; i < LENGTH(files); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
		done = overwrite(path, map) && done;
	}
	return done;
}

static const char *
enter(int ask, int answer)
{
	const char *reason;
	char c = 0;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return "this machine permits no user namespace";
	if (write(ask, "?", 1) != 1 || read(answer, &c, 1) != 1 || c != 'y')
		return "this machine lets real root only map a whole range of users";
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return "this machine does not let a test become the namespace's root";
	reason = ns_mount();
	if (reason)
		return reason;
	/* A place that every user can reach, wherever this tree is. */
	if (mount("place", "/mnt", "tmpfs", 0, "mode=755") < 0)
		return "this machine does not let a test mount at /mnt";
	return NULL;
}

int
range_run_tests(const char *name, const struct CMUnitTest *tests, size_t count)
{
	int ask[2], answer[2], status;
	pid_t pid;
	char c;

	if (pipe2(ask, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return 1;
	if (pid == 0) {
		close(ask[0]);
		close(answer[1]);
		is_range = true;
		no_range = enter(ask[1], answer[0]);
		close(ask[1]);
		exit(_cmocka_run_group_tests(name, tests, count, NULL, NULL));
	}
	close(ask[1]);
	close(answer[0]);
	if (read(ask[0], &c, 1) == 1 && write_maps(pid) && write(answer[1], "y", 1) != 1)
		perror("range");
	close(answer[1]);
	close(ask[0]);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

void
range_setup(void)
{
	if (no_range)
		skip_because("%s", no_range);
	ns_empty();
}

void
range_need(void)
{
	if (is_range && no_range)
		skip_because("%s", no_range);
}

void
range_become_user(void)
{
	assert_int_equal(setgroups(0, NULL), 0);
	assert_int_equal(setresgid(RANGE_USER, RANGE_USER, 0), 0);
	assert_int_equal(setresuid(RANGE_USER, RANGE_USER, 0), 0);
}

void
range_become_root(void)
{
	assert_int_equal(setresuid(0, 0, 0), 0);
	assert_int_equal(setresgid(0, 0, 0), 0);
}

bool
range_drop(void)
{
	return setgroups(0, NULL) == 0 && setresgid(RANGE_USER, RANGE_USER, RANGE_USER) == 0 &&
	       setresuid(RANGE_USER, RANGE_USER, RANGE_USER) == 0;
}
