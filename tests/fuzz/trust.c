/* SPDX-License-Identifier: MIT */
/*
 * Paths through a tree of links: where everybody is trusted the answer is the kernel's own to open(2), and where one
 * folder is not, every path that leads through it is refused. In a mount namespace with a file system at /mnt.
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fuzz.h"
#include "trust.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int mnt = -1;

int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *const folders[] = {"a", "a/b", "a/b/c", "bad", "bad/b"};
static const char *const files[] = {"a/f", "a/b/c/f", "bad/f", "f"};
static const struct {
	const char *name, *target;
} links[] = {
    {"l", "a"},         {"a/up", ".."},      {"a/b/top", "/mnt"}, {"to", "bad"},       {"self", "self"},
    {"a/b/c/x", "../"}, {"two", "l/b/../b"}, {"none", "nowhere"}, {"bad/out", "../a"}, {"a/r", "/"},
};

static void
put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	demand(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Before the fuzzer starts a thread: a process with two of them gets no user namespace. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char map[32];

	(void)argc;
	(void)argv;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)geteuid());
	if (unshare(CLONE_NEWNS) < 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
			return 0;
		put(-1, "/proc/self/setgroups", "deny");
		put(-1, "/proc/self/uid_map", map);
	}
	umask(022);
	if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/mnt", "tmpfs", 0, "mode=755") < 0)
		return 0;
	mnt = open("/mnt", O_PATH | O_CLOEXEC);
	for (size_t i = 0; i < COUNT(folders); i++)
		demand(mkdirat(mnt, folders[i], 0755) == 0);
	for (size_t i = 0; i < COUNT(files); i++)
		put(mnt, files[i], "x");
	for (size_t i = 0; i < COUNT(links); i++)
		demand(symlinkat(links[i].target, mnt, links[i].name) == 0);
	return 0;
}

/* Whether the kernel finds it; a slash at the end of a file's path is no concern of trust.h. */
static bool
found(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	return fd >= 0 && close(fd) == 0;
}

/* Each byte is a part of the path. */
static void
make_path(struct input *in, char path[static PATH_MAX])
{
	static const char *const parts[] = {"a",   "b",    "c",   "f",   "l", "up", "top", "to", "self", "x",
					    "two", "none", "bad", "out", "r", "..", ".",   "/",  "mnt",  "/a/b"};
	size_t len = (size_t)snprintf(path, PATH_MAX, "/mnt");

	while (in->left && len < 1000)
		len += (size_t)snprintf(path + len, PATH_MAX - len, "/%s", parts[next_number(in, COUNT(parts))]);
	while (path[len - 1] == '/')
		path[--len] = '\0';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char fix[] = "chmod go-w /mnt/bad";
	struct input in = {data, size};
	char path[PATH_MAX];
	struct err err;
	bool there, without;

	if (mnt < 0)
		return 0; /* this machine gives no mount namespace */
	make_path(&in, path);
	there = found(path);
	demand((trust_check(path, NULL, &err) == 0) == there && there == !*err.text && !*err.fix);

	demand(renameat(mnt, "bad", mnt, "away") == 0);
	without = found(path);
	demand(renameat(mnt, "away", mnt, "bad") == 0 && fchmodat(mnt, "bad", size & 1 ? 0775 : 0757, 0) == 0);
	demand((trust_check(path, NULL, &err) == 0) == without && without == !*err.text);
	demand(there == without || strncmp(err.fix, fix, sizeof(fix) - 1) == 0);
	demand(fchmodat(mnt, "bad", 0755, 0) == 0);
	return 0;
}
